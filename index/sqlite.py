"""A library's database as a file of SQLite's: its connections, transactions and settings. Tables are in schema.py."""

from __future__ import annotations

import json
import shutil
import sqlite3
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from . import schema
from .database import Database, Transaction
from .encoder import Encoder
from .errors import DiskFull, LibraryDamaged, LibraryLocked, NewerLibrary, NoLibrary, ReadOnlyLibrary
from .fts5 import FTS5
from .lock import holder, writing
from .originals import Originals, is_hash_named
from .place import CATALOG, Folder


class SQLite(Database):
    """One connection a thread to `FOLDER/catalog.sqlite3`."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        """Opens the file; raises NoLibrary, LibraryDamaged, or ReadOnlyLibrary where it has to be made."""
        super().__init__()
        self.place = Folder(folder)
        self._path = folder / CATALOG
        self._local = threading.local()
        self.full_text = FTS5(self)
        self.originals = Originals(folder / "originals")
        if not self._exists():
            if any(map(is_hash_named, self.originals.names())):
                raise LibraryDamaged(folder, f"its {CATALOG} is gone", is_final=True)
            if not create:
                raise NoLibrary(folder)
            self._create()
        self._check_version()

    def _exists(self) -> bool:
        try:
            return self._path.exists()
        except OSError as error:
            raise LibraryDamaged(self.folder, error.strerror or "no access") from error

    def _check_version(self) -> None:
        """Bring an older library up to date; raises LibraryDamaged where that cannot be, NewerLibrary."""
        found = self.meta("schema")
        if found == schema.VERSION:
            return
        if not isinstance(found, int) or found < 1:
            raise LibraryDamaged(self.folder, f"its schema version is {found}")
        if found > schema.VERSION:
            raise NewerLibrary(self.folder, found, schema.VERSION)
        try:
            with writing(self.folder), self.writes() as database:
                database.execute("BEGIN IMMEDIATE")
                if self.meta("schema") == found:  # another process was faster
                    schema.migrate(database, found)
        except ReadOnlyLibrary as error:
            reason = f"it has schema version {found}, and bringing it to {schema.VERSION} needs write access"
            raise LibraryDamaged(self.folder, reason) from error

    def _create(self) -> None:
        """Made under another name and renamed when whole, so that a crash leaves no half library."""
        making = self._path.with_suffix(".new")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with writing(self.folder):
                if self._exists():  # another process was faster
                    return
                making.unlink(missing_ok=True)
                database = sqlite3.connect(making)
                database.executescript(schema.TABLES)
                settings = [("schema", schema.VERSION), ("revision", 0), ("model", Encoder.name)]
                database.executemany("INSERT INTO meta VALUES (?, ?)", settings)
                database.commit()
                database.execute("PRAGMA journal_mode = WAL")
                database.close()
                making.rename(self._path)
        except (OSError, sqlite3.OperationalError) as error:
            raise ReadOnlyLibrary(self.folder) from error

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._connect()
        return connection

    def _connect(self) -> sqlite3.Connection:
        for query in ("mode=rw", "mode=ro&immutable=1"):
            try:
                connection = sqlite3.connect(f"{self._path.absolute().as_uri()}?{query}", uri=True, timeout=10)
                connection.executescript("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")
                connection.create_function("characters", 1, len, deterministic=True)  # length() stops at a NUL
                connection.execute("SELECT count(*) FROM meta").fetchone()
            except sqlite3.OperationalError as error:
                if "locked" in str(error):
                    raise LibraryLocked(self.folder, "unknown") from error
                continue  # a folder that cannot be written has no room for the log: read it as it stands
            except sqlite3.DatabaseError as error:
                raise LibraryDamaged(self.folder, str(error)) from error
            return connection
        raise LibraryDamaged(self.folder, "the catalog cannot be opened")

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All that this thread reads in the block is of one moment, whatever other processes write. May be nested."""
        if self.connection.in_transaction:
            yield
            return
        self.rows("BEGIN")
        try:
            yield
        finally:
            self.rows("COMMIT")

    @contextmanager
    def writes(self) -> Iterator[sqlite3.Connection]:
        """All of the block or nothing, and no new revision; raises a LibraryError that says what hinders."""
        try:
            with self.connection as database:
                yield database
        except sqlite3.DatabaseError as error:
            if "readonly" in str(error):
                raise ReadOnlyLibrary(self.folder) from error
            if "full" in str(error) or "I/O" in str(error):
                raise DiskFull(self.folder, str(error)) from error
            if "locked" in str(error):
                raise LibraryLocked(self.folder, "unknown") from error
            raise LibraryDamaged(self.folder, str(error)) from error
        except OSError as error:  # an original could not be stored
            raise DiskFull(self.folder, error.strerror or str(error)) from error

    def rows(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        """The rows that a query finds; raises LibraryDamaged."""
        try:
            return self.connection.execute(query, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise LibraryDamaged(self.folder, str(error)) from error

    # -- meta ------------------------------------------------------------------------------------------------------

    def meta(self, key: str) -> int | str | None:
        """A setting of the library, or None."""
        rows = self.rows("SELECT value FROM meta WHERE key = ?", (key,))
        return rows[0][0] if rows else None

    def set_meta(self, key: str, value: int | str) -> None:
        """Keep a setting; does not raise the revision."""
        with self.writes() as database:
            database.execute(
                "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
                (key, value),
            )

    def raise_revision(self, transaction: Transaction) -> None:
        """See the class."""
        transaction.execute("UPDATE meta SET value = value + 1 WHERE key = 'revision'")

    # -- in SQLite's words -----------------------------------------------------------------------------------------

    def writing(self, *, upkeep: bool = False) -> AbstractContextManager[None]:
        """See the class."""
        return writing(self.folder, upkeep=upkeep)

    def holder(self) -> str | None:
        """See the class."""
        return holder(self.folder)

    def one_of(self, values: Collection[str]) -> tuple[str, object]:
        """See the class."""
        return "IN (SELECT value FROM json_each(?))", json.dumps(sorted(values))

    def integrity(self) -> list[str]:
        """See the class."""
        found = [row[0] for row in self.rows("PRAGMA integrity_check(10)") if row[0] != "ok"]
        return found + [f"{row[0]} row {row[1]} refers to nothing" for row in self.rows("PRAGMA foreign_key_check")]

    def free_bytes(self) -> int | None:
        """See the class."""
        return shutil.disk_usage(self.folder).free

    def close(self) -> None:
        """Close this thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None
