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
from .resample import group
from .run import check_same_articles
from .settings import in_force, rebuilding
from .subject import Options, Subject, read_source, sample, subject_of
from .trials import Trial, Tuned

FIRST_LOOK = 20
"""Cases after which settings may be given up; looked at again each time that twice as many have been asked."""
WORSE = 0.01
"""Settings are given up where they are worse than the best so far and chance has less than this of it."""
MOST = 64
"""Settings that are tried in one go."""


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
        best = min(trials, key=lambda trial: trial.rank(plan.measure), default=None)
        say(f"{number_} of {len(plan.grid)}: {Trial(values, ()).name}")
        trials.append(_tried(plan, values, best, say))
    best = min(trials, key=lambda trial: trial.rank(plan.measure))
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
        why = next(iter(cases.problems), "one half is to choose on, the other to check the choice")
        raise FootnoteError(f"{name} has too few cases: {why}")
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
