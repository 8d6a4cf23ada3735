"""How well a reader reads what was written for it: `python -m evals.reading_asked ../shared/bench [--model FILE]`.

What a second pass of training is judged by, on the documents that training holds out: in the passage that answers,
whether the sentence of the likeliest span is the right one; whether that passage comes before those beside it; whether
the best odds tell a question that is answered from one that is not, and entailment a claim that is borne out from the
rest (AUROC).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from index.encoder import Encoder
from index.errors import FootnoteError
from index.sentences import split_sentences
from qa.reader import MODEL, Reader, Reading, Text
from qa.training.asked import FILES, asked, made_up
from qa.training.examples import ENTAILMENT, Claim, Example, Group, articles_of, for_development

from . import metrics
from .measures import Metric
from .reading import metric, show


@dataclass(frozen=True, slots=True)
class Grouped:
    """A question beside its passages: the best odds of all, and whether one of them answers. Where one does, whether
    its relevance is the highest, and whether its likeliest span lies in the right sentence."""

    odds: float
    answered: bool
    first: bool = False
    sentence: bool = False


def held_out(bench: Path) -> list[Example]:
    """The questions and claims of the documents for development; raises FootnoteError where the news is not there."""
    news, encoder = bench / "realtimeqa-train", Encoder()
    try:
        articles = articles_of(news) | made_up()
        return [example for file in FILES for example in asked(articles, encoder, file) if for_development(example)]
    except OSError as error:
        raise FootnoteError(f"{error.filename}: cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError) as error:
        raise FootnoteError(f"{news}: lacks the articles that were asked about ({error})") from error


def read_group(group: Group, reader: Reader) -> Grouped:
    """What the reader makes of a question; the passage that answers is the first, if one does."""
    readings = reader.read(group.question, [Text(c.title, c.text) for c in group.candidates])
    odds = max(best.odds for reading in readings if (best := reading.best()))
    right = group.candidates[0]
    if right.span is None:
        return Grouped(odds, answered=False)
    first = all(readings[0].relevance > reading.relevance for reading in readings[1:])
    return Grouped(odds, True, first, _is_in_sentence(readings[0], right.title, right.text, right.span[0]))


def _is_in_sentence(reading: Reading, title: str, text: str, start: int) -> bool:
    """Whether the sentence whose span is the likeliest is the one around `start`."""
    spans = [(s, found.odds) for s in split_sentences(text, title) if (found := reading.best(s.start, s.end))]
    best, _ = max(spans, key=lambda pair: pair[1])
    return best.start <= start < best.end


def judge(claim: Claim, reader: Reader) -> tuple[float, bool]:
    """The chance of entailment, and whether the claim is borne out."""
    return float(reader.support([(claim.claim, claim.text)])[0][0]), claim.labels == (ENTAILMENT,)


def measure(read: Sequence[Grouped], judged: Sequence[tuple[float, bool]]) -> tuple[Metric, ...]:
    """Shares over the questions that are answered, AUROCs over all; with 95 % intervals over questions and claims."""
    answered = [one for one in read if one.answered]
    return (
        metric("sentence", metrics.mean, [one.sentence for one in answered]),
        metric("passage_first", metrics.mean, [one.first for one in answered]),
        metric("auroc_answered", metrics.auroc, [one.odds for one in read], [one.answered for one in read]),
        metric("auroc_claims", metrics.auroc, [chance for chance, _ in judged], [supported for _, supported in judged]),
    )


@click.command()
@click.argument("bench", metavar="BENCH", type=click.Path(path_type=Path))
@click.option(
    "--model", type=click.Path(path_type=Path), default=MODEL, help="An exported reader, not the one shipped."
)
@click.pass_context
def main(context: click.Context, bench: Path, model: Path) -> None:
    """Print how well the reader reads the held-out documents that questions were written for; the news among them are
    those of BENCH/realtimeqa-train."""
    from tqdm import tqdm

    try:
        examples, reader = held_out(bench), Reader(model).load()
    except FootnoteError as error:
        click.echo(f"footnote: {error}", err=True)
        context.exit(error.exit_code)
    bar = tqdm(examples, unit="example", file=sys.stderr, disable=None)
    found = [judge(e, reader) if isinstance(e, Claim) else read_group(e, reader) for e in bar]
    show(measure([f for f in found if isinstance(f, Grouped)], [f for f in found if not isinstance(f, Grouped)]))


if __name__ == "__main__":
    main()
