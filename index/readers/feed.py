"""RSS and Atom: what a feed holds of each of its entries."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..articles import MAX_TITLE
from .canonical import language, web_link
from .document import Document, one_line
from .markup import parse_html, text_of

MAX_ENTRIES = 200
WHOLE_TEXT = 1_000
"""Characters: a description as long as this is the entry itself and no summary of it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `text` is canonical, "" where there is none; `is_summary` says that the article is elsewhere."""

    id: str
    title: str
    text: str
    is_summary: bool
    url: str | None
    published: str | None
    author: str | None
    language: str | None


def entries(document: Document, content: bytes) -> Iterator[Entry]:
    """The entries of a feed in its order; raises ArticleError where it is none, or is empty."""
    import feedparser

    with document.parsing("a feed"):
        # A file object: given a text, feedparser would open it as a path or an address.
        feed = feedparser.parse(io.BytesIO(content), response_headers={"content-location": document.origin or ""})
    if not feed.entries:
        raise document.error("is no feed that can be read" if feed.bozo else "the feed has no entries")
    for entry in feed.entries[:MAX_ENTRIES]:
        with document.parsing("a feed"):
            found = _entry(entry, feed.feed)
        yield found
    if len(feed.entries) > MAX_ENTRIES:
        raise document.error(f"has {len(feed.entries)} entries; the first {MAX_ENTRIES} were read")


def _entry(entry: Any, feed: Any) -> Entry:
    contents = [part for part in entry.get("content", []) if part.get("value")]
    value = max((part.value for part in contents), key=len) if contents else entry.get("summary", "")
    text = _text(value)
    url = web_link(entry.get("link"))
    title = one_line(_text(entry.get("title", "")))[:MAX_TITLE]
    tags = [part.get("language") for part in contents] + [feed.get("language")]
    return Entry(
        entry.get("id") or url or title,
        title,
        text,
        not contents and len(text) < WHOLE_TEXT,
        url,
        one_line(entry.get("published") or entry.get("updated")) or None,
        one_line(entry.get("author")) or None,
        next(filter(None, map(language, tags)), None),
    )


def _text(markup: str) -> str:
    return text_of(parse_html(f"<body>{markup}</body>")) if markup.strip() else ""
