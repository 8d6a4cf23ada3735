"""What is known of a sentence: hand-worked shares, and the kinds of answer that it holds."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.evidence import RELATED, kinds_held, lacks, share, stem_set, weigh
from qa.question import read

STEMS = st.sampled_from(["tech", "technologi", "loss", "invest", "investor", "ma", "2020"])


def test_rare_terms_weigh_more() -> None:
    """log(1 + 210/20) for a stem in no passage of ten, log(1 + 210/30) for one in all."""
    weights = weigh(["rare", "common"], {"rare": 0, "common": 10}.__getitem__, passages=10)
    assert weights == {"rare": pytest.approx(math.log(11.5)), "common": pytest.approx(math.log(8.0))}


def test_a_related_word_counts_for_less_than_the_word() -> None:
    wanted = {"tech": 1.0, "firm": 1.0}
    assert share(wanted, frozenset({"tech", "firm"})) == 1.0
    assert share(wanted, frozenset({"technolog", "firm"})) == pytest.approx((RELATED + 1) / 2)
    assert share({"ma": 1.0}, frozenset({"market"})) == 0.0  # too short to be related to anything


@given(st.dictionaries(STEMS, st.floats(0.1, 5), max_size=5), st.frozensets(STEMS, max_size=5), STEMS)
def test_a_share_is_in_0_to_1_and_grows_with_what_is_present(
    wanted: dict[str, float], present: frozenset[str], more: str
) -> None:
    assert 0 <= share(wanted, present) <= share(wanted, present | {more}) <= 1 + 1e-9


@pytest.mark.parametrize(
    ("question", "sentence", "lacking"),
    [
        ("When was it closed?", "It was closed in March.", ()),
        ("When was it closed?", "It was closed for repairs.", ("date",)),
        ("How many units are there?", "It lost $1 trillion in 2020.", ("number",)),
        ("How many units are there?", "It has six units.", ()),
        ("What fine did it pay?", "In 2020 it paid 3 visits.", ("sum of money",)),
        ("Who is the chairman?", "The Chinese chairman left in October.", ("name",)),
        ("Who is the chairman?", "The chairman is Jack Ma.", ()),
        ("Who found induction?", "Induction was found by Faraday.", ()),
        ("How many of the 12 members voted?", "All 12 members were there.", ("number",)),
        ("How many of the 12 members voted?", "Of the 12 members 7 voted.", ()),
        ("What did the $5 ticket cost before?", "The $5 ticket is new.", ()),
        ("By what percentage did it fall?", "It fell by 5 %.", ()),
        ("By what percentage did it fall?", "It fell by 5 points.", ("percentage",)),
        ("Why did it fall?", "It fell.", ()),
    ],
)
def test_what_is_demanded_and_not_there_is_lacking(question: str, sentence: str, lacking: tuple[str, ...]) -> None:
    assert lacks(read(question), sentence) == lacking


def test_a_sum_of_money_counts_nothing() -> None:
    assert kinds_held(read("How many workers left?"), "Firms lost billions in market value.") == (0.0, 1.0)
    assert kinds_held(read("How many workers left?"), "Millions of workers left.") == (1.0, 0.0)


def test_what_the_question_says_itself_is_no_answer() -> None:
    assert kinds_held(read("How many of the six units were closed?"), "All six units were closed.") == (0.0, 1.0)
    assert kinds_held(read("What is it?"), "It is a bridge.") == (0.0, 0.0)


def test_stems_of_a_text_are_a_set() -> None:
    assert stem_set("Losses and a loss") == {"loss", "and", "a"}
