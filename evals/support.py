"""Measuring a support check: claims whose evidence does or does not support them, and what a check made of them.

    python -m evals.support wice:FILE qags:FILE

fits Footnote's own on these sets, and prints it with what it is worth on claims that the fit has not seen: five folds,
all that has one first piece of evidence in one of them. Every set, and in it what is supported and what is not, weighs
the same.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from index.encoder import Encoder
from index.errors import FootnoteError
from index.sentences import split_sentences
from qa.claim import weigh_claim
from qa.weights import Logistic

from . import metrics
from .datasets import Pair
from .fit import fit_logistic, source
from .measures import Metric
from .replies import ReplyError
from .resample import Statistic, bootstrap

FOLDS = 5
THRESHOLD = 0.5
"""Support from which a claim counts as supported: fixed, as LLM-AggreFact fixes it, so that no set is tuned on."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim, checked. `support` is in 0..1, the highest over its pieces of evidence, as WiCE's script takes it."""

    id: str
    claim: str
    supported: bool
    support: float | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class SupportReport:
    """What was measured on the claims that were checked; those with an error are counted and left out."""

    checked: tuple[Checked, ...]
    metrics: tuple[Metric, ...]

    @property
    def errors(self) -> int:
        """Claims without a support."""
        return sum(one.support is None for one in self.checked)


def check_all(pairs: Sequence[Pair], records: Mapping[str, Mapping[str, Any]]) -> list[Checked]:
    """The claims of the pairs with what the records `{"id","support","label"}` say of them."""
    pieces: dict[str, list[Pair]] = {}
    for pair in pairs:
        pieces.setdefault(pair.claim_id, []).append(pair)
    return [_checked(identity, of_claim, records) for identity, of_claim in pieces.items()]


def report_on(checked: Sequence[Checked]) -> SupportReport:
    """Balanced accuracy at THRESHOLD, its two halves, and the AUROC; claims are drawn anew for the intervals."""
    known = [(one.support, one.supported) for one in checked if one.support is not None]
    support, supported = np.array([s for s, _ in known]), np.array([t for _, t in known], dtype=bool)
    called = support >= THRESHOLD
    figures: list[tuple[str, Statistic, tuple[Any, ...]]] = [
        ("balanced_accuracy", metrics.balanced_accuracy, (called, supported)),
        ("true_positive_rate", metrics.ratio, (called & supported, supported)),
        ("true_negative_rate", metrics.ratio, (~called & ~supported, ~supported)),
        ("auroc", metrics.auroc, (support, supported)),
    ]
    return SupportReport(
        tuple(checked),
        tuple(
            Metric(name, statistic(*columns), bootstrap(statistic, *columns) if known else None, len(known))
            for name, statistic, columns in figures
        ),
    )


def _checked(identity: str, pairs: Sequence[Pair], records: Mapping[str, Mapping[str, Any]]) -> Checked:
    claim, supported = pairs[0].claim, any(pair.supported for pair in pairs)
    try:
        return Checked(identity, claim, supported, max(_support(records.get(pair.id)) for pair in pairs))
    except ReplyError as error:
        return Checked(identity, claim, supported, error=str(error))


def _support(record: Mapping[str, Any] | None) -> float:
    if record is None:
        raise ReplyError("no answer was given for this id")
    if record.get("error"):
        raise ReplyError(str(record["error"]))
    support = record.get("support")
    if not isinstance(support, int | float) or isinstance(support, bool) or not 0 <= support <= 1:
        raise ReplyError(f"the support is {support!r}; it is a number from 0 to 1")
    return float(support)


@dataclass(frozen=True, slots=True)
class Weighed:
    """A pair of a set, and the values of its ClaimFeatures."""

    set: str
    pair: Pair
    values: tuple[float, ...]
    fold: int


def weigh(name: str, pairs: Sequence[Pair], encoder: Encoder) -> Iterator[Weighed]:
    """Every pair that has evidence."""
    first: dict[str, str] = {}
    for pair in pairs:
        first.setdefault(pair.claim_id, pair.evidence)
        spans = split_sentences(pair.evidence)
        if evidence := [text for s in spans if (text := pair.evidence[s.start : s.end]).strip()]:
            fold = zlib.crc32(first[pair.claim_id].encode()) % FOLDS
            yield Weighed(name, pair, weigh_claim(pair.claim, evidence, encoder).features.values(), fold)


def fit(rows: Sequence[Weighed]) -> Logistic:
    """SUPPORTED; raises FootnoteError where there is nothing to tell apart."""
    labels = np.array([row.pair.supported for row in rows], dtype=float)
    if not 0 < labels.sum() < len(labels):
        raise FootnoteError("it takes claims that are supported and claims that are not")
    kinds = [(row.set, row.pair.supported) for row in rows]
    shares = np.array([1 / kinds.count(kind) for kind in kinds])
    return fit_logistic(np.array([row.values for row in rows]), labels, shares)


def cross_validate(rows: Sequence[Weighed]) -> NDArray[np.float64]:
    """Each row's support by the fit on the rows of the other folds."""
    folds = np.array([row.fold for row in rows])
    support = np.zeros(len(rows))
    for fold in sorted(set(folds)):
        model = fit([row for row, own in zip(rows, folds, strict=True) if own != fold])
        for number in np.flatnonzero(folds == fold):
            support[number] = model.probability(rows[int(number)].values)
    return support


def report(rows: Sequence[Weighed]) -> str:
    """The regression for qa/weights.py, and a table a set: of pairs, and of claims with the best of their evidence."""
    support = cross_validate(rows)
    lines = [f"SUPPORTED = {source(fit(rows))}", ""]
    for name in dict.fromkeys(row.set for row in rows):
        own = [(row, float(s)) for row, s in zip(rows, support, strict=True) if row.set == name]
        records = {row.pair.id: {"support": s} for row, s in own}
        claims = check_all([row.pair for row, _ in own], records)
        pairs = [Checked(row.pair.id, row.pair.claim, row.pair.supported, s) for row, s in own]
        for what, checked in (("pairs", pairs), ("claims", claims)):
            lines += [f"{name}: {len(checked)} {what}", *map(_line, report_on(checked).metrics), ""]
    return "\n".join(lines)


def _line(metric: Metric) -> str:
    drawn = metric.interval
    bounds = f"  {drawn.low:.3f} to {drawn.high:.3f}" if drawn else ""
    return f"  {metric.name:20} {'-' if metric.value is None else f'{metric.value:.3f}'}{bounds}"


@click.command()
@click.argument("sets", metavar="SET...", nargs=-1, required=True)
@click.pass_context
def main(context: click.Context, sets: tuple[str, ...]) -> None:
    """Fit the support check of qa/weights.py on these sets of claims, and print it with what it is worth."""
    from .datasets import SupportSet
    from .subject import read_source

    rows: list[Weighed] = []
    encoder = Encoder()
    try:
        for name in sets:
            found = read_source(name)
            if not isinstance(found, SupportSet):
                raise FootnoteError(f"{name}: holds questions, not claims")
            rows += weigh(name, found.pairs, encoder)
            click.echo(f"{name}: {len(found.pairs)} pairs", err=True)
        click.echo(report(rows))
    except FootnoteError as error:
        click.echo(f"footnote: {error}", err=True)
        context.exit(error.exit_code)


if __name__ == "__main__":
    main()
