"""Which evidence goes to a language model: what many say is said once, and no source fills the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from .compose import says_the_same
from .extract import Evidence

SENTENCES = 16
"""Evidence sentences for a model at the most."""
PER_SOURCE = 8
"""Sentences of one source at the most; articles of nearly the same text are one source."""
LEADING = 3
"""The best sentences, whose neighbours come along: a pronoun in them is explained there."""


def choose(evidence: Sequence[Evidence], sources: Mapping[str, str]) -> list[Evidence]:
    """The evidence for a model, best first; `sources` gives each article the one that stands for it.

    A statement that several make is taken once, from the best of them: ten copies of a claim are no ten witnesses.
    """
    chosen: list[Evidence] = []
    of_source: Counter[str] = Counter()
    for candidate in _with_neighbours(evidence):
        source = sources.get(candidate.article_id, candidate.article_id)
        if of_source[source] >= PER_SOURCE or any(says_the_same(candidate, other) for other in chosen):
            continue
        chosen.append(candidate)
        of_source[source] += 1
        if len(chosen) == SENTENCES:
            break
    return chosen


def in_reading_order(evidence: Sequence[Evidence]) -> list[Evidence]:
    """By article, the one of the best sentence first, and within it as it stands there."""
    articles = list(dict.fromkeys(e.article_id for e in evidence))
    return sorted(evidence, key=lambda e: (articles.index(e.article_id), e.quote.start))


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
