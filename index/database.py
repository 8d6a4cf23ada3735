"""What the catalog asks of a database: queries, transactions, one writer. SQLite and PostgreSQL answer alike."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from .full_text import FullText
    from .originals import OriginalStore
    from .place import Place


REMEMBERED = 50_000
"""Numbers that are remembered of one revision: a question asks for a few dozen."""


class Transaction(Protocol):
    """Statements that are done together, or not at all. Values stand as `?`."""

    def execute(self, query: str, values: Any = ..., /) -> Any:
        """One statement; what it gives has `fetchone` and `fetchall`."""

    def executemany(self, query: str, values: Any, /) -> Any:
        """The same statement for each row of values."""


class Database(ABC):
    """The tables of one library. Reading and writing are safe from several threads.

    Queries are of the SQL that SQLite and PostgreSQL share; what is not shared is a method here.
    """

    place: Place
    full_text: FullText
    originals: OriginalStore

    def __init__(self) -> None:
        self._counts: tuple[int, dict[str, int]] = (-1, {})  # swapped whole: threads read it without a lock

    @property
    def folder(self) -> Path:
        """What belongs to this machine lies here."""
        return self.place.folder

    @abstractmethod
    def rows(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        """The rows that a query finds; raises a LibraryError."""

    @abstractmethod
    def writes(self) -> AbstractContextManager[Transaction]:
        """All of the block or nothing, and no new revision; raises a LibraryError that says what hinders."""

    @abstractmethod
    def snapshot(self) -> AbstractContextManager[None]:
        """All that this thread reads in the block is of one moment, whatever other processes write. May be nested."""

    @abstractmethod
    def writing(self, *, upkeep: bool = False) -> AbstractContextManager[None]:
        """Hold the library for writing; raises LibraryLocked where another holds it for long.

        With `upkeep` the block changes no article, and writers wait for its end. Who dies holds nothing.
        """

    @abstractmethod
    def holder(self) -> str | None:
        """The process that holds the library for writing, or None."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the connections, of this thread at least."""

    # -- what the two say in their own words -----------------------------------------------------------------------

    @abstractmethod
    def one_of(self, values: Collection[str]) -> tuple[str, object]:
        """What stands behind a column to say that it is any of these, and the value for its `?`."""

    @abstractmethod
    def integrity(self) -> list[str]:
        """What the database finds wrong with its files and references; empty when nothing."""

    @abstractmethod
    def free_bytes(self) -> int | None:
        """Room left for the library; None where that cannot be seen from here."""

    # -- meta ------------------------------------------------------------------------------------------------------

    @abstractmethod
    def meta(self, key: str) -> int | str | None:
        """A setting of the library, or None."""

    @abstractmethod
    def set_meta(self, key: str, value: int | str) -> None:
        """Keep a setting; does not raise the revision."""

    @abstractmethod
    def raise_revision(self, transaction: Transaction) -> None:
        """Count a change."""

    @property
    def revision(self) -> int:
        """Counts the changes: two equal numbers mean the same articles."""
        return int(self.meta("revision") or 0)

    @property
    def model(self) -> str:
        """The name of the encoder that made the vectors."""
        return str(self.meta("model"))

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """All of the block or nothing; raises the revision by one."""
        with self.writes() as database:
            yield database
            self.raise_revision(database)

    def counted(self, what: str, count: Callable[[], int]) -> int:
        """A number that the articles of this revision have, from memory where it was asked for before."""
        revision = self.revision
        known, counts = self._counts
        if known != revision or len(counts) > REMEMBERED:
            self._counts = revision, counts = revision, {}
        if what not in counts:
            counts[what] = count()
        return counts[what]
