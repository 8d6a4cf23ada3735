"""A library's database on a PostgreSQL server: its transactions, its locks, its settings."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import lru_cache
from typing import Any, cast

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.types.json import Jsonb

from . import schema_postgres as schema
from .bm25 import BM25
from .database import Database, Transaction
from .encoder import Encoder
from .errors import LibraryDamaged, LibraryError, LibraryLocked, NewerLibrary, NoLibrary
from .originals_served import ServedOriginals
from .place import Servers
from .postgres_pool import Connection, Pool, Watched

CHANGE_S = 300.0
"""Seconds that a statement may take while the library is held for writing: making an index anew is one."""
PATIENCE_S = 30
"""How long a writer waits for its turn: on a server several are the rule, and an article takes milliseconds."""

_WRITER, _UPKEEP, _LOCKS, _LEASES = 1, 2, 0x466F6F74, 0x466F6F75


class _Statements:
    """A connection in a transaction, for queries with `?`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def execute(self, query: str, values: Sequence[object] = ()) -> Any:
        if not values:  # several statements, or one, as they stand
            return self._connection.execute(cast(Any, query))
        return self._connection.cursor(binary=True).execute(_translated(query), values)

    def executemany(self, query: str, values: Sequence[Sequence[object]]) -> None:
        self._connection.cursor().executemany(_translated(query), values)


class Postgres(Database):
    """The tables of one library in the schema `footnote` of a database. At most `CONNECTIONS` connections."""

    def __init__(self, servers: Servers, *, create: bool = False) -> None:
        """Connects; raises NoLibrary, LibraryDamaged, ServerUnavailable or ServerRefuses."""
        super().__init__()
        self.place = servers
        self._pool = Pool(servers)
        self._local = threading.local()
        self.full_text = BM25(self)
        self.originals = ServedOriginals(self, servers.folder / "originals")
        if not self._exists():
            if not create:
                raise NoLibrary(servers)
            self._create()
        self._check_version()
        with suppress(OSError):  # only the web app needs it, and says what is wrong
            servers.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    # -- making ----------------------------------------------------------------------------------------------------

    def _exists(self) -> bool:
        return bool(self.rows("SELECT to_regclass('footnote.meta') IS NOT NULL")[0][0])

    def _create(self) -> None:
        if (encoding := self.rows("SHOW server_encoding")[0][0]) != "UTF8":
            raise LibraryDamaged(self.place, f"the database's encoding is {encoding}; make one with UTF8")
        with self.writing():
            if self._exists():  # another process was faster
                return
            settings: dict[str, int | str] = {
                "schema": schema.VERSION,
                "revision": 0,
                "model": Encoder.name,
                "passages": 0,
                "words": 0,
                "library": uuid.uuid4().hex,
            }
            with self.writes() as database:
                database.execute("CREATE SCHEMA IF NOT EXISTS footnote")
                database.execute(schema.TABLES)
                for key, value in settings.items():
                    self._keep(database, key, value)

    def _check_version(self) -> None:
        """Bring an older library up to date; raises NewerLibrary."""
        found = self.meta("schema")
        if found == schema.VERSION:
            return
        if not isinstance(found, int) or found < 1:
            raise LibraryDamaged(self.place, f"its schema version is {found}")
        if found > schema.VERSION:
            raise NewerLibrary(self.place, found, schema.VERSION)
        with self.writing(), self.writes() as database:
            for version in range(int(self.meta("schema") or found), schema.VERSION):  # another may have been faster
                database.execute(schema.MIGRATIONS[version])
            self._keep(database, "schema", schema.VERSION)

    # -- statements ------------------------------------------------------------------------------------------------

    def rows(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        """See the class; raises LibraryDamaged, ServerUnavailable or ServerRefuses."""
        with self._pool.connected() as connection, self._pool.saying():
            return connection.cursor(binary=True).execute(_translated(query), values).fetchall()

    @contextmanager
    def writes(self) -> Iterator[Transaction]:
        """See the class; raises a LibraryError that says what hinders."""
        with self._pool.held() as connection, self._pool.saying(), connection.transaction():
            yield _Statements(connection)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """See the class."""
        with self._pool.held() as connection:
            if connection.info.transaction_status == TransactionStatus.INTRANS:
                yield
                return
            with self._pool.saying():
                connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            self._local.revision = super().revision
            try:
                yield
            finally:
                self._local.revision = None
                with suppress(psycopg.Error):  # it is lost: what was read is said by what reads
                    connection.execute("COMMIT")

    @contextmanager
    def writing(self, *, upkeep: bool = False) -> Iterator[None]:
        """See the class. Upkeep of Chroma goes beside writers here, and alone among its like."""
        lock = _UPKEEP if upkeep else _WRITER
        with self._pool.held() as connection:
            watched = cast(Watched, connection)
            before, watched.deadline_s = watched.deadline_s, CHANGE_S
            try:
                self._lock(connection, lock)
                try:
                    yield
                finally:
                    with suppress(psycopg.Error):  # with a connection that is lost, the lock is, too
                        connection.execute("SELECT pg_advisory_unlock(%s, %s)", (_LOCKS, lock))
            finally:
                watched.deadline_s = before

    def held(self) -> AbstractContextManager[object]:
        """In the block, this thread's statements go over one connection, which holds what it has leased."""
        return self._pool.held()

    def try_lease(self, job: int) -> bool:
        """Whether this thread's connection holds the job from now on. A connection that ends holds nothing."""
        return bool(self.rows("SELECT pg_try_advisory_lock(?, ?)", (_LEASES, job % 2**31))[0][0])

    def end_lease(self, job: int) -> None:
        """Let go of a job; one whose connection is lost is no error."""
        with suppress(LibraryError):
            self.rows("SELECT pg_advisory_unlock(?, ?)", (_LEASES, job % 2**31))

    @contextmanager
    def paused(self) -> Iterator[None]:
        """In a block that holds the library for writing: let others write meanwhile."""
        with self._pool.held() as connection:
            with self._pool.saying():
                connection.execute("SELECT pg_advisory_unlock(%s, %s)", (_LOCKS, _WRITER))
            yield
            self._lock(connection, _WRITER)

    def _lock(self, connection: Connection, lock: int) -> None:
        patience = 0 if lock == _UPKEEP else PATIENCE_S
        try:
            with self._pool.saying():
                connection.execute(f"SET lock_timeout = '{patience or 0.001}s'")
                connection.execute("SELECT pg_advisory_lock(%s, %s)", (_LOCKS, lock))
        except LibraryLocked as error:
            raise LibraryLocked(self.place, self._holder(lock) or "unknown") from error
        finally:
            with suppress(psycopg.Error):
                connection.execute("SET lock_timeout = 0")

    def holder(self) -> str | None:
        """See the class."""
        return self._holder(_WRITER)

    def _holder(self, lock: int) -> str | None:
        rows = self.rows(
            "SELECT a.pid, coalesce(host(a.client_addr), 'this machine') FROM pg_locks l"
            " JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory' AND l.granted AND l.classid::bigint = ?"
            " AND l.objid::bigint = ? AND a.datname = current_database()",
            (_LOCKS, lock),
        )
        return f"{rows[0][0]} of the database, from {rows[0][1]}" if rows else None

    def close(self) -> None:
        """Close the connections that nobody uses."""
        self._pool.close()

    # -- meta, and what PostgreSQL says in its own words -----------------------------------------------------------

    def meta(self, key: str) -> int | str | None:
        """See the class."""
        rows = self.rows("SELECT value FROM meta WHERE key = ?", (key,))
        return cast("int | str", rows[0][0]) if rows else None

    @property
    def revision(self) -> int:
        """See the class; in a snapshot it is asked for once."""
        known: int | None = getattr(self._local, "revision", None)
        return super().revision if known is None else known

    def set_meta(self, key: str, value: int | str) -> None:
        """See the class."""
        with self.writes() as database:
            self._keep(database, key, value)

    @staticmethod
    def _keep(database: Transaction, key: str, value: int | str) -> None:
        database.execute(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (key, Jsonb(value)),
        )

    def raise_revision(self, transaction: Transaction) -> None:
        """See the class."""
        transaction.execute("UPDATE meta SET value = to_jsonb(value::bigint + 1) WHERE key = 'revision'")

    def one_of(self, values: Collection[str]) -> tuple[str, object]:
        """See the class. An id with half a character is nobody's, and cannot be sent."""
        return "= ANY (?)", sorted(value for value in values if value.isascii() or _is_text(value))

    def integrity(self) -> list[str]:
        """See the class: PostgreSQL keeps references by itself; pages are checked by its own `pg_amcheck`."""
        return []

    def free_bytes(self) -> int | None:
        """See the class."""
        return None


def _is_text(value: str) -> bool:
    return not any(0xD800 <= ord(character) <= 0xDFFF for character in value)


@lru_cache(maxsize=500)
def _translated(query: str) -> Any:
    return query.replace("%", "%%").replace("?", "%s")
