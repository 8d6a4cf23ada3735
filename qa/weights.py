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
ANSWERABLE = Logistic(-5.006, (1.1087, 9.8416, 0.7399, 3.4452, -0.1306))
"""Whether the articles answer, without the reader, from the signs that `qa.confidence.signs` gives. Fitted on SQuAD
2.0's held-out articles, the seeds questions and the premises questions, each set and each of its classes weighing the
same."""
THRESHOLD = 0.22
"""Confidence below which there is no answer. Of what can be answered in those sets 12, 2 and 2 % is declined, of what
cannot 23, 75 and 40 %, cross-validated and the rules counted in."""

RANK = Logistic(0.0, (1.0, 0.15))
"""What passages are ordered by: the fused score of retrieval and the reader's relevance. From 0.06 to 0.2 it makes
little difference on SQuAD 2.0's held-out articles and RealTimeQA 2025 (nDCG@10 0.963 to 0.972, 0.646 to 0.658)."""
RANK_LOOSELY = Logistic(0.0, (1.0, 0.04))
"""The same for what the reader was not taught: a follow-up, of which it sees the words and not what was said before,
and a statement. Follow-ups of MTRAG-UN: nDCG@10 0.938 without the reader, 0.937 so, 0.916 as above; statements of
SciFact: 0.770, 0.777 (with 0.05), 0.766."""
READ_SENTENCE = Logistic(-10.04, (*SENTENCE.weights, 0.4, 0.2))
"""SENTENCE with the reader's relevance of the passage and its odds for the sentence, both logits. The two weights are
from a grid over SQuAD 2.0's held-out articles and RealTimeQA 2025; the bias makes a probability of it there."""
READ_ANSWERABLE = Logistic(-2.929, (3.0477, 1.3510, 0.3998, 2.2806, 0.0704, 0.0219, 0.0789, 0.2789))
"""ANSWERABLE with what the reader makes of it, fitted on those sets, CLAPNQ's held-out questions and RealTimeQA 2025;
AUROC, cross-validated: SQuAD 0.70 (200 questions), seeds 0.94 (122), premises 0.91 (115), CLAPNQ 0.91 (81), RealTimeQA
among 70,932 passages 0.79 (120)."""
READ_THRESHOLD = 0.24
"""At 0.25, of what can be answered in those sets, in that order, 12, 6, 2, 3 and 12 % is declined, of what cannot 21,
83, 44, 47 and 50 %, cross-validated and the rules counted in."""
SUPPORTED = Logistic(-4.301, (3.739, -0.196, 2.054, 0.258, -3.344, 0.884, 1.602, -0.075, -0.336, -0.370, 1.147, 0.713))
SUPPORTED_PLAINLY = Logistic(-5.766, (4.181, 0.082, 1.458, 1.021, -2.176, 0.871, 1.664, -0.162))
"""Whether evidence bears a claim out, from ClaimFeatures, with the reader's four logits and without them. Fitted on the
claims of WiCE (development) and QAGS, the four classes weighing the same; `docs/reader.md` has the error rates."""
