"""All outcomes of a run, summed up: a table for people, an object for programs, and what a gate has to say."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from index.errors import FootnoteError

from .measures import MEASURES, RIGHT, Metric
from .outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Report:
    """The outcomes of a run in the order asked, and what was measured on them.

    `by_tag` is the share that is right among the cases of each tag, tags in alphabetical order.
    """

    outcomes: tuple[Outcome, ...]
    metrics: tuple[Metric, ...]
    by_tag: Mapping[str, Metric]

    @classmethod
    def of(cls, outcomes: Sequence[Outcome]) -> Report:
        """The report on these outcomes; the same outcomes give the same numbers."""
        tags = sorted({tag for outcome in outcomes for tag in outcome.tags})
        by_tag = {tag: RIGHT.of([outcome for outcome in outcomes if tag in outcome.tags]) for tag in tags}
        return cls(tuple(outcomes), tuple(measure.of(outcomes) for measure in MEASURES), by_tag)

    @property
    def errors(self) -> int:
        """Cases on which the system failed: a count of their own, averaged into no other metric but `right`."""
        return sum(outcome.error is not None for outcome in self.outcomes)

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """Cases that are not right, errors among them."""
        return tuple(outcome for outcome in self.outcomes if not outcome.right)

    def faults(self, minimums: Mapping[str, float]) -> list[str]:
        """Why the run does not pass, a line each: errors, and metrics under their minimum or without a value."""
        values = {metric.name: metric.value for metric in self.metrics}
        lines = [f"{self.errors} of {len(self.outcomes)} questions met an error"] if self.errors else []
        for name, minimum in minimums.items():
            value = values[name]
            if value is None:
                lines.append(f"{name} has no value, as no question of this set counts for it (minimum {minimum:g})")
            elif value < minimum:
                lines.append(f"{name} is {value:.4f}, below the minimum {minimum:g}")
        return lines

    def to_text(self, *, as_json: bool, failures: bool) -> str:
        """What a command prints: the table or the object, with the failures where they are asked for."""
        if as_json:
            wrong = {"failures": [asdict(outcome) for outcome in self.failures]} if failures else {}
            return json.dumps(self.to_json() | wrong, ensure_ascii=False, indent=2)
        wanted = [self.table(), *(_failure(outcome) for outcome in self.failures if failures)]
        return "\n\n".join(wanted)

    def to_json(self) -> dict[str, Any]:
        """The object of summary.json."""
        return {
            "cases": len(self.outcomes),
            "errors": self.errors,
            "metrics": {metric.name: _figures(metric) for metric in self.metrics},
            "right_by_tag": {tag: _figures(metric) for tag, metric in self.by_tag.items()},
        }

    def table(self) -> str:
        """Columns for a terminal: the metrics, the errors, and the share that is right by tag."""
        rows = [("metric", "value", "95 % interval", "n")]
        rows += [_row(metric.name, metric) for metric in self.metrics]
        rows.append(("errors", str(self.errors), "-", str(len(self.outcomes))))
        if self.by_tag:
            rows += [("", "", "", ""), ("right, by tag", "", "", "")]
            rows += [_row(f"  {tag}", metric) for tag, metric in self.by_tag.items()]
        return "\n".join(_aligned(rows))


def read_minimums(options: Sequence[str]) -> dict[str, float]:
    """From METRIC=VALUE texts; raises FootnoteError on a metric that is not there or is better when low."""
    names = [measure.name for measure in MEASURES if measure.gated]
    minimums = {}
    for option in options:
        name, _, number = option.partition("=")
        if name not in names:
            raise FootnoteError(f"--min {option}: a minimum can be set for {', '.join(names)}")
        minimums[name] = _share(number)
        if not 0 <= minimums[name] <= 1:
            raise FootnoteError(f"--min {option}: {number!r} is no number from 0 to 1; write for example {name}=0.8")
    return minimums


def _share(number: str) -> float:
    try:
        return float(number)
    except ValueError:
        return math.nan


def _figures(metric: Metric) -> dict[str, Any]:
    interval = metric.interval
    return {"value": metric.value, "interval": [interval.low, interval.high] if interval else None, "n": metric.n}


def _row(name: str, metric: Metric) -> tuple[str, str, str, str]:
    digits = 1 if metric.name.endswith("_ms") else 3
    value = "-" if metric.value is None else f"{metric.value:.{digits}f}"
    bounds = metric.interval
    interval = "-" if bounds is None else f"{bounds.low:.{digits}f} to {bounds.high:.{digits}f}"
    return name, value, interval, str(metric.n)


def _aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Names to the left, figures to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for name, *figures in rows:
        cells = [figure.rjust(width) for figure, width in zip(figures, widths[1:], strict=True)]
        yield "  ".join([name.ljust(widths[0]), *cells]).rstrip()


def _failure(outcome: Outcome) -> str:
    given = f"error: {outcome.error}" if outcome.answer is None else " ".join(str(outcome.answer["answer"]).split())
    expected = "; ".join(outcome.expected) or "an answer that cites the evidence"
    asked = outcome.question if outcome.searched is None else outcome.searched
    return f"{outcome.id}  {asked}\n  expected  {expected}\n  given     {given}"
