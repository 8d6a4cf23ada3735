"""Whether Chroma holds what the catalog says: looked at in a process of its own, which a damaged index may end."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import numpy as np

from .catalog import Catalog
from .vectors import VectorIndex, VectorIndexError

SAMPLE = 100
"""Rows whose vectors are compared, and that are searched for by their own vector."""
FOUND = 0.98
"""Share of them that a search must find. A graph that was cut off from its files finds next to none."""
LIMIT_S = 120
"""Seconds until a process that does not answer counts as one that was ended."""
_PROGRAM = (sys.executable, "-P", "-c", "from index.verify import serve; serve()")


def verify(library: Path, chroma: Path) -> None:
    """Raise VectorIndexError, with what is wrong, unless Chroma in that folder mirrors the library's catalog."""
    request = json.dumps([str(library), str(chroma)])
    try:
        done = subprocess.run(  # noqa: S603
            _PROGRAM, input=request, capture_output=True, text=True, check=False, timeout=LIMIT_S
        )
    except subprocess.TimeoutExpired as error:
        raise VectorIndexError(f"it does not open within {LIMIT_S} seconds") from error
    if done.returncode != 0:
        how = f"signal {-done.returncode}" if done.returncode < 0 else f"exit code {done.returncode}"
        raise VectorIndexError(f"opening it ended the process that tried ({how})")
    if done.stdout:
        raise VectorIndexError(done.stdout.strip())


def faults(catalog: Catalog, index: VectorIndex) -> list[str]:
    """What of the index is not as the catalog says, by its rows, their vectors and searches; empty when it is whole."""
    wanted, present = set(catalog.passage_ids()), index.ids()
    found = []
    if orphans := len(present - wanted):
        found.append(f"it holds {orphans} vectors of no passage")
    if missing := len(wanted - present):
        found.append(f"it lacks {missing} of {len(wanted)} passages")
    rows = sorted(wanted & present)
    rows = random.Random(0).sample(rows, min(SAMPLE, len(rows)))  # noqa: S311 - a sample, no secret
    if not rows:
        return found
    ours, theirs = catalog.vectors(rows), index.vectors(rows)
    if wrong := int((np.abs(ours - theirs).max(axis=1) > 1e-3).sum()):
        found.append(f"{wrong} of {len(rows)} vectors looked at are not the catalog's")
    lost = sum(not _finds(index, row, vector) for row, vector in zip(rows, ours, strict=True))
    if lost > len(rows) * (1 - FOUND):
        found.append(f"{lost} of {len(rows)} passages searched for are not found")
    return found


def _finds(index: VectorIndex, row: int, vector: np.ndarray) -> bool:
    """Whether a search by the row's own vector finds it, or another of the same words."""
    hits = index.nearest(vector, 5)
    return any(hit == row for hit, _ in hits) or (bool(hits) and hits[0][1] > 1 - 1e-4)


def serve() -> None:
    """The process's side: the two folders from standard input, the first fault to standard output."""
    library, chroma = json.load(sys.stdin)
    try:
        index = VectorIndex(Path(chroma))
        found = faults(Catalog(Path(library)), index)
        index.close()
    except VectorIndexError as error:
        found = [str(error)]
    if found:
        sys.stdout.write("; ".join(found))
