"""Texts read as sentences: spans that hold on any text, and the kinds that decide what may be quoted."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import Article, Kind, Library
from index.sentences import split_sentences, title_line

PIECES = (
    "Prices fell by 3.5 % on Friday. ",
    "He said: “No.” ",
    "Mr. Ma met U.S. officials. ",
    "1. Regulatory clarity: it helps. ",
    "- a point",
    "# A heading",
    "READ ALSO something else",
    "Title: X",
    "\n",
    "\r\n",
    "\n\n",
    "\r",
    "\t",
    "\u00a0",
    "\u2028",
    "\x85",
    "\x1c",
    "\0",
    "\u200b",
    "🙂👩‍👩‍👧‍👦",
    "e\u0301\u0302 ",
    "中文字符。日本語の文。",
    "?!?!…… ",
    "—" * 40,
    "a" * 300,
)
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=15), max_size=25).map("".join)
MARKER = re.compile(r"#{1,6}|\(?\d{1,3}[.)]|[-*•‣–]")


def quotes(text: str, title: str = "") -> list[tuple[str, str]]:
    return [(s.kind.name, text[s.start : s.end]) for s in split_sentences(text, title)]


@settings(deadline=None, max_examples=150)
@given(TEXTS, st.sampled_from(["", "X", "A heading"]))
def test_spans_lie_in_order_inside_any_text_without_white_space_at_their_ends(text: str, title: str) -> None:
    end = 0
    for sentence in split_sentences(text, title):
        assert end <= sentence.start < sentence.end <= len(text)
        quote = text[sentence.start : sentence.end]
        assert quote == quote.strip()
        end = sentence.end


@settings(deadline=None, max_examples=150)
@given(TEXTS)
def test_nothing_but_white_space_and_list_markers_is_left_between_spans(text: str) -> None:
    left, end = "", 0
    for sentence in split_sentences(text):
        left += " " + text[end : sentence.start]
        end = sentence.end
    assert [word for word in (left + " " + text[end:]).split() if not MARKER.fullmatch(word)] == []


@settings(deadline=None, max_examples=50)
@given(TEXTS)
def test_the_same_text_is_always_read_the_same(text: str) -> None:
    assert split_sentences(text) == split_sentences(text)


def test_abbreviations_and_decimals_end_no_sentence() -> None:
    assert quotes("Mr. Ma met U.S. officials on Oct. 5. It cost $1.5 trillion. They left!") == [
        ("TEXT", "Mr. Ma met U.S. officials on Oct. 5."),
        ("TEXT", "It cost $1.5 trillion."),
        ("TEXT", "They left!"),
    ]


def test_a_paragraph_wrapped_at_72_characters_is_one_paragraph_with_either_line_end() -> None:
    lines = (
        "The government began a crackdown that resulted in more than one trillion",
        "Dollars of losses, and it may now be softening its stance on the large",
        "technology firms.",
    )
    for line_end in ("\n", "\r\n"):
        text = line_end.join(lines)
        assert quotes(text) == [("TEXT", text)]


def test_lines_that_do_not_look_wrapped_stand_alone() -> None:
    assert quotes("Short line one\nShort line two\nShort line three") == [
        ("HEADING", "Short line one"),
        ("HEADING", "Short line two"),
        ("TEXT", "Short line three"),
    ]


def test_the_points_of_a_list_are_items_and_each_list_has_its_number() -> None:
    text = "Two things.\n\n1. Buy. It is cheap.\n\n2. Sell.\n\nAnd then:\n\n- Wait\n* Hope"
    assert [(text[s.start : s.end], s.kind.name, s.list_number) for s in split_sentences(text)] == [
        ("Two things.", "TEXT", 0),
        ("Buy.", "ITEM", 1),
        ("It is cheap.", "TEXT", 1),
        ("Sell.", "ITEM", 1),
        ("And then:", "TEXT", 0),
        ("Wait", "ITEM", 2),
        ("Hope", "ITEM", 2),
    ]


def test_the_title_line_and_headings_are_no_evidence() -> None:
    text = "# Apples\n\n## Colour\n\nThey are red."
    assert quotes(text, "Apples") == [("TITLE", "# Apples"), ("HEADING", "Colour"), ("TEXT", "They are red.")]
    assert [s.kind for s in split_sentences(text, "Apples") if s.is_evidence] == [Kind.TEXT]


@pytest.mark.parametrize(
    "line",
    [
        "READ ALSO Google shifts focus to Bard A.I. technology in restructuring of virtual assistant unit",
        "READ MORE: What comes next",
        "Read also: What comes next",
        "See also: the other article",
        "ALSO READ The other article",
        "RELATED: Five things to know",
        "Related: Five things to know",
        "Sign up for our daily newsletter",
        "ADVERTISEMENT",
    ],
)
def test_a_line_that_points_elsewhere_is_an_advert(line: str) -> None:
    text = f"One thing happened.\n\n{line}\n\nThen another did."
    assert quotes(text) == [("TEXT", "One thing happened."), ("ADVERT", line), ("TEXT", "Then another did.")]


@pytest.mark.parametrize(
    "sentence",
    [
        "See more of the park at dawn.",
        "He had read also the second book.",
        "Related work is discussed below.",
        "Watch next to the river for birds.",
        "Advertisement spending fell by a tenth.",
    ],
)
def test_a_sentence_that_begins_like_an_advert_is_evidence(sentence: str) -> None:
    assert quotes(f"One thing happened.\n\n{sentence}") == [("TEXT", "One thing happened."), ("TEXT", sentence)]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Title: Apples\n\nThey are red.", "Apples"),
        ("\n\ntitle:   Apples  \nThey are red.", "Apples"),
        ("# Apples\nThey are red.", "Apples"),
        ("Apples are good\n\nThey are red.", "Apples are good"),
        ("Apples are good.\n\nThey are red.", ""),
        ("Apples are good\nThey are red.", ""),
        ("Apples are good", ""),
        ("Apples are good\n\n  \n", ""),
        ("A" * 250 + "\n\nThey are red.", ""),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_the_title_comes_from_a_labelled_or_lonely_first_line(text: str, title: str) -> None:
    assert title_line(text)[0] == title


def test_the_seeds_titles_advert_headings_and_five_points_are_found(seeds: Library) -> None:
    articles: list[Article] = [seeds.show(summary.id) for summary in seeds.articles()]
    kinds = {a.id: [(s.kind, a.text[s.start : s.end]) for s in seeds.sentences(a.id)] for a in articles}
    adverts = [text for sentences in kinds.values() for kind, text in sentences if kind is Kind.ADVERT]
    assert adverts == [
        "READ ALSO Google shifts focus to Bard A.I. technology in restructuring of virtual assistant unit"
    ]
    headings = [text for sentences in kinds.values() for kind, text in sentences if kind is Kind.HEADING]
    assert headings == [
        "The crackdown and its impact",
        "Seeking to woo investments again",
        "Restoring market confidence",
    ]
    items = [text for sentences in kinds.values() for kind, text in sentences if kind is Kind.ITEM]
    assert len(items) == 5
    assert items[0].startswith("Regulatory clarity: ")
    assert [text.removeprefix("Title: ") for ss in kinds.values() for kind, text in ss if kind is Kind.TITLE] == [
        article.title for article in articles
    ]


def test_the_rows_of_a_table_are_evidence_and_stay_apart() -> None:
    text = "Sport | The Courier\n\nMonth | Landings\nDecember | 412\njanuary | 96\n\nThe rest is silence."
    found = [(text[s.start : s.end], s.kind) for s in split_sentences(text)]
    assert found == [
        ("Sport | The Courier", Kind.HEADING),
        ("Month | Landings", Kind.TEXT),
        ("December | 412", Kind.TEXT),
        ("january | 96", Kind.TEXT),
        ("The rest is silence.", Kind.TEXT),
    ]


def test_a_line_that_ends_with_a_comma_may_be_wrapped_and_a_rule_of_a_table_is_no_evidence() -> None:
    wrapped = "Because of the recall of all relays that were made in the first quarter of 2025,\nNorthvale ended it."
    assert quotes(wrapped) == [("TEXT", wrapped)]
    table = "| Property | H1 |\n|---|:---:|\n| Weight | 180 g |"
    assert [kind for kind, text in quotes(table) if "---" in text] == ["HEADING"]
