"""The files that articles were read from, in the database; on this machine lie copies of those that were opened."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from .articles import Original
from .database import Database
from .originals import Originals, OriginalStore, name_of


class ServedOriginals(OriginalStore):
    """The table `originals`. What is kept in a transaction is kept with it, or not at all."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._copies = Originals(folder)

    def keep(self, original: Original) -> str:
        """See the class."""
        name = name_of(original)
        with self._database.writes() as database:
            database.execute("INSERT INTO originals VALUES (?, ?) ON CONFLICT DO NOTHING", (name, original.content))
        return name

    def path(self, name: str) -> Path:
        """See the class; the file is fetched where this machine has no copy."""
        if not self._copies.is_whole(name):
            for (content,) in self._database.rows("SELECT content FROM originals WHERE name = ?", (name,)):
                self._copies.folder.parent.mkdir(parents=True, exist_ok=True)
                self._copies.keep(Original(name, content))
        return self._copies.path(name)

    def names(self) -> set[str]:
        """See the class."""
        return {name for (name,) in self._database.rows("SELECT name FROM originals")}

    def is_whole(self, name: str) -> bool:
        """See the class."""
        rows = self._database.rows("SELECT encode(sha256(content), 'hex') FROM originals WHERE name = ?", (name,))
        return bool(rows) and rows[0][0] == name.partition(".")[0]

    def remove(self, names: Iterable[str]) -> None:
        """See the class."""
        names = list(names)
        if names:
            with self._database.writes() as database:
                database.execute("DELETE FROM originals WHERE name = ANY (?)", (names,))
        self._copies.remove(names)

    def sweep(self, needed: Iterable[str]) -> list[str]:
        """See the class."""
        unneeded = sorted(self.names() - set(needed))
        self.remove(unneeded)
        return unneeded
