"""One set, run from start to end: read, ask, keep, sum up."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index.encoder import Encoder
from index.errors import FootnoteError
from qa.batch import TOGETHER, BatchError, Record
from qa.draft import check_claims
from qa.terminal import load_reader

from .answers import AnswersFile, check_ids, read_answers
from .cases import Case, CaseSet
from .datasets import Dataset, Pair, SupportSet
from .export import claim_of
from .folder import RunFolder, environment, manifest_record
from .outcomes import Outcome
from .report import Report, below, figures, row, table
from .run import Unreachable, check_same_articles, run
from .subject import Options, Subject, read_source, sample, subject_of
from .support import THRESHOLD, SupportReport, check_all, report_on

Say = Callable[[str], None]
"""Where lines for people go: stderr."""


class Stopped(Exception):
    """Ctrl-C came; what was done is kept in `path`."""

    def __init__(self, path: Path, done: int, cases: int) -> None:
        super().__init__(f"stopped after {done} of {cases} cases; the same command with --resume {path} goes on")


@dataclass(frozen=True, slots=True)
class Finished:
    """A set that was run. `problems` says what was left out of the input, a line each."""

    path: Path
    report: Report | SupportReport
    problems: tuple[str, ...] = ()

    def to_json(self, *, failures: bool) -> dict[str, Any]:
        """The object of summary.json, with the failures where they are asked for."""
        if isinstance(self.report, SupportReport):
            return support_json(self.report)
        return dict(json.loads(self.report.to_text(as_json=True, failures=failures)))

    def to_text(self, *, failures: bool) -> str:
        """Tables for a terminal."""
        if isinstance(self.report, SupportReport):
            return _support_text(self.report)
        return self.report.to_text(as_json=False, failures=failures)

    def faults(self, minimums: Mapping[str, float]) -> list[str]:
        """Why it does not pass, a line each."""
        if isinstance(self.report, Report):
            return self.report.faults(minimums)
        count = len(self.report.checked)
        errors = [f"{self.report.errors} of {count} claims met an error"] if self.report.errors else []
        return errors + below(self.report.metrics, minimums)


def run_set(name: str, options: Options, out: Path | None, resume: Path | None, say: Say) -> Finished:
    """Run one set. Raises FootnoteError on bad input that leaves nothing to run, Stopped on Ctrl-C."""
    source = read_source(name)
    if isinstance(source, SupportSet):
        if options.endpoint:
            raise FootnoteError(f"{name} holds claims, and no server is asked for these; leave --endpoint out")
        return _run_support(source, options, out, say)
    cases = source.set if isinstance(source, Dataset) else source
    for line in (*cases.problems, *cases.notes):
        say(line)
    with subject_of(source, options) as subject:
        report, path, problems = _ask(cases, subject, options, out, resume, say)
    return Finished(path, report, (*cases.problems, *problems))


def _ask(
    cases: CaseSet, subject: Subject, options: Options, out: Path | None, resume: Path | None, say: Say
) -> tuple[Report, Path, Sequence[str]]:
    chosen = sample(cases.cases, options.limit, options.seed)
    problems = [*subject.problems, *check_same_articles(chosen, set(subject.held))]
    if subject.answered is not None:
        problems += check_ids([case.id for case in chosen], subject.answered)
    for line in problems:
        say(line)
    if drafted := sum(case.drafted for case in chosen):
        say(f"{drafted} of {len(chosen)} cases are drafts that nobody has accepted: see `footnote eval review`")
    manifest = subject.manifest(cases, len(chosen), options)
    folder = RunFolder.resumed(resume, manifest) if resume else _new_folder(cases.name, out)
    folder.start(manifest_record(manifest))
    try:
        report = Report.of(ask_into(folder, chosen, subject, options.jobs))
    except KeyboardInterrupt:
        raise Stopped(folder.path, folder.kept, len(chosen)) from None
    except Unreachable as error:
        if folder.done:
            kept = f"{len(folder.done)} of {len(chosen)} cases are kept, and --resume {folder.path} goes on"
            raise Unreachable(f"{error}; {kept}") from error
        raise
    folder.write("summary.json", report.to_json())
    return report, folder.path, problems


def ask_into(folder: RunFolder, cases: Sequence[Case], subject: Subject, jobs: int) -> list[Outcome]:
    """The outcomes of these cases; those that the folder does not hold yet are asked, and kept in it."""
    left = [case for case in cases if case.id not in folder.done]
    for outcome in _with_bar(folder.keep(run(left, subject.system, subject.articles, jobs)), len(left)):
        folder.done[outcome.id] = outcome
    return [folder.done[case.id] for case in cases]


def _new_folder(name: str, out: Path | None) -> RunFolder:
    return RunFolder(out) if out else RunFolder.named_after(Path(name).stem)


def _with_bar(outcomes: Any, total: int, unit: str = "question") -> Any:
    """A bar with the time left for people, nothing in a log file."""
    from tqdm import tqdm

    return tqdm(outcomes, total=total, unit=unit, file=sys.stderr, disable=None, leave=False)


def _run_support(source: SupportSet, options: Options, out: Path | None, say: Say) -> Finished:
    pairs = source.first(options.limit)
    problems = source.problems
    answers: AnswersFile | None = read_answers(options.answers) if options.answers else None
    if answers:
        problems = (*problems, *answers.problems, *check_ids([pair.id for pair in pairs], answers.records))
        system = f"answers {answers.sha256[:16]}"
    else:
        system = "footnote" if options.with_reader else "footnote without the reader"
    for line in problems:
        say(line)
    folder = _new_folder(source.name, out)
    checked = check_all(pairs, answers.records if answers else _own_checks(pairs, options.with_reader))
    report = report_on(checked)
    folder.start(
        {"set": source.name, "set_sha256": source.sha256, "cases": len(checked), "support_threshold": THRESHOLD}
        | {"limit": options.limit}
        | {"system": system}
        | environment()
    )
    folder.keep_records([asdict(one) for one in checked])
    folder.write("summary.json", support_json(report))
    return Finished(folder.path, report, problems)


def _own_checks(pairs: Sequence[Pair], with_reader: bool) -> dict[str, Record]:
    """What `footnote check --batch` says of the claims, by id."""
    encoder, reader = Encoder(), load_reader(with_reader)
    records: dict[str, Record] = {}
    for first in _with_bar(range(0, len(pairs), TOGETHER), -(-len(pairs) // TOGETHER), f"{TOGETHER} claims"):
        part = pairs[first : first + TOGETHER]
        for pair, result in zip(part, check_claims([claim_of(p) for p in part], encoder, reader), strict=True):
            if isinstance(result, BatchError):
                raise result
            records[pair.id] = result
    return records


def support_json(report: SupportReport) -> dict[str, Any]:
    """The object of summary.json of a support set."""
    return {
        "claims": len(report.checked),
        "errors": report.errors,
        "threshold": THRESHOLD,
        "metrics": {metric.name: figures(metric) for metric in report.metrics},
    }


def _support_text(report: SupportReport) -> str:
    lines = table(("metric", "value", "95 % interval", "n"), [row(metric) for metric in report.metrics])
    counts = f"{len(report.checked)} claims, {report.errors} errors; supported is a support of {THRESHOLD:g} or more"
    return "\n".join([*lines, "", counts])
