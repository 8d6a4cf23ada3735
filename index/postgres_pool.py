"""Connections to a PostgreSQL server, and what goes wrong with them, in our words.

Every statement has a deadline, so that a server which stops in the middle of a question costs that question alone. A
connection that broke is left, and the next one is made when it is needed: nothing has to be started again.
"""

from __future__ import annotations

import queue
import select
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, cast

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.types.string import StrDumperUnknown, TextBinaryLoader, TextLoader

from .errors import (
    DiskFull,
    LibraryDamaged,
    LibraryError,
    LibraryLocked,
    NoLibrary,
    ReadOnlyLibrary,
    ServerRefuses,
    ServerUnavailable,
)
from .place import Servers

CONNECT_S = 5
DEADLINE_S = 10.0
"""Seconds that a statement may take that no change depends on."""
CONNECTIONS = 16
"""Of one process, at the same time. A question holds one."""

_SESSION = {
    "search_path": "footnote",
    "jit": "off",
    # A worker whose machine lost its power must not hold its file for two hours.
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
    "client_connection_check_interval": "5s",
}
_ESCAPE = "\x1a"
"""PostgreSQL's text holds every character but NUL, which is kept as this and a 0, this itself as two of it."""

Connection = psycopg.Connection[tuple[Any, ...]]


class Watched(psycopg.Connection[tuple[Any, ...]]):
    """A connection whose statements have a deadline."""

    deadline_s = DEADLINE_S

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """As psycopg's; raises OperationalError after the deadline, and ends the connection."""
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


class Pool:
    """At most `CONNECTIONS` connections; a thread may hold one. Made by hand, since psycopg's own pool answers a wrong
    password, or a server that is gone, with a timeout, and comes back to one that returned only after a pause."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers
        self._idle: queue.LifoQueue[Connection] = queue.LifoQueue()
        self._free = threading.BoundedSemaphore(CONNECTIONS)
        self._local = threading.local()

    def _connect(self) -> Connection:
        servers = self._servers
        options = dict(servers.options)
        session = " ".join(f"-c {key}={value}" for key, value in _SESSION.items())
        options["options"] = f"{options.get('options', '')} {session}".strip()
        options.setdefault("connect_timeout", str(CONNECT_S))
        options.setdefault("application_name", "footnote")
        with self.saying():
            connection = Watched.connect(
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
    def connected(self) -> Iterator[Connection]:
        """This thread's connection in a block that holds one, else any."""
        held: Connection | None = getattr(self._local, "connection", None)
        if held is not None:
            yield held
            return
        if not self._free.acquire(timeout=DEADLINE_S):
            raise ServerUnavailable(self._servers, f"all of this process's {CONNECTIONS} connections are in use")
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
    def held(self) -> Iterator[Connection]:
        """One connection for all that this thread does in the block. May be nested."""
        with self.connected() as connection:
            before = getattr(self._local, "connection", None)
            self._local.connection = connection
            try:
                yield connection
            finally:
                self._local.connection = before

    def close(self) -> None:
        """Close the connections that nobody uses."""
        with suppress(queue.Empty):
            while True:
                self._idle.get_nowait().close()

    @contextmanager
    def saying(self) -> Iterator[None]:
        """What the driver raises, as one line and one of our errors."""
        try:
            yield
        except psycopg.Error as error:
            raise _meaning(error, self._servers) from error


def _meaning(error: psycopg.Error, servers: Servers) -> LibraryError:
    state, reason = error.sqlstate or "", _reason(error)
    for codes, kind in _KINDS:
        if state.startswith(codes):
            return kind(servers, reason)
    if state == _LOCK_TIMEOUT:
        return LibraryLocked(servers, "unknown")
    if state in _READ_ONLY:
        return ReadOnlyLibrary(servers)
    if state in _NO_TABLES:
        return NoLibrary(servers)
    if state or not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError | psycopg.ProgrammingError):
        return LibraryDamaged(servers, reason)
    if isinstance(error, psycopg.ProgrammingError) or _is_refused(error):  # the first: an option that libpq has not
        return ServerRefuses(servers, reason)
    return ServerUnavailable(servers, reason)


def _is_refused(error: psycopg.Error) -> bool:
    """Whether the server was there, and would not: where connecting fails, there is no SQLSTATE."""
    asked = error.pgconn is not None and (error.pgconn.used_password or error.pgconn.needs_password)
    return asked or ("FATAL" in str(error) and "the database system is" not in str(error))


_KINDS: tuple[tuple[tuple[str, ...], type[LibraryError]], ...] = (
    (("28", "3D"), ServerRefuses),
    (("08", "57", "53300", "53400", "40"), ServerUnavailable),
    (("53100", "58030"), DiskFull),
)
"""SQLSTATE classes, or whole states, and what they mean for the user."""
_LOCK_TIMEOUT = "55P03"
_READ_ONLY = ("25006", "42501")
_NO_TABLES = ("42P01", "3F000")


def _reason(error: psycopg.Error) -> str:
    """The server's own words, or the driver's first line: neither holds a password."""
    lines = (error.diag.message_primary or str(error)).strip().splitlines() or [type(error).__name__]
    return lines[0].rpartition("failed: ")[2]
