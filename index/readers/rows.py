"""CSV: a row is an article. The first row names the columns, in any of their common spellings. A table that holds no
texts is one article, a line a row."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from itertools import chain

from ..articles import MAX_TITLE, Article, content_id
from ..errors import ArticleError
from .canonical import language, web_link
from .document import Document, one_line
from .text import decode

MAX_BYTES = 200_000_000
MAX_FIELD = 10_000_000
"""Characters of one cell."""

MAX_ROW = 1_000
"""Characters of a row of a table that holds no texts."""

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
    """An article a row; a row without text is an error with its number. The text is kept to the character. A table
    without a column of texts is one article."""
    content = document.content(MAX_BYTES)
    text = decode(document, content)
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
            columns = _columns(row)
            if "text" not in columns:
                yield _table(document, content, row, rows)
                return
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


def _table(document: Document, content: bytes, header: Sequence[str], rows: Iterator[list[str]]) -> Article:
    """All of the table, its cells parted as those of other formats are; raises ArticleError where a cell is a text."""
    try:
        lines = [_line(cells) for cells in chain([header], rows) if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise document.error(f"is not CSV ({error})") from error
    if len(lines) == 1:
        raise document.error("has no row below its header")
    if max(len(line) for line in lines) > MAX_ROW:
        raise document.error("has no column of texts; its first row has to name one: text, body or content")
    return document.article("\n".join(lines), content)


def _line(cells: Sequence[str]) -> str:
    return " | ".join(one_line(cell) for cell in cells)


def _columns(header: Sequence[str]) -> dict[str, int]:
    """Which column holds which field."""
    names: dict[str, int] = {}
    for position, name in enumerate(header):
        names.setdefault("".join(c for c in name.lower() if c.isalnum()), position)
    columns = {}
    for field, spellings in COLUMNS.items():
        if known := next((name for name in spellings if name in names), None):
            columns[field] = names[known]
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
