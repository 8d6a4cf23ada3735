"""Whether the articles bear a sentence out: its words, numbers and names must be there, and near to one another.

No language model, and not the reader: on WiCE and QAGS its judgement added nothing to these features. The error rate
stands in `docs/answers.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from index.encoder import Encoder

from .claim import weigh_claim
from .question import words
from .weights import SUPPORTED

PARTLY = 0.35
SUPPORTS = 0.5
"""Probabilities from which a claim is called partly supported, and supported."""


class Label(StrEnum):
    """What is said of a claim."""

    SUPPORTED = "supported"
    PARTLY = "partly"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Support:
    """The probability in 0..1 that the evidence bears a claim out, and the evidence sentence nearest to it."""

    probability: float
    nearest: int | None

    @property
    def label(self) -> Label:
        """In words."""
        if self.probability >= SUPPORTS:
            return Label.SUPPORTED
        return Label.PARTLY if self.probability >= PARTLY else Label.NOT


def check(claim: str, evidence: Sequence[str], encoder: Encoder) -> Support:
    """How well the evidence sentences, in reading order, bear out the claim: fully, where one of them holds it word
    for word, and not at all where there are none. What has a number that they lack, or is denied by the one with its
    words, is borne out in part at the best."""
    if not evidence or not claim.strip():
        return Support(0.0, None)
    said = _flat(claim)
    for number, sentence in enumerate(evidence):
        if said in _flat(sentence):
            return Support(1.0, number)
    weighed = weigh_claim(claim, evidence, encoder)
    probability = SUPPORTED.probability(weighed.features.values())
    if weighed.is_denied or weighed.features.lacks_number:
        probability = min(probability, PARTLY)
    return Support(probability, weighed.nearest)


def _flat(text: str) -> str:
    return f" {' '.join(words(text))} "
