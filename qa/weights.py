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
        return probability_of(self.logit(values))

    def logit(self, values: Sequence[float]) -> float:
        """The same before the logistic function: any number."""
        return self.bias + sum(w * v for w, v in zip(self.weights, values, strict=True))


def probability_of(logit: float) -> float:
    """The logistic function: log odds as a probability."""
    return 1 / (1 + math.exp(-logit))


SENTENCE = Logistic(-9.596, (5.000, -0.930, 2.342, 1.204, 2.723, 1.184, 0.271, -0.385, -0.933, 0.0, 0.0))
"""Whether a sentence holds the answer, from its Features, as `python -m evals.fit SQUAD.json --questions 1500` prints
it: SQuAD 2.0 development questions asked over all paragraphs of 12 articles. On the held-out quarter of the articles
the best sentence holds the answer for 0.80 of 85 questions, the one nearest by cosine for 0.61."""
ANSWERABLE = Logistic(-5.993, (4.2179, 0.4874, 4.8319, 0.3282, -0.4031))
"""Whether the articles answer, without the reader, from the signs that `qa.confidence.signs` gives. Fitted on the seeds
questions, the premises questions, SQuAD 2.0's held-out articles (399 questions), CLAPNQ's held-out questions and 300 of
RealTimeQA 2025, each set and each of its classes weighing the same. AUROC, cross-validated, in that order: 0.97, 0.86,
0.66, 0.87, 0.73."""
THRESHOLD = 0.26
"""Confidence below which there is no answer. Of what can be answered in those sets 6, 6, 14, 8 and 8 % is declined, of
what cannot 91, 49, 27, 42 and 27 %, cross-validated and the rules counted in."""

RANK = Logistic(0.0, (1.0, 0.15))
"""What passages are ordered by: the fused score of retrieval and the reader's relevance. From 0.06 to 0.2 it makes
little difference on SQuAD 2.0's held-out articles and RealTimeQA 2025 (nDCG@10 0.963 to 0.972, 0.646 to 0.658)."""
RANK_LOOSELY = Logistic(0.0, (1.0, 0.04))
"""The same for what the reader was not taught: a follow-up, of which it sees the words and not what was said before,
and a statement. Follow-ups of MTRAG-UN: nDCG@10 0.938 without the reader, 0.937 so, 0.916 as above; statements of
SciFact: 0.770, 0.777 (with 0.05), 0.766."""
READ_SENTENCE = Logistic(
    -11.5, (6.281, 5.752, 1.128, 2.096, -0.146, 1.061, 0.609, -0.422, -1.145, 1.063, -0.699, 0.343, 0.290)
)
"""SENTENCE"""
READ_ANSWERABLE = Logistic(-6.532, (3.8492, 0.3220, 5.7085, 0.5471, -0.5645, 0.0223, 0.1139))
"""ANSWERABLE with what the reader makes of it, fitted on the same sets and all 830 questions of RealTimeQA; AUROC, in
that order: 0.97, 0.90, 0.70, 0.91, 0.81."""
READ_THRESHOLD = 0.27
"""Of what can be answered in those sets 8, 4, 10, 3 and 11 % is declined, of what cannot 91, 57, 29, 56 and 54 %."""
SUPPORTED = Logistic(-0.936, (4.378, 0.330, -2.922, 0.367, -0.382, -1.269, 0.888, 0.561))
SUPPORTED_PLAINLY = Logistic(-3.348, (5.353, 0.834, -1.823, 0.350, -0.396, -1.238))
"""Whether evidence bears a claim out, from ClaimFeatures, with the reader's two logits and without them, as
`python -m evals.calibrate_support` prints it for the claims of WiCE (development) and QAGS, the four classes weighing
the same; `docs/reader.md` has the error rates."""
