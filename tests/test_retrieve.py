"""Fusing two ranked lists: a hand-worked case, and what holds for any two lists."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.retrieve import Fused, Legs, Ranked, fuse

LEGS = st.lists(st.integers(1, 30), unique=True, max_size=20).map(
    lambda rows: [(row, 1.0 / place) for place, row in enumerate(rows, start=1)]
)


def test_two_lists_worked_by_hand() -> None:
    """8 has half its cosine and half of the best BM25; 7 no BM25; 9 the last cosine and two thirds of the best BM25."""
    dense, lexical = [(7, 0.9), (8, 0.8)], [(8, 3.0), (9, 2.0)]
    assert fuse([Legs(dense, lexical)], k=10) == [
        Fused(8, pytest.approx(0.4 + 0.5), 2, 1, 0.8, 3.0),
        Fused(9, pytest.approx(0.4 + 0.5 * 2 / 3), None, 2, None, 2.0),
        Fused(7, pytest.approx(0.45), 1, None, 0.9, None),
    ]


def test_equal_scores_go_by_row_number() -> None:
    assert [f.id for f in fuse([Legs([(9, 0.5), (4, 0.5)], [])], k=5)] == [4, 9]


@given(LEGS)
def test_one_leg_alone_keeps_its_order(leg: Ranked) -> None:
    rows = [row for row, _ in leg]
    assert [f.id for f in fuse([Legs(leg, [])], k=100)] == rows
    assert [f.id for f in fuse([Legs([], leg)], k=100)] == rows


@given(LEGS, LEGS, st.integers(1, 60))
def test_the_best_k_of_all_rows_with_the_rank_that_each_leg_gave(dense: Ranked, lexical: Ranked, k: int) -> None:
    fused = fuse([Legs(dense, lexical)], k)
    every = fuse([Legs(dense, lexical)], 1000)
    assert fused == every[:k]
    assert sorted(f.id for f in every) == sorted({row for row, _ in [*dense, *lexical]})
    assert [f.score for f in every] == sorted((f.score for f in every), reverse=True)
    for f in every:
        assert f.dense_rank is None or dense[f.dense_rank - 1] == (f.id, f.cosine)
        assert f.lexical_rank is None or lexical[f.lexical_rank - 1] == (f.id, f.bm25)
        assert f.score <= 1.0


def test_a_text_beside_the_query_counts_by_its_weight_and_gives_no_ranks() -> None:
    """7 has 0.45 by the query and 0 by the other text, 8 has 0.4 by the query and 0.5 by the other."""
    query, other = Legs([(7, 0.9), (8, 0.8)], []), Legs([(8, 1.0), (7, 0.0)], [], weight=0.5)
    assert fuse([query, other], k=2) == [
        Fused(8, pytest.approx((0.4 + 0.5 * 0.5) / 1.5), 2, None, 0.8, None),
        Fused(7, pytest.approx(0.45 / 1.5), 1, None, 0.9, None),
    ]


@given(LEGS, LEGS, st.floats(0.1, 10))
def test_the_same_text_twice_changes_no_order(dense: Ranked, lexical: Ranked, weight: float) -> None:
    once = fuse([Legs(dense, lexical)], k=100)
    twice = fuse([Legs(dense, lexical), Legs(dense, lexical, weight)], k=100)
    assert {f.id: pytest.approx(f.score) for f in once} == {f.id: f.score for f in twice}
