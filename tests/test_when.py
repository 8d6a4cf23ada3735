"""The time that a question names: spans of days, relative to a day that is given."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Scope
from qa.when import When, event, when

TODAY = "2023-07-20"


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("What happened in 2021?", "2021", "2021"),
        ("What happened in May 2021?", "2021-05", "2021-05"),
        ("Who spoke on 4 May 2021?", "2021-05-04", "2021-05-04"),
        ("Who spoke on May 4th, 2021?", "2021-05-04", "2021-05-04"),
        ("What is new since May?", "2023-05", None),
        ("What is new since October?", "2022-10", None),
        ("What changed after 2020?", "2021", None),
        ("What changed after December 2020?", "2021-01", None),
        ("What was decided before March 2021?", None, "2021-02-28"),
        ("Who was fined between 2019 and 2021?", "2019", "2021"),
        ("What happened last month?", "2023-06", "2023-06"),
        ("What happened last year?", "2022", "2022"),
        ("What happened this year?", "2023", "2023"),
        ("What happened in the last 10 days?", "2023-07-10", None),
        ("What happened in the past week?", "2023-07-13", None),
    ],
)
def test_a_time_is_read(question: str, since: str | None, until: str | None) -> None:
    found = when(question, TODAY)
    assert found is not None
    assert (found.since, found.until, found.newest) == (since, until, False)


@pytest.mark.parametrize(
    "question",
    ["Who founded Alibaba?", "What may happen in march?", "Which of 2000 firms left?", "How many in May?", "At last"],
)
def test_no_time_is_read_where_none_is(question: str) -> None:
    found = when(question, None)
    assert found is None or found.since == "2000"


def test_the_latest_is_wanted() -> None:
    assert when("What is the latest fine?", TODAY) == When(newest=True)
    assert when("Who was most recently fined?", None) == When(newest=True)


@pytest.mark.parametrize(
    ("question", "is_filter"),
    [
        ("What do articles from 2021 say of Ma?", True),
        ("Which articles published in 2021 name Ma?", True),
        ("What did Ma say in 2021?", False),
        ("Summarise the news from last month", True),
    ],
)
def test_only_a_time_of_articles_filters(question: str, is_filter: bool) -> None:
    found = when(question, TODAY)
    assert found is not None
    assert found.is_filter == is_filter


@given(st.text(max_size=60), st.dates().map(str) | st.none())
def test_any_question_has_a_time_that_a_scope_takes_or_none(question: str, today: str | None) -> None:
    found = when(question, today)
    if found is not None:
        Scope(since=found.since, until=found.until)


@given(
    st.sampled_from(["since", "after", "before", "in", "from", "until"]),
    st.sampled_from(["2021", "May 2021", "4 May 2021", "31 December 1999", "last week", "the past 999 years", "1900"]),
    st.dates().map(str),
)
def test_spans_are_dates_in_order(word: str, point: str, today: str) -> None:
    found = when(f"What happened {word} {point}?", today)
    if found is not None:
        Scope(since=found.since, until=found.until)


def test_after_in_a_verb_tells_no_time() -> None:
    assert event("When did Arlen start going after its ferry firms?") is None
    assert event("Who looks after the bridge?") is None
