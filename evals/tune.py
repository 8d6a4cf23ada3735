"""Settings tried on one half of the cases; the best of them is held against those in force on the other half."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

from index.errors import FootnoteError
from index.place import place_of
from index.settings import Settings, read_settings, write_settings

from .cases import Case, CaseSet
from .datasets import Dataset, SupportSet
from .execute import Say, ask_into
from .folder import RunFolder, manifest_record
from .measures import Measure
from .outcomes import Outcome
from .report import chance, figures, number, row, table
from .resample import Difference, group
from .run import check_same_articles
from .settings import in_force, rebuilding
from .subject import Options, Subject, read_source, sample, subject_of

FIRST_LOOK = 20
"""Cases after which settings may be given up; looked at again each time that twice as many have been asked."""
WORSE = 0.01
"""Settings are given up where they are worse than the best so far and chance has less than this of it."""
REAL = 0.05
"""A gain is real where chance has less than this of one as large: there is one test, on cases that chose nothing."""
MOST = 64
"""Settings that are tried in one go."""
AS_IT_IS = "as-it-is"


@dataclass(frozen=True, slots=True)
class Part:
    """A set, and its cases in two halves: `choosing` to choose on, `checking` to check the choice on."""

    source: Dataset | CaseSet
    set: CaseSet
    choosing: tuple[Case, ...]
    checking: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is tried: `grid` holds the values beside those in force, nothing first; `out` gets a run for each."""

    parts: tuple[Part, ...]
    grid: tuple[Mapping[str, float], ...]
    measure: Measure
    options: Options
    out: Path


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
        ranked = sorted(self.trials, key=lambda trial: _rank(self.measure, trial))
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


def make_plan(
    names: Sequence[str], grid: Mapping[str, Sequence[float]], options: Options, measure: Measure, out: Path
) -> Plan:
    """The sets in two halves, and every combination of the values; raises FootnoteError where that cannot be."""
    if not grid:
        raise FootnoteError("say what to try: --set passages=5,10,20 (see `footnote eval tune --help`)")
    combinations = [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]
    if len(combinations) > MOST:
        raise FootnoteError(f"that makes {len(combinations)} combinations; {MOST} are tried at most in one go")
    parts = tuple(_part(name, options) for name in names)
    library = _library(parts, options)
    ours = in_force(read_settings(library) if library else Settings())
    different = ({name: v for name, v in values.items() if v != ours[name]} for values in combinations)
    distinct = list(dict.fromkeys(tuple(values.items()) for values in ({}, *different)))
    return Plan(parts, tuple(dict(values) for values in distinct), measure, options, out)


def tune(plan: Plan, say: Say) -> Tuned:
    """Ask the choosing half with every combination, and the checking half with the best. What is asked is kept in
    `plan.out`, and not asked again. Raises FootnoteError; Ctrl-C passes through."""
    trials: list[Trial] = []
    for number_, values in enumerate(plan.grid, start=1):
        best = min(trials, key=lambda trial: _rank(plan.measure, trial), default=None)
        say(f"{number_} of {len(plan.grid)}: {Trial(values, ()).name}")
        trials.append(_tried(plan, values, best, say))
    best = min(trials, key=lambda trial: _rank(plan.measure, trial))
    if best is trials[0]:
        return Tuned(plan.measure, tuple(trials), best)
    say("the other half, as it is and with the best")
    before, after = (_checked(plan, trial.values, say) for trial in (trials[0], best))
    return Tuned(plan.measure, tuple(trials), best, plan.measure.between(before, after), len(before))


def write_best(tuned: Tuned, plan: Plan) -> str:
    """Write the best settings into the library's settings.json where the gain is real; what was done, in a line."""
    values: dict[str, Any] = dict(tuned.best.values)
    library = _library(plan.parts, plan.options)
    if not tuned.is_real:
        return "nothing is written"
    if library is None:
        return "nothing is written: these articles are a public set's; --library names a library of your own"
    if rebuilding(values):
        return (
            "nothing is written: passages are laid down when articles are added; put "
            f"{json.dumps(values)} into settings.json in the folder of a new library, and sync it"
        )
    path = write_settings(library, replace(read_settings(library), **values))
    return f"written to {path}, which `ask`, `chat` and all else read; delete it to go back to what Footnote ships"


def _library(parts: Sequence[Part], options: Options) -> Path | None:
    """The library that is tuned; None where the articles are those of public sets alone."""
    if options.library is None and all(isinstance(part.source, Dataset) for part in parts):
        return None
    return place_of(options.library or options.default_library).folder


def halves(cases: Sequence[Case]) -> tuple[tuple[Case, ...], tuple[Case, ...]]:
    """The cases in two halves of nearly one size, in an order that is as good as random and always the same.

    What is drawn together stays together, where there are groups enough: an article or a conversation is in one half.
    """
    numbers = group([case.cluster for case in cases]).tolist()
    members: dict[int, list[Case]] = {}
    for number_, case in zip(numbers, cases, strict=True):
        members.setdefault(number_, []).append(case)
    found: tuple[list[Case], list[Case]] = ([], [])
    for together in sorted(members.values(), key=lambda some: _shuffled(some[0])):
        min(found, key=len).extend(together)
    first, second = (tuple(sorted(half, key=_shuffled)) for half in found)
    return first, second


def _shuffled(case: Case) -> bytes:
    return hashlib.sha256(case.id.encode(errors="replace")).digest()


def _part(name: str, options: Options) -> Part:
    source = read_source(name)
    if isinstance(source, SupportSet):
        raise FootnoteError(f"{name} tests a support check, which has no settings to try")
    cases = source.set if isinstance(source, Dataset) else source
    first, second = halves(sample(cases.cases, options.limit, options.seed))
    if not second:
        raise FootnoteError(f"{name} has too few cases: one half is to choose on, the other to check the choice")
    return Part(source, cases, first, second)


def _tried(plan: Plan, values: Mapping[str, float], best: Trial | None, say: Say) -> Trial:
    """Ask the choosing half; give up as soon as it is clearly worse than the best so far."""
    outcomes: list[Outcome] = []
    for part in plan.parts:
        asked: list[Outcome] = []
        with _asker(plan, part, values, say) as ask:
            for look in _looks(len(part.choosing)):
                asked = ask(part.choosing[:look])
                so_far = (*outcomes, *asked)
                if best and look < len(part.choosing) and _is_worse(plan.measure, best, so_far):
                    return Trial(values, so_far, given_up=True)
        outcomes += asked
    return Trial(values, tuple(outcomes))


def _checked(plan: Plan, values: Mapping[str, float], say: Say) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for part in plan.parts:
        with _asker(plan, part, values, say) as ask:
            outcomes += ask(part.checking)
    return outcomes


@contextmanager
def _asker(
    plan: Plan, part: Part, values: Mapping[str, float], say: Say
) -> Iterator[Callable[[Sequence[Case]], list[Outcome]]]:
    """Asks cases with these settings; the run's folder holds what has been asked."""
    options = replace(plan.options, settings=values)
    with subject_of(part.source, options) as subject:
        for line in check_same_articles([*part.choosing, *part.checking], set(subject.held)):
            say(line)
        folder = _folder(plan, part, values, subject)
        yield lambda cases: ask_into(folder, cases, subject, options.jobs)


def _folder(plan: Plan, part: Part, values: Mapping[str, float], subject: Subject) -> RunFolder:
    count = len(part.choosing) + len(part.checking)
    manifest = subject.manifest(part.set, count, plan.options)
    path = plan.out / Path(part.set.name).stem / Trial(values, ()).name
    there = (path / "manifest.json").exists()
    folder = RunFolder.resumed(path, manifest) if there else RunFolder(path)
    folder.start(manifest_record(manifest))
    return folder


def _looks(count: int) -> Iterator[int]:
    look = FIRST_LOOK
    while look < count:
        yield look
        look *= 2
    yield count


def _is_worse(measure: Measure, best: Trial, outcomes: Sequence[Outcome]) -> bool:
    found = measure.between(best.outcomes[: len(outcomes)], outcomes)
    return found is not None and found.value != 0 and not measure.is_better(found.value) and found.p < WORSE


def _against(measure: Measure, base: Trial, trial: Trial) -> Difference | None:
    """The trial's gain over the one in force, on the cases that both were asked."""
    return None if trial is base else measure.between(base.outcomes[: len(trial.outcomes)], trial.outcomes)


def _rank(measure: Measure, trial: Trial) -> tuple[bool, float]:
    """Best first; those that were given up last, as they were asked less. Of equals the first one tried."""
    value = measure.value(trial.outcomes)
    if value is None:
        return True, float("inf")
    return trial.given_up, value if measure.low_is_good else -value


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
