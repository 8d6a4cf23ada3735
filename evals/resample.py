"""How sure a figure is: intervals, and differences of two runs, from drawing the cases anew. Pure and seeded.

A statistic takes columns, one value a case. Cases that belong together (of one article, of one conversation) are
drawn together, as their results are alike: drawing them one by one makes intervals too narrow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from operator import itemgetter

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .metrics import ratio

RESAMPLES = 1000
PAIRED_RESAMPLES = 2000
SLOW_RESAMPLES = 500
"""For what is no ratio: such a statistic is computed anew on every draw."""
SEED = 0
FEWEST_GROUPS = 10
"""Fewer groups than these say too little of how groups differ, and intervals from them are too narrow (Cameron, Gelbach
and Miller, REStat 2008): then cases are drawn one by one."""

Array = NDArray[np.float64]
Statistic = Callable[..., float | None]

_CELLS = 1_000_000
"""Numbers held at once while drawing."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds of a 95 % interval."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """B - A of a statistic, its 95 % interval, and the chance `p` of one as large where A and B are equally good."""

    value: float
    interval: Interval
    p: float


def group(labels: Sequence[str]) -> NDArray[np.int64]:
    """A number a case, equal where cases are drawn together.

    The labels where they make enough groups, counted as Kish does (n^2 / sum of n_g^2: one large group makes few),
    else every case by itself.
    """
    numbers = np.unique(np.asarray(labels, dtype=str), return_inverse=True)[1].astype(np.int64)
    sizes = np.bincount(numbers) if len(numbers) else np.zeros(1)
    effective = sizes.sum() ** 2 / max(float((sizes**2).sum()), 1.0)
    return numbers if effective >= FEWEST_GROUPS else np.arange(len(labels))


def bootstrap(
    statistic: Statistic,
    *columns: ArrayLike,
    groups: NDArray[np.int64] | None = None,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Interval | None:
    """The percentile bootstrap's 95 % interval of `statistic(*columns)` (Efron and Tibshirani 1993, chapter 13).

    Groups of cases are drawn with replacement; draws without a value are left out. The same columns and seed give the
    same interval. None where no draw has a value.
    """
    rows = np.stack([np.asarray(column, dtype=float) for column in columns], axis=1)
    numbers = np.arange(len(rows)) if groups is None else groups
    values = [value for value in _draws(statistic, [rows], numbers, resamples, seed) if not np.isnan(value[0])]
    return _bounds(np.array(values)[:, 0]) if values else None


def compare(
    statistic: Statistic, a: Array, b: Array, groups: NDArray[np.int64], resamples: int | None = None
) -> Difference | None:
    """B - A on the same cases, rows in the same order, NaN where a case does not count; None where one has no value.

    The interval is the paired bootstrap's (Efron and Tibshirani 1993), `p` that of the two-sided randomisation test
    (Noreen 1989; Smucker et al., CIKM 2007): the results of A and B are exchanged at random, group by group.
    """
    resamples = resamples or (PAIRED_RESAMPLES if statistic is ratio else SLOW_RESAMPLES)
    of_a, of_b = _value(statistic, a), _value(statistic, b)
    if of_a is None or of_b is None:
        return None
    pairs = np.array(list(_draws(statistic, [a, b], groups, resamples, SEED)))
    differences = pairs[:, 1] - pairs[:, 0]
    differences = differences[~np.isnan(differences)]
    exchanged = np.array(list(_exchanges(statistic, a, b, groups, resamples)))
    exchanged = exchanged[~np.isnan(exchanged)]
    as_large = int(np.count_nonzero(np.abs(exchanged) >= abs(of_b - of_a) - 1e-12))
    return Difference(of_b - of_a, _bounds(differences), (as_large + 1) / (len(exchanged) + 1))


def holm(chances: Mapping[str, float], alpha: float) -> set[str]:
    """The names of the differences that are real: all of them are by chance in less than `alpha` of such families.

    Holm 1979: the smallest p is held against alpha / m, the next against alpha / (m - 1), until one is not below.
    """
    ordered = sorted(chances, key=lambda name: chances[name])
    below = (chances[name] < alpha / (len(ordered) - place) for place, name in enumerate(ordered))
    return {name for name, _ in takewhile(itemgetter(1), zip(ordered, below, strict=True))}


def _bounds(values: Array) -> Interval:
    low, high = np.percentile(values, [2.5, 97.5])
    return Interval(float(low), float(high))


def _value(statistic: Statistic, rows: Array) -> float | None:
    """The statistic over the rows that count."""
    return statistic(*rows[~np.isnan(rows).any(axis=1)].T)


def _draws(
    statistic: Statistic, tables: Sequence[Array], groups: NDArray[np.int64], resamples: int, seed: int
) -> Iterator[Array]:
    """The statistic of each table on the same cases drawn anew, NaN where it has no value."""
    if not len(groups):
        return
    random = np.random.default_rng(seed)
    size = int(groups.max()) + 1
    step = max(1, _CELLS // size)
    sums = [_group_sums(table, groups, size) for table in tables] if statistic is ratio else []
    members = [] if sums else np.split(np.argsort(groups, kind="stable"), np.cumsum(np.bincount(groups))[:-1])
    for start in range(0, resamples, step):
        drawn = random.integers(0, size, (min(step, resamples - start), size))
        if sums:
            yield from np.stack([_ratios(table[drawn].sum(axis=1)) for table in sums], axis=1)
            continue
        for draw in drawn:
            cases = np.concatenate([members[number] for number in draw])
            yield np.array([_number(_value(statistic, table[cases])) for table in tables])


def _exchanges(statistic: Statistic, a: Array, b: Array, groups: NDArray[np.int64], resamples: int) -> Iterator[float]:
    """B - A with the results of random groups exchanged, NaN where there is no value."""
    random = np.random.default_rng(SEED + 1)
    size = int(groups.max()) + 1
    step = max(1, _CELLS // size)
    sums = [_group_sums(table, groups, size) for table in (a, b)] if statistic is ratio else []
    for start in range(0, resamples, step):
        kept = random.integers(0, 2, (min(step, resamples - start), size)).astype(bool)
        if sums:
            of_a, of_b = sums
            stay, swap = kept.astype(float), (~kept).astype(float)
            yield from _ratios(stay @ of_b + swap @ of_a) - _ratios(stay @ of_a + swap @ of_b)
            continue
        for stays in kept:
            rows = stays[groups][:, None]
            yield _number(_value(statistic, np.where(rows, b, a))) - _number(_value(statistic, np.where(rows, a, b)))


def _group_sums(table: Array, groups: NDArray[np.int64], size: int) -> Array:
    """Sums of the columns over each group, shape (groups, columns); rows that do not count add nothing."""
    counted = np.where(np.isnan(table).any(axis=1, keepdims=True), 0.0, table)
    sums: Array = np.stack([np.bincount(groups, weights=column, minlength=size) for column in counted.T], axis=1)
    return sums


def _ratios(sums: Array) -> Array:
    """Part / whole of rows (part, whole), NaN where the whole is nothing."""
    parts, wholes = sums[:, 0], sums[:, 1]
    ratios: Array = np.divide(parts, wholes, out=np.full(len(sums), np.nan), where=wholes > 0)
    return ratios


def _number(value: float | None) -> float:
    return np.nan if value is None else value
