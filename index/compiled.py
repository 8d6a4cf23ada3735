"""Models as they were compiled for this processor, kept in the user's cache: compiling one takes half a second of
processor time, reading what came of it a third of that."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_DIGEST = hashlib.sha256().digest_size


def cache_folder() -> Path:
    """Where they are kept: they can be deleted at any time, and are made anew."""
    base = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    return Path(base) / "footnote" / "models"


def path_of(model: str, made_of: object) -> Path:
    """Where a compiled model lies; `made_of` is all that it depends on, in a form whose `repr` is always the same."""
    return cache_folder() / f"{model}-{hashlib.sha256(repr(made_of).encode()).hexdigest()[:16]}.blob"


def read(path: Path) -> NDArray[np.uint8] | None:
    """The bytes of a compiled model; None where there is none, or not the whole of it."""
    try:
        content = np.memmap(path, dtype=np.uint8, mode="r")
    except (OSError, ValueError):  # ValueError: it is empty
        return None
    is_whole = hashlib.sha256(content[_DIGEST:].data).digest() == content[:_DIGEST].tobytes()
    return content[_DIGEST:] if is_whole else None


def keep(path: Path, export: Callable[[], bytes]) -> None:
    """Write a compiled model, in place of those of other versions, and in one step: no process reads half of it.

    Where the folder cannot be written nothing is kept.
    """
    making = path.with_suffix(f".{secrets.token_hex(4)}")
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            blob = export()
            making.write_bytes(hashlib.sha256(blob).digest() + blob)
            making.replace(path)
        finally:
            making.unlink(missing_ok=True)
        for other in path.parent.glob(f"{path.stem.rpartition('-')[0]}-*.blob"):
            if other != path:
                other.unlink(missing_ok=True)
