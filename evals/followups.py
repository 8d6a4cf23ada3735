"""Follow-up questions, measured: what is found for the last turn of a conversation, asked as it is or made whole."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from index import Hit, Library
from qa.conversation import beside, contextualise

from .cases import Case
from .metrics import hit_at, ratio, recall_at
from .resample import Array, Difference, Interval, bootstrap, compare

DEPTH = 50
"""Passages that are searched for: enough for five articles."""
FIRST = 5
HALVES = ("dev", "held-out")


@dataclass(frozen=True, slots=True)
class Way:
    """One way to search: recall@5 and hit@5 in 0..1 with 95 % intervals, and recall's difference from the raw
    question's."""

    name: str
    recall: float
    interval: Interval | None
    hit: float
    gain: Difference | None


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured, over `cases` of which `follow_ups` have a history; `rewritten` of them were made whole."""

    cases: int
    follow_ups: int
    rewritten: int
    ways: tuple[Way, ...]

    def to_text(self) -> str:
        """A table."""
        lines = [f"{'':24} recall@5   95 % interval   hit@5  gain over raw  95 % interval"]
        for way in self.ways:
            low, high = (way.interval.low, way.interval.high) if way.interval else (np.nan, np.nan)
            line = f"{way.name:24} {way.recall:8.3f}  {low:.3f} to {high:.3f}  {way.hit:6.3f}"
            if way.gain:
                line += f"  {way.gain.value:+13.3f}  {way.gain.interval.low:+.3f} to {way.gain.interval.high:+.3f}"
            lines.append(line)
        return "\n".join(
            [*lines, "", f"{self.cases} cases, {self.follow_ups} with a history, {self.rewritten} made whole"]
        )


def measure(cases: Sequence[Case], library: Library) -> Report:
    """Search for the last question of each answerable case: raw, made whole, and with what was said beside it."""
    asked = [case for case in cases if case.relevant]
    ways: dict[str, Callable[[Case], list[Hit]]] = {
        "raw": lambda case: library.search(case.question, DEPTH),
        "made whole": lambda case: library.search(contextualise(case.question, case.history), DEPTH),
        "whole, raw and said": lambda case: _searched(case, library),
    }
    ranks = {name: [_ranks(case, search(case)) for case in asked] for name, search in ways.items()}
    recalls = {name: _rows(recall_at(found, FIRST) for found in of_way) for name, of_way in ranks.items()}
    hits = {name: [float(any(hit_at(r, FIRST) for r in found)) for found in of_way] for name, of_way in ranks.items()}
    return Report(
        len(asked),
        sum(bool(case.history) for case in asked),
        sum(contextualise(case.question, case.history) != case.question for case in asked),
        tuple(
            Way(
                name,
                float(rows[:, 0].mean()),
                bootstrap(ratio, *rows.T),
                float(np.mean(hits[name])),
                None if name == "raw" else compare(ratio, recalls["raw"], rows, np.arange(len(rows))),
            )
            for name, rows in recalls.items()
        ),
    )


def half(cases: Sequence[Case], name: str) -> list[Case]:
    """The cases of one half, by the hash of their conversation: the same at every time."""
    return [c for c in cases if hashlib.sha256((c.group or c.id).encode()).digest()[0] % 2 == HALVES.index(name)]


def _searched(case: Case, library: Library) -> list[Hit]:
    whole = contextualise(case.question, case.history)
    return library.search(whole, DEPTH, beside=beside(case.question, whole, case.history))


def _ranks(case: Case, hits: Sequence[Hit]) -> list[int]:
    """The rank, from 1, of each relevant article among the articles found; 0 where it was not found."""
    found = list(dict.fromkeys(hit.article_id for hit in hits))
    return [found.index(r.article_id) + 1 if r.article_id in found else 0 for r in case.relevant]


def _rows(values: Iterable[float]) -> Array:
    """(value, 1) a case, as `ratio` takes them."""
    return np.array([(value, 1.0) for value in values])
