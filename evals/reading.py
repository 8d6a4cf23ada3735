"""How well a reader reads when it is given the right paragraph: `python -m evals.reading SQUAD.json [--model FILE]`.

What a training run is judged by before anything is searched: the best span against the answers (EM and F1 by SQuAD's
rules, Rajpurkar et al. 2016), and whether its odds tell a question that the paragraph answers from one that it does
not (AUROC, all questions). The questions are those of the titles that training holds out.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from numpy.typing import ArrayLike

from index.errors import FootnoteError
from qa.reader import MODEL, Reader, Text

from . import metrics
from .fit import HOLD_OUT, Problem, read_squad
from .measures import Metric
from .resample import Statistic, bootstrap


@dataclass(frozen=True, slots=True)
class Given:
    """A problem, the words of the best span in its own paragraph, that span's log odds, and the relevance (a logit)."""

    problem: Problem
    span: str
    odds: float
    relevance: float


def held_out(path: Path) -> list[tuple[Problem, Text]]:
    """The questions of the held-out titles, each with its paragraph; raises FootnoteError."""
    articles, problems = read_squad(path)
    texts = {article.id: Text(article.title, article.text) for article in articles}
    kept = set(sorted({problem.title for problem in problems})[::HOLD_OUT])
    return [(problem, texts[problem.article_id]) for problem in problems if problem.title in kept]


def read_all(given: Sequence[tuple[Problem, Text]], reader: Reader) -> Iterator[Given]:
    """What the reader makes of each."""
    for problem, paragraph in given:
        reading = reader.read(problem.question, [paragraph])[0]
        best = reading.best()
        span, odds = (paragraph.text[best.start : best.end], best.odds) if best else ("", float("-inf"))
        yield Given(problem, span, odds, reading.relevance)


def measure(read: Sequence[Given]) -> tuple[Metric, ...]:
    """EM and F1 over the answerable questions, and both AUROCs over all, with 95 % intervals over questions."""
    answered = [one for one in read if one.problem.answers]
    answerable = [bool(one.problem.answers) for one in read]
    return (
        metric("exact_match", metrics.mean, [metrics.exact_match(one.span, one.problem.answers) for one in answered]),
        metric("token_f1", metrics.mean, [metrics.token_f1(one.span, one.problem.answers) for one in answered]),
        metric("auroc_odds", metrics.auroc, [one.odds for one in read], answerable),
        metric("auroc_relevance", metrics.auroc, [one.relevance for one in read], answerable),
    )


def metric(name: str, statistic: Statistic, *columns: ArrayLike) -> Metric:
    """The statistic of the columns, with its interval where there is anything to draw from."""
    size = len(np.asarray(columns[0]))
    return Metric(name, statistic(*columns), bootstrap(statistic, *columns) if size else None, size)


def show(measured: Sequence[Metric]) -> None:
    """Print a line for each."""
    for one in measured:
        value = "-" if one.value is None else f"{one.value:.3f}"
        interval = f"{one.interval.low:.3f} to {one.interval.high:.3f}" if one.interval else ""
        click.echo(f"{one.name:16}  {value:>5}  {interval:14}  {one.n}")


@click.command()
@click.argument("squad", metavar="SQUAD.json", type=click.Path(path_type=Path))
@click.option(
    "--model", type=click.Path(path_type=Path), default=MODEL, help="An exported reader, not the one shipped."
)
@click.pass_context
def main(context: click.Context, squad: Path, model: Path) -> None:
    """Print how well the reader reads the held-out titles of a file in the format of SQuAD 2.0."""
    from tqdm import tqdm

    try:
        given, reader = held_out(squad), Reader(model).load()
        read = list(tqdm(read_all(given, reader), total=len(given), unit="question", file=sys.stderr, disable=None))
    except FootnoteError as error:
        click.echo(f"footnote: {error}", err=True)
        context.exit(error.exit_code)
    show(measure(read))


if __name__ == "__main__":
    main()
