"""Where in which article: spans, and whether two of them meet. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Spanned(Protocol):
    """Anything that lies at `start:end` of an article: a search hit, a citation, a piece of evidence."""

    @property
    def article_id(self) -> str:
        """Which article."""

    @property
    def start(self) -> int:
        """First character."""

    @property
    def end(self) -> int:
        """One past the last character."""


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` (left out) of an article's text."""

    article_id: str
    start: int
    end: int


def overlap(one: Spanned, other: Spanned) -> bool:
    """Whether the two share a character. Touching ends share none: 0:4 and 4:9 do not overlap."""
    return one.article_id == other.article_id and one.start < other.end and other.start < one.end


def places_of(quote: str, article_id: str, text: str) -> tuple[Span, ...]:
    """Every place where `quote` stands in the text, overlapping ones too; none for an empty quote.

    >>> places_of("aa", "x", "aaa")
    (Span(article_id='x', start=0, end=2), Span(article_id='x', start=1, end=3))
    """
    places = []
    start = text.find(quote) if quote else -1
    while start >= 0:
        places.append(Span(article_id, start, start + len(quote)))
        start = text.find(quote, start + 1)
    return tuple(places)
