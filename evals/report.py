"""All outcomes of a run, summed up: a table for people, an object for programs, and what a gate has to say."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from index.errors import FootnoteError

from .measures import MEASURES, RIGHT, Metric
from .outcomes import Outcome
from .resample import group

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TagRow:
    """The cases of one tag: the share that is right, and how many met an error or got no answer."""

    right: Metric
    errors: int
    abstained: int


@dataclass(frozen=True, slots=True)
class Report:
    """The outcomes of a run in the order asked, and what was measured on them. Tags are in alphabetical order."""

    outcomes: tuple[Outcome, ...]
    metrics: tuple[Metric, ...]
    tags: Mapping[str, TagRow]

    @classmethod
    def of(cls, outcomes: Sequence[Outcome]) -> Report:
        """The report on these outcomes; the same outcomes give the same numbers."""
        tags = sorted({tag for outcome in outcomes for tag in outcome.tags})
        of_tag = {tag: [outcome for outcome in outcomes if tag in outcome.tags] for tag in tags}
        rows = {tag: TagRow(RIGHT.of(some), _errors(some), _abstained(some)) for tag, some in of_tag.items()}
        return cls(tuple(outcomes), tuple(measure.of(outcomes) for measure in MEASURES), rows)

    @property
    def by_tag(self) -> dict[str, Metric]:
        """The share that is right among the cases of each tag."""
        return {tag: row.right for tag, row in self.tags.items()}

    @property
    def errors(self) -> int:
        """Cases on which the system failed: a count of their own, averaged into no other metric but `right`."""
        return _errors(self.outcomes)

    @property
    def abstained(self) -> int:
        """Cases that got no answer, whether they should or not."""
        return _abstained(self.outcomes)

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """Cases that are not right, errors among them."""
        return tuple(outcome for outcome in self.outcomes if not outcome.right)

    def faults(self, minimums: Mapping[str, float]) -> list[str]:
        """Why the run does not pass, a line each: errors, and metrics under their minimum or without a value."""
        first = next((outcome for outcome in self.outcomes if outcome.error is not None), None)
        counts = f"{self.errors} of {len(self.outcomes)} questions met an error"
        return ([f"{counts} (such as {first.id}: {first.error})"] if first else []) + below(self.metrics, minimums)

    def to_text(self, *, as_json: bool, failures: bool) -> str:
        """What a command prints: the table or the object, with the failures where they are asked for."""
        if as_json:
            wrong = {"failures": [outcome.to_json() for outcome in self.failures]} if failures else {}
            return json.dumps(self.to_json() | wrong, ensure_ascii=False, indent=2)
        wanted = [self.table(), *(failure(outcome) for outcome in self.failures if failures)]
        return "\n\n".join(wanted)

    def to_json(self) -> dict[str, Any]:
        """The object of summary.json."""
        return {
            "cases": len(self.outcomes),
            "errors": self.errors,
            "abstained": self.abstained,
            "intervals_over": self.drawn_by,
            "metrics": {metric.name: figures(metric) for metric in self.metrics if metric.n},
            "right_by_tag": {
                tag: figures(row.right) | {"errors": row.errors, "abstained": row.abstained}
                for tag, row in self.tags.items()
            },
        }

    @property
    def drawn_by(self) -> str:
        """What the intervals are drawn over: `93 groups of cases`, or `122 cases` where there are too few groups."""
        groups = len(Counter(group([outcome.group or outcome.id for outcome in self.outcomes]).tolist()))
        return f"{groups} groups of cases" if groups < len(self.outcomes) else f"{groups} cases"

    def table(self) -> str:
        """Columns for a terminal: the metrics, the counts, and the share that is right by tag."""
        lines = table(
            ("metric", "value", "95 % interval", "n"), [row(m) for m in self.metrics if m.n or m.name == "right"]
        )
        counts = f"{len(self.outcomes)} cases, {self.errors} errors, {self.abstained} abstentions"
        lines += ["", f"{counts}; intervals drawn over {self.drawn_by}"]
        if self.tags:
            rows = [(*row(t.right, tag), str(t.abstained), str(t.errors)) for tag, t in self.tags.items()]
            lines += ["", *table(("right, by tag", "value", "95 % interval", "n", "abstained", "errors"), rows)]
        return "\n".join(lines)


def below(metrics: Iterable[Metric], minimums: Mapping[str, float]) -> list[str]:
    """The metrics under their minimum or without a value, a line each."""
    values = {metric.name: metric.value for metric in metrics}
    lines = []
    for name, minimum in minimums.items():
        value = values.get(name)
        if value is None:
            lines.append(f"{name} has no value, as no question of this set counts for it (minimum {minimum:g})")
        elif value < minimum:
            lines.append(f"{name} is {value:.4f}, below the minimum {minimum:g}")
    return lines


def read_minimums(options: Sequence[str], names: Sequence[str] = ()) -> dict[str, float]:
    """From METRIC=VALUE texts; raises FootnoteError on a metric that is not there or is better when low."""
    names = names or [measure.name for measure in MEASURES if measure.gated]
    minimums = {}
    for option in options:
        name, _, number = option.partition("=")
        if name not in names:
            raise FootnoteError(f"--min {option}: a minimum can be set for {', '.join(names)}")
        minimums[name] = _share(number)
        if not 0 <= minimums[name] <= 1:
            raise FootnoteError(f"--min {option}: {number!r} is no number from 0 to 1; write for example {name}=0.8")
    return minimums


def figures(metric: Metric) -> dict[str, Any]:
    """A metric as JSON."""
    interval = metric.interval
    return {"value": metric.value, "interval": [interval.low, interval.high] if interval else None, "n": metric.n}


def row(metric: Metric, name: str | None = None) -> Row:
    """A metric as cells: name, value, interval, n."""
    bounds = metric.interval
    interval = "-" if bounds is None else f"{number(metric.name, bounds.low)} to {number(metric.name, bounds.high)}"
    return name or metric.name, number(metric.name, metric.value), interval, str(metric.n)


def number(name: str, value: float | None) -> str:
    """A value as it is shown: shares with three digits, milliseconds and tokens with one, a dash for none."""
    if value is None:
        return "-"
    return f"{value:.1f}" if name.endswith("_ms") or name == "tokens" else f"{value:.3f}"


def chance(p: float) -> str:
    """A p value as it is shown."""
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def table(heading: Row, rows: Sequence[Row]) -> list[str]:
    """Lines with names to the left and figures to the right."""
    return list(_aligned([heading, *rows]))


def failure(outcome: Outcome) -> str:
    """What was asked, expected and given, on three lines."""
    given = f"error: {outcome.error}" if outcome.answer is None else " ".join(str(outcome.answer["answer"]).split())
    expected = "; ".join(outcome.expected) or "an answer that cites the evidence"
    asked = outcome.question if outcome.searched is None else outcome.searched
    return f"{outcome.id}  {asked}\n  expected  {expected}\n  given     {given}"


def _errors(outcomes: Sequence[Outcome]) -> int:
    return sum(outcome.error is not None for outcome in outcomes)


def _abstained(outcomes: Sequence[Outcome]) -> int:
    return sum(bool(outcome.abstained) for outcome in outcomes)


def _share(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _aligned(rows: Sequence[Row]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for name, *cells in rows:
        aligned = [cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True)]
        yield "  ".join([name.ljust(widths[0]), *aligned]).rstrip()
