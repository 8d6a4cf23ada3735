"""What came of settings that were tried: a table, and whether the best of them is really better."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .measures import Measure
from .outcomes import Outcome
from .report import chance, figures, number, row, table
from .resample import Difference

REAL = 0.05
"""A gain is real where chance has less than this of one as large: there is one test, on cases that chose nothing."""
AS_IT_IS = "as-it-is"


@dataclass(frozen=True, slots=True)
class Trial:
    """Settings, and what came of them on the choosing half, or on its first cases where they were given up."""

    values: Mapping[str, float]
    outcomes: tuple[Outcome, ...]
    given_up: bool = False

    @property
    def name(self) -> str:
        """`passages=5,threshold=0.2`, or AS_IT_IS."""
        return ",".join(f"{name}={value:g}" for name, value in self.values.items()) or AS_IT_IS

    def rank(self, measure: Measure) -> tuple[bool, float]:
        """Smaller is better: those that were given up come last, as they were asked less."""
        value = measure.value(self.outcomes)
        if value is None:
            return True, float("inf")
        return self.given_up, value if measure.low_is_good else -value


@dataclass(frozen=True, slots=True)
class Tuned:
    """The trials, the one in force first, and the best. `gain` is that of the best on the checking half, over `n`
    cases; None where the best is the one in force, or a half has no value."""

    measure: Measure
    trials: tuple[Trial, ...]
    best: Trial
    gain: Difference | None = None
    n: int = 0

    @property
    def is_real(self) -> bool:
        """Whether the best is better on cases that did not choose it, and not by chance."""
        return self.gain is not None and self.measure.is_better(self.gain.value) and self.gain.p < REAL

    @property
    def verdict(self) -> str:
        """One line."""
        if self.best is self.trials[0]:
            return "nothing that was tried is better than the settings in force"
        if self.gain is None:
            return f"{self.best.name} is the best; {self.measure.name} has no value on the other half"
        found = f"{self.best.name} is the best; on the other half ({self.n} cases) {_gain(self.measure, self.gain)}"
        return f"{found}: {'a real gain' if self.is_real else 'no real gain'}"

    def to_text(self) -> str:
        """A table, best first, and the verdict."""
        base = self.trials[0]
        ranked = sorted(self.trials, key=lambda trial: trial.rank(self.measure))
        heading = (self.measure.name, "value", "95 % interval", "n", "gain", "95 % interval", "p", "")
        lines = table(heading, [_cells(self.measure, base, trial) for trial in ranked])
        return "\n".join([*lines, "", self.verdict])

    def to_json(self) -> str:
        """The same as an object."""
        base = self.trials[0]
        trials = [
            {"settings": dict(trial.values), "given_up": trial.given_up}
            | figures(self.measure.of(trial.outcomes))
            | {"gain": _difference(_against(self.measure, base, trial))}
            for trial in self.trials
        ]
        verdict = {"gain": _difference(self.gain), "n": self.n, "real": self.is_real, "verdict": self.verdict}
        best = {"metric": self.measure.name, "trials": trials, "best": dict(self.best.values)}
        return json.dumps(best | {"checked": verdict}, ensure_ascii=False, indent=2)


def _against(measure: Measure, base: Trial, trial: Trial) -> Difference | None:
    """The trial's gain over the one in force, on the cases that both were asked."""
    return None if trial is base else measure.between(base.outcomes[: len(trial.outcomes)], trial.outcomes)


def _cells(measure: Measure, base: Trial, trial: Trial) -> tuple[str, ...]:
    cells = row(measure.of(trial.outcomes), trial.name)
    found = _against(measure, base, trial)
    note = "given up" if trial.given_up else ""
    if found is None:
        return (*cells, "-", "-", "-", note)
    low, high = (_signed(measure, bound) for bound in (found.interval.low, found.interval.high))
    return (*cells, _signed(measure, found.value), f"{low} to {high}", chance(found.p), note)


def _gain(measure: Measure, found: Difference) -> str:
    low, high = (_signed(measure, bound) for bound in (found.interval.low, found.interval.high))
    return f"{measure.name} changes by {_signed(measure, found.value)} ({low} to {high}, p {chance(found.p)})"


def _signed(measure: Measure, value: float) -> str:
    text = number(measure.name, value)
    return text if text.startswith("-") else f"+{text}"


def _difference(found: Difference | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"value": found.value, "interval": [found.interval.low, found.interval.high], "p": found.p}
