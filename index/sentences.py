"""From text to sentences: spans with a kind, in reading order. Pure.

A text is read as blocks (a paragraph, a heading, one point of a list, an advert) and each block as sentences.
Spans never cross a block, carry no white space at either end, and never overlap.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

import sentencex


class Kind(IntEnum):
    """What a span is, and so what it may be used for. Stored as a number: never renumber."""

    TEXT = 0
    """A sentence of running text: evidence."""
    ITEM = 1
    """The first sentence of a point in a list: evidence, and a line of a list answer."""
    HEADING = 2
    """A heading inside the article: context for what follows; quoted as the header of a table's row or for its date."""
    TITLE = 3
    """The title line: known from the article, never quoted."""
    ADVERT = 4
    """A pointer to another article ("READ ALSO ..."): no evidence, and in no passage."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One span of an article: `text[start:end]`. `list_number` is 1, 2, ... inside a list of the article, else 0.

    >>> split_sentences("1. Buy. It is cheap.\\n2. Sell.")
    (Sentence(3, 7, ITEM, 1), Sentence(8, 20, TEXT, 1), Sentence(24, 29, ITEM, 1))
    """

    start: int
    end: int
    kind: Kind = Kind.TEXT
    list_number: int = 0

    def __repr__(self) -> str:
        return f"Sentence({self.start}, {self.end}, {self.kind.name}, {self.list_number})"

    @property
    def is_evidence(self) -> bool:
        """Whether an answer may quote it."""
        return self.kind in (Kind.TEXT, Kind.ITEM)


MAX_HEADING = 100
"""Characters: a longer line is a sentence that lost its full stop."""

_MARKER = re.compile(r"[ \t]*(?:\(?\d{1,3}[.)]|[-*•‣–])[ \t]+(?=\S)")
_MARKDOWN_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]+")
_TERMINAL = re.compile(r"[.!?…:;,。！？]['\")\]”’»]*$")
# "READ ALSO Google shifts focus ..." or "See also: ...": a line of its own that points elsewhere.
_ADVERT = re.compile(
    r"[ \t]*(?:(?:READ|SEE|WATCH)[ \t]+(?:ALSO|MORE|NEXT|ALSO:)\b|ALSO READ\b|RELATED:|ADVERTISEMENT\b"
    r"|(?i:(?:read|see|watch)[ \t]+(?:also|more|next)[ \t]*[:|]|also read[ \t]*[:|]|related[ \t]*:"
    r"|sign up (?:for|to) (?:our|the) [^\n]{0,60}newsletter))"
)
_CELLS = " | "
_RULE = re.compile(r"[ \t]*\|?(?:[ \t]*:?-{2,}:?[ \t]*\|)+(?:[ \t]*:?-{2,}:?)?[ \t]*$")
"""What Markdown draws below the header of a table."""
_ENDED = re.compile(r"[.!?…:;。！？]['\")\]”’»]*$")
_WRAPPED = range(60, 133)
"""Characters of a line that may be wrapped. A comma at its end ends nothing, where a heading has none."""
_TITLE_LABEL = re.compile(r"\s*title:[ \t]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Block:
    start: int
    end: int
    kind: Kind
    marker: int = 0  # characters of a list marker or heading sign in front of the text


def split_sentences(text: str, title: str = "") -> tuple[Sentence, ...]:
    """Every sentence of `text` in reading order; `title` marks the line that repeats it as no evidence."""
    sentences: list[Sentence] = []
    lists = 0
    in_list = False
    for block in _blocks(text, title):
        if block.kind is Kind.ITEM and not in_list:
            lists += 1
        in_list = block.kind is Kind.ITEM
        number = lists if in_list else 0
        spans = _spans(text, block.start + block.marker, block.end, whole=block.kind > Kind.ITEM)
        for position, (start, end) in enumerate(spans):
            kind = Kind.TEXT if block.kind is Kind.ITEM and position else block.kind
            sentences.append(Sentence(start, end, kind, number))
    return tuple(sentences)


def title_line(text: str) -> tuple[str, int]:
    """The title that the text itself gives, and where the text after it begins; ("", 0) when it gives none.

    A first line `Title: X` or `# X` is one; so is a short first line with a blank line after it and no full stop.

    >>> title_line("Title: Apples\\n\\nThey are red.")
    ('Apples', 13)
    """
    start = len(text) - len(text.lstrip())
    end = text.find("\n", start)
    line = text[start : end if end >= 0 else len(text)]
    for label in (_TITLE_LABEL, _MARKDOWN_HEADING):
        if match := label.match(line):
            return line[match.end() :].strip(), start + len(line)
    alone = end >= 0 and text[end:].startswith("\n\n") and text[end:].strip() != ""
    if alone and line.strip() and len(line) <= 2 * MAX_HEADING and not _TERMINAL.search(line.strip()):
        return line.strip(), start + len(line)
    return "", 0


def _blocks(text: str, title: str) -> Iterator[_Block]:
    lines = list(_lines(text))
    visible = len(text.rstrip())
    first = True
    position = 0
    while position < len(lines):
        start, end = lines[position]
        line = text[start:end]
        position += 1
        if not line.strip():
            continue
        if first and title and _is_title(line, title):
            first = False
            yield _Block(start, end, Kind.TITLE)
            continue
        first = False
        if _ADVERT.match(line):
            yield _Block(start, end, Kind.ADVERT)
        elif heading := _MARKDOWN_HEADING.match(line):
            yield _Block(start, end, Kind.HEADING, heading.end())
        elif _RULE.match(line):
            yield _Block(start, end, Kind.HEADING)
        else:
            marker = _MARKER.match(line)
            while position < len(lines) and _continues(text, lines[position - 1], lines[position]):
                end = lines[position][1]
                position += 1
            if marker:
                yield _Block(start, end, Kind.ITEM, marker.end())
            else:
                row = _is_row(text, lines, position - 1)
                kind = Kind.HEADING if end < visible and not row and _is_heading(text[start:end]) else Kind.TEXT
                yield _Block(start, end, kind)


def _is_row(text: str, lines: Sequence[tuple[int, int]], position: int) -> bool:
    """Whether a line is a row of a table: its cells are parted as those of the row above or below it are."""
    around = [text[slice(*line)] for line in lines[max(0, position - 1) : position + 2]]
    return _CELLS in text[slice(*lines[position])] and sum(_CELLS in line for line in around) > 1


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Spans of the lines, whatever ends them: LF, CRLF, CR, form feed, Unicode separators."""
    start = 0
    for line in text.splitlines(keepends=True):
        yield start, start + len(line.rstrip("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029"))
        start += len(line)


def _continues(text: str, above: tuple[int, int], below: tuple[int, int]) -> bool:
    """Whether a line break is only a wrap inside a paragraph.

    It is when the next line starts in lower case, or when a line that looks wrapped (60 to 132 characters)
    ends without a full stop. Any other line break ends the block: most articles hold one paragraph a line, and a
    table one row.
    """
    upper, lower = text[slice(*above)].rstrip(), text[slice(*below)].lstrip()
    if _CELLS in upper and _CELLS in lower:
        return False
    if not lower or _MARKER.match(lower) or _MARKDOWN_HEADING.match(lower) or _ADVERT.match(lower):
        return False
    if lower[0].islower():
        return True
    return len(upper) in _WRAPPED and not _ENDED.search(upper)


def _is_title(line: str, title: str) -> bool:
    for label in (_TITLE_LABEL, _MARKDOWN_HEADING):
        line = label.sub("", line, count=1)
    return line.split() == title.split()


def _is_heading(block: str) -> bool:
    block = block.strip()
    return (
        len(block) <= MAX_HEADING
        and "\n" not in block
        and any(c.isalpha() for c in block)
        and not _TERMINAL.search(block)
        and not block.endswith(("”", '"', "’", "»"))
    )


def _spans(text: str, start: int, end: int, *, whole: bool) -> Iterator[tuple[int, int]]:
    """Sentence spans of one block, without white space at their ends."""
    block = text[start:end]
    pieces = [block] if whole else list(sentencex.segment("en", block))
    if "".join(pieces) != block:  # never seen, but a splitter that drops a character would shift every citation
        pieces = [block]
    offset = start
    for piece in pieces:
        stripped = piece.strip()
        if stripped:
            begin = offset + len(piece) - len(piece.lstrip())
            yield begin, begin + len(stripped)
        offset += len(piece)
