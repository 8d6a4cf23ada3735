"""Fits the confidence on question sets, and shows what it is worth: `python -m evals.calibrate SET...`.

A SET is named as for `footnote eval run`. Of SQuAD 2 and CLAPNQ only what the reader was not trained on is asked. Every
set, and in it what can be answered and what cannot, weighs the same. The figures are cross-validated: each is of
questions that the fit which gives it has not seen.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from index.errors import FootnoteError
from qa.ask import look_up
from qa.confidence import UNFIT
from qa.weights import ANSWERABLE, READ_ANSWERABLE, Logistic

from . import folds
from .cases import Case
from .datasets import Dataset, SupportSet
from .fit import fit_logistic, source
from .metrics import auroc, calibration_error, reliability
from .plots import reliability as diagram
from .resample import bootstrap
from .run import OwnLibrary
from .subject import Options, read_source, sample, subject_of

Array = NDArray[np.float64]

THRESHOLDS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)
HOLD_OUT = 4
"""One title of SQuAD 2's in so many is held out of the reader's training: the first and every fourth after it."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What is known of one question: the signs that its confidence is made of, and whether a rule says no anyway."""

    set: str
    id: str
    signs: tuple[float, ...]
    unfit: bool
    answerable: bool


def unseen(source: Dataset, case: Case) -> bool:
    """Whether the reader was not trained on the case's document."""
    if source.set.name == "squad2":
        held_out = sorted({c.group or "" for c in source.set.cases})[::HOLD_OUT]
        return case.group in held_out
    if source.set.name == "clapnq":
        from qa.training.examples import Group, for_development

        title = next(article.title for article in source.articles if article.id == case.group)
        return for_development(Group("clapnq", title, "", ()))
    return True


def weigh(name: str, options: Options) -> Iterator[Weighed]:
    """Every question of the set with what was found for it; those with no evidence at all are left out, and those whose
    best sentence the reader was to read and has not: they have fewer signs (3 of 2,200)."""
    from tqdm import tqdm

    source = read_source(name)
    if isinstance(source, SupportSet):
        raise FootnoteError(f"{name}: holds claims, not questions")
    cases = source.set.cases if isinstance(source, Dataset) else source.cases
    if isinstance(source, Dataset):
        cases = tuple(case for case in cases if unseen(source, case))
    fitted = READ_ANSWERABLE if options.with_reader else ANSWERABLE
    chosen = [case for case in sample(cases, options.limit, options.seed) if not case.without]
    with subject_of(source, options) as subject:
        assert isinstance(subject.system, OwnLibrary)  # noqa: S101  (no answers nor endpoint among the options)
        library, reader = subject.system.library, subject.system.reader
        for case in tqdm(chosen, desc=name, unit="question", file=sys.stderr, disable=None):
            found = look_up(case.question, library, case.history, reader).findings
            if found and len(found[0].signs) == len(fitted.weights):
                yield Weighed(name, case.id, found[0].signs, found[0].is_unfit, case.answerable)


def fit(rows: Sequence[Weighed]) -> Logistic:
    """ANSWERABLE or READ_ANSWERABLE; raises FootnoteError where a kind of question is missing altogether."""
    labels = np.array([row.answerable for row in rows], dtype=float)
    if not 0 < labels.sum() < len(labels):
        raise FootnoteError("it takes questions that can be answered and questions that cannot")
    kinds = [(row.set, row.answerable) for row in rows]
    shares = np.array([1 / kinds.count(kind) for kind in kinds])
    return fit_logistic(np.array([row.signs for row in rows]), labels, shares)


def cross_validate(rows: Sequence[Weighed]) -> Array:
    """Each row's confidence by the fit on the rows of the other folds, the rules that cap it included."""
    return np.array(folds.cross_validate(rows, lambda row: row.id, fit, _confidence))


def _confidence(model: Logistic, row: Weighed) -> float:
    return min(model.probability(row.signs), UNFIT if row.unfit else 1.0)


def report(rows: Sequence[Weighed]) -> str:
    """The regression for qa/weights.py, and a table a set: AUROC, calibration error, what each threshold declines."""
    confidence = cross_validate(rows)
    lines = [source(fit(rows)), "", f"{'set':40} {'n':>5}  AUROC, 95 % interval      ECE"]
    for name in dict.fromkeys(row.set for row in rows):
        own = np.array([row.set == name for row in rows])
        labels = np.array([row.answerable for row in rows])[own]
        drawn = bootstrap(auroc, confidence[own], labels)
        area, error = auroc(confidence[own], labels), calibration_error(confidence[own], labels)
        bounds = f"{drawn.low:.3f} to {drawn.high:.3f}" if drawn else ""
        lines.append(f"{name[-40:]:40} {own.sum():5}  {_number(area)}  {bounds:16}  {_number(error)}")
        lines += [
            f"    below {t:4.2f}: declined {_share(confidence[own][labels] < t)} of what can be answered,"
            f" {_share(confidence[own][~labels] < t)} of what cannot"
            for t in THRESHOLDS
        ]
    return "\n".join(lines)


def _number(value: float | None) -> str:
    return "    -" if value is None else f"{value:.3f}"


def _share(declined: NDArray[np.bool_]) -> str:
    return f"{declined.mean():.2f}" if declined.size else "-"


@click.command()
@click.argument("sets", metavar="SET...", nargs=-1, required=True)
@click.option("--library", type=click.Path(path_type=Path), help="The library of sets that bring no articles.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many questions of each set.")
@click.option("--seed", type=int, default=0, show_default=True, help="Which ones: a seeded sample.")
@click.option("--reader/--no-reader", "with_reader", default=True, help="Fit READ_ANSWERABLE, or ANSWERABLE.")
@click.option("--svg", type=click.Path(dir_okay=False, path_type=Path), help="Write the reliability diagram there.")
@click.pass_context
def main(
    context: click.Context,
    sets: tuple[str, ...],
    library: Path | None,
    limit: int | None,
    seed: int,
    with_reader: bool,
    svg: Path | None,
) -> None:
    """Fit the confidence of qa/weights.py on these sets, and print it with what it is worth."""
    options = Options(default_library=library or Path("library"), limit=limit, seed=seed, with_reader=with_reader)
    try:
        rows = [row for name in sets for row in weigh(name, options)]
        click.echo(report(rows))
    except FootnoteError as error:
        click.echo(f"footnote: {error}", err=True)
        context.exit(error.exit_code)
    if svg:
        bins = reliability(cross_validate(rows), [row.answerable for row in rows])
        svg.write_text(diagram(bins), "utf-8")


if __name__ == "__main__":
    main()
