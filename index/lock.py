"""One writer a library: a lock file that names its holder."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import LibraryLocked, ReadOnlyLibrary

GRACE_S = 0.3
"""How long a writer is waited for: who only looks whether someone writes is done within it."""
UPKEEP_S = 30.0
"""How long a process is waited for that only brings Chroma up to date: no article of its is under way."""
_UPKEEP = " (which brings Chroma up to date)"
_POLL_S = 0.02


def holder(folder: Path) -> str | None:
    """The pid of the process that holds the library for writing ("unknown" where it does not say), or None."""
    try:
        file = os.open(folder / ".lock", os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _name(file)
    finally:
        os.close(file)
    return None


def _name(file: int) -> str:
    return os.pread(file, 64, 0).decode(errors="replace").strip() or "unknown"


@contextmanager
def writing(folder: Path, *, upkeep: bool = False) -> Iterator[None]:
    """Hold the library for writing; raises LibraryLocked soon when another process does.

    With `upkeep` the block changes no article, and writers wait for its end. The system lets go of the lock when its
    holder dies, so a lock is never stale.
    """
    try:
        file = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise ReadOnlyLibrary(folder) from error
    try:
        _take(file, folder)
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()}{_UPKEEP if upkeep else ''}".encode(), 0)
        yield
    finally:
        os.close(file)


def _take(file: int, folder: Path) -> None:
    began = time.monotonic()
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            name = _name(file)
            if time.monotonic() - began > (UPKEEP_S if name.endswith(_UPKEEP) else GRACE_S):
                raise LibraryLocked(folder, name) from None
            time.sleep(_POLL_S)
        else:
            return
