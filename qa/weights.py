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


SENTENCE = Logistic(-10.412, (3.178, 1.113, 2.943, 1.379, 2.574, 1.589, 0.388, -0.048, -1.085))
"""Whether a sentence holds the answer, from its Features. Fitted on SQuAD 2.0, asked over all paragraphs."""
ANSWERABLE = Logistic(-0.321, (0.302, 3.021, -0.0782))
"""Whether the articles answer, from the best sentence: the logit of its score, its cosine, and the logarithm of the
number of passages, for among many passages a good score comes by chance too. Fitted on SQuAD 2.0, CLAPNQ, RealTimeQA
2025 and the seeds questions, each set and each of its two classes weighing the same."""
THRESHOLD = 0.12
"""Confidence below which there is no answer: on those sets it declines 0, 1, 1 and 5 % of what can be answered."""
