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
    figures: tuple[tuple[str, Statistic, tuple[list[float] | list[bool], ...]], ...] = (
        ("exact_match", metrics.mean, ([metrics.exact_match(one.span, one.problem.answers) for one in answered],)),
        ("token_f1", metrics.mean, ([metrics.token_f1(one.span, one.problem.answers) for one in answered],)),
        ("auroc_odds", metrics.auroc, ([one.odds for one in read], answerable)),
        ("auroc_relevance", metrics.auroc, ([one.relevance for one in read], answerable)),
    )
    return tuple(
        Metric(name, statistic(*columns), bootstrap(statistic, *columns) if columns[0] else None, len(columns[0]))
        for name, statistic, columns in figures
    )


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
    for metric in measure(read):
        shown = "-" if metric.value is None else f"{metric.value:.3f}"
        interval = f"{metric.interval.low:.3f} to {metric.interval.high:.3f}" if metric.interval else ""
        click.echo(f"{metric.name:16}  {shown:>5}  {interval:14}  {metric.n}")


if __name__ == "__main__":
    main()
