"""Declines: a model that finds no answer says so in many ways, and says much else with *not* in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.declines import declines
from qa.generate import Written


@pytest.mark.parametrize(
    "text",
    [
        "NO ANSWER",
        "No answer.",
        "The numbered sentences provided above do not answer the question.",
        "Based on the provided sentences, it is not clear why he left.",
        "None of the sentences answer the question.",
        "There is no information about this in the articles.",
        "Unfortunately, the given text does not specify the date.",
        "The answer is not given in the sentences.",
        "Not mentioned.",
        "Unknown",
    ],
)
def test_a_model_that_declines_is_understood(text: str) -> None:
    assert declines(Written(text))


@pytest.mark.parametrize(
    "text",
    [
        "The text of the law does not apply to banks.",
        "The documents were not published until May.",
        "There is no bridge in Arlen.",
        "The information office was closed.",
        "No firm was fined.",
        "Alibaba does not say why.",
    ],
)
def test_what_only_denies_is_an_answer(text: str) -> None:
    assert not declines(Written(text))


def test_what_cites_a_sentence_is_an_answer() -> None:
    assert not declines(Written("The article does not mention a fine.", (2,)))


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    declines(Written(text))
