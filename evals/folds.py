"""Cross-validation: what a model says of rows that it was not fitted on."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from typing import TypeVar

FOLDS = 5

Row = TypeVar("Row")
Model = TypeVar("Model")
Guess = TypeVar("Guess")


def cross_validate(
    rows: Sequence[Row],
    group: Callable[[Row], str],
    fit: Callable[[Sequence[Row]], Model],
    guess: Callable[[Model, Row], Guess],
) -> list[Guess]:
    """For each row, the guess of the model that was fitted on the other folds, in the order of the rows.

    Rows of one group lie in one fold, as they are alike; which one, the group's name alone decides.
    """
    folds = [zlib.crc32(group(row).encode()) % FOLDS for row in rows]
    models = {
        fold: fit([row for row, own in zip(rows, folds, strict=True) if own != fold]) for fold in sorted(set(folds))
    }
    return [guess(models[fold], row) for row, fold in zip(rows, folds, strict=True)]
