"""JSON lines: a line is an article, with its own id and its text as given, to the character."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from ..articles import MAX_TITLE, Article, content_id
from ..errors import ArticleError
from .canonical import language
from .document import MAX_BYTES, Document, one_line


def read(document: Document) -> Iterator[Article | ArticleError]:
    """Articles from lines `{"id","title","text","url"?,"published"?}`; a bad line is an error with its number.

    `author` and `language` are taken where they are text.
    """
    empty = True
    with document.open() as file:
        for number, line in enumerate(_lines(file), start=1):
            if not line.strip():
                continue
            empty = False
            try:
                yield _article(json.loads(line), document.source)
            except (ValueError, RecursionError) as error:
                reason = str(error) if isinstance(error, _BadRecord) else "is not a JSON object in UTF-8"
                yield document.error(reason, number)
    if empty:
        raise document.error("the file is empty")


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines of the file; of one that is too long only its beginning, which is no JSON."""
    while line := file.readline(MAX_BYTES):
        yield line
        while len(line) == MAX_BYTES and not line.endswith(b"\n"):
            line = file.readline(MAX_BYTES)


class _BadRecord(ValueError):
    pass


def _article(record: Any, source: str) -> Article:
    if not isinstance(record, dict):
        raise _BadRecord("is not a JSON object")
    text = _field(record, "text") or ""
    if not text.strip():
        raise _BadRecord("has no text")
    title = (_field(record, "title") or "")[:MAX_TITLE]
    identity = record.get("id")
    if isinstance(identity, int) and not isinstance(identity, bool):
        identity = str(identity)
    if identity is not None and (not isinstance(identity, str) or not identity or not identity.isprintable()):
        raise _BadRecord(f"has the id {identity!r}; an id is a line of printable text")
    return Article(
        identity or content_id(title, text),
        title,
        text,
        source=source,
        url=_field(record, "url"),
        published=_field(record, "published"),
        author=_optional(record, "author"),
        language=language(_optional(record, "language")),
    )


def _field(record: dict[str, Any], name: str) -> str | None:
    value = record.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise _BadRecord(f"has a {name} that is not text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _BadRecord(f"has a {name} with half a character (an unpaired surrogate)") from None
    return value


def _optional(record: dict[str, Any], name: str) -> str | None:
    """A field that others fill as they like: taken where it is text."""
    value = record.get(name)
    return one_line(value) or None if isinstance(value, str) else None
