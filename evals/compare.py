"""Two runs of the same cases side by side: what changed, how sure that is, and which cases flipped."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from index.errors import FootnoteError

from .folder import Run, changed
from .measures import MEASURES, RIGHT, Measure, per_case
from .outcomes import Outcome
from .report import chance, number, table
from .resample import Difference

SHOWN = 20
"""Flipped cases that are shown in full where not all are asked for."""


@dataclass(frozen=True, slots=True)
class Change:
    """A metric in both runs. `wins`, `ties` and `losses` count cases where B is better, equal, worse; None: no such
    thing as its value on one case."""

    name: str
    a: float | None
    b: float | None
    difference: Difference | None
    better: bool
    wins: int | None = None
    ties: int | None = None
    losses: int | None = None


@dataclass(frozen=True, slots=True)
class Flip:
    """A case that one run got right and the other wrong."""

    a: Outcome
    b: Outcome


@dataclass(frozen=True, slots=True)
class Comparison:
    """What `eval compare A B` shows. `notes` say what is another in B, and what was left out."""

    a: str
    b: str
    cases: int
    notes: tuple[str, ...]
    errors: tuple[int, int]
    abstained: tuple[int, int]
    changes: tuple[Change, ...]
    tags: tuple[Change, ...]
    flips: tuple[Flip, ...]

    def change(self, name: str) -> Change | None:
        """A metric by its name; None where neither run has it."""
        return next((change for change in self.changes if change.name == name), None)

    def to_text(self, *, all_flips: bool) -> str:
        """Tables for a terminal, then the flipped cases with both answers."""
        lines = [f"A  {self.a}", f"B  {self.b}", f"{self.cases} cases in both", *self.notes, ""]
        lines += table(HEADING, [_cells(change) for change in self.changes])
        lines += ["", f"errors       {self.errors[0]} in A, {self.errors[1]} in B"]
        lines += [f"abstentions  {self.abstained[0]} in A, {self.abstained[1]} in B"]
        if self.tags:
            lines += ["", *table(("right, by tag", *HEADING[1:]), [_cells(change) for change in self.tags])]
        won = [flip for flip in self.flips if flip.b.right]
        lost = [flip for flip in self.flips if not flip.b.right]
        for heading, flips in ((f"now wrong: {len(lost)}", lost), (f"now right: {len(won)}", won)):
            lines += ["", heading]
            lines += [line for flip in (flips if all_flips else flips[:SHOWN]) for line in _flip(flip)]
            if not all_flips and len(flips) > SHOWN:
                lines.append(f"  and {len(flips) - SHOWN} more; --all shows them")
        return "\n".join(lines)

    def to_json(self) -> str:
        """The same as an object."""
        return json.dumps(
            {
                "a": self.a,
                "b": self.b,
                "cases": self.cases,
                "notes": self.notes,
                "errors": self.errors,
                "abstained": self.abstained,
                "metrics": {change.name: _figures(change) for change in self.changes},
                "right_by_tag": {change.name: _figures(change) for change in self.tags},
                "flips": [{"id": f.a.id, "a": f.a.to_json(), "b": f.b.to_json()} for f in self.flips],
            },
            ensure_ascii=False,
            indent=2,
        )


HEADING = ("metric", "A", "B", "B - A", "95 % interval", "p", "wins", "ties", "losses")


def changes_of(a: Run, b: Run, names: Sequence[str]) -> list[Change]:
    """These metrics alone; raises FootnoteError where the runs have no case in common."""
    pairs = _pairs(a, b)
    changes = [_change(measure, pairs, measure.name) for measure in MEASURES if measure.name in names]
    return [change for change in changes if change.a is not None or change.b is not None]


def _pairs(a: Run, b: Run) -> list[tuple[Outcome, Outcome]]:
    of_b = {outcome.id: outcome for outcome in b.outcomes}
    pairs = [(outcome, of_b[outcome.id]) for outcome in a.outcomes if outcome.id in of_b]
    if not pairs:
        raise FootnoteError(f"{a.path} and {b.path} have no case in common; compare two runs of one set")
    return pairs


def compare_runs(a: Run, b: Run) -> Comparison:
    """Compare on the cases that both runs hold; raises FootnoteError where there are none."""
    pairs = _pairs(a, b)
    changes = [_change(measure, pairs, measure.name) for measure in MEASURES]
    tags = sorted({tag for one, _ in pairs for tag in one.tags})
    by_tag = [_change(RIGHT, [pair for pair in pairs if tag in pair[0].tags], tag) for tag in tags]
    return Comparison(
        str(a.path),
        str(b.path),
        len(pairs),
        tuple(_notes(a, b, len(pairs))),
        _count(pairs, "error"),
        _count(pairs, "abstained"),
        tuple(change for change in changes if change.a is not None or change.b is not None),
        tuple(by_tag),
        tuple(Flip(one, other) for one, other in pairs if one.right is not other.right),
    )


def _notes(a: Run, b: Run, shared: int) -> list[str]:
    notes = []
    for name, run in (("A", a), ("B", b)):
        if len(run.outcomes) > shared:
            notes.append(f"note: {len(run.outcomes) - shared} cases are in {name} alone and left out")
        if not run.finished:
            notes.append(f"note: {name} was stopped before its end")
    if since := changes_since(a, b):
        notes.append(f"since A: {since}")
    return notes


def changes_since(a: Run, b: Run) -> str:
    """What is another in B, in words: the set, the articles, what answered, its settings, models and code."""
    names = ("set_sha256", "library_sha256", "system", "settings", "models", "footnote", "commit")
    both = ((name, a.manifest.get(name), b.manifest.get(name)) for name in names)
    return ", ".join(changed(name, before, now) for name, before, now in both if before != now)


def _change(measure: Measure, pairs: Sequence[tuple[Outcome, Outcome]], name: str) -> Change:
    of_a, of_b = [one for one, _ in pairs], [other for _, other in pairs]
    difference = measure.between(of_a, of_b)
    steps = [
        (one, other)
        for one, other in ((per_case(measure, a), per_case(measure, b)) for a, b in pairs)
        if one is not None and other is not None
    ]
    wins = sum(measure.is_better(other - one) for one, other in steps)
    ties = sum(one == other for one, other in steps)
    return Change(
        name,
        measure.value(of_a),
        measure.value(of_b),
        difference,
        difference is not None and measure.is_better(difference.value),
        *((wins, ties, len(steps) - wins - ties) if steps else (None, None, None)),
    )


def _count(pairs: Sequence[tuple[Outcome, Outcome]], name: str) -> tuple[int, int]:
    return sum(bool(getattr(a, name)) for a, _ in pairs), sum(bool(getattr(b, name)) for _, b in pairs)


def _cells(change: Change) -> tuple[str, ...]:
    found, name = change.difference, change.name
    counts = ("-" if count is None else str(count) for count in (change.wins, change.ties, change.losses))
    if found is None:
        return name, number(name, change.a), number(name, change.b), "-", "-", "-", *counts
    interval = f"{_signed(name, found.interval.low)} to {_signed(name, found.interval.high)}"
    value = _signed(name, found.value)
    return name, number(name, change.a), number(name, change.b), value, interval, chance(found.p), *counts


def _signed(name: str, value: float) -> str:
    text = number(name, value)
    return text if text.startswith("-") else f"+{text}"


def _flip(flip: Flip) -> list[str]:
    expected = "; ".join(flip.a.expected) or "an answer that cites the evidence"
    return [
        f"  {flip.a.id}  {flip.a.question}",
        f"    expected  {expected}",
        f"    A         {said(flip.a)}",
        f"    B         {said(flip.b)}",
    ]


def said(outcome: Outcome) -> str:
    """The answer on one line, or the error."""
    if outcome.answer is None:
        return f"error: {outcome.error}"
    return " ".join(str(outcome.answer.get("answer", "")).split())


def _figures(change: Change) -> dict[str, Any]:
    found = change.difference
    return {
        "a": change.a,
        "b": change.b,
        "difference": found and found.value,
        "interval": found and [found.interval.low, found.interval.high],
        "p": found and found.p,
        "wins": change.wins,
        "ties": change.ties,
        "losses": change.losses,
    }
