"""A row of a table is read under its header: the two are quoted together."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index import Kind, Library

from .evidence import CELLS
from .extract import Group, Quote

_FIGURE = re.compile(r"\s*(?!(?:19|20)\d\d\s*$)[$€£¥]?\s?[-+−]?\d[\d.,\s]*\s?(?:%|\w{1,4})?\s*")
"""A cell that is a figure, and so no header's; a year may be one."""


def with_headers(groups: Sequence[Group], library: Library) -> list[Group]:
    """The groups, the first row of each table before the first of its rows that is quoted."""
    shown: list[Group] = []
    places = {(group[0].article_id, group[0].start) for group in groups}
    for group in groups:
        header = _header(group[0], library)
        if header is not None and (header.article_id, header.start) not in places:
            places.add((header.article_id, header.start))
            shown.append((header,))
        shown.append(group)
    return shown


def _header(row: Quote, library: Library) -> Quote | None:
    """The first row of the quote's table; None where it is no row, or where a row of figures stands first."""
    if CELLS not in row.text:
        return None
    text, sentences = library.show(row.article_id).text, library.sentences(row.article_id)
    number = next((n for n, s in enumerate(sentences) if s.start == row.start), 0)
    first = number
    while first and _is_row(text, sentences[first - 1].start, sentences[first].start):
        first -= 1
    start, end = sentences[first].start, sentences[first].end
    named = text[start:end]
    if (
        first == number
        or sentences[first].kind not in (Kind.TEXT, Kind.HEADING)
        or any(map(_FIGURE.fullmatch, named.split("|")))
    ):
        return None
    return Quote(row.article_id, start, end, named)


def _is_row(text: str, start: int, below: int) -> bool:
    """Whether the line that begins at `start` is a row, with no empty line before the next."""
    line = text[start:below]
    return "|" in line and line.count("\n") <= 1
