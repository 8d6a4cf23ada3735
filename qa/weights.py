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


SENTENCE = Logistic(-4.0, (4.0, 1.0, 2.0, 1.0, 0.5, 0.5, 0.3, 0.0))
ANSWERABLE = Logistic(0.0, (1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0))
THRESHOLD = 0.1
