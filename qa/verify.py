"""Whether quotes that were cited once still hold: each against the article that it was taken from, as it is now."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from index import Article, Library
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
    """A citation, how it stands, and where its words begin now (None where they are gone).

    `successor` is the id of the article that has come from the same source since, where the cited one is removed;
    `start` is then a place in that.
    """

    citation: Citation
    standing: Standing
    start: int | None
    successor: str = ""

    @property
    def line(self) -> str:
        """What to tell of it, in one sentence; empty where it holds."""
        title = f"“{self.citation.title or self.citation.article_id}”"
        if self.successor:
            still = "no longer" if self.start is None else "still"
            return f"{title} has been replaced by a newer version since; the quoted words are {still} in it."
        return {
            Standing.HOLDS: "",
            Standing.MOVED: f"{title} has changed since; the quoted words now stand in another place.",
            Standing.CHANGED: f"{title} has changed since; the quoted words are no longer in it.",
            Standing.REMOVED: f"{title} is no longer in the library.",
        }[self.standing]

    def to_json(self) -> dict[str, Any]:
        """The citation's place and quote, and how it stands."""
        cited = self.citation
        return {
            "number": cited.number,
            "article_id": cited.article_id,
            "start": cited.start,
            "end": cited.end,
            "quote": cited.quote,
            "standing": self.standing.value,
            "now_at": self.start,
            "successor": self.successor or None,
        }


def verify(citations: Sequence[Citation], library: Library, *, to_the_character: bool = True) -> tuple[Checked, ...]:
    """Each citation with its standing, in order; each article is read once.

    Unless `to_the_character`, runs of white space count as one space: the quotes are of a file that keeps none.
    """
    articles: dict[str, Article | None] = {}
    with library.snapshot():
        for citation in citations:
            if citation.article_id not in articles:
                articles[citation.article_id] = _article(citation.article_id, library)
        removed = {c.source for c in citations if articles[c.article_id] is None and c.source}
        successors = _now_from(removed, library) if removed else {}
    return tuple(
        _check(c, article, to_the_character)
        if (article := articles[c.article_id])
        else _check_removed(c, successors.get(c.source), to_the_character)
        for c in citations
    )


def changes(answer: Answer, library: Library) -> tuple[Checked, ...]:
    """The citations of an answer, nearest passages included, that no longer hold."""
    return tuple(
        checked
        for checked in verify([*answer.citations, *answer.nearest], library)
        if checked.standing is not Standing.HOLDS
    )


def _article(article_id: str, library: Library) -> Article | None:
    try:
        return library.show(article_id)
    except UnknownArticle:
        return None


def _now_from(sources: Collection[str], library: Library) -> dict[str, Article]:
    """What stands in place of the article that a file of one held before: an edited file is an article of its own. Of
    the articles of a file of many it is not known which came after which."""
    ids: dict[str, list[str]] = {}
    for summary in library.articles():
        if summary.source in sources:
            ids.setdefault(summary.source, []).append(summary.id)
    found = {source: library.show(held[0]) for source, held in ids.items() if len(held) == 1}
    return {source: article for source, article in found.items() if article.is_named_by_content}


def _check_removed(citation: Citation, successor: Article | None, to_the_character: bool) -> Checked:
    if successor is None:
        return Checked(citation, Standing.REMOVED, None)
    found = _find(citation.quote, successor.text, to_the_character)
    return Checked(citation, Standing.REMOVED, found, successor.id)


def _check(citation: Citation, article: Article, to_the_character: bool) -> Checked:
    citation = replace(citation, title=citation.title or article.title)
    start, end, quote, text = citation.start, citation.end, citation.quote, article.text
    there = text[start:end] if 0 <= start < end else ""
    if there and (there == quote or (not to_the_character and _collapsed(there) == _collapsed(quote))):
        return Checked(citation, Standing.HOLDS, start)
    found = _find(quote, text, to_the_character)
    return Checked(citation, Standing.CHANGED if found is None else Standing.MOVED, found)


def _find(quote: str, text: str, to_the_character: bool) -> int | None:
    if to_the_character:
        found = text.find(quote) if quote else -1
        return None if found < 0 else found
    words = _collapsed(quote).split(" ")
    match = re.search(r"\s+".join(map(re.escape, words)), text.replace("\0", "\ufffd")) if words[0] else None
    return match.start() if match else None


def _collapsed(text: str) -> str:
    """What HTML and Markdown keep of a text: no NUL, and white space between words as one space."""
    return " ".join(text.replace("\0", "\ufffd").split())
