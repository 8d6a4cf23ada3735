"""CSV: a row is an article. The first row names the columns, in any of their common spellings."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence

from ..articles import MAX_TITLE, Article, content_id
from ..errors import ArticleError
from .canonical import language, web_link
from .document import Document, one_line
from .text import decode

MAX_BYTES = 200_000_000
MAX_FIELD = 10_000_000
"""Characters of one cell."""

COLUMNS = {
    "text": ("text", "body", "content", "articlebody", "articletext", "fulltext", "article", "story"),
    "title": ("title", "headline", "heading", "subject", "name"),
    "published": (
        "published",
        "date",
        "publishedat",
        "publicationdate",
        "pubdate",
        "publishdate",
        "datepublished",
        "created",
        "createdat",
    ),
    "author": ("author", "authors", "byline", "creator", "writer"),
    "url": ("url", "link", "weburl", "permalink", "href", "uri"),
    "id": ("id", "articleid", "guid", "uid", "identifier"),
    "language": ("language", "lang"),
}
"""Field to the names its column may have, best first; case, spaces, dashes and underscores do not count."""


def read(document: Document) -> Iterator[Article | ArticleError]:
    """An article a row; a row without text is an error with its number. The text is kept to the character."""
    text = decode(document, document.content(MAX_BYTES))
    csv.field_size_limit(MAX_FIELD)
    lines = text.split("\n")
    header = next((line for line in lines if line.strip()), "")
    rows = csv.reader((f"{line}\n" for line in lines), delimiter=_delimiter(header), strict=False)
    columns: dict[str, int] | None = None
    number, empty = 0, True
    while True:
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield document.error(f"is not CSV from here on ({error})", rows.line_num)
            return
        if row is None:
            break
        first, number = number + 1, rows.line_num
        if not any(cell.strip() for cell in row):
            continue
        if columns is None:
            columns = _columns(document, row)
            continue
        empty = False
        try:
            yield _article(document, columns, row)
        except ValueError as error:
            yield document.error(str(error), first)
    if empty:
        raise document.error("has no row below its header" if columns else "the file is empty")


def _delimiter(header: str) -> str:
    return max(",;\t|", key=header.count)


def _columns(document: Document, header: Sequence[str]) -> dict[str, int]:
    """Which column holds which field; raises ArticleError where none holds a text."""
    names: dict[str, int] = {}
    for position, name in enumerate(header):
        names.setdefault("".join(c for c in name.lower() if c.isalnum()), position)
    columns = {}
    for field, spellings in COLUMNS.items():
        if known := next((name for name in spellings if name in names), None):
            columns[field] = names[known]
    if "text" not in columns:
        raise document.error("has no column of texts; its first row has to name one: text, body or content")
    return columns


def _article(document: Document, columns: dict[str, int], row: Sequence[str]) -> Article:
    cells = {field: row[position] for field, position in columns.items() if position < len(row)}
    text = cells.get("text", "")
    if not text.strip():
        raise ValueError("has no text")
    title = one_line(cells.get("title"))[:MAX_TITLE]
    identity = cells.get("id", "").strip()
    if not identity.isprintable():
        raise ValueError(f"has the id {identity!r}; an id is a line of printable text")
    return Article(
        identity or content_id(title, text),
        title,
        text,
        source=document.source,
        url=web_link(cells.get("url")),
        published=one_line(cells.get("published")) or None,
        author=one_line(cells.get("author")) or None,
        language=language(cells.get("language")),
    )
