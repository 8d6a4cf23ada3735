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


SENTENCE = Logistic(-10.252, (3.343, 1.126, 2.861, 1.437, 2.294, 1.605, 0.393, -0.038, -1.109))
"""Whether a sentence holds the answer, from its Features. Fitted on 1,000 questions of SQuAD 2.0 (development half)."""
ANSWERABLE = Logistic(-0.528, (0.404, 2.412))
"""Whether the articles answer, from the best sentence: the logit of its score, and its cosine."""
THRESHOLD = 0.035
"""Confidence below which there is no answer."""
