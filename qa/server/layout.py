"""An article laid out as HTML: every character of its text once, in order, and the cited spans of it marked. Pure."""

from __future__ import annotations

import html
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.sentences import Kind, Sentence

from .inline import SIGN, Style
from .links import SPAN_ID

_BREAKS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_CELLS = " | "  # between the cells of a table's row
_ELEMENTS = {
    Kind.TEXT: ("<p>", "</p>"),
    Kind.ITEM: ("<li>", "</li>"),
    Kind.HEADING: ("<h2>", "</h2>"),
    Kind.TITLE: ('<p class="title-line">', "</p>"),
    Kind.ADVERT: ('<p class="advert">', "</p>"),
}


@dataclass(frozen=True, slots=True)
class Span:
    """`text[start:end]` of an article; empty where nothing is marked. `number` is its footnote, 0 where it has none."""

    start: int = 0
    end: int = 0
    number: int = 0

    def overlap(self, start: int, end: int) -> Span:
        """The part of this span that lies in `text[start:end]`."""
        return Span(max(self.start, start), max(self.start, start, min(self.end, end)))

    def __bool__(self) -> bool:
        return self.start < self.end


NOTHING = Span()


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading or list point. `text[start:body]` is its marker ("1. ", "## ") where it has one.

    Blocks follow each other without a gap: the white space after a block belongs to it.
    """

    start: int
    body: int
    end: int
    kind: Kind
    list_number: int


def split_blocks(text: str, sentences: Sequence[Sentence]) -> tuple[Block, ...]:
    """The blocks of `text`. Sentences share a block as long as no line ends between them."""
    starts: list[tuple[int, Sentence]] = []
    before = 0
    for sentence in sentences:
        gap = text[before : sentence.start]
        line = max(gap.rfind(mark) for mark in _BREAKS) + 1
        if not starts or line:
            starts.append((before + line if starts else 0, sentence))
        before = sentence.end
    if not starts:
        return (Block(0, 0, len(text), Kind.TEXT, 0),) if text else ()
    ends = [start for start, _ in starts[1:]] + [len(text)]
    return tuple(
        Block(start, _body(text, start, first), end, first.kind, first.list_number)
        for (start, first), end in zip(starts, ends, strict=True)
    )


def article_html(
    text: str,
    sentences: Sequence[Sentence],
    span: Span = NOTHING,
    others: Sequence[Span] = (),
    pages: Sequence[int] = (),
    styles: Iterable[Style] = (),
) -> str:
    """The text as HTML elements whose text content, one after the other, is `text` (NUL aside, which HTML has not).

    `span` is lit; `others`, which the same answer cites, are marked more quietly. `pages` are offsets at which a page
    begins: a sign without text stands there. `styles` are those of Markdown, where the text is such.
    """
    marks = _Marks(text, span, tuple(other for other in others if other), tuple(pages[1:]), tuple(styles))
    return "".join(_elements(split_blocks(text, sentences), marks))


def escape(text: str) -> str:
    """Text for HTML, kept to the character: a browser would take a bare CR for a line feed and drop a NUL."""
    return html.escape(text).replace("\r", "&#13;").replace("\0", "�")


def _body(text: str, start: int, first: Sentence) -> int:
    """Where a block's own text starts: behind its marker, if it has one."""
    return first.start if text[start : first.start].strip() else start


@dataclass(frozen=True, slots=True)
class _Marks:
    """What is marked in `text`, and where its pages begin, the first aside."""

    text: str
    lit: Span
    others: tuple[Span, ...]
    pages: tuple[int, ...]
    styles: tuple[Style, ...]

    def html(self, start: int, end: int) -> str:
        """`text[start:end]`, cut wherever a span or a page begins or ends."""
        spans = [span for span in (self.lit, *self.others) if span.overlap(start, end)]
        edges = {edge for span in spans for edge in (span.start, span.end) if start < edge < end}
        breaks = self.pages[bisect_left(self.pages, start) : bisect_left(self.pages, end)]
        styles = self._styles(start, end)
        edges |= {edge for style in styles for edge in (style.start, style.end) if start < edge < end}
        cuts = [*sorted({start, *edges, *breaks}), end]
        return "".join(self._piece(spans, *piece) for piece in pairwise(cuts))

    def _piece(self, spans: Sequence[Span], start: int, end: int) -> str:
        page = bisect_right(self.pages, start)
        begins = page and self.pages[page - 1] == start
        sign = f'<span class="page" data-page="{page + 1}"></span>' if begins else ""
        text = escape(self.text[start:end])
        for style in self._styles(start, end):
            tag = f'span class="{SIGN}"' if style.name == SIGN else style.name
            text = f"<{tag}>{text}</{tag.partition(' ')[0]}>"
        over = [span for span in spans if span.overlap(start, end)]
        return f"{sign}{self._tag(over, start, end)}{text}</mark>" if over else f"{sign}{text}"

    def _styles(self, start: int, end: int) -> tuple[Style, ...]:
        """Those that lie in `text[start:end]`, or that it lies in."""
        first = bisect_right(self.styles, start, key=lambda style: style.end)
        return self.styles[first : bisect_left(self.styles, end, key=lambda style: style.start)]

    def _tag(self, over: Sequence[Span], start: int, end: int) -> str:
        """The opening tag of a mark that is part of these spans; a footnote's number stands where its span ends."""
        lit = self.lit in over
        attributes = [f'id="{SPAN_ID}"'] if lit and start == self.lit.start else []
        attributes += ['class="lit"'] if lit else []
        numbers = sorted({span.number for span in over if span.number})
        ending = sorted({span.number for span in over if span.number and span.end == end})
        attributes += [f'data-n="{" ".join(map(str, numbers))}"'] if numbers else []
        attributes += [f'data-ends="{" ".join(map(str, ending))}"'] if ending else []
        return f"<mark {' '.join(attributes)}>" if attributes else "<mark>"


def _elements(blocks: Sequence[Block], marks: _Marks) -> Iterator[str]:
    open_list = 0
    for block in blocks:
        if open_list and block.list_number != open_list:
            yield "</ul>"
        if block.list_number and block.list_number != open_list:
            yield "<ul>"
        open_list = block.list_number
        yield _element(block, marks)
    if open_list:
        yield "</ul>"


def _element(block: Block, marks: _Marks) -> str:
    # A point of a list may be cut into several sentences, and its first may be of another kind: the list rules.
    kind = Kind.ITEM if block.list_number else block.kind
    opening, closing = _ELEMENTS[kind]
    if kind is Kind.TITLE and not marks.lit.overlap(block.start, block.end):
        opening = opening.replace(">", " hidden>")  # the page's heading says it already
    elif kind is Kind.TEXT and _CELLS in marks.text[block.body : block.end]:
        opening = '<p class="row">'
    marker = marks.html(block.start, block.body) if block.start < block.body else ""
    if marker:
        marker = f'<span class="{"sign" if kind is Kind.HEADING else "marker"}">{marker}</span>'
    return f"{opening}{marker}{marks.html(block.body, block.end)}{closing}\n"
