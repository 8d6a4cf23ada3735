"""Saying again: the same words in the same order, whatever stands before them; nothing that differs in what counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.repeats import says_again

SAID = "The council of Arlen is taking steps to make the old harbour safe for small ferries, which is a first move."


@pytest.mark.parametrize(
    "text",
    [
        SAID,
        "The article states that " + SAID.lower(),
        "It goes on to mention that the council of Arlen is taking steps to make the old harbour safe for ferries.",
    ],
)
def test_the_same_in_a_new_frame_is_said_again(text: str) -> None:
    assert says_again(text, SAID)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Orlo sued Kumo.", "Kumo sued Orlo."),
        (
            "Revenue of the northern yards was 5 million in 2021.",
            "Revenue of the northern yards was 5 million in 2020.",
        ),
        (
            "The head of the northern yards and the old harbour is Bo Ek.",
            "The head of the northern yards and the old harbour is Ann Lee.",
        ),
        (
            "The council of Arlen did not approve the merger of the ferry firms.",
            "The council of Arlen did approve the merger of the ferry firms.",
        ),
        (
            "The court of Arlen rejected the merger of the ferry firms.",
            "The court of Arlen approved the merger of the ferry firms.",
        ),
        ("The mill was sold.", "The mill burnt down, and the yard was closed."),
        ("", SAID),
    ],
)
def test_what_differs_in_what_counts_is_not(text: str, said: str) -> None:
    assert not says_again(text, said)


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_two_texts_can_be_compared(one: str, other: str) -> None:
    says_again(one, other)
    assert says_again(one, one)
