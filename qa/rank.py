"""The reader's turn: the passages that retrieval found, read beside the question and put in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index import EVERYTHING, Hit, Library, Scope

from .names import called_short, short_names
from .reader import Reader, Reading, Text
from .weights import RANK, RANK_LOOSELY

CANDIDATES = 16
"""Passages that retrieval offers the reader."""
FIRST = 8
"""Those that are read in any case."""
CLEAR = 1.0
"""The reader's relevance, a logit, from which the first passages settle it and the rest stay unread."""


@dataclass(frozen=True, slots=True)
class Read:
    """A hit, and what the reader made of it; None where it was not read."""

    hit: Hit
    reading: Reading | None = None


def rank(question: str, hits: Sequence[Hit], reader: Reader | None, *, follows: bool = False) -> list[Read]:
    """The hits, best first; as they are where there is no reader. What stays unread comes after what was read.

    `follows`: the hits were found for what was said before as well, which the reader does not see.
    """
    if reader is None or not hits:
        return [Read(hit) for hit in hits]
    read = _read(question, hits[:FIRST], reader)
    if max(_relevance(r) for r in read) < CLEAR:
        read += _read(question, hits[FIRST:], reader)
    rest = [Read(hit) for hit in hits[len(read) :]]
    order = RANK_LOOSELY if follows or question.rstrip().endswith(".") else RANK
    return sorted(read, key=lambda r: -order.logit((r.hit.score, _relevance(r)))) + rest


def search(
    query: str,
    library: Library,
    k: int,
    reader: Reader | None,
    scope: Scope = EVERYTHING,
    beside: Sequence[tuple[str, float]] = (),
) -> list[Hit]:
    """The k best passages of the articles in the scope for a query, best first; `beside` as in `Library.search`."""
    hits = library.search(query, max(k, CANDIDATES) if reader else k, scope, beside)
    return [read.hit for read in rank(query, hits, reader, follows=bool(beside))][:k]


def _read(question: str, hits: Sequence[Hit], reader: Reader) -> list[Read]:
    """The hits, each read beside the question as its article would put it: with `Ma` for Jack Ma."""
    articles = {hit.article_id: "\n".join(h.text for h in hits if h.article_id == hit.article_id) for hit in hits}
    short = {article_id: short_names(question, text) for article_id, text in articles.items()}
    asked = [called_short(question, hit.text, short[hit.article_id]) for hit in hits]
    readings: dict[int, Reading] = {}
    for wording in dict.fromkeys(asked):
        own = [n for n, a in enumerate(asked) if a == wording]
        found = reader.read(wording, [Text(hits[n].title, hits[n].text) for n in own])
        readings.update(zip(own, found, strict=True))
    return [Read(hit, readings[n]) for n, hit in enumerate(hits)]


def _relevance(read: Read) -> float:
    return read.reading.relevance if read.reading else 0.0
