"""The signs of the vectors, 48 bytes a passage in place of 1,536: they tell which few thousand are worth looking at.

Looking at every vector takes 5 µs each, half a second at 100,000. Of two vectors near each other most numbers have the
same sign; of the hundred nearest passages of 100,000 the first hundredth by signs holds 0.99 (docs/speed.md).

The file is made from the catalog, and is right as far as it goes however old it is: a passage's vector never changes
and its row number is never used twice.
"""

from __future__ import annotations

import logging
import secrets
import zipfile
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .catalog import Catalog
from .encoder import DIMENSIONS, Vectors
from .errors import LibraryError
from .tables import chunks

FEW = 16_384
"""Passages up to which all are looked at."""
WORTH = 4_096
"""Passages that are looked at, at least; of more than 400,000 one in a hundred."""
_NAME = "signs.npz"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Signs:
    """`rows` are row numbers, ascending; `signs` one column for each, shape (6, len(rows)), a bit for each number."""

    rows: NDArray[np.int64]
    signs: NDArray[np.uint64]

    @property
    def last(self) -> int:
        """The highest row number, of which the catalog may have higher ones by now."""
        return int(self.rows[-1]) if len(self.rows) else -1

    def worth_looking_at(self, vector: Vectors) -> list[int]:
        """The row numbers, in order, of the passages with the most signs of this vector's; some may be gone by now."""
        wanted = min(len(self.rows), max(WORTH, len(self.rows) // 100))
        unlike = np.zeros(len(self.rows), dtype=np.uint16)
        for column, own in zip(self.signs, signs_of(vector[None, :])[:, 0], strict=True):
            unlike += np.bitwise_count(column ^ own)
        return sorted(self.rows[np.argpartition(unlike, wanted - 1)[:wanted]].tolist())


_NONE = Signs(np.zeros(0, dtype=np.int64), np.zeros((DIMENSIONS // 64, 0), dtype=np.uint64))


def signs_of(vectors: Vectors) -> NDArray[np.uint64]:
    """A column for each vector, shape (6, len(vectors))."""
    return np.ascontiguousarray(np.packbits(vectors > 0, axis=1).view(np.uint64).T)


def read_signs(catalog: Catalog) -> Signs | None:
    """Those that the library keeps; None where it has none, or they are of another model or another copy of it."""
    try:
        with np.load(catalog.folder / _NAME, allow_pickle=False) as file:
            mark = str(file["mark"])
            if mark != catalog.meta("signs") or not mark.startswith(f"{catalog.model} "):
                return None
            return Signs(file["rows"], file["signs"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def keep_signs(catalog: Catalog) -> None:
    """Bring the file up to date, once so much has come or gone that it is worth it. No failure leaves here."""
    try:
        if catalog.passage_count() <= FEW:
            return
        with catalog.snapshot():
            mark = f"{catalog.model} {secrets.token_hex(8)}"
            signs = _renewed(catalog, read_signs(catalog) or _NONE)
        if signs:
            _write(catalog, signs, mark)
    except (OSError, LibraryError) as error:
        log.info("the signs of the vectors are not kept (%s)", error)


def _renewed(catalog: Catalog, known: Signs) -> Signs | None:
    """Those of all passages, or None where the known ones will do."""
    fresh = catalog.passage_ids(after=known.last)
    count = catalog.passage_count()
    gone = len(known.rows) - (count - len(fresh))
    if len(fresh) < WORTH and gone < count // 4:
        return None
    kept = np.isin(known.rows, np.array(catalog.passage_ids(), dtype=np.int64))
    columns = [known.signs[:, kept], *(signs_of(catalog.vectors(part)) for part in chunks(fresh, FEW))]
    return Signs(np.concatenate([known.rows[kept], np.array(fresh, dtype=np.int64)]), np.concatenate(columns, axis=1))


def _write(catalog: Catalog, signs: Signs, mark: str) -> None:
    making = catalog.folder / f"{_NAME}.{secrets.token_hex(4)}"
    try:
        with making.open("wb") as file:
            np.savez(file, mark=np.array(mark), rows=signs.rows, signs=signs.signs)
        making.replace(catalog.folder / _NAME)
    finally:
        making.unlink(missing_ok=True)
    catalog.set_meta("signs", mark)
