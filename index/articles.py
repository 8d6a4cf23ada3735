"""An article: its canonical text, and where it came from."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from dataclasses import dataclass, field

MAX_TITLE = 1_000
"""Characters of a title that readers take: it stands in the index with each passage."""


@dataclass(frozen=True, slots=True)
class Original:
    """The file that an article was read from, byte for byte: what a reader may want to open."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Article:
    """One article as the library keeps it. Every offset in Footnote points into `text`.

    `source` is a path or URL; `published` is the date as the source gave it; `language` an ISO 639-1 code. `pages`
    holds where each page of a paged document begins in `text`, ascending; `original` is given by readers alone.
    """

    id: str
    title: str
    text: str
    source: str
    url: str | None = None
    published: str | None = None
    author: str | None = None
    language: str | None = None
    pages: tuple[int, ...] = ()
    original: Original | None = field(default=None, repr=False, compare=False)

    @property
    def hash(self) -> str:
        """SHA-256 over all that a reader found, hexadecimal: what makes two articles the same."""
        more = (self.author or "", self.language or "", " ".join(map(str, self.pages)))
        return _digest(self.title, self.text, self.url or "", self.published or "", *(more if any(more) else ()))

    @property
    def is_named_by_content(self) -> bool:
        """Whether the id was made from title and text, rather than given: then the content alone is who it is."""
        return self.id == content_id(self.title, self.text)

    def page_of(self, offset: int) -> int | None:
        """The page, from 1, that `text[offset]` is on; None where the article has no pages."""
        return max(bisect_right(self.pages, offset), 1) if self.pages else None

    @property
    def origin(self) -> str:
        """What a reader is shown as the source: the URL where there is one, else the path."""
        return self.url or self.source


@dataclass(frozen=True, slots=True)
class Summary:
    """An article without its text, for lists. `characters` and `passages` are counts.

    `number` grows from article to article in the order in which they came first. `added` is the ISO day of that, in
    UTC; None where an older Footnote added it.
    """

    id: str
    title: str
    source: str
    published: str | None
    characters: int
    passages: int
    number: int = 0
    added: str | None = None


def content_id(title: str, text: str) -> str:
    """The id of an article that brings none: 16 hexadecimal digits of its content's hash."""
    return _digest(title, text)[:16]


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
