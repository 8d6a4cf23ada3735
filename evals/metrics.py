"""The formulas. Values in, values out; on nothing to measure they give None, which is shown as a dash.

Statistics take columns: equally long sequences with one value a case, so that `bootstrap` can draw cases anew.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .spans import Spanned, overlap

RESAMPLES = 1000
SEED = 0

_ARTICLES = frozenset({"a", "an", "the"})


def normalise(text: str) -> str:
    """Lower case, no punctuation or symbols, no a/an/the, single spaces.

    `normalize_answer` of the SQuAD script evaluate-v2.0.py (Rajpurkar et al. 2018), with Unicode's punctuation and
    symbols in place of ASCII's, because articles hold curly quotes.

    >>> normalise("The country’s  $1 trillion!")
    'countrys 1 trillion'
    """
    kept = "".join(c for c in text.lower() if unicodedata.category(c)[0] not in "PS")
    return " ".join(word for word in kept.split() if word not in _ARTICLES)


def contains(text: str, answer: str) -> bool:
    """Whether `answer` stands in `text` after normalisation, as whole words: "$1 trillion" is not in "$11 trillion"."""
    wanted = normalise(answer)
    return wanted != "" and f" {wanted} " in f" {normalise(text)} "


def answer_found(quotes: Sequence[str], answers: Sequence[str], all_answers: Sequence[Sequence[str]]) -> bool | None:
    """Whether the quotes, joined, hold any of `answers` and any wording of each group of `all_answers`.

    None where neither is given. All-of with nested any-of is RGB's rule for lists (Chen et al., AAAI 2024).
    """
    groups = [group for group in (answers, *all_answers) if group]
    if not groups:
        return None
    text = " ".join(quotes)
    return all(any(contains(text, wording) for wording in group) for group in groups)


def first_rank(hits: Sequence[Spanned], evidence: Sequence[Spanned]) -> int:
    """The rank, from 1, of the first hit that overlaps a piece of evidence; 0 where none does."""
    ranks = (rank for rank, hit in enumerate(hits, start=1) if any(overlap(hit, piece) for piece in evidence))
    return next(ranks, 0)


def hit_at(rank: int, k: int) -> float:
    """hit@k: 1 where the first relevant result is among the first k, else 0. `rank` as in `first_rank`."""
    return float(0 < rank <= k)


def reciprocal_rank(rank: int, k: int = 10) -> float:
    """1 / rank of the first relevant result, 0 beyond rank k. Its mean is MRR@k (Voorhees, TREC-8 1999)."""
    return 1.0 / rank if 0 < rank <= k else 0.0


def citation_precision(citations: Sequence[Spanned], evidence: Sequence[Spanned]) -> float | None:
    """Citations that overlap a piece of evidence / all citations, in 0..1; None without citations.

    ALCE's citation precision (Gao et al., EMNLP 2023) with marked evidence in the place of its NLI model.
    """
    return mean([any(overlap(citation, piece) for piece in evidence) for citation in citations])


def mean(values: ArrayLike) -> float | None:
    """The arithmetic mean; None of nothing."""
    column = np.asarray(values, dtype=float)
    return float(column.mean()) if column.size else None


def percentile(values: ArrayLike, percent: float) -> float | None:
    """The value that `percent` (0..100) of the values do not exceed, interpolated linearly; None of nothing."""
    column = np.asarray(values, dtype=float)
    return float(np.percentile(column, percent)) if column.size else None


def abstain_precision(abstained: ArrayLike, answerable: ArrayLike) -> float | None:
    """Right abstentions / all abstentions: TP / (TP + FP), where abstaining on the unanswerable is a true positive."""
    right, wrong, _ = _abstentions(abstained, answerable)
    return _ratio(right, right + wrong)


def abstain_recall(abstained: ArrayLike, answerable: ArrayLike) -> float | None:
    """Right abstentions / all unanswerable questions: TP / (TP + FN)."""
    right, _, missed = _abstentions(abstained, answerable)
    return _ratio(right, right + missed)


def abstain_f1(abstained: ArrayLike, answerable: ArrayLike) -> float | None:
    """2 TP / (2 TP + FP + FN), the harmonic mean of the two above where both exist."""
    right, wrong, missed = _abstentions(abstained, answerable)
    return _ratio(2 * right, 2 * right + wrong + missed)


def auroc(confidence: ArrayLike, answerable: ArrayLike) -> float | None:
    """The chance that an answerable question gets more confidence than an unanswerable one; a tie counts half.

    The Mann-Whitney U over the number of pairs (Hanley and McNeil, Radiology 1982). None where one kind is missing.
    """
    scores, labels = np.asarray(confidence, dtype=float), np.asarray(answerable, dtype=bool)
    positive, negative = scores[labels], np.sort(scores[~labels])
    if not positive.size or not negative.size:
        return None
    below = np.searchsorted(negative, positive, side="left").sum()
    not_above = np.searchsorted(negative, positive, side="right").sum()
    return float((below + not_above) / (2 * positive.size * negative.size))


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds of a 95 % interval."""

    low: float
    high: float


def bootstrap(
    statistic: Callable[..., float | None], *columns: ArrayLike, resamples: int = RESAMPLES, seed: int = SEED
) -> Interval | None:
    """The percentile bootstrap's 95 % interval of `statistic(*columns)` (Efron and Tibshirani 1993, chapter 13).

    Cases are drawn with replacement, the same ones from every column; draws without a value are left out.
    The same columns and seed give the same interval. None where no draw has a value.
    """
    arrays = [np.asarray(column) for column in columns]
    cases = len(arrays[0])
    random = np.random.default_rng(seed)
    draws = (random.integers(0, cases, cases) for _ in range(resamples if cases else 0))
    drawn = (statistic(*(array[rows] for array in arrays)) for rows in draws)
    values = [value for value in drawn if value is not None]
    if not values:
        return None
    low, high = np.percentile(values, [2.5, 97.5])
    return Interval(float(low), float(high))


def _abstentions(abstained: ArrayLike, answerable: ArrayLike) -> tuple[int, int, int]:
    """Abstentions that are right, abstentions that are wrong, and those that were called for and missed."""
    said, due = np.asarray(abstained, dtype=bool), ~np.asarray(answerable, dtype=bool)
    return int((said & due).sum()), int((said & ~due).sum()), int((~said & due).sum())


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
