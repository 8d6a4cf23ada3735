"""Spans that meet, and where a quote stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.spans import Span, overlap, places_of

spans = st.builds(lambda a, s, n: Span(a, s, s + n), st.sampled_from("xy"), st.integers(0, 9), st.integers(0, 9))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (Span("x", 0, 4), Span("x", 3, 9), True),
        (Span("x", 0, 9), Span("x", 3, 4), True),
        (Span("x", 0, 4), Span("x", 4, 9), False),
        (Span("x", 0, 4), Span("y", 0, 4), False),
        (Span("x", 2, 2), Span("x", 2, 2), False),
    ],
)
def test_spans_overlap_when_they_share_a_character(one: Span, other: Span, expected: bool) -> None:
    assert overlap(one, other) is expected


@given(spans, spans)
def test_overlap_agrees_with_sets_of_characters_either_way_round(one: Span, other: Span) -> None:
    shared = {(one.article_id, n) for n in range(one.start, one.end)} & {
        (other.article_id, n) for n in range(other.start, other.end)
    }
    # An empty span inside another shares no character with it; none is ever cited.
    if one.start < one.end and other.start < other.end:
        assert overlap(one, other) is bool(shared)
    assert overlap(one, other) is overlap(other, one)


@given(st.text("ab", max_size=12), st.text("ab", min_size=1, max_size=3))
def test_every_place_of_a_quote_holds_it_and_none_is_missed(text: str, quote: str) -> None:
    expected = [Span("x", n, n + len(quote)) for n in range(len(text)) if text[n : n + len(quote)] == quote]
    assert list(places_of(quote, "x", text)) == expected


def test_an_empty_quote_stands_nowhere() -> None:
    assert places_of("", "x", "text") == ()
