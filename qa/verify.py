"""Whether quotes that were cited once still hold: each against the article that it was taken from, as it is now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from index import Library
from index.errors import UnknownArticle

from .answer import Answer, Citation


class Standing(StrEnum):
    """How a quote stands now. Only `HOLDS` keeps the promise that `article.text[start:end]` is the quote."""

    HOLDS = "holds"
    MOVED = "moved"
    """The article has the words, in another place."""
    CHANGED = "changed"
    """The article no longer has the words."""
    REMOVED = "removed"
    """No article has the id."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A citation, how it stands, and where its words begin now (None where they are gone)."""

    citation: Citation
    standing: Standing
    start: int | None

    @property
    def line(self) -> str:
        """What to tell of it, in one sentence; empty where it holds."""
        title = f"“{self.citation.title or self.citation.article_id}”"
        return {
            Standing.HOLDS: "",
            Standing.MOVED: f"{title} has changed since; the quoted words now stand in another place.",
            Standing.CHANGED: f"{title} has changed since; the quoted words are no longer in it.",
            Standing.REMOVED: f"{title} is no longer in the library.",
        }[self.standing]


def verify(citations: Sequence[Citation], library: Library) -> tuple[Checked, ...]:
    """Each citation with its standing, in order; each article is read once."""
    texts: dict[str, str | None] = {}
    with library.snapshot():
        for citation in citations:
            if citation.article_id not in texts:
                texts[citation.article_id] = _text(citation.article_id, library)
    return tuple(_check(citation, texts[citation.article_id]) for citation in citations)


def changes(answer: Answer, library: Library) -> tuple[Checked, ...]:
    """The citations of an answer, nearest passages included, that no longer hold."""
    return tuple(
        checked
        for checked in verify([*answer.citations, *answer.nearest], library)
        if checked.standing is not Standing.HOLDS
    )


def _text(article_id: str, library: Library) -> str | None:
    try:
        return library.show(article_id).text
    except UnknownArticle:
        return None


def _check(citation: Citation, text: str | None) -> Checked:
    if text is None:
        return Checked(citation, Standing.REMOVED, None)
    start, end = citation.start, citation.end
    if 0 <= start < end and text[start:end] == citation.quote:
        return Checked(citation, Standing.HOLDS, start)
    found = text.find(citation.quote) if citation.quote else -1
    if found < 0:
        return Checked(citation, Standing.CHANGED, None)
    return Checked(citation, Standing.MOVED, found)
