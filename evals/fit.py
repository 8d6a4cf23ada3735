"""Fits SENTENCE on a file in the format of SQuAD 2.0 (Rajpurkar et al. 2018): `python -m evals.fit SQUAD.json`.

Each paragraph becomes an article; a seeded sample of the questions is searched and weighed as `ask` does it without the
reader. A sentence counts as right when it stands in the question's own paragraph and holds one of its answers. Of the
titles asked about, in alphabetical order, the first and every fourth after it are held out of the fitting; their
paragraphs stay in the library that all are asked. Where a paragraph is an article, its opening and title leave little
open: open_overlap and is_opening are left out, with the weight 0.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from index import Article, Library
from index.errors import FootnoteError
from qa.evidence import Features
from qa.extract import PASSAGES, find
from qa.question import read
from qa.rank import rank
from qa.weights import Logistic

from .metrics import contains, mean

Array = NDArray[np.float64]

L2 = 1e-4
"""Penalty on half the squared length of the weights of the standardised columns, beside the mean loss of a row."""
HOLD_OUT = 4
"""One title in so many is held out."""
STEPS = 100
"""Newton's method stops after so many steps at the latest; it takes about ten."""
NAMES = [field.name for field in fields(Features)]
COSINE = NAMES.index("cosine")
LEFT_OUT = [NAMES.index(name) for name in ("open_overlap", "is_opening")]


@dataclass(frozen=True, slots=True)
class Problem:
    """A question of the file. `answers` are those of its paragraph, and empty where that has none."""

    question: str
    title: str
    article_id: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A problem and the sentences found for it: their Features, a row each, and 1 where a sentence is right, else 0."""

    problem: Problem
    features: Array
    labels: Array


@dataclass(frozen=True, slots=True)
class Fit:
    """The regression, and the questions that it was fitted on and tested on."""

    sentence: Logistic
    training: tuple[Asked, ...]
    held_out: tuple[Asked, ...]


def read_squad(path: Path) -> tuple[list[Article], list[Problem]]:
    """The paragraphs as articles with the ids TITLE#0, TITLE#1, ..., and the questions; raises FootnoteError."""
    articles: list[Article] = []
    problems: list[Problem] = []
    try:
        for entry in json.loads(path.read_bytes())["data"]:
            for number, paragraph in enumerate(entry["paragraphs"]):
                title, article_id = entry["title"], f"{entry['title']}#{number}"
                articles.append(Article(article_id, title.replace("_", " "), paragraph["context"], str(path)))
                problems += [_problem(record, title, article_id) for record in paragraph["qas"]]
    except OSError as error:
        raise FootnoteError(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FootnoteError(f"{path}: is not in the format of SQuAD 2.0 ({error!r})") from error
    return articles, problems


def _problem(record: dict[str, Any], title: str, article_id: str) -> Problem:
    answers = () if record.get("is_impossible", False) else tuple(answer["text"] for answer in record["answers"])
    return Problem(record["question"].strip(), title, article_id, answers)


def sample(problems: Sequence[Problem], size: int, seed: int) -> list[Problem]:
    """`size` problems drawn without replacement, or all where there are no more, in the order of the file."""
    rows = np.random.default_rng(seed).permutation(len(problems))[:size]
    return [problems[row] for row in sorted(rows)]


def gather(problems: Sequence[Problem], library: Library) -> Iterator[Asked]:
    """Ask each problem of the library, in order."""
    for problem in problems:
        hits = library.search(problem.question, PASSAGES)
        evidence = find(read(problem.question), rank(problem.question, hits, None), library).evidence
        features = np.array([e.features.values() for e in evidence]).reshape(-1, len(fields(Features)))
        right = [
            e.article_id == problem.article_id and any(contains(e.quote.text, answer) for answer in problem.answers)
            for e in evidence
        ]
        yield Asked(problem, features, np.array(right, dtype=float))


def split(asked: Sequence[Asked]) -> tuple[tuple[Asked, ...], tuple[Asked, ...]]:
    """Those for fitting, and those held out by their title."""
    held_out = set(sorted({a.problem.title for a in asked})[::HOLD_OUT])
    training = tuple(a for a in asked if a.problem.title not in held_out)
    return training, tuple(a for a in asked if a.problem.title in held_out)


def fit_logistic(rows: Array, labels: Array, shares: Array | None = None) -> Logistic:
    """The logistic regression with the least mean loss plus L2's penalty, by Newton's method; labels are 0 and 1.

    Hastie, Tibshirani and Friedman 2009, section 4.4.1. The bias is not penalised. The weights are for the columns as
    they are given, not as they are standardised here; a column that does not vary gets the weight 0. `shares` says
    what each row counts for, the same for all where they are not given.
    """
    counts = np.full(len(rows), 1 / len(rows)) if shares is None else shares / shares.sum()
    centre, spread = rows.mean(axis=0), rows.std(axis=0)
    spread[spread < 1e-12] = np.inf
    x = np.column_stack([np.ones(len(rows)), (rows - centre) / spread])
    penalty = np.full(x.shape[1], L2)
    penalty[0] = 0.0

    def loss(weights: Array) -> float:
        z = x @ weights
        return float(counts @ (np.logaddexp(0.0, z) - labels * z) + penalty @ weights**2 / 2)

    weights = np.zeros(x.shape[1])
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-x @ weights))
        slope = x.T @ (counts * (p - labels)) + penalty * weights
        curvature = (x.T * (counts * p * (1 - p))) @ x + np.diag(penalty + 1e-12)
        step = np.linalg.solve(curvature, slope)
        before = loss(weights)
        while loss(weights - step) > before and np.abs(step).max() > 1e-9:  # too far, as where nearly all is told apart
            step /= 2
        weights = weights - step
        if np.abs(step).max() < 1e-8:
            break
    own = weights[1:] / spread
    return Logistic(float(weights[0] - own @ centre), tuple(map(float, own)))


def fit(asked: Sequence[Asked]) -> Fit:
    """Fit it on the titles for fitting; raises FootnoteError where there is nothing to learn from."""
    training, held_out = split(asked)
    found = [a for a in training if len(a.labels)]
    if not held_out or not any(a.labels.any() for a in found):
        raise FootnoteError(
            "too little to fit on: it takes two titles or more, and right sentences beside those held out"
        )
    rows = np.concatenate([a.features for a in found])
    rows[:, LEFT_OUT] = 0.0
    return Fit(fit_logistic(rows, np.concatenate([a.labels for a in found])), training, held_out)


def _logits(asked: Asked, model: Logistic) -> Array:
    logits: Array = asked.features @ np.array(model.weights) + model.bias
    return logits


def found_first(asked: Sequence[Asked], sentence: Logistic | None) -> tuple[float | None, int]:
    """Share of the answerable questions whose best sentence is right, and how many they are.

    The best by `sentence`, or by its cosine where that is None. Where nothing was found, it is not right.
    """
    answerable = [a for a in asked if a.problem.answers]
    ranked = [(a.features[:, COSINE] if sentence is None else _logits(a, sentence), a.labels) for a in answerable]
    return mean([bool(len(labels)) and labels[np.argmax(scores)] == 1 for scores, labels in ranked]), len(answerable)


def report(fitted: Fit) -> str:
    """SENTENCE with its weights in the order of Features, and how good it is."""
    rows = [("best sentence holds the answer", "training titles", "n", "held-out titles", "n")]
    for name, model in (("  fitted", fitted.sentence), ("  highest cosine", None)):
        (training, n), (held_out, held_n) = (found_first(asked, model) for asked in (fitted.training, fitted.held_out))
        rows.append((name, _digits(training), str(n), _digits(held_out), str(held_n)))
    table = [f"{row[0]:30}  {row[1]:>15}  {row[2]:>4}  {row[3]:>15}  {row[4]:>4}" for row in rows]
    return "\n".join([f"SENTENCE = {source(fitted.sentence)}", "", *table])


def _digits(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def source(model: Logistic) -> str:
    """The regression as it stands in qa/weights.py."""
    return f"Logistic({model.bias:.3f}, ({', '.join(f'{weight:.3f}' for weight in model.weights)}))"


def _ask_all(path: Path, size: int, seed: int) -> list[Asked]:
    from tqdm import tqdm

    articles, problems = read_squad(path)
    drawn = sample(problems, size, seed)
    with TemporaryDirectory(prefix="footnote-fit-") as folder, Library.open(folder, create=True) as library:
        library.add(articles)
        # disable=None: a bar for people, nothing in a log file
        return list(tqdm(gather(drawn, library), total=len(drawn), unit="question", file=sys.stderr, disable=None))


@click.command()
@click.argument("squad", metavar="SQUAD.json", type=click.Path(path_type=Path))
@click.option("--questions", type=click.IntRange(min=1), default=1000, show_default=True, help="Questions to sample.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of the sample.")
@click.pass_context
def main(context: click.Context, squad: Path, questions: int, seed: int) -> None:
    """Fit SENTENCE of qa/weights.py on a file in the format of SQuAD 2.0, and print it with what it is worth."""
    try:
        click.echo(report(fit(_ask_all(squad, questions, seed))))
    except FootnoteError as error:
        click.echo(f"footnote: {error}", err=True)
        context.exit(error.exit_code)


if __name__ == "__main__":
    main()
