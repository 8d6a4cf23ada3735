"""The formulas: worked by hand, held to their ranges, and against slower and plainer ones."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals import metrics
from evals.metrics import Interval
from evals.spans import Span

flags = st.lists(st.tuples(st.booleans(), st.booleans()), max_size=30)
scored = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.5, 0.5001, 0.9, 1.0]), st.booleans()), max_size=30)


# -- retrieval ---------------------------------------------------------------------------------------------------------


def test_the_rank_is_that_of_the_first_hit_on_evidence() -> None:
    """Evidence at x:10-20. Hits x:0-10 (touches), y:10-20 (another article), x:15-30 (overlaps): rank 3."""
    hits = [Span("x", 0, 10), Span("y", 10, 20), Span("x", 15, 30)]
    assert metrics.first_rank(hits, [Span("x", 10, 20)]) == 3
    assert metrics.first_rank(hits[:2], [Span("x", 10, 20)]) == 0
    assert metrics.first_rank([], [Span("x", 10, 20)]) == 0


def test_hit_and_reciprocal_rank_by_hand() -> None:
    """Rank 3: in the first 5, not in the first 1, reciprocal 1/3. Rank 0 stands for nowhere, so it scores nothing."""
    assert [metrics.hit_at(3, k) for k in (1, 2, 3, 5)] == [0.0, 0.0, 1.0, 1.0]
    assert metrics.reciprocal_rank(3) == pytest.approx(1 / 3)
    assert metrics.reciprocal_rank(11, k=10) == 0.0
    assert (metrics.hit_at(0, 5), metrics.reciprocal_rank(0)) == (0.0, 0.0)


@given(st.integers(0, 100), st.integers(1, 100))
def test_retrieval_scores_are_shares_and_grow_with_k(rank: int, k: int) -> None:
    assert 0 <= metrics.reciprocal_rank(rank, k) <= metrics.hit_at(rank, k) <= metrics.hit_at(rank, k + 1) <= 1


# -- answers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The  country’s\n$1 trillion!", "countrys 1 trillion"),
        ("An A.I. a-z", "ai az"),
        ("the a an", ""),
        ("Then another theory", "then another theory"),
        ("“Disorderly” — Expansion", "disorderly expansion"),
    ],
)
def test_normalising_follows_the_squad_script(text: str, expected: str) -> None:
    assert metrics.normalise(text) == expected


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = metrics.normalise(text)
    assert metrics.normalise(once) == once


@pytest.mark.parametrize(
    ("text", "answer", "expected"),
    [
        ("wiped out $1 trillion in value", "$1 Trillion", True),
        ("wiped out $11 trillion in value", "$1 trillion", False),
        ("critical of China’s regulator", "China's regulator", True),
        ("smart moves", "art", False),
        ("anything", "the", False),
        ("anything", "?", False),
    ],
)
def test_an_answer_is_contained_as_whole_words(text: str, answer: str, expected: bool) -> None:
    assert metrics.contains(text, answer) is expected


@given(st.text(max_size=20), st.text("abc’. ", max_size=10), st.text(max_size=20))
def test_a_text_contains_any_of_its_parts_between_spaces(before: str, answer: str, after: str) -> None:
    assert metrics.contains(f"{before} {answer} {after}", answer) is (metrics.normalise(answer) != "")


def test_any_of_the_answers_will_do() -> None:
    assert metrics.answer_found(["It fell in 2020."], ["late 2020", "2020"], []) is True
    assert metrics.answer_found(["It fell in 2020."], ["2021"], []) is False


def test_a_list_answer_needs_one_wording_of_every_group() -> None:
    """Quotes with biotech and chips: right for [[biotech], [chips, semiconductors]], not when AI is asked for too."""
    quotes = ["They fund biotech.", "Chips come next."]
    assert metrics.answer_found(quotes, [], [["biotech"], ["chips", "semiconductors"]]) is True
    assert metrics.answer_found(quotes, [], [["biotech"], ["chips"], ["AI"]]) is False
    assert metrics.answer_found(quotes, ["solar"], [["biotech"]]) is False


def test_nothing_cited_holds_no_answer_and_nothing_expected_is_not_judged() -> None:
    assert metrics.answer_found([], ["x"], []) is False
    assert metrics.answer_found(["x"], [], []) is None


def test_citation_precision_by_hand() -> None:
    """Evidence x:0-10 and all of y (0-99). Citations x:5-8, x:10-12, y:50-60: the second is beside it, so 2/3."""
    evidence = [Span("x", 0, 10), Span("y", 0, 99)]
    citations = [Span("x", 5, 8), Span("x", 10, 12), Span("y", 50, 60)]
    assert metrics.citation_precision(citations, evidence) == pytest.approx(2 / 3)
    assert metrics.citation_precision([], evidence) is None
    assert metrics.citation_precision(citations, []) == 0.0


# -- abstention --------------------------------------------------------------------------------------------------------


def test_abstention_by_hand() -> None:
    """Five questions, three unanswerable. Abstained on two of these and on one answerable one.

    TP 2, FP 1, FN 1: precision 2/3, recall 2/3, F1 4/6.
    """
    abstained = [True, True, False, True, False]
    answerable = [False, False, False, True, True]
    assert metrics.abstain_precision(abstained, answerable) == pytest.approx(2 / 3)
    assert metrics.abstain_recall(abstained, answerable) == pytest.approx(2 / 3)
    assert metrics.abstain_f1(abstained, answerable) == pytest.approx(2 / 3)


def test_a_system_that_never_abstains_has_no_precision_and_no_recall_to_show() -> None:
    assert metrics.abstain_precision([False, False], [True, False]) is None
    assert metrics.abstain_recall([False, False], [True, False]) == 0.0
    assert metrics.abstain_f1([False, False], [True, False]) == 0.0


@given(flags)
def test_f1_is_the_harmonic_mean_where_both_are_there(pairs: list[tuple[bool, bool]]) -> None:
    columns = [a for a, _ in pairs], [b for _, b in pairs]
    precision, recall = metrics.abstain_precision(*columns), metrics.abstain_recall(*columns)
    f1 = metrics.abstain_f1(*columns)
    for value in (precision, recall, f1):
        assert value is None or 0 <= value <= 1
    if precision and recall:
        assert f1 == pytest.approx(2 / (1 / precision + 1 / recall))


def test_auroc_by_hand() -> None:
    """Answerable 0.9 and 0.5, unanswerable 0.5 and 0.1: of four pairs three are in order and one is tied, so 3.5/4."""
    assert metrics.auroc([0.9, 0.5, 0.5, 0.1], [True, True, False, False]) == pytest.approx(0.875)


@given(scored)
def test_auroc_equals_counting_the_pairs(pairs: list[tuple[float, bool]]) -> None:
    positive = [score for score, answerable in pairs if answerable]
    negative = [score for score, answerable in pairs if not answerable]
    found = metrics.auroc([score for score, _ in pairs], [answerable for _, answerable in pairs])
    if not positive or not negative:
        assert found is None
    else:
        points = [1.0 if p > n else 0.5 if p == n else 0.0 for p in positive for n in negative]
        assert found == pytest.approx(sum(points) / len(points))


@given(scored)
def test_auroc_of_the_opposite_labels_is_the_rest_to_one(pairs: list[tuple[float, bool]]) -> None:
    scores = [score for score, _ in pairs]
    found = metrics.auroc(scores, [answerable for _, answerable in pairs])
    opposite = metrics.auroc(scores, [not answerable for _, answerable in pairs])
    assert (found is None) is (opposite is None)
    if found is not None and opposite is not None:
        assert found + opposite == pytest.approx(1)


# -- summing up --------------------------------------------------------------------------------------------------------


def test_latency_percentiles_by_hand() -> None:
    """0, 10, ..., 100: half do not exceed 50, and 95 % do not exceed 95 (half way from 90 to 100)."""
    values = [10.0 * n for n in range(11)]
    assert metrics.percentile(values, 50) == pytest.approx(50)
    assert metrics.percentile(values, 95) == pytest.approx(95)


def test_nothing_to_measure_gives_none() -> None:
    assert metrics.mean([]) is None
    assert metrics.percentile([], 95) is None
    assert metrics.auroc([], []) is None
    assert metrics.abstain_precision([], []) is None
    assert metrics.abstain_recall([], []) is None
    assert metrics.abstain_f1([], []) is None
    assert metrics.bootstrap(metrics.mean, []) is None
    assert metrics.bootstrap(metrics.auroc, [0.5, 0.7], [True, True]) is None


def test_the_interval_of_a_constant_has_no_width() -> None:
    assert metrics.bootstrap(metrics.mean, [0.5] * 20) == Interval(0.5, 0.5)


def test_the_interval_of_a_share_is_near_the_normal_approximation() -> None:
    """60 of 100: 0.6 +- 1.96 * sqrt(0.6 * 0.4 / 100) = 0.504 to 0.696."""
    interval = metrics.bootstrap(metrics.mean, [1.0] * 60 + [0.0] * 40)
    assert interval is not None
    assert interval.low == pytest.approx(0.504, abs=0.02)
    assert interval.high == pytest.approx(0.696, abs=0.02)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_the_interval_is_the_same_each_time_and_inside_the_values(values: list[float]) -> None:
    draw = partial(metrics.bootstrap, metrics.mean, values, resamples=50)
    interval = draw()
    assert interval == draw()
    assert interval is not None
    assert min(values) - 1e-9 <= interval.low <= interval.high <= max(values) + 1e-9


def test_columns_are_drawn_together() -> None:
    """A statistic that fails when rows are mixed: the second column is always the first one doubled."""

    def kept(one: np.ndarray, two: np.ndarray) -> float:
        assert (two == 2 * one).all()
        return 0.0

    metrics.bootstrap(kept, list(range(30)), [2 * n for n in range(30)])
