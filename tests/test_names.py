"""Proper names: found by their upper case, told apart, and called short."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.names import called_short, names, names_apart, short_names

ARTICLE = "Ada Lund came from Bergen. Lund ran the harbour for ten years."


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ma left Hangzhou on Monday, and in May the firm followed.", {"ma", "hangzhou"}),
        ("In 2020 they paid 3 billion.", set()),
        ("Martin met Julia and Mayer of Decathlon.", {"martin", "julia", "mayer", "decathlon"}),
    ],
)
def test_names_are_words_in_upper_case_that_are_no_days_or_small_words(text: str, found: set[str]) -> None:
    assert names(text) == found


def test_two_sentences_are_apart_where_each_names_what_the_other_does_not() -> None:
    assert names_apart("Orbix builds in Leeds.", "Orbix builds in Gdansk.")
    assert not names_apart("Orbix builds in Leeds.", "Orbix builds there.")


@pytest.mark.parametrize(
    ("question", "text", "asked"),
    [
        ("Where did Ada Lund come from?", "Ada Lund came from Bergen.", "Where did Ada Lund come from?"),
        ("How long did Ada Lund run it?", "Lund ran the harbour.", "How long did Lund run it?"),
        ("When did Ada Lund's time end?", "Lund ran the harbour.", "When did Lund's time end?"),
        ("What did Eva Lund run?", "Lund ran the harbour.", "What did Eva Lund run?"),
    ],
)
def test_a_name_is_called_short_where_the_text_does_so(question: str, text: str, asked: str) -> None:
    assert called_short(question, text, short_names(question, ARTICLE)) == asked


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_may_be_asked(question: str, text: str) -> None:
    assert called_short(question, text, {}) == question
    assert not names_apart(text, text)
