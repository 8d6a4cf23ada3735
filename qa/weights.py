"""The numbers that were learned: how a sentence's features add up, and when that is enough to answer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Logistic:
    """Logistic regression: probability = 1 / (1 + exp(-(bias + weights · values)))."""

    bias: float
    weights: tuple[float, ...]

    def probability(self, values: Sequence[float]) -> float:
        """In 0..1."""
        return 1 / (1 + math.exp(-self.bias - sum(w * v for w, v in zip(self.weights, values, strict=True))))


SENTENCE = Logistic(-9.626, (3.492, -1.122, 2.748, 1.5, 0.0, 1.767, 0.746, 0.0, 2.76, -1.435))
ANSWERABLE = Logistic(0.0, (1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0))
THRESHOLD = 0.0
