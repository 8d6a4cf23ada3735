"""From the lines of pages to running text: paragraphs, headings, list points, without running headers. Pure.

A page knows where its lines stand and how large they are, nothing else. All measures are in points, y upwards.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from .canonical import canonical

SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
LABEL = re.compile(r"\(?(?:\d{1,3}|[a-z])?[.)\]]?|[-*•‣▪◦○●■–\uf0b7\uf0a7]")
"""What stands alone before a point or a note, with a gap after it that is no gap between cells."""

_BULLET = re.compile(r"[•‣▪◦○●■∙·\uf0b7\uf0a7\uf076\uf0d8*–-][ \u00a0]+(?=\S)")
_NUMBER = re.compile(r"\(?(\d{1,3})[.)][ \u00a0]+(?=\S)")
_PAGE_NUMBER = re.compile(
    r"(?:(?:page|seite|página|pagina|p\.|s\.)\s*)?[-–—]?\s*(?:\d{1,4}|[ivxlc]{1,6})\s*[-–—]?(?:\s*(?:/|of|von|de|di|van)\s*\d{1,4})?",
    re.IGNORECASE,
)
_ENDED = re.compile(r"[.!?…:。！？]['\")\]”’»⁰¹²³⁴⁵⁶⁷⁸⁹]*$")
_HYPHENS = "-\u2010\u00ad"
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
_NOTE_SIGN = re.compile(r"(?<=[^\W\d])[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}|(?<=[.,;:!?”’»)])[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}")
_BACK_ARROW = re.compile("\\s*[↩↑][\ufe0e\ufe0f]?$")
_NOTE = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}|\d{1,3}(?=[ .)])")
_SAME_HEIGHT = 6.0
"""Points by which a running header may move from page to page."""
_ANY_GAP = 1e9
_EDGE = 3
"""Lines at the top and at the bottom of a page that may be running headers and footers."""


@dataclass(frozen=True, slots=True)
class Bullet:
    """A small drawing: the bullet of the line whose text begins right of it. `middle` is a y, `size` its height."""

    left: float
    right: float
    middle: float
    size: float


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `baseline` is its y, `size` the height of its letters' boxes."""

    text: str
    left: float
    right: float
    baseline: float
    size: float

    def joined(self, other: Line) -> Line | None:
        """This line and what stands further right at the same height, or None where that is not so."""
        near = -0.3 * self.size <= other.left - self.right < 1.5 * self.size
        if not near or abs(self.baseline - other.baseline) > 0.4 * self.size:
            return None
        text = other.text
        if other.size < 0.8 * self.size and text.isdigit():
            return replace(self, text=self.text + text.translate(SUPERSCRIPTS), right=other.right)
        return replace(self, text=f"{self.text} {text}", right=other.right, size=max(self.size, other.size))

    def after_bullet(self, bullets: Sequence[Bullet]) -> Line:
        """This line, with a bullet before it where one is drawn there."""
        for bullet in bullets:
            if (
                0 < self.left - bullet.right < 2.5 * self.size
                and self.baseline < bullet.middle < self.baseline + 0.8 * self.size
                and 0.1 * self.size < bullet.size < 0.6 * self.size
                and not _BULLET.match(self.text)
            ):
                return replace(self, text=f"• {self.text}", left=bullet.left)
        return self

    @property
    def is_point(self) -> bool:
        """Whether a point of a list begins here."""
        return bool(_BULLET.match(self.text) or _NUMBER.match(self.text))

    @property
    def is_row(self) -> bool:
        """Whether it is a row of a table."""
        return " | " in self.text


@dataclass(frozen=True, slots=True)
class Flowed:
    """Canonical text, where each page begins in it (ascending), and the line in the largest letters at its head."""

    text: str
    pages: tuple[int, ...]
    title: str


@dataclass(slots=True)
class _Block:
    """A paragraph, heading, point or row: lines, each with the number of its page."""

    lines: list[tuple[int, Line]]

    @property
    def first(self) -> Line:
        return self.lines[0][1]

    @property
    def last(self) -> Line:
        return self.lines[-1][1]

    @property
    def kind(self) -> str:
        return "point" if self.first.is_point else "row" if self.first.is_row else "paragraph"


def flow(pages: Sequence[Sequence[Line]]) -> Flowed:
    """Running text from the lines of pages."""
    pages = [_without_running(page, running) for page, running in zip(pages, _running(pages), strict=True)]
    body = _body_size(pages)
    leadings = _leadings(pages)
    blocks: list[_Block] = []
    noted: set[str] = set()
    broken: _Block | None = None  # what the next page may go on with
    for number, page in enumerate(pages):
        main, notes = _split_notes(page, body)
        found = _blocks(main, number, leadings, body)
        if broken and found and _goes_on_elsewhere(broken, found[0].first, body):
            broken.lines += found.pop(0).lines
        blocks += found
        broken = found[-1] if found else broken
        # The notes at the foot of a page come before a paragraph that runs over to the next one, and so break nothing.
        place = len(blocks)
        if broken and not _ENDED.search(broken.last.text):
            place = next(n for n in reversed(range(len(blocks))) if blocks[n] is broken)
            while place and blocks[place].kind == blocks[place - 1].kind == "point":
                place -= 1
        blocks[place:place] = _blocks(notes, number, leadings, body)
        noted.update(match[0].translate(_DIGITS) for note in notes if (match := _NOTE.match(note.text)))
    return _write(blocks, len(pages), body, noted)


# -- what stands on every page -----------------------------------------------------------------------------------------


def _edges(page: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """The lines of the page from the top down, and from the bottom up."""
    down = sorted(page, key=lambda line: -line.baseline)
    return down, down[::-1]


def _running(pages: Sequence[Sequence[Line]]) -> list[set[Line]]:
    """For each page its running headers and footers: the same but for numbers, at the same height, on other pages."""
    heights: dict[tuple[int, str], list[float]] = defaultdict(list)
    for page in pages:
        for edge, lines in enumerate(_edges(page)):
            for line in lines[:_EDGE]:
                heights[edge, _pattern(line)].append(line.baseline)
    for same in heights.values():
        same.sort()
    enough = max(2, 0.3 * sum(1 for page in pages if page))

    def repeated(edge: int, line: Line) -> bool:
        same = heights[edge, _pattern(line)]
        first, end = bisect_right(same, line.baseline - _SAME_HEIGHT), bisect_left(same, line.baseline + _SAME_HEIGHT)
        return end - first >= enough or _PAGE_NUMBER.fullmatch(line.text) is not None

    return [
        {
            line
            for edge, lines in enumerate(_edges(page))
            for line in lines[: _header_length([repeated(edge, line) for line in lines[:_EDGE]], lines)]
        }
        for page in pages
    ]


def _header_length(repeated: Sequence[bool], lines: Sequence[Line]) -> int:
    """How many of the outermost lines are a header: all of them repeated, up to the first gap."""
    for count in range(1, len(repeated) + 1):
        gap = abs(lines[count - 1].baseline - lines[count].baseline) if count < len(lines) else _ANY_GAP
        if all(repeated[:count]) and gap > 1.5 * lines[count - 1].size:
            return count
    return 0


def _pattern(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text)


def _without_running(page: Sequence[Line], running: set[Line]) -> list[Line]:
    return [line for line in page if line not in running]


def _split_notes(page: Sequence[Line], body: float) -> tuple[Sequence[Line], Sequence[Line]]:
    """The page's text and the notes at its foot, which are set smaller."""
    end = len(page)
    while end and page[end - 1].size < 0.93 * body:
        end -= 1
    if end and end < len(page) and page[end].baseline < page[end - 1].baseline:
        return page[:end], page[end:]
    return page, ()


# -- what belongs together ---------------------------------------------------------------------------------------------


def _body_size(pages: Sequence[Sequence[Line]]) -> float:
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page:
            sizes[round(line.size * 2) / 2] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 1.0


def _leadings(pages: Sequence[Sequence[Line]]) -> dict[int, float]:
    """The usual distance between two lines of one paragraph, for each size of letters."""
    drops: dict[int, Counter[float]] = defaultdict(Counter)
    for page in pages:
        for above, line in pairwise(page):
            drop = above.baseline - line.baseline
            if _same_size(above, line) and 0.7 * line.size < drop < 2.2 * line.size:
                drops[round(line.size)][round(drop * 2) / 2] += 1
    return {size: counts.most_common(1)[0][0] for size, counts in drops.items()}


def _same_size(one: Line, other: Line) -> bool:
    return abs(one.size - other.size) <= 0.1 * max(one.size, other.size)


def _blocks(lines: Sequence[Line], page: int, leadings: dict[int, float], body: float) -> list[_Block]:
    blocks: list[_Block] = []
    for line in lines:
        if blocks and _goes_on(blocks[-1], line, lines, leadings, body):
            blocks[-1].lines.append((page, line))
        else:
            blocks.append(_Block([(page, line)]))
    return blocks


def _goes_on(block: _Block, line: Line, page: Sequence[Line], leadings: dict[int, float], body: float) -> bool:
    """Whether the line goes on with the block above it."""
    above = block.last
    if line.is_point or line.is_row or above.is_row or not _same_size(above, line):
        return False
    drop = above.baseline - line.baseline
    if drop <= 0:
        return _goes_on_elsewhere(block, line, body)
    if drop > 1.25 * leadings.get(round(line.size), 1.35 * line.size):
        return False
    if line.size > 1.1 * body:  # a heading of two lines, perhaps centred
        return True
    ended = _ENDED.search(above.text) is not None
    on_purpose = _was_ended_on_purpose(above, line, page)
    if block.first.is_point:
        hanging = line.left > block.first.left + 0.3 * line.size
        return hanging or not (ended or on_purpose)
    indented = line.left > above.left + 0.8 * line.size
    return not on_purpose and not (indented and ended)


def _goes_on_elsewhere(block: _Block, line: Line, body: float) -> bool:
    """Whether the line, at the head of the next column or page, goes on with the block."""
    above = block.last
    if line.is_point or line.is_row or above.is_row or not _same_size(above, line) or above.size > 1.1 * body:
        return False
    if _ENDED.search(above.text):
        return False
    return len(block.lines) > 1 or line.text[0].islower() or above.text[-1] in _HYPHENS + ","


def _was_ended_on_purpose(above: Line, line: Line, page: Sequence[Line]) -> bool:
    """Whether the first word of the line would have had room in the line above, and begins something."""
    if line.text[0].islower() and not _ENDED.search(above.text):
        return False
    word = line.text.split(" ", 1)[0]
    width = (line.right - line.left) * len(word) / len(line.text)
    return _right_margin(above, page) - above.right > width + 0.5 * line.size


def _right_margin(line: Line, page: Sequence[Line]) -> float:
    """How far right the lines of its column go: those with the same left end or the same middle."""
    return max(
        other.right
        for other in page
        if abs(other.left - line.left) < 3 * line.size
        or abs(other.left + other.right - line.left - line.right) < 2 * line.size
    )


# -- text --------------------------------------------------------------------------------------------------------------


def _write(blocks: Sequence[_Block], page_count: int, body: float, noted: set[str]) -> Flowed:
    vocabulary = {word for block in blocks for _, line in block.lines for word in _words(line.text)}
    pieces: list[str] = []
    length = 0
    begins = [-1] * page_count
    before = header = ""
    for block in blocks:
        if block.kind != "row":
            header = ""
        elif before != "row":
            header = block.first.text
        elif block.first.text == header:  # a table's header, repeated at the head of the next page
            continue
        if pieces:
            pieces.append("\n" if block.kind == before != "paragraph" else "\n\n")
            length += len(pieces[-1])
        before = block.kind
        for page, piece in _pieces(block, vocabulary, noted):
            if begins[page] < 0 or length < begins[page]:
                begins[page] = length
            pieces.append(piece)
            length += len(piece)
    for page in reversed(range(page_count)):  # a page without text begins where the next one does
        after = begins[page + 1] if page + 1 < page_count else length
        begins[page] = min(begins[page], after) if begins[page] >= 0 else after
    return Flowed("".join(pieces), tuple(begins), _largest(blocks, body))


def _pieces(block: _Block, vocabulary: set[str], noted: set[str]) -> Iterator[tuple[int, str]]:
    """The text of each line with what joins it to the next, and its page."""
    for position, (page, line) in enumerate(block.lines):
        text = line.text
        if position == 0 and (bullet := _BULLET.match(text)):
            text = f"- {text[bullet.end() :]}"
        if position + 1 == len(block.lines):
            text = _BACK_ARROW.sub("", text)
        else:
            text = _joined(text, block.lines[position + 1][1].text, vocabulary)
        yield page, canonical(_without_note_signs(text.translate(_LIGATURES), noted))


def _joined(text: str, below: str, vocabulary: set[str]) -> str:
    """The text as it goes before the line below: a word broken at the line's end is made whole."""
    hyphen = text[-1]
    if hyphen not in _HYPHENS or len(text) < 2 or not text[-2].isalnum():
        return f"{text} "
    if not below[0].islower():  # 1914-\n1918, Anglo-\nSaxon
        return f"{text[:-1]}-"
    end, start = re.split(r"[^\w'’]", text[:-1])[-1].lower(), re.split(r"[^\w'’]", below)[0].lower()
    compound = f"{end}-{start}" in vocabulary and end + start not in vocabulary
    return text[:-1] + ("-" if compound and hyphen in "-\u2010" else "")


def _words(text: str) -> list[str]:
    """Words in lower case, compounds whole; not the last one, which may be broken."""
    # Begun at a word's start alone: else a long last word is tried anew from each of its letters.
    return re.findall(r"(?<![\w'’])[\w'’]+(?:-[\w'’]+)*(?=\W)", text.lower())


def _without_note_signs(text: str, noted: set[str]) -> str:
    """Raised numbers that point to a note are no part of the sentence; m² and 10⁶ are."""

    def keep(match: re.Match[str]) -> str:
        after_word = text[match.start() - 1].isalpha()
        return match[0] if after_word and match[0].translate(_DIGITS) not in noted else ""

    return _NOTE_SIGN.sub(keep, text)


def _largest(blocks: Sequence[_Block], body: float) -> str:
    """The block of the first page in the largest letters, where they are larger than the body's: the title."""
    heads = [block for block in blocks if block.lines[0][0] == 0 and block.first.size > 1.15 * body]
    if not heads:
        return ""
    head = max(heads, key=lambda block: block.first.size)
    return " ".join(line.text for _, line in head.lines)[:200]
