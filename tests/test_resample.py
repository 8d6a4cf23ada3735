"""Intervals and differences: worked by hand, seeded, and held to what chance allows."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals import metrics
from evals.metrics import ratio
from evals.resample import Array, Interval, bootstrap, compare, group, holm


def shares(values: list[float] | Array) -> Array:
    """Rows (value, 1) of a mean."""
    return np.stack([np.asarray(values, dtype=float), np.ones(len(values))], axis=1)


def test_nothing_gives_no_interval() -> None:
    assert bootstrap(metrics.mean, []) is None
    assert bootstrap(metrics.auroc, [0.5, 0.7], [True, True]) is None


def test_holms_correction_by_hand() -> None:
    """0.01 < 0.05 / 3, 0.03 is not below 0.05 / 2, and 0.04 is not asked any more, though it is below 0.05 / 1."""
    assert holm({"a": 0.04, "b": 0.01, "c": 0.03}, 0.05) == {"b"}
    assert holm({"a": 0.04}, 0.05) == {"a"}
    assert holm({}, 0.05) == set()


def test_the_interval_of_a_constant_has_no_width() -> None:
    assert bootstrap(metrics.mean, [0.5] * 20) == Interval(0.5, 0.5)


def test_the_interval_of_a_share_is_near_the_normal_approximation() -> None:
    """60 of 100: 0.6 +- 1.96 * sqrt(0.6 * 0.4 / 100) = 0.504 to 0.696."""
    interval = bootstrap(metrics.mean, [1.0] * 60 + [0.0] * 40)
    assert interval is not None
    assert interval.low == pytest.approx(0.504, abs=0.02)
    assert interval.high == pytest.approx(0.696, abs=0.02)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_the_interval_is_the_same_each_time_and_inside_the_values(values: list[float]) -> None:
    draw = partial(bootstrap, metrics.mean, values, resamples=50)
    interval = draw()
    assert interval == draw()
    assert interval is not None
    assert min(values) - 1e-9 <= interval.low <= interval.high <= max(values) + 1e-9


@given(st.lists(st.tuples(st.integers(0, 5), st.floats(0, 1)), min_size=1, max_size=40))
def test_the_quick_way_of_ratios_is_the_plain_way(cases: list[tuple[int, float]]) -> None:
    """The same draws, once by summing groups beforehand, once by collecting their cases."""
    groups = np.unique([number for number, _ in cases], return_inverse=True)[1]
    rows = shares([value for _, value in cases])

    def plain(parts: Array, wholes: Array) -> float | None:
        return ratio(parts, wholes)

    quick, slow = (bootstrap(s, *rows.T, groups=groups, resamples=30) for s in (ratio, plain))
    assert quick is not None
    assert slow is not None
    assert (quick.low, quick.high) == pytest.approx((slow.low, slow.high))


def test_columns_are_drawn_together() -> None:
    """A statistic that fails when rows are mixed: the second column is always the first one doubled."""

    def kept(one: Array, two: Array) -> float:
        assert (two == 2 * one).all()
        return 0.0

    bootstrap(kept, list(range(30)), [2 * n for n in range(30)])


def test_cases_that_go_together_make_the_interval_wider() -> None:
    """Twenty articles of ten questions, all right or all wrong: there are twenty observations, not two hundred."""
    values = np.repeat([0.0, 1.0] * 10, 10)
    alone = bootstrap(ratio, *shares(values).T)
    together = bootstrap(ratio, *shares(values).T, groups=group([str(n // 10) for n in range(200)]))
    assert alone is not None
    assert together is not None
    assert together.high - together.low > 2.5 * (alone.high - alone.low)


def test_few_or_lopsided_groups_are_not_drawn_by() -> None:
    assert len(set(group(["a", "b"] * 20).tolist())) == 40
    assert len(set(group(["a"] * 50 + [str(n) for n in range(12)]).tolist())) == 62
    assert len(set(group([str(n // 2) for n in range(40)]).tolist())) == 20


def test_a_run_beside_itself_shows_no_difference() -> None:
    rows = shares([1.0, 0.0, 1.0, 1.0])
    found = compare(ratio, rows, rows, np.arange(4))
    assert found is not None
    assert (found.value, found.interval, found.p) == (0.0, Interval(0.0, 0.0), 1.0)


def test_a_difference_by_hand() -> None:
    """Ten cases, wrong in A and right in B: of 1,024 ways to exchange them only two are as extreme, so p is 0.002."""
    found = compare(ratio, shares([0.0] * 10), shares([1.0] * 10), np.arange(10), resamples=20_000)
    assert found is not None
    assert found.value == 1.0
    assert found.p == pytest.approx(2 / 1024, abs=0.001)


def test_cases_that_count_in_one_run_alone_are_compared_as_they_are() -> None:
    """B answers one case more, and wrongly: 1/1 against 1/2."""
    a, b = shares([1.0, 0.0]), shares([1.0, 0.0])
    a[1] = np.nan
    found = compare(ratio, a, b, np.arange(2))
    assert found is not None
    assert found.value == pytest.approx(-0.5)


def test_a_statistic_that_is_no_ratio_is_compared_too() -> None:
    """AUROC 1 against 0, on twenty cases: the order is reversed."""
    labels = np.array([True, False] * 10, dtype=float)
    a, b = np.stack([labels, labels], axis=1), np.stack([1 - labels, labels], axis=1)
    found = compare(metrics.auroc, a, b, np.arange(20), resamples=300)
    assert found is not None
    assert found.value == -1.0
    assert found.p < 0.05


def test_equal_systems_are_rarely_called_different() -> None:
    """A hundred pairs of runs that differ by chance alone: at most five have p below 0.05 less some slack for luck."""
    random = np.random.default_rng(7)
    chance = random.random(150)
    alarms = 0
    for _ in range(100):
        a, b = (shares((random.random(150) < chance).astype(float)) for _ in range(2))
        found = compare(ratio, a, b, np.arange(150), resamples=400)
        assert found is not None
        alarms += found.p < 0.05
    assert alarms <= 10
