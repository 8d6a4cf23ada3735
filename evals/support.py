"""Measuring a support check: claims whose evidence does or does not support them, and what a check made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import metrics
from .datasets import Pair
from .measures import Metric
from .replies import ReplyError
from .resample import Statistic, bootstrap

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
