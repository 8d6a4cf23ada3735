"""The metrics of a run: how each comes from outcomes, its value with an interval, and its difference between runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Any

import numpy as np

from . import metrics
from .metrics import percentile, ratio
from .outcomes import Outcome, is_exact, support
from .resample import Array, Difference, Interval, Statistic, bootstrap, compare, group

Row = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Metric:
    """A measured value with its 95 % interval, over `n` cases. Shares are in 0..1, latencies in milliseconds."""

    name: str
    value: float | None
    interval: Interval | None
    n: int


@dataclass(frozen=True, slots=True)
class Measure:
    """How a metric comes from outcomes: a row of figures a case, None where it does not count, and the statistic.

    `meaning` is a line for people; the docstring of `defined_by` has the formula and its source. `low_is_good` says
    which way is better. `gated` says whether a minimum makes sense; `guarded`, whether a run that is worse in it than
    its baseline fails where nothing else is asked for; `single`, whether it has a value on one case alone, as a
    precision has not.
    """

    name: str
    row: Callable[[Outcome], Row | None]
    statistic: Statistic
    meaning: str
    defined_by: object
    low_is_good: bool = False
    gated: bool = True
    guarded: bool = False
    single: bool = True

    def of(self, outcomes: Sequence[Outcome]) -> Metric:
        """The metric of these outcomes. Seeded: the same outcomes give the same interval."""
        counted = [(o.group or o.id, row) for o in outcomes if (row := self.row(o)) is not None]
        if not counted:
            return Metric(self.name, None, None, 0)
        columns = np.array([row for _, row in counted]).T
        interval = bootstrap(self.statistic, *columns, groups=group([label for label, _ in counted]))
        return Metric(self.name, self.statistic(*columns), interval, len(counted))

    def value(self, outcomes: Sequence[Outcome]) -> float | None:
        """The value alone, without the work of an interval."""
        rows = [row for outcome in outcomes if (row := self.row(outcome)) is not None]
        return self.statistic(*np.array(rows).T) if rows else None

    def between(self, a: Sequence[Outcome], b: Sequence[Outcome]) -> Difference | None:
        """B - A on the same cases in the same order; None where either has no value."""
        rows = [(self.row(one), self.row(other)) for one, other in zip(a, b, strict=True)]
        kept = [number for number, pair in enumerate(rows) if pair != (None, None)]
        if not kept:
            return None
        width = max(len(row) for number in kept for row in rows[number] if row is not None)
        blank = (np.nan,) * width
        of_a: Array = np.array([rows[number][0] or blank for number in kept])
        of_b: Array = np.array([rows[number][1] or blank for number in kept])
        return compare(self.statistic, of_a, of_b, group([a[number].group or a[number].id for number in kept]))

    def is_better(self, change: float) -> bool:
        """Whether a change of its value in this direction is a gain."""
        return change < 0 if self.low_is_good else change > 0


def per_case(measure: Measure, outcome: Outcome) -> float | None:
    """The value on this case alone, where there is such a thing: not for a precision, which needs many."""
    row = measure.row(outcome) if measure.single else None
    return None if row is None else row[0]


def _mean_of(name: str) -> Callable[[Outcome], Row | None]:
    """The field's value of each case that has one."""
    field = attrgetter(name)

    def row(outcome: Outcome) -> Row | None:
        value = field(outcome)
        return None if value is None else (float(value), 1.0)

    return row


def _scored(name: str, score: Callable[..., float]) -> Callable[[Outcome], Row | None]:
    """The score of the field of each case that has one."""
    field = attrgetter(name)

    def row(outcome: Outcome) -> Row | None:
        value = field(outcome)
        return None if value is None or value == () else (score(value), 1.0)

    return row


def _abstention(parts: Callable[[bool, bool], tuple[float, float]]) -> Callable[[Outcome], Row | None]:
    """Part and whole of each case without an error."""

    def row(outcome: Outcome) -> Row | None:
        return None if outcome.abstained is None else parts(outcome.abstained, outcome.answerable)

    return row


def _answerable_only(name: str) -> Callable[[Outcome], Row | None]:
    inner = _mean_of(name)
    return lambda outcome: inner(outcome) if outcome.answerable else None


def _confidence(against: Callable[[Outcome], Any]) -> Callable[[Outcome], Row | None]:
    """Confidence beside what it is held against, of each case without an error."""

    def row(outcome: Outcome) -> Row | None:
        if outcome.error is not None or outcome.confidence is None:
            return None
        return outcome.confidence, float(against(outcome))

    return row


def _latency(outcome: Outcome) -> Row | None:
    return None if outcome.latency_ms is None else (outcome.latency_ms,)


def _follow_up_loss(outcome: Outcome) -> Row | None:
    """Right when asked in full - right as a follow-up, the mean over cases that have a `standalone` form, in -1..1.

    Below 0 it is the follow-ups that fare better.
    """
    if outcome.standalone_right is None:
        return None
    return float(outcome.standalone_right) - float(outcome.right), 1.0


def unanswered(outcome: Outcome) -> bool:
    """Whether the question got no right answer: abstaining answers nothing, even where it is right to."""
    return bool(outcome.abstained) or not outcome.right


def _any_fact(k: int) -> Callable[[Sequence[int]], float]:
    return lambda ranks: float(any(metrics.hit_at(rank, k) for rank in ranks))


def _first_fact(ranks: Sequence[int]) -> float:
    return max(metrics.reciprocal_rank(rank) for rank in ranks)


def _all_facts(ranks: Sequence[int]) -> float:
    return float(metrics.recall_at(ranks) == 1.0)


RIGHT = Measure(
    "right", _mean_of("right"), ratio, "cases that are right; an error counts as wrong", Outcome.right, guarded=True
)
"""The share of cases that are right. The only measure that counts an error as wrong; the others leave it out."""

MEASURES = (
    RIGHT,
    Measure(
        "hit@1", _scored("rank", partial(metrics.hit_at, k=1)), ratio, "evidence is the first result", metrics.hit_at
    ),
    Measure(
        "hit@5",
        _scored("rank", partial(metrics.hit_at, k=5)),
        ratio,
        "evidence is in the first 5 results",
        metrics.hit_at,
    ),
    Measure(
        "hit@10",
        _scored("rank", partial(metrics.hit_at, k=10)),
        ratio,
        "evidence is in the first 10 results",
        metrics.hit_at,
    ),
    Measure(
        "mrr@10",
        _scored("rank", metrics.reciprocal_rank),
        ratio,
        "1 / rank of the first evidence",
        metrics.reciprocal_rank,
        guarded=True,
    ),
    Measure(
        "ndcg@10",
        _scored("piece_ranks", metrics.ndcg_at),
        ratio,
        "gain of the order of the first 10 results",
        metrics.ndcg_at,
    ),
    Measure(
        "recall@10",
        _scored("piece_ranks", metrics.recall_at),
        ratio,
        "evidence met in the first 10 results",
        metrics.recall_at,
    ),
    Measure(
        "facts_hit@10",
        _scored("fact_ranks", _any_fact(10)),
        ratio,
        "MultiHop-RAG's script: any fact in 10",
        metrics.fact_ranks,
    ),
    Measure(
        "facts_hit@4",
        _scored("fact_ranks", _any_fact(4)),
        ratio,
        "MultiHop-RAG's script: any fact in 4",
        metrics.fact_ranks,
    ),
    Measure(
        "facts_map@10",
        _scored("fact_ranks", metrics.multihop_map),
        ratio,
        "MultiHop-RAG's script: MAP@10",
        metrics.multihop_map,
    ),
    Measure(
        "facts_mrr@10", _scored("fact_ranks", _first_fact), ratio, "MultiHop-RAG's script: MRR@10", metrics.fact_ranks
    ),
    Measure(
        "facts_recall@10",
        _scored("fact_ranks", metrics.recall_at),
        ratio,
        "facts found in 10, of each question's",
        metrics.recall_at,
    ),
    Measure(
        "facts_all@10", _scored("fact_ranks", _all_facts), ratio, "questions with every fact in 10", metrics.recall_at
    ),
    Measure(
        "answer_found", _mean_of("found"), ratio, "the cited text holds the answer", metrics.answer_found, guarded=True
    ),
    Measure("answer_said", _mean_of("said"), ratio, "the words of the answer hold it", metrics.answer_found),
    Measure(
        "exact_match",
        _answerable_only("exact"),
        ratio,
        "the answer is the expected one, word for word",
        metrics.exact_match,
    ),
    Measure("f1", _answerable_only("f1"), ratio, "words shared with the expected answer", metrics.token_f1),
    Measure(
        "squad_exact",
        _mean_of("exact"),
        ratio,
        "exact match, abstentions on the unanswerable included",
        metrics.exact_match,
    ),
    Measure("squad_f1", _mean_of("f1"), ratio, "F1, abstentions on the unanswerable included", metrics.token_f1),
    Measure(
        "citation_precision",
        _mean_of("citation_precision"),
        ratio,
        "citations that lie on evidence",
        metrics.citation_precision,
        guarded=True,
    ),
    Measure("citation_recall", _mean_of("citation_recall"), ratio, "evidence that is cited", metrics.citation_recall),
    Measure(
        "exact_quotes", _mean_of("exact_quotes"), ratio, "citations that stand in the article to the letter", is_exact
    ),
    Measure("support_rate", _mean_of("support"), ratio, "sentences that the system calls supported", support),
    Measure(
        "abstain_precision",
        _abstention(metrics.abstain_precision),
        ratio,
        "abstentions that are right",
        metrics.abstain_precision,
        single=False,
    ),
    Measure(
        "abstain_recall",
        _abstention(metrics.abstain_recall),
        ratio,
        "unanswerable questions it abstains on",
        metrics.abstain_recall,
        single=False,
    ),
    Measure(
        "abstain_f1",
        _abstention(metrics.abstain_f1),
        ratio,
        "harmonic mean of the two above",
        metrics.abstain_f1,
        single=False,
        guarded=True,
    ),
    Measure(
        "auroc",
        _confidence(attrgetter("answerable")),
        metrics.auroc,
        "confidence tells answerable from not",
        metrics.auroc,
        single=False,
    ),
    Measure(
        "aurc",
        _confidence(unanswered),
        metrics.aurc,
        "risk over all coverages",
        metrics.aurc,
        low_is_good=True,
        gated=False,
        single=False,
    ),
    Measure(
        "ece",
        _confidence(attrgetter("answerable")),
        metrics.calibration_error,
        "distance of confidence from how often it is answerable",
        metrics.calibration_error,
        low_is_good=True,
        gated=False,
        single=False,
    ),
    Measure(
        "follow_up_loss",
        _follow_up_loss,
        ratio,
        "right alone but not as a follow-up",
        _follow_up_loss,
        low_is_good=True,
        gated=False,
    ),
    Measure(
        "latency_p50_ms",
        _latency,
        partial(percentile, percent=50),
        "half are faster",
        percentile,
        low_is_good=True,
        gated=False,
    ),
    Measure(
        "latency_p95_ms",
        _latency,
        partial(percentile, percent=95),
        "19 of 20 are faster",
        percentile,
        low_is_good=True,
        gated=False,
        single=False,
    ),
    Measure("tokens", _mean_of("tokens"), ratio, "tokens an answer", metrics.mean, low_is_good=True, gated=False),
)
"""In the order they are shown."""

BY_NAME = {measure.name: measure for measure in MEASURES}
