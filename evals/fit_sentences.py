"""Fits READ_SENTENCE on question sets, and shows what it is worth: `python -m evals.fit_sentences SET...`.

A SET is named as for `footnote eval run`; of SQuAD 2 and CLAPNQ only what the reader was not trained on is asked, and
of every set what can be answered. The model is a conditional logit (McFadden 1974): of the sentences found for a
question, each is the right one with a probability that goes with exp(weights · features), beside what its place gains
it. Every set weighs the same. The bias cancels out there; it is the one with which scores are probabilities.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from index.errors import FootnoteError
from qa.ask import look_up
from qa.extract import UNSEEN, Evidence
from qa.weights import READ_SENTENCE, Logistic

from . import folds
from .calibrate import unseen
from .cases import Case
from .datasets import Dataset, SupportSet
from .fit import source
from .metrics import contains
from .run import OwnLibrary
from .subject import Options, read_source, sample, subject_of

Array = NDArray[np.float64]

L2 = 0.02
"""Penalty on half the squared length of the weights of the standardised columns, beside the mean loss of a question."""
STEPS = 50


@dataclass(frozen=True, slots=True)
class Found:
    """A question of a set: `features` of its sentences, a row each, what their places `lift` them, and which are
    `right`."""

    set: str
    group: str
    features: Array
    lift: Array
    right: NDArray[np.bool_]


def gather(name: str, options: Options) -> Iterator[Found]:
    """The questions of the set for which a right sentence was found and read; raises FootnoteError for claims."""
    from tqdm import tqdm

    source = read_source(name)
    if isinstance(source, SupportSet):
        raise FootnoteError(f"{name}: holds claims, not questions")
    cases = source.set.cases if isinstance(source, Dataset) else source.cases
    kept = [
        c for c in cases if c.answerable and not c.without and (not isinstance(source, Dataset) or unseen(source, c))
    ]
    with subject_of(source, options) as subject:
        assert isinstance(subject.system, OwnLibrary)  # noqa: S101  (no answers nor endpoint among the options)
        library, reader = subject.system.library, subject.system.reader
        for case in tqdm(sample(kept, options.limit, options.seed), desc=name, file=sys.stderr, disable=None):
            findings = look_up(case.question, library, case.history, reader).findings
            read = [e for e in findings[0].evidence if e.read] if findings else []
            right = np.array([_is_right(e, case) for e in read], dtype=bool)
            if right.any():
                rows = np.array([_row(e) for e in read])
                yield Found(name, case.group or case.id, rows, np.array([e.lift for e in read]), right)


def _row(evidence: Evidence) -> tuple[float, ...]:
    relevance, odds = evidence.read.values() if evidence.read else (0.0, UNSEEN)
    return (*evidence.features.values(), relevance, max(odds, UNSEEN))


def _is_right(evidence: Evidence, case: Case) -> bool:
    """Whether it is a sentence that the case names or, where that names none, one that holds an answer."""
    said = " ".join(evidence.quote.text.split())
    own = [" ".join(r.quote.split()) for r in case.relevant if r.quote and r.article_id == evidence.article_id]
    if any(piece.quote for piece in case.relevant):
        return any(said in quote or quote in said for quote in own)
    return any(contains(said, answer) for answer in case.answers)


def fit(questions: Sequence[Found]) -> Array:
    """The weights with the least mean loss plus L2's penalty, by Newton's method; each set weighs the same."""
    columns = np.concatenate([q.features for q in questions])
    centre, spread = columns.mean(axis=0), columns.std(axis=0)
    spread[spread < 1e-12] = np.inf
    sizes = Counter(q.set for q in questions)
    share = np.array([1 / sizes[q.set] / len(sizes) for q in questions])
    rows = [(q.features - centre) / spread for q in questions]

    def loss(weights: Array) -> float:
        total = L2 * weights @ weights / 2
        for q, x, part in zip(questions, rows, share, strict=True):
            z = x @ weights + q.lift
            total += part * (np.logaddexp.reduce(z) - z[q.right].mean())
        return float(total)

    weights = np.zeros(columns.shape[1])
    for _ in range(STEPS):
        slope, curvature = L2 * weights, L2 * np.eye(len(weights))
        for q, x, part in zip(questions, rows, share, strict=True):
            z = x @ weights + q.lift
            p = np.exp(z - np.logaddexp.reduce(z))
            slope = slope + part * (x.T @ (p - q.right / q.right.sum()))
            mean = p @ x
            curvature = curvature + part * ((x.T * p) @ x - np.outer(mean, mean))
        step = np.linalg.solve(curvature, slope)
        before = loss(weights)
        while loss(weights - step) > before and np.abs(step).max() > 1e-9:  # too far
            step /= 2
        weights = weights - step
        if np.abs(step).max() < 1e-8:
            break
    fitted: Array = weights / spread
    return fitted


def bias(questions: Sequence[Found], weights: Array) -> float:
    """What to add to the scores so that, as probabilities, they sum to the right sentences; sets weigh the same."""
    sizes = Counter(q.set for q in questions)
    scores = [q.features @ weights + q.lift for q in questions]

    def surplus(added: float) -> float:
        return sum(
            float((1 / (1 + np.exp(-z - added)) - q.right).sum()) / sizes[q.set]
            for q, z in zip(questions, scores, strict=True)
        )

    low, high = -100.0, 100.0
    while high - low > 1e-6:
        middle = (low + high) / 2
        low, high = (low, middle) if surplus(middle) > 0 else (middle, high)
    return low


def first_is_right(weights: Array, question: Found) -> bool:
    """Whether its best sentence is a right one."""
    return bool(question.right[np.argmax(question.features @ weights + question.lift)])


def cross_validate(questions: Sequence[Found]) -> list[bool]:
    """The same of each, by the fit on the other folds; a conversation or article lies in one fold."""
    return folds.cross_validate(questions, lambda q: q.group, fit, first_is_right)


def report(questions: Sequence[Found]) -> str:
    """The weights, and for each set the share of questions whose best sentence is right: so fitted, and as shipped."""
    if len({q.group for q in questions}) < folds.FOLDS:
        raise FootnoteError("too little to fit on: it takes questions on five documents or more")
    shipped_weights = np.array(READ_SENTENCE.weights)
    crossed, shipped = cross_validate(questions), [first_is_right(shipped_weights, q) for q in questions]
    weights = fit(questions)
    lines = [source(Logistic(bias(questions, weights), tuple(map(float, weights)))), ""]
    lines.append(f"{'best sentence is right':40} {'n':>5}  cross-validated  as shipped")
    for name in dict.fromkeys(q.set for q in questions):
        own = [number for number, q in enumerate(questions) if q.set == name]
        shares = (np.mean([found[number] for number in own]) for found in (crossed, shipped))
        lines.append(f"{name[-40:]:40} {len(own):5}  {'  '.join(f'{share:15.3f}' for share in shares)}")
    return "\n".join(lines)


@click.command()
@click.argument("sets", metavar="SET...", nargs=-1, required=True)
@click.option("--library", type=click.Path(path_type=Path), help="The library of sets that bring no articles.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many questions of each set.")
@click.option("--seed", type=int, default=0, show_default=True, help="Which ones: a seeded sample.")
@click.pass_context
def main(context: click.Context, sets: tuple[str, ...], library: Path | None, limit: int | None, seed: int) -> None:
    """Fit the weights of READ_SENTENCE in qa/weights.py on these sets, and print them with what they are worth."""
    options = Options(default_library=library or Path("library"), limit=limit, seed=seed)
    try:
        click.echo(report([found for name in sets for found in gather(name, options)]))
    except FootnoteError as error:
        click.echo(f"footnote: {error}", err=True)
        context.exit(error.exit_code)


if __name__ == "__main__":
    main()
