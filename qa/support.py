"""Whether the articles bear a sentence out: numbers, names and negation must agree, and the meaning too.

Plain features and the checker's judgement go into one logistic regression. No language model; the error rate stands
in `docs/reader.md`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from itertools import pairwise

import numpy as np

from index.encoder import Encoder

from .additions import adds, finds_nothing, judges
from .evidence import NEGATION, share, stem_set
from .opposites import OUTCOMES, opposite
from .quantities import share_told
from .question import STOP_WORDS, content_words, stems, words
from .reader import Reader
from .weights import SUPPORTED, SUPPORTED_PLAINLY, logit_of

PARTLY = 0.35
SUPPORTS = 0.5
"""Probabilities from which a claim is called partly supported, and supported."""
DENIED = 0.2
"""The most probability of a claim that denies what the nearest sentence says, or says its opposite."""
SAME_WORDS = 0.8
"""Share of a claim's words in that sentence, but for what denies, from which it is about the same."""
ADDS = 0.45
"""The most probability of a claim with a judgement of its own and, where no reader can tell whether other words mean
the same, of one whose reason has no word in the evidence, or that has a clause of other words: partly supported."""
SHORTENED = 0.9
"""The probability of a claim that only leaves words of one sentence out: of 77 such in QAGS 70 are borne out."""
NEAR = 8
"""Evidence sentences, the nearest to the claim, that are read together."""
TOGETHER = 32
"""Claims that are encoded and read in one go."""
CERTAIN = 1e-4
"""How near to 0 or 1 a probability of the checker's is taken for what it says."""


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


@dataclass(frozen=True, slots=True)
class ClaimFeatures:
    """What is known of a claim beside its evidence. What is marked *sized* is times `size`: what one sentence lacks may
    be put in other words, what a page lacks is hardly there."""

    cosine: float
    """Claim and the nearest sentence, -1..1."""
    pairs: float
    """Share of the claim's neighbouring words that are neighbours in the evidence, 0..1."""
    negation: float
    """1 where just one of claim and nearest sentence denies, else 0."""
    size: float
    """Logarithm of 1 + the number of evidence sentences."""
    overlap: float
    """Share of the claim's words in the evidence, sized."""
    numbers: float
    """Share of the claim's numbers that the evidence has, 1 where it has none, sized."""
    missing_names: float
    """Logarithm of 1 + the number of the claim's names and numbers that the evidence lacks: in a long claim one of them
    may be all that is made up, and hardly lowers a share."""

    def values(self) -> tuple[float, ...]:
        """In the order of the fields."""
        return tuple(getattr(self, field.name) for field in fields(self))


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence and those that it is held against, in reading order. The title of their article says of whom they
    speak, where they have `the firm` and `she`."""

    text: str
    evidence: tuple[str, ...]
    title: str = ""

    @property
    def whole(self) -> str:
        """All the evidence."""
        return " ".join((self.title, *self.evidence))

    @property
    def size(self) -> float:
        """Logarithm of 1 + the number of evidence sentences."""
        return math.log1p(len(self.evidence))


def check(claim: Claim, encoder: Encoder, reader: Reader | None) -> Support:
    """How well the evidence bears out the claim: fully, where one sentence of it holds the claim word for word and does
    not deny it, nearly so where the claim only leaves words of one out, and not at all where there is none."""
    return check_all([claim], encoder, reader)[0]


def check_all(claims: Sequence[Claim], encoder: Encoder, reader: Reader | None) -> list[Support]:
    """`check` of each, in their order: the same numbers, in half the time, as they are encoded and read together."""
    parts = (claims[first : first + TOGETHER] for first in range(0, len(claims), TOGETHER))
    return [support for part in parts for support in _check_part(part, encoder, reader)]


def _check_part(claims: Sequence[Claim], encoder: Encoder, reader: Reader | None) -> Iterator[Support]:
    settled = [by_words(claim) for claim in claims]
    open_ones = [claim for claim, support in zip(claims, settled, strict=True) if support is None]
    encoder.recall([text for claim in open_ones for text in (claim.text, *claim.evidence)])
    weighed = [weigh_claim(claim, encoder) for claim in open_ones]
    nearest = [near for near, _ in weighed]
    seen = read_claims(open_ones, nearest, reader) if reader else [()] * len(open_ones)
    rest = (
        _judge(claim, near[0], (*features.values(), *read))
        for claim, (near, features), read in zip(open_ones, weighed, seen, strict=True)
    )
    return (support or next(rest) for support in settled)


def by_words(claim: Claim) -> Support | None:
    """What words alone tell; None where they do not."""
    if not claim.evidence or not claim.text.strip():
        return Support(0.0, None)
    return _held(_FRAME.sub(" ", _flat(claim.text)), [_flat(sentence) for sentence in claim.evidence])


def _judge(claim: Claim, nearest: int, features: Sequence[float]) -> Support:
    """By the regression and the rules."""
    is_read = len(features) > len(SUPPORTED_PLAINLY.weights)
    probability = (SUPPORTED if is_read else SUPPORTED_PLAINLY).probability(features)
    return Support(min(probability, ceiling(claim, nearest, is_read)), nearest)


def ceiling(claim: Claim, nearest: int, is_read: bool) -> float:
    """The most probability that the rules leave to it, whatever the regression says; 1 where they say nothing.
    `is_read`: the checker was asked, and knows better than words when others mean the same."""
    sentence = claim.evidence[nearest]
    is_near = _overlap(_DENIAL.sub(" ", claim.text), stem_set(sentence)) >= SAME_WORDS
    if finds_nothing(claim.text) or (is_near and _is_denied(claim, sentence)):
        return DENIED
    if judges(claim.text, claim.whole) or (not is_read and _says_more(claim.text, claim.whole)):
        return ADDS
    return 1.0


def _held(claim: str, evidence: Sequence[str]) -> Support | None:
    """The sentence that has the words of the claim, as they stand or with others between; all of them flat."""
    said = claim.split()
    if not said:  # a frame and nothing in it
        return None
    for number, sentence in enumerate(evidence):
        before, found, after = sentence.partition(claim)
        if found and not _DISTANCED.search(before) and not _RETRACTED.match(after):  # `It is not true that ...`
            return Support(1.0, number)
    shortened = (number for number, text in enumerate(evidence) if _is_shortened(said, text.split()))
    return next((Support(SHORTENED, number) for number in shortened), None)


_RETRACTED = re.compile(r"(?:\w+ ){0,2}(?:denied|false|untrue|wrong)\b|(?:only )?(?:if|unless|until|provided)\b")
"""What stands after words that are not so, `Reports that ... were denied`, or not yet, `if the bank agrees`."""
_DISTANCED = re.compile(rf"{NEGATION.pattern}|\b(?:alleg\w+|accus\w+|rumou?r\w*|claim\w*)\b", re.IGNORECASE)
"""What stands before them."""
_UNITS = ("dollars", "euros", "pounds", "yen", "rupees", "percent")
_DENIAL = re.compile(rf"{NEGATION.pattern}|\b(?:refus|declin|fail)(?:e?[sd]?|ing) to\b", re.IGNORECASE)
"""NEGATION, and who refused, declined or failed to."""
_SIDE = re.compile(r"\bvot(?:e[sd]?|ing) (?:\w+ ){0,2}?(for|against)\b", re.IGNORECASE)
"""Which side was voted for."""
_HEDGE = re.compile(
    rf"{NEGATION.pattern}|\b(?:(?<!in )(?<!\d )may|might|could|would|if|unless|whether|almost|nearly|only|half|refus\w+"
    r"|alleg\w+|rumou?r\w*|claim\w*|false\w*|plan\w*|propos\w+|consider\w*|threat\w+)\b",
    re.IGNORECASE,
)
"""What makes something other of the words that it stands beside: without it they say more than the sentence."""
_CONDITION = re.compile(r"\b(?:if|unless|whether|provided|until|den(?:y|ies|ied)|false|untrue|wrong)\b")
"""What takes them back, or waits for something, when it stands after them."""
_FRAME = re.compile(
    r"^ (?:(?:(?:the|this|both) (?:articles?|texts?|passages?|reports?|sources?) (?:also )?"
    r"(?:say|state|mention|note|report|explain|add)s?(?: that)?"
    r"|according to (?:the|these) (?:articles?|texts?|sources?)"
    r"|additionally|specifically|moreover|furthermore|in addition|in short|overall|also|however) )+"
)
"""What a model begins a sentence with that says nothing of the matter."""
_REASON = re.compile(r"\b(?:because|due to|owing to|thanks to) (?P<why>.+)", re.IGNORECASE)
"""What a claim gives as the reason."""


def _says_more(claim: str, evidence: str) -> bool:
    """Whether a reason or a clause of the claim is of other words than the evidence, as far as words tell."""
    reason = _REASON.search(claim)
    why = stem_set(reason["why"]) - STOP_WORDS if reason else frozenset()
    return (bool(why) and why.isdisjoint(stem_set(evidence))) or adds(claim, evidence)


def _is_denied(claim: Claim, sentence: str) -> bool:
    """Whether a claim denies what no evidence denies, or says the opposite of the sentence. In a sum with what speaks
    for the claim a denial would be one sign of many; a long sentence, though, may deny something else."""
    if _DENIAL.search(claim.text) and not any(_DENIAL.search(text) for text in claim.evidence):
        return True
    sides = [{side.lower() for side in _SIDE.findall(text)} for text in (claim.text, sentence)]
    is_turned = all(sides) and not sides[0] & sides[1]
    return is_turned or opposite(stems(claim.text), stems(sentence), OUTCOMES) is not None


def weigh_claim(claim: Claim, encoder: Encoder) -> tuple[list[int], ClaimFeatures]:
    """The evidence sentences nearest first (their numbers), and the plain features; the title's words are evidence."""
    vectors = encoder.recall([claim.text, *claim.evidence])
    cosines = vectors[1:] @ vectors[0]
    near = [int(number) for number in np.argsort(-cosines, kind="stable")]
    held = stem_set(claim.whole)
    absent = [word for word in content_words(claim.text) if held.isdisjoint(stems(word))]
    pairs = set(pairwise(word.lower() for word in words(claim.text)))
    known = set(pairwise(word.lower() for word in words(claim.whole)))
    return near, ClaimFeatures(
        cosine=float(cosines[near[0]]),
        pairs=len(pairs & known) / len(pairs) if pairs else 1.0,
        negation=float(bool(NEGATION.search(claim.text)) != bool(NEGATION.search(claim.evidence[near[0]]))),
        size=claim.size,
        overlap=claim.size * _overlap(claim.text, held),
        numbers=claim.size * share_told(claim.text, claim.whole),
        missing_names=math.log1p(sum(word[0].isupper() or word[0].isdigit() for word in absent)),
    )


def entitled(title: str, sentences: Iterable[str]) -> str:
    """The sentences as one passage, with the title as the first of them."""
    first = (f"{title.rstrip(' .')}.",) if title else ()
    return " ".join((*first, *sentences))


def _overlap(claim: str, held: frozenset[str]) -> float:
    """Share of the claim's content words among the stems."""
    return share(dict.fromkeys(sorted(stem_set(claim) - STOP_WORDS), 1.0), held)


def _is_shortened(claim: Sequence[str], sentence: Sequence[str]) -> bool:
    """Whether the sentence says the claim's words in their order, with nothing before or between them that hedges or
    denies, nor a condition after them."""
    left: list[str] = []
    rest = iter(claim)
    wanted = next(rest, "")
    for position, word in enumerate(sentence):
        if not wanted:
            return not _HEDGE.search(" ".join(left)) and not _CONDITION.search(" ".join(sentence[position:]))
        if word == wanted:
            wanted = next(rest, "")
        else:
            left.append(word)
    return not wanted and not _HEDGE.search(" ".join(left))


def read_claims(
    claims: Sequence[Claim], nearest: Sequence[Sequence[int]], reader: Reader
) -> list[tuple[float, float, float]]:
    """For each claim the checker's logits of entailment and contradiction, for the NEAR nearest sentences read as one
    passage, and the first times the claim's size: the more evidence, the less its judgement of the whole is worth
    beside words and names."""
    passages = [
        entitled(claim.title, (claim.evidence[number] for number in sorted(near[:NEAR])))
        for claim, near in zip(claims, nearest, strict=True)
    ]
    chances = reader.checker.support([(claim.text, text) for claim, text in zip(claims, passages, strict=True)])
    entailed = [logit_of(float(row[0]), CERTAIN) for row in chances]
    contradicted = [logit_of(float(row[2]), CERTAIN) for row in chances]
    return [(yes, no, yes * claim.size) for claim, yes, no in zip(claims, entailed, contradicted, strict=True)]


_SIGNS = str.maketrans({sign: f" {name} " for sign, name in zip("$€£¥₹%", _UNITS, strict=True)})


def _flat(text: str) -> str:
    """Its words alone, signs of currencies and the percentage's among them."""
    return f" {' '.join(words(text.translate(_SIGNS))).lower()} "
