"""Which evidence goes to a language model: what many say is said once, and no source fills the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set

import numpy as np

from .compose import says_the_same
from .extract import Evidence, Quote
from .question import words

SENTENCES = 12
"""Evidence sentences for a model at the most."""
PER_SOURCE = 8
"""Sentences of one source at the most; articles of nearly the same text are one source."""
SAME_CLAIM = 0.6
"""Cosine from which sentences of two sources with the same numbers and names make one claim, in whatever words."""
LEADING = 3
"""The best sentences, whose neighbours come along: a pronoun in them is explained there."""


def choose(question: str, evidence: Sequence[Evidence], sources: Mapping[str, str]) -> list[Evidence]:
    """The evidence for a model, best first; `sources` gives each article that is still there the one that it
    counts as.

    A claim that several sources make is taken once, from the best of them: a model counts voices, and ten articles
    can be written by one hand.
    """
    asked = {word.lower() for word in words(question)}
    chosen: list[Evidence] = []
    of_source: Counter[str] = Counter()
    for candidate in _with_neighbours(evidence):
        source = sources.get(candidate.article_id)
        if source is None:  # removed since it was found
            continue
        others = [other for other in chosen if sources[other.article_id] != source]
        if (
            of_source[source] >= PER_SOURCE
            or any(says_the_same(candidate, other) for other in chosen)
            or any(_claims_the_same(candidate, other, asked) for other in others)
        ):
            continue
        chosen.append(candidate)
        of_source[source] += 1
        if len(chosen) == SENTENCES:
            break
    return chosen


def _claims_the_same(one: Evidence, other: Evidence, asked: Set[str]) -> bool:
    """Whether two sentences give one answer: about the same, with the numbers and names that the question lacks."""
    mine, theirs = _given(one.quote.text, asked), _given(other.quote.text, asked)
    near = float(np.dot(one.vector, other.vector)) >= SAME_CLAIM
    return near and bool(mine & theirs) and (mine <= theirs or theirs <= mine)


def _given(text: str, asked: Set[str]) -> set[str]:
    """The numbers and names of a sentence that are not the question's; its first word is in upper case in any case."""
    said = words(text)
    return {
        word.lower()
        for n, word in enumerate(said)
        if ((word[0].isupper() and n > 0) or word[0].isdigit()) and word.lower() not in asked
    }


def in_reading_order(quotes: Sequence[Quote]) -> list[Quote]:
    """By article, the one of the best sentence first, and within it as it stands there."""
    articles = list(dict.fromkeys(quote.article_id for quote in quotes))
    return sorted(quotes, key=lambda quote: (articles.index(quote.article_id), quote.start))


def _with_neighbours(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence with the sentences right before and after each of the best moved up to it, each once."""
    leading = evidence[:LEADING]
    ordered = sorted({e.key: e for e in evidence}.values(), key=lambda e: e.key)
    places = {e.key: n for n, e in enumerate(ordered)}
    first: list[Evidence] = []
    for lead in leading:
        n = places[lead.key]
        beside = [ordered[m] for m in (n - 1, n + 1) if 0 <= m < len(ordered)]
        first += [lead, *(e for e in beside if e.article_id == lead.article_id)]
    return list({e.key: e for e in (*first, *evidence)}.values())
