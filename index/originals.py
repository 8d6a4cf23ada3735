"""The files that articles were read from, each kept once, under the hash of its bytes."""

from __future__ import annotations

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path

from . import durable
from .articles import Original

_SUFFIX = re.compile(r"\.[a-z0-9]{1,10}")
_MAKING = ".new"


class OriginalStore(ABC):
    """Files under the names `<sha256><suffix>`."""

    @abstractmethod
    def keep(self, original: Original) -> str:
        """Store the file, if it is not there, for good. Gives its name here."""

    @abstractmethod
    def path(self, name: str) -> Path:
        """Where the file lies on this machine."""

    @abstractmethod
    def names(self) -> set[str]:
        """What is stored, without what a crash left half written."""

    @abstractmethod
    def is_whole(self, name: str) -> bool:
        """Whether the file is there, and has the bytes it had when it was stored."""

    @abstractmethod
    def remove(self, names: Iterable[str]) -> None:
        """Delete these files; one that is not there is no error."""

    @abstractmethod
    def sweep(self, needed: Iterable[str]) -> list[str]:
        """Delete what no article needs and what a crash left; the names."""


def name_of(original: Original) -> str:
    """The name under which it is kept."""
    suffix = Path(original.name).suffix.lower()
    return hashlib.sha256(original.content).hexdigest() + (suffix if _SUFFIX.fullmatch(suffix) else "")


def is_hash_named(name: str) -> bool:
    """Whether a file of this name may be one that was kept, and is none of the user's own."""
    return re.fullmatch(rf"[0-9a-f]{{64}}(?:{_SUFFIX.pattern})?", name) is not None


class Originals(OriginalStore):
    """The folder `originals/` of a library; what is kept is synced to the disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, original: Original) -> str:
        """See the class."""
        name = name_of(original)
        if not (self.folder / name).exists():
            self._write(name, original.content)
        return name

    def path(self, name: str) -> Path:
        """See the class."""
        return self.folder / name

    def names(self) -> set[str]:
        """See the class."""
        return {file.name for file in self._files() if file.suffix != _MAKING}

    def is_whole(self, name: str) -> bool:
        """See the class."""
        try:
            with self.path(name).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == name.partition(".")[0]
        except OSError:
            return False

    def remove(self, names: Iterable[str]) -> None:
        """See the class."""
        for name in names:
            self.path(name).unlink(missing_ok=True)

    def sweep(self, needed: Iterable[str]) -> list[str]:
        """See the class."""
        wanted = set(needed)
        unneeded = [file.name for file in self._files() if file.name not in wanted]
        self.remove(unneeded)
        return unneeded

    def _write(self, name: str, content: bytes) -> None:
        self.folder.mkdir(exist_ok=True)
        making = self.folder / f"{name}{_MAKING}"
        try:
            durable.write(making, content)
            making.rename(self.folder / name)
        except OSError:
            making.unlink(missing_ok=True)
            raise
        durable.sync(self.folder)

    def _files(self) -> list[Path]:
        return sorted(self.folder.iterdir()) if self.folder.is_dir() else []
