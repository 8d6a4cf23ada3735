"""A library's database on a PostgreSQL server: its connections, transactions, lock and errors.

Every statement has a deadline, so that a server which stops in the middle of a question costs that question alone. A
connection that broke is left, and the next one is made when it is needed: nothing has to be started again.
"""

from __future__ import annotations

import queue
import select
import threading
import uuid
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import lru_cache
from typing import Any, NoReturn, cast

import psycopg
from psycopg.errors import DiskFull as NoRoom
from psycopg.pq import TransactionStatus
from psycopg.types.json import Jsonb
from psycopg.types.string import StrDumperUnknown, TextBinaryLoader, TextLoader

from . import schema_postgres as schema
from .bm25 import BM25
from .database import Database, Transaction
from .encoder import Encoder
from .errors import (
    DiskFull,
    LibraryDamaged,
    LibraryError,
    LibraryLocked,
    NewerLibrary,
    NoLibrary,
    ReadOnlyLibrary,
    ServerRefuses,
    ServerUnavailable,
)
from .originals_served import ServedOriginals
from .place import Servers

CONNECT_S = 5
DEADLINE_S = 10.0
"""Seconds that a statement may take that no change depends on."""
CHANGE_S = 300.0
"""The same while the library is held for writing: making an index anew is one statement."""
PATIENCE_S = 30
"""How long a writer waits for its turn: on a server several are the rule, and an article takes milliseconds."""
CONNECTIONS = 16
"""Of one process, at the same time. A question holds one."""

_WRITER, _UPKEEP, _LOCKS, _LEASES = 1, 2, 0x466F6F74, 0x466F6F75
_SESSION = {
    "search_path": "footnote",
    "jit": "off",
    # A worker whose machine lost its power must not hold its article for two hours.
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
    "client_connection_check_interval": "5s",
}
_ESCAPE = "\x1a"
"""PostgreSQL's text holds every character but NUL, which is kept as this and a 0, this itself as two of it."""

Connection = psycopg.Connection[tuple[Any, ...]]


class _Watched(psycopg.Connection[tuple[Any, ...]]):
    """A connection whose statements have a deadline."""

    deadline_s = DEADLINE_S

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            return super().wait(gen, interval=interval, timeout=timeout or self.deadline_s)
        except psycopg.errors._WaitTimeout as error:
            self.pgconn.finish()  # what it still sends would be taken for the answer to another question
            raise psycopg.OperationalError(f"no answer within {timeout or self.deadline_s:.0f} seconds") from error


class _Escaping(StrDumperUnknown):
    def dump(self, obj: str) -> Any:
        if "\0" in obj or _ESCAPE in obj:
            obj = obj.replace(_ESCAPE, _ESCAPE * 2).replace("\0", _ESCAPE + "0")
        return super().dump(obj)


def _unescaped(text: Any) -> Any:
    if _ESCAPE in text:
        return _ESCAPE.join(part.replace(_ESCAPE + "0", "\0") for part in text.split(_ESCAPE * 2))
    return text


class _Unescaping(TextLoader):
    def load(self, data: Any) -> Any:
        return _unescaped(super().load(data))


class _UnescapingBinary(TextBinaryLoader):
    def load(self, data: Any) -> Any:
        return _unescaped(super().load(data))


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
        self.place = self._servers = servers
        self._idle: queue.LifoQueue[Connection] = queue.LifoQueue()
        self._free = threading.BoundedSemaphore(CONNECTIONS)
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

    # -- connections -----------------------------------------------------------------------------------------------

    def _connect(self) -> Connection:
        servers = self._servers
        options = dict(servers.options)
        session = " ".join(f"-c {key}={value}" for key, value in _SESSION.items())
        options["options"] = f"{options.get('options', '')} {session}".strip()
        options.setdefault("connect_timeout", str(CONNECT_S))
        options.setdefault("application_name", "footnote")
        with self._saying():
            connection = _Watched.connect(
                host=servers.host,
                port=servers.port,
                user=servers.user,
                password=servers.password,
                dbname=servers.database,
                autocommit=True,
                client_encoding="UTF8",
                **cast(Any, options),
            )
        connection.adapters.register_dumper(str, _Escaping)
        for name in ("text", "varchar"):
            connection.adapters.register_loader(name, _Unescaping)
            connection.adapters.register_loader(name, _UnescapingBinary)
        return connection

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """This thread's connection in a block that holds one, else any."""
        held: Connection | None = getattr(self._local, "connection", None)
        if held is not None:
            yield held
            return
        if not self._free.acquire(timeout=DEADLINE_S):
            raise ServerUnavailable(self.place, f"all of this process's {CONNECTIONS} connections are in use")
        try:
            connection = self._taken()
            try:
                yield connection
            finally:
                self._give_back(connection)
        finally:
            self._free.release()

    def _taken(self) -> Connection:
        """An idle connection that the server has not closed, or a new one."""
        with suppress(queue.Empty):
            while True:
                connection = self._idle.get_nowait()
                if not connection.closed and not select.select([connection.fileno()], [], [], 0)[0]:
                    return connection
                connection.close()
        return self._connect()

    def _give_back(self, connection: Connection) -> None:
        if connection.info.transaction_status == TransactionStatus.IDLE:
            self._idle.put(connection)
        else:
            connection.close()

    @contextmanager
    def _held(self) -> Iterator[Connection]:
        """One connection for all that this thread does in the block. May be nested."""
        with self._connected() as connection:
            before = getattr(self._local, "connection", None)
            self._local.connection = connection
            try:
                yield connection
            finally:
                self._local.connection = before

    # -- statements ------------------------------------------------------------------------------------------------

    def rows(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        """See the class; raises LibraryDamaged, ServerUnavailable or ServerRefuses."""
        with self._connected() as connection, self._saying():
            return connection.cursor(binary=True).execute(_translated(query), values).fetchall()

    @contextmanager
    def writes(self) -> Iterator[Transaction]:
        """See the class; raises a LibraryError that says what hinders."""
        with self._held() as connection, self._saying(), connection.transaction():
            yield _Statements(connection)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """See the class."""
        with self._held() as connection:
            if connection.info.transaction_status == TransactionStatus.INTRANS:
                yield
                return
            with self._saying():
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
        with self._held() as connection:
            watched = cast(_Watched, connection)
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
        return self._held()

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
        with self._held() as connection:
            with self._saying():
                connection.execute("SELECT pg_advisory_unlock(%s, %s)", (_LOCKS, _WRITER))
            yield
            self._lock(connection, _WRITER)

    def _lock(self, connection: Connection, lock: int) -> None:
        patience = 0 if lock == _UPKEEP else PATIENCE_S
        try:
            with self._saying():
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
        with suppress(queue.Empty):
            while True:
                self._idle.get_nowait().close()

    # -- errors ----------------------------------------------------------------------------------------------------

    @contextmanager
    def _saying(self) -> Iterator[None]:
        """What the driver raises, as one line and one of our errors."""
        try:
            yield
        except psycopg.Error as error:
            self._say(error)

    def _say(self, error: psycopg.Error) -> NoReturn:
        state, reason = error.sqlstate or "", _reason(error)
        for codes, kind in _KINDS:
            if state.startswith(codes):
                raise kind(self.place, reason) from error
        if state == "55P03":
            raise LibraryLocked(self.place, "unknown") from error
        if state == "25006" or state == "42501":
            raise ReadOnlyLibrary(self.place) from error
        if isinstance(error, NoRoom):
            raise DiskFull(self.place, reason) from error
        if state in ("42P01", "3F000"):
            raise NoLibrary(self.place) from error
        pgconn = error.pgconn
        if not state and pgconn is not None and (pgconn.used_password or pgconn.needs_password):
            raise ServerRefuses(self.place, reason) from error
        if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
            kind = ServerRefuses if "FATAL" in str(error) and "starting up" not in str(error) else ServerUnavailable
            raise kind(self.place, reason) from error
        if isinstance(error, psycopg.ProgrammingError) and not state:
            raise ServerRefuses(self.place, reason) from error
        raise LibraryDamaged(self.place, reason) from error

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


_KINDS: tuple[tuple[tuple[str, ...], type[LibraryError]], ...] = (
    (("28", "3D"), ServerRefuses),
    (("08", "57", "53300", "53400", "40"), ServerUnavailable),
    (("53100", "58030"), DiskFull),
)
"""SQLSTATE classes and what they mean for the user."""


def _reason(error: psycopg.Error) -> str:
    """The server's own words, or the driver's first line: neither holds a password."""
    lines = (error.diag.message_primary or str(error)).strip().splitlines() or [type(error).__name__]
    return lines[0].rpartition("failed: ")[2]


def _is_text(value: str) -> bool:
    return not any(0xD800 <= ord(character) <= 0xDFFF for character in value)


@lru_cache(maxsize=500)
def _translated(query: str) -> Any:
    return query.replace("%", "%%").replace("?", "%s")
