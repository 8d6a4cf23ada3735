"""Cross-validation: no row is judged by what was fitted on its own group."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from evals.folds import FOLDS, cross_validate

Row = tuple[str, int]


@given(st.lists(st.tuples(st.text("abcdefgh", min_size=1, max_size=2), st.integers())))
def test_a_model_judges_no_group_that_it_was_fitted_on(rows: list[Row]) -> None:
    judged = cross_validate(
        rows, lambda row: row[0], lambda seen: {name for name, _ in seen}, lambda model, row: (model, row)
    )
    assert [row for _, row in judged] == rows
    assert all(row[0] not in model for model, row in judged)


def test_a_model_is_fitted_once_a_fold_and_on_nearly_all_other_groups() -> None:
    rows = [(f"group {n}", n) for n in range(100)]
    fitted: list[int] = []

    def count(seen: Sequence[Row]) -> int:
        fitted.append(len(seen))
        return len(seen)

    sizes = cross_validate(rows, lambda row: row[0], count, lambda size, _: size)
    assert len(fitted) == FOLDS
    assert sum(len(rows) - size for size in fitted) == len(rows)
    assert set(sizes) == set(fitted)
