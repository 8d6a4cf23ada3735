"""Following a folder by looking at it: plain, and right on every file system, the network's among them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from . import readers

EVERY_S = 1.0
"""Seconds between two looks. Five thousand files take a twentieth of one."""

Look = dict[Path, tuple[int, int, int]]


def changes(folder: Path, every_s: float = EVERY_S) -> Iterator[None]:
    """Gives once at the start, then after each change, once two looks in a row have seen the same; never ends."""
    synced: Look | None = None
    while True:
        now = _look(folder)
        if now != synced:
            time.sleep(every_s if synced is not None else 0)
            if _look(folder) != now:  # still being written
                continue
            synced = now
            yield
        time.sleep(every_s)


def _look(folder: Path) -> Look:
    """Size, time and number of every file that would be read."""
    found: Look = {}
    for path in readers.files_in(folder):
        if isinstance(path, Path):
            try:
                status = path.stat()
            except OSError:  # gone since it was listed
                continue
            found[path] = (status.st_size, status.st_mtime_ns, status.st_ino)
    return found
