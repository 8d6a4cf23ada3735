"""A file to read: on disk, in a zip, or fetched. What every reader is given, and how it reports what goes wrong."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from ..articles import MAX_TITLE, Article, Original, content_id
from ..errors import ArticleError
from .canonical import canonical

MAX_BYTES = 50_000_000
"""Of a file that is one article; a file of rows may be longer."""
MAX_CHARACTERS = 20_000_000
"""Of an article's text: ten times the longest novels."""


@dataclass(frozen=True, slots=True)
class Document:
    """`source` is the path or URL that articles and errors name; `name` the file's own name, perhaps in a zip.

    `origin` is the address that a fetched document came from: what a page says of its own address is held against it.
    """

    source: str
    name: str
    open: Callable[[], BinaryIO]
    member: str = ""
    origin: str | None = None

    @classmethod
    def of_path(cls, path: Path) -> Document:
        """The file at `path`."""
        return cls(str(path), path.name, lambda: path.open("rb"))

    @classmethod
    def of_bytes(
        cls, source: str, name: str, content: bytes, *, member: str = "", origin: str | None = None
    ) -> Document:
        """Content at hand; `member` is its path inside a zip."""
        return cls(source, name, lambda: io.BytesIO(content), member, origin)

    @property
    def suffix(self) -> str:
        """The end of the name from the last dot, in lower case; "" where there is none."""
        return PurePosixPath(self.name).suffix.lower()

    @property
    def title(self) -> str:
        """What the file's name says: the title where the document gives none."""
        return PurePosixPath(self.name).stem.replace("_", " ")

    def content(self, limit: int = MAX_BYTES) -> bytes:
        """The whole of it; raises ArticleError when it is empty or larger than `limit` bytes."""
        with self.open() as file:
            content = file.read(limit + 1)
        if len(content) > limit:
            raise self.error(f"is larger than {limit // 1_000_000} MB; split it")
        if not content:
            raise self.error("the file is empty")
        return content

    def error(self, reason: str, line: int | None = None) -> ArticleError:
        """What is wrong with it, by name."""
        if self.member:
            return ArticleError(self.source, f"{self.member}{f':{line}' if line else ''}: {reason}")
        return ArticleError(self.source, reason, line)

    @contextmanager
    def parsing(self, kind: str) -> Iterator[None]:
        """Whatever a parser raises on a damaged or hostile file becomes one line: it is not `kind`.

        Parsers of other people's formats promise nothing of what they raise, so all of it is caught here.
        """
        try:
            yield
        except ArticleError:
            raise
        except Exception as error:
            raise self.error(f"is damaged, or is not {kind}") from error

    def article(
        self,
        text: str,
        content: bytes,
        *,
        title: str = "",
        author: str | None = None,
        published: str | None = None,
        language: str | None = None,
        url: str | None = None,
        pages: tuple[int, ...] = (),
    ) -> Article:
        """The one article of this document; raises ArticleError where there is no text, or far too much."""
        if not text.strip():
            raise self.error("has no text")
        if len(text) > MAX_CHARACTERS:
            raise self.error(f"has more than {MAX_CHARACTERS // 1_000_000} million characters; split it")
        title = (one_line(title) or self.title)[:MAX_TITLE]
        return Article(
            content_id(title, text),
            title,
            text,
            source=self.source,
            url=url,
            published=one_line(published) or None,
            author=one_line(author) or None,
            language=language,
            pages=pages,
            original=Original(self.name, content),
        )


def one_line(text: str | None) -> str:
    """A title, name or date on one line, in canonical characters; "" for None."""
    return " ".join(canonical(text or "").split())
