"""The metrics of a run: how each comes from outcomes, and its value with an interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from . import metrics
from .metrics import Interval, bootstrap, mean, percentile
from .outcomes import Outcome

Columns = tuple[Sequence[float], ...]


@dataclass(frozen=True, slots=True)
class Metric:
    """A measured value with its 95 % interval, over `n` cases. Shares are in 0..1, latencies in milliseconds."""

    name: str
    value: float | None
    interval: Interval | None
    n: int


@dataclass(frozen=True, slots=True)
class Measure:
    """How a metric comes from outcomes: its columns, one value a case that counts, and the statistic over them.

    `gated` says whether a minimum makes sense: not for what is better when low.
    """

    name: str
    columns: Callable[[Sequence[Outcome]], Columns]
    statistic: Callable[..., float | None]
    gated: bool = True

    def of(self, outcomes: Sequence[Outcome]) -> Metric:
        """The metric of these outcomes. Seeded: the same outcomes give the same interval."""
        columns = self.columns(outcomes)
        return Metric(self.name, self.statistic(*columns), bootstrap(self.statistic, *columns), len(columns[0]))


def _field(name: str) -> Callable[[Sequence[Outcome]], Columns]:
    """The field's value of each case that has one."""
    return lambda outcomes: ([value for o in outcomes if (value := getattr(o, name)) is not None],)


def _ranks(score: Callable[[int], float]) -> Callable[[Sequence[Outcome]], Columns]:
    """The score of the rank of each case that names evidence."""
    return lambda outcomes: ([score(o.rank) for o in outcomes if o.rank is not None],)


def _against_answerable(name: str) -> Callable[[Sequence[Outcome]], Columns]:
    """The field, and beside it whether the case is answerable, of each case without an error."""

    def columns(outcomes: Sequence[Outcome]) -> Columns:
        asked = [o for o in outcomes if o.error is None]
        return [getattr(o, name) for o in asked], [o.answerable for o in asked]

    return columns


RIGHT = Measure("right", _field("right"), mean)
"""The share of cases that are right. The only measure that counts an error as wrong; the others leave it out."""

MEASURES = (
    RIGHT,
    Measure("hit@1", _ranks(partial(metrics.hit_at, k=1)), mean),
    Measure("hit@5", _ranks(partial(metrics.hit_at, k=5)), mean),
    Measure("mrr@10", _ranks(partial(metrics.reciprocal_rank, k=10)), mean),
    Measure("answer_found", _field("found"), mean),
    Measure("citation_precision", _field("citation_precision"), mean),
    Measure("abstain_precision", _against_answerable("abstained"), metrics.abstain_precision),
    Measure("abstain_recall", _against_answerable("abstained"), metrics.abstain_recall),
    Measure("abstain_f1", _against_answerable("abstained"), metrics.abstain_f1),
    Measure("auroc", _against_answerable("confidence"), metrics.auroc),
    Measure("latency_p50_ms", _field("latency_ms"), partial(percentile, percent=50), gated=False),
    Measure("latency_p95_ms", _field("latency_ms"), partial(percentile, percent=95), gated=False),
)
"""In the order they are shown."""
