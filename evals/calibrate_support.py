"""Fits the support check on sets of claims, and shows what it is worth: `python -m evals.calibrate_support SET...`.

A SET is `wice:FILE`, `qags:FILE`, `asked:DIR` or one of claims, such as `desk-claims`. Every set, and in it what is
supported and what is not, weighs the same; of a claim whose evidence comes in pieces each piece weighs a part. The
figures are cross-validated, with all claims of one document in one fold, and of the whole check, its rules included.
Beside the balanced accuracy at SUPPORTS stands that at a threshold of the set's own, chosen on the other folds, as
SummaC chooses one for each of its sets (Laban et al., TACL 2022).
"""

from __future__ import annotations

import sys
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import click
import numpy as np
from numpy.typing import NDArray

from index.encoder import Encoder
from index.errors import FootnoteError
from qa.draft import sentences_of
from qa.reader import Reader
from qa.support import SUPPORTS, Claim, by_words, ceiling, read_claims, weigh_claim
from qa.weights import Logistic

from . import folds
from .datasets import SupportSet
from .fit import fit_logistic, source
from .metrics import auroc, balanced_accuracy, ratio
from .resample import bootstrap
from .subject import read_source

Array = NDArray[np.float64]

ROUNDS = 3
"""Choices of pieces; further ones change nothing."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A claim beside one piece of its evidence. `document` is what it was drawn from: a page, an article; `least` and
    `most` are the probabilities that the rules allow it."""

    set: str
    claim_id: str
    document: str
    features: tuple[float, ...]
    supported: bool
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim with the probability of the piece that bears it out best, 0..1."""

    set: str
    document: str
    supported: bool
    probability: float


def weigh(name: str, claims: int | None, encoder: Encoder, reader: Reader | None) -> Iterator[Weighed]:
    """The first claims of the set, each piece of evidence apart; raises FootnoteError where it holds none."""
    from tqdm import tqdm

    found = read_source(name)
    if not isinstance(found, SupportSet):
        raise FootnoteError(f"{name}: holds questions, not claims")
    for pair in tqdm(found.first(claims), desc=found.name, unit="piece", file=sys.stderr, disable=None):
        evidence = sentences_of(pair.evidence)
        if not evidence:
            continue
        claim = Claim(pair.claim, tuple(evidence), pair.title)
        near, features = weigh_claim(claim, encoder)
        seen = features.values()
        if reader:
            seen = (*seen, *read_claims([claim], [near], reader)[0])
        is_whole = pair.id == pair.claim_id
        document = pair.document or (f"{zlib.crc32(pair.evidence.encode())}" if is_whole else pair.claim_id)
        settled = by_words(claim)
        least, most = (settled.probability,) * 2 if settled else (0.0, ceiling(claim, near[0], reader is not None))
        yield Weighed(name, pair.claim_id, document, seen, pair.supported, least, most)


def fit(rows: Sequence[Weighed]) -> Logistic:
    """SUPPORTED or SUPPORTED_PLAINLY; raises FootnoteError where all claims are of one kind.

    A supported claim is so by one of its pieces: fitted once on all, the regression chooses it, and is fitted anew on
    those (as MI-SVM does, Andrews et al. 2002).
    """
    if len({row.supported for row in rows}) < 2:
        raise FootnoteError("it takes claims that are supported and claims that are not")
    model = _fit(rows)
    for _ in range(ROUNDS):
        model = _fit(_bearing_out(rows, model))
    return model


def _bearing_out(rows: Sequence[Weighed], model: Logistic) -> list[Weighed]:
    """Of each supported claim the piece that bears it out best, of the others all."""
    best: dict[tuple[str, str], Weighed] = {}
    for row in sorted(rows, key=lambda row: model.logit(row.features)):
        best[row.set, row.claim_id] = row
    return [row for row in rows if not row.supported or row is best[row.set, row.claim_id]]


def _fit(rows: Sequence[Weighed]) -> Logistic:
    pieces = Counter((row.set, row.claim_id) for row in rows)
    kinds = Counter((name, supported) for name, _, supported in {(r.set, r.claim_id, r.supported) for r in rows})
    shares = [1 / pieces[row.set, row.claim_id] / kinds[row.set, row.supported] for row in rows]
    labels = np.array([row.supported for row in rows], dtype=float)
    return fit_logistic(np.array([row.features for row in rows]), labels, np.array(shares))


def judge(rows: Sequence[Weighed]) -> list[Judged]:
    """Each claim by the fit on the other folds, and by the rules."""
    chances = folds.cross_validate(
        rows, lambda row: row.document, fit, lambda model, row: model.probability(row.features)
    )
    allowed = np.clip(chances, [row.least for row in rows], [row.most for row in rows])
    best: dict[tuple[str, str], Judged] = {}
    for row, chance in sorted(zip(rows, allowed.tolist(), strict=True), key=lambda pair: pair[1]):
        best[row.set, row.claim_id] = Judged(row.set, row.document, row.supported, chance)
    return list(best.values())


def own_threshold(claims: Sequence[Judged]) -> float:
    """The probability from which calling a claim supported has the highest balanced accuracy on these claims."""
    values, labels = np.array([c.probability for c in claims]), np.array([c.supported for c in claims])
    at: list[float] = sorted({c.probability for c in claims})
    return max(at, key=lambda value: balanced_accuracy(values >= value, labels) or 0.0)


def report(rows: Sequence[Weighed]) -> str:
    """The regression for qa/weights.py, and for each set its figures."""
    claims = judge(rows)
    figures = "balanced accuracy, 95 %    TPR    TNR  AUROC  threshold of its own, 95 %"
    lines = [source(fit(rows)), "", f"{'set':40} {'n':>5}  {figures}"]
    lines += [_line(name, [c for c in claims if c.set == name]) for name in dict.fromkeys(row.set for row in rows)]
    return "\n".join(lines)


def _line(name: str, claims: Sequence[Judged]) -> str:
    values, labels = np.array([c.probability for c in claims]), np.array([c.supported for c in claims])
    called = folds.cross_validate(
        claims, lambda claim: claim.document, own_threshold, lambda least, claim: claim.probability >= least
    )
    at_half, at_own = (_figure(np.array(said), labels) for said in (values >= SUPPORTS, called))
    rates = f"{ratio((values >= SUPPORTS) & labels, labels):.3f}  {ratio((values < SUPPORTS) & ~labels, ~labels):.3f}"
    return f"{name[-40:]:40} {len(claims):5}  {at_half}  {rates}  {auroc(values, labels):.3f}  {at_own}"


def _figure(called: NDArray[np.bool_], labels: NDArray[np.bool_]) -> str:
    drawn = bootstrap(balanced_accuracy, called, labels)
    bounds = f"{drawn.low:.3f} to {drawn.high:.3f}" if drawn else ""
    return f"{balanced_accuracy(called, labels):.3f}  {bounds:16}"


@click.command()
@click.argument("sets", metavar="SET...", nargs=-1, required=True)
@click.option("--claims", type=click.IntRange(min=1), help="The first so many claims of each set.")
@click.option("--reader/--no-reader", "with_reader", default=True, help="Fit SUPPORTED, or SUPPORTED_PLAINLY.")
@click.pass_context
def main(context: click.Context, sets: tuple[str, ...], claims: int | None, with_reader: bool) -> None:
    """Fit the support check of qa/weights.py on these sets, and print it with what it is worth."""
    encoder, reader = Encoder(), Reader() if with_reader else None
    try:
        click.echo(report([row for name in sets for row in weigh(name, claims, encoder, reader)]))
    except FootnoteError as error:
        click.echo(f"footnote: {error}", err=True)
        context.exit(error.exit_code)


if __name__ == "__main__":
    main()
