"""The files that articles were read from, each kept once, under the hash of its bytes."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path

from .articles import Original

_SUFFIX = re.compile(r"\.[a-z0-9]{1,10}")
_MAKING = ".new"


class Originals:
    """The folder `originals/` of a library: `<sha256><suffix>`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, original: Original) -> str:
        """Store the file, if it is not there, for good: synced to the disk. Gives its name in the folder."""
        suffix = Path(original.name).suffix.lower()
        name = hashlib.sha256(original.content).hexdigest() + (suffix if _SUFFIX.fullmatch(suffix) else "")
        if not (self.folder / name).exists():
            self._write(name, original.content)
        return name

    def path(self, name: str) -> Path:
        """Where the file lies."""
        return self.folder / name

    def names(self) -> set[str]:
        """What is stored, without what a crash left half written."""
        return {file.name for file in self._files() if file.suffix != _MAKING}

    def is_whole(self, name: str) -> bool:
        """Whether the file is there, and has the bytes it had when it was stored."""
        try:
            with self.path(name).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == name.partition(".")[0]
        except OSError:
            return False

    def remove(self, names: Iterable[str]) -> None:
        """Delete these files; one that is not there is no error."""
        for name in names:
            self.path(name).unlink(missing_ok=True)

    def sweep(self, needed: Iterable[str]) -> list[str]:
        """Delete what no article needs and what a crash left; the names."""
        wanted = set(needed)
        unneeded = [file.name for file in self._files() if file.name not in wanted]
        self.remove(unneeded)
        return unneeded

    def _write(self, name: str, content: bytes) -> None:
        self.folder.mkdir(exist_ok=True)
        making = self.folder / f"{name}{_MAKING}"
        try:
            with making.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            making.rename(self.folder / name)
        except OSError:
            making.unlink(missing_ok=True)
            raise
        _sync_folder(self.folder)

    def _files(self) -> list[Path]:
        return sorted(self.folder.iterdir()) if self.folder.is_dir() else []


def _sync_folder(folder: Path) -> None:
    """A new name survives a power cut only when its folder is synced, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
