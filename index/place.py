"""Where a library is: in a folder, or on servers. The one place where that is told apart."""

from __future__ import annotations

import os
import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from .errors import FootnoteError

if TYPE_CHECKING:
    from .catalog import Catalog
    from .database import Database
    from .encoder import Encoder
    from .intake import Intake
    from .nearest import Nearest
    from .report import OnProgress

CATALOG = "catalog.sqlite3"
"""The file that makes a folder a library."""
POSTGRES_PORT = 5432
CHROMA_PORT = 8000
_SCHEME = re.compile(r"postgres(?:ql)?://")


class AddressError(FootnoteError):
    """A library's address that cannot be one. The address is not shown: it may hold a password."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"the library's address {reason}; write it as postgresql://USER@HOST:PORT/DATABASE?chroma=HOST:PORT"
        )


class NoDriver(FootnoteError):
    """What speaks with PostgreSQL is not installed."""

    def __init__(self) -> None:
        super().__init__('a library on servers needs psycopg; install it with `pip install "psycopg[binary]"`')


class NoQueue(FootnoteError):
    """A library in a folder is written by one process."""

    def __init__(self, place: Place) -> None:
        super().__init__(f"{place} is a folder, which one process writes; workers add to a library on servers")


class Place(ABC):
    """Where a library is. `str()` of it is for the user's eyes: it never holds a password."""

    folder: Path
    """What belongs to this machine: the whole library, or, beside servers, the conversations and the app's password."""

    @abstractmethod
    def open_database(self, *, create: bool) -> Database:
        """The system of record; made where `create` is set and it is not there. Raises a LibraryError."""

    @abstractmethod
    def open_intake(
        self,
        catalog: Catalog,
        encoder: Encoder,
        tokens: int,
        progress: OnProgress | None = None,
        *,
        dry_run: bool = False,
    ) -> Intake:
        """A run of adding, in passages of so many tokens."""

    @abstractmethod
    def open_mirror(self, catalog: Catalog) -> Nearest:
        """The copy of the catalog's vectors that finds the nearest of many."""

    @abstractmethod
    def work(
        self,
        catalog: Catalog,
        encoder: Encoder,
        tokens: int,
        follow: Callable[[], None],
        done: Callable[[str], object],
        *,
        once: bool,
    ) -> None:
        """Work off the queue of files that processes share; raises NoQueue where there is none."""


@dataclass(frozen=True, slots=True)
class Folder(Place):
    """A library in a folder: SQLite, and Chroma in the process that asks it."""

    folder: Path

    def open_database(self, *, create: bool) -> Database:
        """See the class."""
        from .sqlite import SQLite

        return SQLite(self.folder, create=create)

    def open_intake(
        self,
        catalog: Catalog,
        encoder: Encoder,
        tokens: int,
        progress: OnProgress | None = None,
        *,
        dry_run: bool = False,
    ) -> Intake:
        """See the class."""
        from .intake import Intake

        return Intake(catalog, encoder, tokens, progress, dry_run=dry_run)

    def open_mirror(self, catalog: Catalog) -> Nearest:
        """See the class."""
        from .mirror import Mirror

        return Mirror(catalog)

    def work(self, *_: object, **__: object) -> None:
        """See the class."""
        raise NoQueue(self)

    def __str__(self) -> str:
        return str(self.folder)


@dataclass(frozen=True, slots=True)
class Servers(Place):
    """A library on two servers: PostgreSQL, which holds all, and Chroma, a copy of the vectors.

    `options` are libpq's, such as sslmode. The password is the address's, else what libpq finds: PGPASSWORD, ~/.pgpass.
    """

    folder: Path
    user: str | None
    host: str | None
    port: int | None
    database: str
    chroma_host: str
    chroma_port: int
    chroma_tls: bool = False
    options: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    password: str | None = field(default=None, repr=False)

    def open_database(self, *, create: bool) -> Database:
        """See the class."""
        try:
            from .postgres import Postgres
        except ImportError as error:
            raise NoDriver from error
        return Postgres(self, create=create)

    def open_intake(
        self,
        catalog: Catalog,
        encoder: Encoder,
        tokens: int,
        progress: OnProgress | None = None,
        *,
        dry_run: bool = False,
    ) -> Intake:
        """See the class; workers on any machine help with its files."""
        from .jobs import SharedIntake

        return SharedIntake(catalog, encoder, tokens, progress, dry_run=dry_run)

    def open_mirror(self, catalog: Catalog) -> Nearest:
        """See the class."""
        from .served import ServedMirror

        return ServedMirror(catalog, self)

    def work(
        self,
        catalog: Catalog,
        encoder: Encoder,
        tokens: int,
        follow: Callable[[], None],
        done: Callable[[str], object],
        *,
        once: bool,
    ) -> None:
        """See the class."""
        from .jobs import work

        work(catalog, encoder, tokens, follow, lambda job: done(job.source), once)

    def __str__(self) -> str:
        user = f"{self.user}@" if self.user else ""
        port = f":{self.port}" if self.port else ""
        return f"postgresql://{user}{self.host or ''}{port}/{self.database}"


def place_of(given: Path | str | Place) -> Place:
    """A folder, or the servers of a `postgresql://` address; raises AddressError.

    >>> str(place_of("articles")), str(place_of("postgresql://ann:secret@db/news?chroma=vectors:8000"))
    ('articles', 'postgresql://ann@db/news')
    """
    if isinstance(given, Place):
        return given
    return _servers(str(given)) if is_address(given) else Folder(Path(given))


def is_address(given: object) -> bool:
    """Whether it is written as an address: no folder that is meant has `://` in its name."""
    return isinstance(given, str) and "://" in given


def _servers(address: str) -> Servers:
    if not _SCHEME.match(address):
        raise AddressError("is none of PostgreSQL's")
    try:
        parts = urlsplit(address)
        port, host = parts.port, parts.hostname
    except ValueError as error:
        raise AddressError("has no port that is a number") from error
    options = dict(parse_qsl(parts.query))
    chroma_host, chroma_port, tls = _chroma(options.pop("chroma", "localhost"))
    database = unquote(parts.path.strip("/"))
    user = unquote(parts.username) if parts.username else options.pop("user", None)
    password = unquote(parts.password) if parts.password else options.pop("password", None)
    host = unquote(host) if host else options.pop("host", None)
    if not database:
        raise AddressError("names no database")
    name = re.sub(r"[^\w.-]+", "_", f"{host or 'local'}_{port or POSTGRES_PORT}_{database}")
    folder = Path(options.pop("state", "") or _state() / name)
    return Servers(
        folder, user, host, port, database, chroma_host, chroma_port, tls, tuple(sorted(options.items())), password
    )


def _state() -> Path:
    """Where programs keep what outlives them, by the XDG convention."""
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "footnote"


def _chroma(given: str) -> tuple[str, int, bool]:
    """Host, port and whether it speaks TLS: `HOST`, `HOST:PORT` or `https://HOST:PORT`."""
    try:
        parts = urlsplit(given if "://" in given else f"http://{given}")
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise AddressError("has no port of Chroma that is a number") from error
    if not host or parts.scheme not in ("http", "https") or parts.path.strip("/"):
        raise AddressError("does not say where Chroma is")
    return host, port or CHROMA_PORT, parts.scheme == "https"
