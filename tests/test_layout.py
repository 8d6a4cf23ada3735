"""The reader's HTML holds an article's text to the character, and marks exactly one span of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser

from hypothesis import example, given
from hypothesis import strategies as st

from index.sentences import split_sentences
from qa.server.inline import Style, styles
from qa.server.layout import Block, Span, article_html, split_blocks

PIECES = (
    "It rained in Rome. ", "Why? ", "\n", "\n\n", "\r\n", "\r", "1. ", "2) ", "- ", "# ", "Heading", "READ ALSO More",
    "\u00a0", "e\u0301", "👩‍👩‍👧", "<script>", "</p>", "&amp;", "&#13;", "\"'", "\t", "\u2028", "\x0c", "ß",
    "漢字。", " ", "**", "*", "`", "_", "[a](b)", " | ", "|--|",
)  # fmt: skip
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=25).map("".join)


class Reading(HTMLParser):
    """What a browser makes of the HTML: its text, and the text inside <mark>."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.marked = ""
        self.lit = ""
        self.ids: list[str] = []
        self._depth = 0
        self._lit = False
        self.feed(re.sub(r"\r\n?", "\n", html))  # as a browser does before it parses
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in {"p", "h2", "ul", "li", "span", "mark", "em", "strong", "code", "u"}
        if tag == "mark":
            self._depth += 1
            self._lit = ("class", "lit") in attrs
            self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag == "mark"

    def handle_data(self, data: str) -> None:
        self.text += data
        self.marked += data if self._depth else ""
        self.lit += data if self._depth and self._lit else ""


def lay_out(text: str, span: Span, others: Sequence[Span] = (), pages: Sequence[int] = ()) -> str:
    # Line ends between elements are the page's own; without them only the article's text is left.
    html = article_html(text, split_sentences(text), span, others, pages, styles(text))
    return re.sub(r"(</(?:p|h2|li)>)\n", r"\1", html)


@given(texts, st.data())
@example("One.\r\n\r\n1. Two.\r\n2. Three.", st.data())
def test_the_marks_hold_the_quote_and_nothing_else(text: str, data: st.DataObject) -> None:
    """Text and marks come back to the character, whatever blocks a span crosses; only the first mark has the id."""
    if not isinstance(data, st.DataObject):
        start, end = 2, len(text)
    else:
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, len(text)))
    text = text.replace("\0", " ")  # HTML cannot hold it
    reading = Reading(lay_out(text, Span(start, end)))
    assert reading.text == text
    assert reading.marked == text[start:end]
    assert reading.ids == (["span"] if start < end else [])


@given(texts, st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=6), st.lists(st.integers(0, 60)))
def test_many_spans_and_pages_leave_the_text_whole(text: str, ends: list[tuple[int, int]], pages: list[int]) -> None:
    """However spans lie over each other: the text comes back, the first is lit, all are marked, pages signed."""
    text = text.replace("\0", " ")
    cut = [(min(pair), min(max(pair), len(text))) for pair in ends]
    lit, *others = [Span(*pair, number) for number, pair in enumerate(cut, start=1)] or [Span()]
    starts = sorted({0, *(page for page in pages if page < len(text))})
    html = lay_out(text, lit, others, starts)
    reading = Reading(html)
    assert reading.text == text
    assert reading.lit == text[lit.start : lit.end]
    covered = {place for span in (lit, *others) for place in range(span.start, span.end)}
    assert reading.marked == "".join(character for place, character in enumerate(text) if place in covered)
    assert [int(page) for page in re.findall(r'data-page="(\d+)"', html)] == list(
        range(2, len(starts) + 1 if text else 2)
    )


def test_a_footnotes_number_stands_where_its_words_end() -> None:
    """Spans that share words: each piece knows its footnotes, and the last of each carries the number."""
    text = "It rained in Rome."
    html = article_html(text, split_sentences(text), Span(0, 9, 2), [Span(3, 18, 1)])
    assert html == (
        '<p><mark id="span" class="lit" data-n="2">It </mark><mark class="lit" data-n="1 2" data-ends="2">rained</mark>'
        '<mark data-n="1" data-ends="1"> in Rome.</mark></p>\n'
    )


@given(texts)
def test_blocks_follow_each_other_without_a_gap(text: str) -> None:
    """Every character belongs to exactly one block."""
    blocks = split_blocks(text, split_sentences(text))
    assert "".join(text[block.start : block.end] for block in blocks) == text
    assert all(block.start <= block.body <= block.end for block in blocks)


def test_paragraphs_headings_and_lists_keep_their_shape() -> None:
    """A worked example: a heading, a paragraph of two sentences, a list with its markers, an advert."""
    text = "Plans\n\nWe plan. We do.\n\n1. Buy bread. It is cheap.\n2. Sell.\n\nREAD ALSO Other news\nDone."
    html = article_html(text, split_sentences(text), Span(text.index("It is"), text.index("It is") + 12))
    assert html.split("\n") == [
        "<h2>Plans",
        "",
        "</h2>",
        "<p>We plan. We do.",
        "",
        "</p>",
        '<ul><li><span class="marker">1. </span>Buy bread. <mark id="span" class="lit">It is cheap.</mark>',
        "</li>",
        '<li><span class="marker">2. </span>Sell.',
        "",
        "</li>",
        '</ul><p class="advert">READ ALSO Other news',
        "</p>",
        "<p>Done.</p>",
        "",
    ]


def test_the_title_line_is_not_said_twice_unless_it_is_quoted() -> None:
    """The page's heading says the title; its line in the text is hidden, but not when the span touches it."""
    text = "Title: Apples\n\nThey are red."
    sentences = split_sentences(text, "Apples")
    assert '<p class="title-line" hidden>' in article_html(text, sentences, Span(15, 18))
    assert '<p class="title-line"><mark id="span" class="lit">Title' in article_html(text, sentences, Span(0, 20))


def test_markdown_is_set_and_its_signs_are_hidden() -> None:
    """A worked example: the signs are there, as part of the text, and a mark may end within what is set."""
    text = "The *tug Pilchard* sank."
    html = article_html(text, split_sentences(text), Span(4, 8), styles=styles(text))
    assert html == (
        '<p>The <mark id="span" class="lit"><span class="sign">*</span></mark><mark class="lit"><em>tug</em></mark>'
        '<em> Pilchard</em><span class="sign">*</span> sank.</p>\n'
    )


def test_what_is_no_markdown_is_left_alone() -> None:
    """Sums, names with underscores, single stars; a link shows its words and hides its address."""
    assert list(styles("2 * 3 * 4, snake_case_name, a*b*c, ** x **, 5*")) == []
    shown = list(styles("![x](http://evil.example/i) `a*b*`"))
    assert [(style.name, style.end - style.start) for style in shown] == [
        ("sign", 2), ("u", 1), ("sign", 24), ("sign", 1), ("code", 4), ("sign", 1),
    ]  # fmt: skip
    assert isinstance(shown[0], Style)


def test_a_text_without_sentences_is_still_shown() -> None:
    """White space and dashes make no sentence, and one block."""
    assert split_blocks("---", ()) == (Block(0, 0, 3, 0, 0),)
    assert split_blocks("", ()) == ()
