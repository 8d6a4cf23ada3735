"""One writer a library: a lock file that names its holder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import LibraryLocked, ReadOnlyLibrary


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
    return os.pread(file, 32, 0).decode(errors="replace").strip() or "unknown"


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold the library for writing; raises LibraryLocked at once when another process does.

    The system lets go of the lock when its holder dies, so a lock is never stale.
    """
    try:
        file = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise ReadOnlyLibrary(folder) from error
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LibraryLocked(folder, _name(file)) from None
        os.ftruncate(file, 0)
        os.pwrite(file, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(file)
