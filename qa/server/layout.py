"""An article laid out as HTML: every character of its text once, in order, and one span of it marked. Pure."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.sentences import Kind, Sentence

from .links import SPAN_ID

_BREAKS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_ELEMENTS = {
    Kind.TEXT: ("<p>", "</p>"),
    Kind.ITEM: ("<li>", "</li>"),
    Kind.HEADING: ("<h2>", "</h2>"),
    Kind.TITLE: ('<p class="title-line">', "</p>"),
    Kind.ADVERT: ('<p class="advert">', "</p>"),
}


@dataclass(frozen=True, slots=True)
class Span:
    """`text[start:end]` of an article; empty where nothing is marked."""

    start: int = 0
    end: int = 0

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


def article_html(text: str, sentences: Sequence[Sentence], span: Span) -> str:
    """The text as HTML elements whose text content, one after the other, is `text` (NUL aside, which HTML has not)."""
    return "".join(_elements(text, split_blocks(text, sentences), span))


def escape(text: str) -> str:
    """Text for HTML, kept to the character: a browser would take a bare CR for a line feed and drop a NUL."""
    return html.escape(text).replace("\r", "&#13;").replace("\0", "�")


def _body(text: str, start: int, first: Sentence) -> int:
    """Where a block's own text starts: behind its marker, if it has one."""
    return first.start if text[start : first.start].strip() else start


def _elements(text: str, blocks: Sequence[Block], span: Span) -> Iterator[str]:
    open_list = 0
    for block in blocks:
        if open_list and block.list_number != open_list:
            yield "</ul>"
        if block.list_number and block.list_number != open_list:
            yield "<ul>"
        open_list = block.list_number
        yield _element(text, block, span)
    if open_list:
        yield "</ul>"


def _element(text: str, block: Block, span: Span) -> str:
    # A point of a list may be cut into several sentences, and its first may be of another kind: the list rules.
    kind = Kind.ITEM if block.list_number else block.kind
    opening, closing = _ELEMENTS[kind]
    if kind is Kind.TITLE and not span.overlap(block.start, block.end):
        opening = opening.replace(">", " hidden>")  # the page's heading says it already
    marker = _marked(text, block.start, block.body, span)
    if marker:
        marker = f'<span class="{"sign" if kind is Kind.HEADING else "marker"}">{marker}</span>'
    return f"{opening}{marker}{_marked(text, block.body, block.end, span)}{closing}\n"


def _marked(text: str, start: int, end: int, span: Span) -> str:
    inside = span.overlap(start, end)
    if not inside:
        return escape(text[start:end])
    mark = f'<mark id="{SPAN_ID}">' if inside.start == span.start else "<mark>"
    return (
        f"{escape(text[start : inside.start])}{mark}{escape(text[inside.start : inside.end])}</mark>"
        f"{escape(text[inside.end : end])}"
    )
