"""A claim beside evidence sentences, as a handful of numbers: which of its words, names and numbers they have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from itertools import pairwise

import numpy as np

from index.encoder import Encoder

from .evidence import NEGATION, NUMBER, share, stem_set
from .opposites import OUTCOMES, opposite
from .question import STOP_WORDS, content_words, stems, words

Pairs = frozenset[tuple[str, str]]

ENCODED = 8
"""Evidence sentences whose meaning is looked at: those with the most of the claim's words."""
SAME_WORDS = 0.8
"""Share of the words of each of two sentences in the other from which a denial in one says that both cannot be true. In
one only, a long sentence may deny something else."""


@dataclass(frozen=True, slots=True)
class ClaimFeatures:
    """What is known of a claim beside its evidence; shares are in 0..1, cosines in -1..1. Pairs are of neighbours."""

    cosine: float
    """Claim and the sentence nearest to it."""
    overlap: float
    """Share of the claim's content words in all of the evidence, squared: the last word that lacks tells most."""
    run: float
    """Share of the claim's pairs of words in the one sentence that has most of them."""
    pairs: float
    """The same in all of the evidence."""
    run_stems: float
    """run times the share of the pairs of content stems that stand in the evidence."""
    lacks_name: float
    """1 where a name of the claim is nowhere in the evidence."""
    lacks_number: float
    """1 where a number of the claim is nowhere in the evidence."""

    def values(self) -> tuple[float, ...]:
        """In the order of the fields."""
        return astuple(self)


@dataclass(frozen=True, slots=True)
class Weighed:
    """A claim beside its evidence. `nearest` is the number of the sentence with most of the claim's words and meaning;
    `is_denied`: that sentence says the opposite in nearly the same words."""

    features: ClaimFeatures
    nearest: int
    is_denied: bool


def weigh_claim(claim: str, evidence: Sequence[str], encoder: Encoder) -> Weighed:
    """The claim beside evidence sentences in reading order, of which there is one at least."""
    said, content = _words(claim), _content(claim)
    wanted = dict.fromkeys(sorted(set(content)), 1.0)
    held = [stem_set(sentence) for sentence in evidence]
    shares = np.array([share(wanted, present) for present in held])
    first = np.argsort(-shares, kind="stable")[:ENCODED]
    vectors = encoder.recall([claim, *(evidence[number] for number in first)])
    cosines = vectors[1:] @ vectors[0]
    nearest = int(first[int(np.argmax(cosines + shares[first]))])
    each = [_pairs(_words(sentence)) for sentence in evidence]
    whole = "\n".join(evidence)
    known = stem_set(whole)
    run = max(_share(_pairs(said), there) for there in each)
    stem_pairs = frozenset().union(*(_pairs(_content(sentence)) for sentence in evidence))
    return Weighed(
        ClaimFeatures(
            cosine=float(cosines.max()),
            overlap=share(wanted, known) ** 2,
            run=run,
            pairs=_share(_pairs(said), frozenset().union(*each)),
            run_stems=run * _share(_pairs(content), stem_pairs),
            lacks_name=float(not _names(claim) <= known),
            lacks_number=float(not _figures(claim) <= _figures(whole) | _counted(whole)),
        ),
        nearest,
        _says_the_same(claim, evidence[nearest]) and _denies(claim, evidence[nearest]),
    )


def _says_the_same(claim: str, sentence: str) -> bool:
    both = [stem_set(" ".join(content_words(text))) for text in (claim, sentence)]
    return all(share(dict.fromkeys(sorted(said), 1.0), held) >= SAME_WORDS for said, held in (both, both[::-1]))


def _denies(claim: str, sentence: str) -> bool:
    is_denial = bool(NEGATION.search(claim)) != bool(NEGATION.search(sentence))
    return is_denial or opposite(stems(claim), stems(sentence), OUTCOMES) is not None


def _words(text: str) -> list[str]:
    return [word.lower() for word in words(text)]


def _content(text: str) -> list[str]:
    return [stem for stem in stems(text) if stem not in STOP_WORDS]


def _pairs(items: Iterable[str]) -> Pairs:
    return frozenset(pairwise(items))


def _share(wanted: Pairs, present: Pairs) -> float:
    return len(wanted & present) / len(wanted) if wanted else 1.0


def _names(text: str) -> set[str]:
    """Stems of the words in upper case."""
    return set(stems(" ".join(w for w in words(text) if w[0].isupper() and w.lower() not in STOP_WORDS)))


def _figures(text: str) -> set[str]:
    """Numbers by their digits alone, so that 1,000 is 1000 and 10 000."""
    return {re.sub(r"\D", "", figure) for figure in NUMBER.findall(_GAP.sub("", text))}


def _counted(text: str) -> set[str]:
    """Those in words, up to twelve."""
    return {_DIGITS[word] for word in _words(text) if word in _DIGITS}


_GAP = re.compile(r"(?<=\d)(?: ?, ?| )(?=\d{3}(?!\d))|(?<=\d) ?\. ?(?=\d)")
_DIGITS = {
    word: str(number)
    for number, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), start=1)
}
