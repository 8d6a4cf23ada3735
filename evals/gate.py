"""Whether a run passes: one verdict, what decided it, and the same for CI as JUnit and Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from xml.etree import ElementTree as Xml

from .compare import Change, Comparison, changes_of, changes_since, said
from .folder import Run
from .measures import BY_NAME, MEASURES
from .report import chance, number
from .resample import holm

ALPHA = 0.05
"""The chance, over all metrics together, that a run which is as good as its baseline is called worse."""
SHOWN = 20
"""Flipped cases that the Markdown shows."""


class Exit(IntEnum):
    """Exit codes of `eval gate`."""

    PASSED = 0
    FAILED = 1
    WRONG_USE = 2
    NOT_JUDGED = 3


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was held against the run, and how that went, in words."""

    name: str
    passed: bool
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on a run. `decided` are the texts of what decided it, `since` what is another in the baseline."""

    run: str
    code: Exit
    checks: tuple[Check, ...]
    decided: tuple[str, ...]
    since: str = ""

    @property
    def line(self) -> str:
        """The verdict on one line."""
        words = {Exit.PASSED: "passed", Exit.FAILED: "failed", Exit.NOT_JUDGED: "cannot be judged"}
        return f"{words[self.code]}: {'; '.join(self.decided)}"

    def to_text(self) -> str:
        """The verdict and every check."""
        since = [f"  since the baseline: {self.since}"] if self.since else []
        return "\n".join([self.line, *(f"  {'ok  ' if c.passed else 'FAIL'}  {c.text}" for c in self.checks), *since])

    def to_junit(self) -> str:
        """JUnit XML: a test case a check. A run that cannot be judged is an error."""
        failed = sum(not check.passed for check in self.checks)
        judged = self.code is not Exit.NOT_JUDGED
        counts = (len(self.checks), failed if judged else 0, 0 if judged else failed)
        names = zip(("tests", "failures", "errors"), map(str, counts), strict=True)
        suite = Xml.Element("testsuite", {"name": "footnote eval gate", **dict(names)})
        for check in self.checks:
            case = Xml.SubElement(suite, "testcase", classname=_xml(self.run), name=_xml(check.name))
            if not check.passed:
                Xml.SubElement(case, "failure" if judged else "error", message=_xml(check.text))
        Xml.indent(suite)
        return Xml.tostring(suite, "unicode", xml_declaration=True) + "\n"

    def to_markdown(self, comparison: Comparison | None) -> str:
        """For a job's summary or a comment on a change; with the comparison where there is a baseline."""
        mark = {Exit.PASSED: "✅", Exit.FAILED: "❌", Exit.NOT_JUDGED: "⚠️"}[self.code]
        lines = [f"### {mark} footnote eval: {_markdown(self.line)}", "", "| check | |", "|---|---|"]
        lines += [f"| {_markdown(check.text)} | {'ok' if check.passed else '**failed**'} |" for check in self.checks]
        if self.since:
            lines += ["", f"Since the baseline: {_markdown(self.since)}"]
        if comparison:
            lines += _comparison(comparison)
        return "\n".join(lines) + "\n"


def judge_run(
    run: Run,
    minimums: Mapping[str, float],
    baseline: Run | None,
    metrics: Sequence[str] = (),
    max_errors: int = 0,
) -> Verdict:
    """Hold a run against minimums and a baseline. `metrics` are those that may not be worse; none: the guarded ones."""
    since = changes_since(baseline, run) if baseline else ""
    unfit = list(_unfit(run, baseline, max_errors))
    if unfit:
        return Verdict(run.name, Exit.NOT_JUDGED, tuple(unfit), tuple(check.text for check in unfit), since)
    names = metrics or [measure.name for measure in MEASURES if measure.guarded]
    changes = changes_of(baseline, run, names) if baseline else []
    checks = [*_minimums(run, minimums), *_no_worse(changes)]
    failed = [check for check in checks if not check.passed]
    decided = [check.text for check in failed] or [f"all {len(checks)} checks are met"]
    return Verdict(run.name, Exit.FAILED if failed else Exit.PASSED, tuple(checks), tuple(decided), since)


def _unfit(run: Run, baseline: Run | None, max_errors: int) -> Iterable[Check]:
    """Why a run says nothing yet."""
    cases = run.manifest.get("cases", 0)
    errors = sum(outcome.error is not None for outcome in run.outcomes)
    if not run.finished:
        yield Check("finished", False, f"only {len(run.outcomes)} of {cases} cases were asked; go on with --resume")
    if errors > max_errors:
        yield Check("errors", False, f"{errors} of {len(run.outcomes)} cases met an error, {max_errors} are allowed")
    if baseline:
        held = {outcome.id for outcome in run.outcomes}
        missing = [outcome.id for outcome in baseline.outcomes if outcome.id not in held]
        if missing and run.finished:
            yield Check("cases", False, f"{len(missing)} cases of the baseline are not in it (such as {missing[0]})")


def _minimums(run: Run, minimums: Mapping[str, float]) -> Iterable[Check]:
    for name, minimum in minimums.items():
        value = BY_NAME[name].value(run.outcomes)
        if value is None:
            yield Check(name, False, f"{name} has no value (minimum {minimum:g})")
        else:
            passed = value >= minimum
            relation = "is at least" if passed else "is below"
            yield Check(f"{name} >= {minimum:g}", passed, f"{name} {number(name, value)} {relation} {minimum:g}")


def _no_worse(changes: Sequence[Change]) -> Iterable[Check]:
    """A metric fails where it is worse and Holm's correction over all of them leaves its p below ALPHA."""
    significant = holm({change.name: change.difference.p for change in changes if change.difference}, ALPHA)
    for change in changes:
        yield _against_baseline(change, change.name in significant)


def _against_baseline(change: Change, significant: bool) -> Check:
    name, found = f"{change.name} no worse", change.difference
    values = f"{change.name} {number(change.name, change.a)} -> {number(change.name, change.b)}"
    if found is None:
        return Check(name, change.a is None, f"{values}: it has no value in one of the runs")
    worse = found.value != 0 and not change.better
    if worse and significant:
        return Check(name, False, f"{values}: really worse (p {chance(found.p)})")
    verdict = "better" if change.better and significant else "no real difference"
    return Check(name, True, f"{values}: {verdict} (p {chance(found.p)})")


def check_metrics(names: Sequence[str]) -> list[str]:
    """The names that are no metric."""
    return [name for name in names if name not in BY_NAME]


def _comparison(comparison: Comparison) -> list[str]:
    lines = ["", "| metric | baseline | run | difference | 95 % interval | p |", "|---|---|---|---|---|---|"]
    for change in comparison.changes:
        found = change.difference
        if found:
            low, high = number(change.name, found.interval.low), number(change.name, found.interval.high)
            values = f"{number(change.name, change.a)} | {number(change.name, change.b)}"
            difference = f"{number(change.name, found.value)} | {low} to {high} | {chance(found.p)}"
            lines.append(f"| {change.name} | {values} | {difference} |")
    lost = [flip for flip in comparison.flips if not flip.b.right]
    if lost:
        lines += ["", f"<details><summary>{len(lost)} cases are now wrong</summary>", ""]
        for flip in lost[:SHOWN]:
            lines.append(f"- **{_markdown(flip.a.id)}** {_markdown(flip.a.question)}")
            lines.append(f"  - before: {_markdown(said(flip.a))}")
            lines.append(f"  - now: {_markdown(said(flip.b))}")
        lines += ["", "</details>"]
    return lines


def _markdown(text: str) -> str:
    """One line that Markdown shows as it is: questions and answers come from anywhere."""
    return re.sub(r"([\\`*_{}\[\]<>()#+!|~@&])", r"\\\1", " ".join(text.split()))[:500]


def _xml(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return "".join(c for c in text if c.isprintable())
