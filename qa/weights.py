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


def logit_of(probability: float, least: float = 1e-6) -> float:
    """Log odds; of a probability within `least` of 0 or 1, those of `least`."""
    bounded = min(max(probability, least), 1 - least)
    return math.log(bounded / (1 - bounded))


SENTENCE = Logistic(-9.596, (5.000, -0.930, 2.342, 1.204, 2.723, 1.184, 0.271, -0.385, -0.933, 0.0, 0.0))
"""Whether a sentence holds the answer, from its Features, without the reader: SQuAD 2.0's development questions over
all paragraphs of 12 articles. On the held-out quarter of the articles the best sentence holds the answer for 0.80 of
85 questions, the one nearest by cosine for 0.61. The last two features came later and are of no use here: fitted with
them on five sets, the best sentence is right for 0.36 of desk's questions in place of 0.29, 0.85 of the seeds' in place
of 0.91 and 0.74 of SQuAD's in place of 0.77."""
ANSWERABLE = Logistic(-4.225, (3.8559, 0.2419, 2.9809, 0.1503, -0.2165))
"""Whether the articles answer, without the reader, from the signs that `qa.confidence.signs` gives. Fitted on the desk,
seeds and premises questions, SQuAD 2.0's held-out articles (399 questions), CLAPNQ's held-out questions and 300 of
RealTimeQA 2025, each set and each of its classes weighing the same. AUROC, cross-validated, in that order: 0.65, 0.96,
0.84, 0.66, 0.87, 0.73; on the office questions, of which nothing was fitted, 0.70."""
THRESHOLD = 0.30
"""Confidence below which there is no answer. Of what can be answered in those sets 26, 5, 6, 13, 8 and 6 % is declined,
of what cannot 53, 86, 33, 20, 30 and 28 %, cross-validated and the rules counted in; of office 20 and 52 %."""

RANK = Logistic(0.0, (1.0, 0.1))
"""What passages are ordered by: the fused score of retrieval and the reader's relevance. The first passage is right,
with 0, 0.05, 0.1 and 0.2, for 0.53, 0.66, 0.63 and 0.60 of 109 questions of RealTimeQA 2025, 0.86, 0.95, 0.96 and
0.96 of 236 of SQuAD 2.0 (three quarters of its articles were read in training), and 0.51, 0.76, 0.78 and 0.80 of 55
of desk."""
RANK_LOOSELY = Logistic(0.0, (1.0, 0.04))
"""The same for what the reader was not taught: a follow-up, of which it sees the words and not what was said before,
and a statement. Follow-ups of MTRAG-UN: nDCG@10 0.938 without the reader, 0.937 so, 0.916 as above; statements of
SciFact: 0.770, 0.777 (with 0.05), 0.766."""
READ_SENTENCE = Logistic(
    -6.616, (3.580, 5.079, 0.634, 1.013, 0.691, 0.636, 0.318, -0.298, -0.759, 0.582, -0.436, 0.139, 0.202)
)
"""SENTENCE with the reader's relevance of the passage and its odds for the sentence, both logits: a conditional logit
(McFadden 1974) of which sentence is right, as `python -m evals.fit_sentences` prints it for the questions of desk,
seeds, premises, SQuAD 2.0's held-out articles (200) and CLAPNQ's that can be answered, each set weighing the same.
Cross-validated, the best sentence is a right one for 0.48, 0.91, 0.94, 0.86 and 0.84 of them."""
READ_ANSWERABLE = Logistic(-4.214, (2.391, 0.113, 3.825, 0.291, -0.337, 0.217, 0.280))
"""ANSWERABLE with what the reader makes of it, fitted on the same sets; AUROC, in that order: 0.79, 0.96, 0.93, 0.69,
0.91, 0.80; office 0.78."""
READ_THRESHOLD = 0.24
"""Of what can be answered in those sets 17, 9, 2, 10, 3 and 9 % is declined, of what cannot 50, 91, 41, 22, 56 and
46 %; of office 14 and 42 %."""
SUPPORTED = Logistic(-1.433, (3.245, -2.686, -0.320, -0.499, 0.363, 0.497, -0.373, 1.152, 0.087, -0.185))
SUPPORTED_PLAINLY = Logistic(-2.272, (4.441, -2.109, -0.487, -1.007, 0.739, 0.650, -0.707))
"""Whether evidence bears a claim out, from ClaimFeatures, with what `qa.support.read_claims` gives and without it, as
`python -m evals.calibrate_support` prints it for the claims of WiCE (development), QAGS, `desk-claims` and those that
training holds out (`asked:`), the eight classes weighing the same; `docs/answers.md` has the error rates."""
