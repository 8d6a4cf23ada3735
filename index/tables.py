"""What the parts of the catalog share: the database that their tables are in."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from .database import Database

Key = TypeVar("Key", int, str, bytes)


class Tables:
    """Some tables of a library's database."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.place = database.place
        self.full_text = database.full_text
        self.originals = database.originals
        self.rows = database.rows
        self.writes = database.writes
        self.transaction = database.transaction
        self.snapshot = database.snapshot
        self.writing = database.writing
        self.counted = database.counted
        self.meta = database.meta
        self.set_meta = database.set_meta
        self.integrity = database.integrity
        self.close = database.close

    @property
    def folder(self) -> Path:
        """What belongs to this machine lies here."""
        return self.place.folder

    @property
    def revision(self) -> int:
        """Counts the changes: two equal numbers mean the same articles."""
        return self.database.revision

    @property
    def model(self) -> str:
        """The name of the encoder that made the vectors."""
        return self.database.model


def chunks(ids: Sequence[Key], size: int = 500) -> Iterator[list[Key]]:
    """The values, so many at a time."""
    for start in range(0, len(ids), size):
        yield list(ids[start : start + size])


def marks(values: Collection[object]) -> str:
    """As many `?` as there are values."""
    return ",".join("?" * len(values))
