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
        return 1 / (1 + math.exp(-self.logit(values)))

    def logit(self, values: Sequence[float]) -> float:
        """The same before the logistic function: any number."""
        return self.bias + sum(w * v for w, v in zip(self.weights, values, strict=True))


SENTENCE = Logistic(-9.596, (5.000, -0.930, 2.342, 1.204, 2.723, 1.184, 0.271, -0.385, -0.933))
"""Whether a sentence holds the answer, from its Features, as `python -m evals.fit SQUAD.json --questions 1500` prints
it: SQuAD 2.0 development questions asked over all paragraphs of 12 articles. On the held-out quarter of the articles
the best sentence holds the answer for 0.80 of 85 questions, the one nearest by cosine for 0.61."""
ANSWERABLE = Logistic(-0.321, (0.302, 3.021, -0.0782))
"""Whether the articles answer, from the best sentence: the logit of its score, its cosine, and the logarithm of the
number of passages, for among many passages a good score comes by chance too. Fitted on SQuAD 2.0, CLAPNQ, RealTimeQA
2025 and the seeds questions, each set and each of its two classes weighing the same."""
THRESHOLD = 0.12
"""Confidence below which there is no answer. Of what can be answered in those sets 5, 3, 1 and 6 % is declined, of what
cannot 7, 14, 18 and 71 %, the rules on unknown names and missing kinds counted in."""

RANK = Logistic(0.0, (1.0, 0.15))
"""What passages are ordered by: the fused score of retrieval and the reader's relevance. From 0.1 to 0.2 it makes no
difference on SQuAD 2.0's held-out articles and RealTimeQA 2025."""
READ_SENTENCE = Logistic(-10.04, (*SENTENCE.weights, 0.4, 0.2))
"""SENTENCE with the reader's relevance of the passage and its odds for the sentence, both logits. The two weights are
from a grid over SQuAD 2.0's held-out articles and RealTimeQA 2025; the bias makes a probability of it there."""
READ_ANSWERABLE = Logistic(-0.982, (0.1047, 3.9612, -0.0643, 0.0569))
"""ANSWERABLE with the best odds that the reader gives any sentence, fitted on SQuAD 2.0's held-out articles, CLAPNQ's
held-out questions, RealTimeQA 2025 and the seeds questions, each set and each of its classes weighing the same."""
READ_THRESHOLD = 0.1
"""Of what can be answered in those sets 10, 0, 2 and 3 % is declined, of what cannot 8, 5, 10 and 69 %, the rules on
unknown names and missing kinds counted in."""
SUPPORTED = Logistic(-4.301, (3.739, -0.196, 2.054, 0.258, -3.344, 0.884, 1.602, -0.075, -0.336, -0.370, 1.147, 0.713))
SUPPORTED_PLAINLY = Logistic(-5.766, (4.181, 0.082, 1.458, 1.021, -2.176, 0.871, 1.664, -0.162))
"""Whether evidence bears a claim out, from ClaimFeatures, with the reader's four logits and without them. Fitted on the
claims of WiCE (development) and QAGS, the four classes weighing the same; `docs/reader.md` has the error rates."""
