"""The system of record: articles, passages, vectors and full-text index in one SQLite file."""

from __future__ import annotations

import json
import re
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .articles import Article, Summary
from .encoder import DIMENSIONS, Vectors
from .errors import LibraryDamaged, LibraryLocked, NoLibrary, ReadOnlyLibrary
from .lock import writing
from .passages import Passage
from .sentences import Kind, Sentence

SCHEMA_VERSION = 1

_SCHEMA = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    url TEXT,
    published TEXT,
    hash TEXT NOT NULL,
    sentences TEXT NOT NULL  -- JSON: [start, end, kind, list number] of each
);
CREATE TABLE sources (
    path TEXT NOT NULL,
    article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    PRIMARY KEY (path, article_id)
) WITHOUT ROWID;
CREATE INDEX sources_of ON sources (article_id);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used twice: Chroma keys its rows by it
    article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    "start" INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    "first" INTEGER NOT NULL,
    "last" INTEGER NOT NULL,
    vector BLOB NOT NULL  -- {DIMENSIONS} little-endian float32
);
CREATE INDEX passages_of ON passages (article_id, "start");
CREATE VIRTUAL TABLE passages_fts USING fts5(title, text, tokenize = 'porter unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE passages_vocabulary USING fts5vocab (passages_fts, row);
INSERT INTO meta VALUES ('schema', {SCHEMA_VERSION}), ('revision', 0);
"""

_TITLE_WEIGHT = 2.0
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with its row number, its article's title, and its text."""

    id: int
    passage: Passage
    title: str
    text: str


class Catalog:
    """One connection a thread to `FOLDER/catalog.sqlite3`; writes are transactions of one article."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        """Opens the catalog; raises NoLibrary, LibraryDamaged, or ReadOnlyLibrary where it has to be made."""
        self.folder = folder
        self._path = folder / "catalog.sqlite3"
        self._local = threading.local()
        if not self._exists():
            if not create:
                raise NoLibrary(folder)
            self._create()
        found = self.meta("schema")
        if found != SCHEMA_VERSION:
            raise LibraryDamaged(folder, f"it has schema version {found}, this Footnote reads {SCHEMA_VERSION}")

    def _exists(self) -> bool:
        try:
            return self._path.exists()
        except OSError as error:
            raise LibraryDamaged(self.folder, error.strerror or "no access") from error

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
                database.executescript(_SCHEMA)
                database.execute("PRAGMA journal_mode = WAL")
                database.close()
                making.rename(self._path)
        except (OSError, sqlite3.OperationalError) as error:
            raise ReadOnlyLibrary(self.folder) from error

    @property
    def _database(self) -> sqlite3.Connection:
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
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of the block or nothing; raises the revision by one."""
        with self._writing() as database:
            yield database
            database.execute("UPDATE meta SET value = value + 1 WHERE key = 'revision'")

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All that this thread reads in the block is of one moment, whatever other processes write. May be nested."""
        if self._database.in_transaction:
            yield
            return
        self._rows("BEGIN")
        try:
            yield
        finally:
            self._rows("COMMIT")

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._database as database:
                yield database
        except sqlite3.DatabaseError as error:
            if "readonly" in str(error):
                raise ReadOnlyLibrary(self.folder) from error
            raise LibraryDamaged(self.folder, str(error)) from error

    def _rows(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        """The rows that a query finds; raises LibraryDamaged."""
        try:
            return self._database.execute(query, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise LibraryDamaged(self.folder, str(error)) from error

    # -- meta ------------------------------------------------------------------------------------------------------

    def meta(self, key: str) -> int | str | None:
        """A setting of the library, or None."""
        rows = self._rows("SELECT value FROM meta WHERE key = ?", (key,))
        return rows[0][0] if rows else None

    def set_meta(self, key: str, value: int | str) -> None:
        """Keep a setting; does not raise the revision."""
        with self._writing() as database:
            database.execute(
                "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
                (key, value),
            )

    @property
    def revision(self) -> int:
        """Counts the changes: two equal numbers mean the same articles."""
        return int(self.meta("revision") or 0)

    # -- articles --------------------------------------------------------------------------------------------------

    def put(
        self, article: Article, sentences: Sequence[Sentence], passages: Sequence[Passage], vectors: Vectors
    ) -> None:
        """Add the article, or put it in place of the one with its id. One transaction."""
        layout = json.dumps([(s.start, s.end, s.kind, s.list_number) for s in sentences], separators=(",", ":"))
        with self.transaction() as database:
            self._delete_passages(database, article.id)
            database.execute(
                "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
                " title = excluded.title, text = excluded.text, url = excluded.url, published = excluded.published,"
                " hash = excluded.hash, sentences = excluded.sentences",
                (
                    article.id,
                    article.title,
                    article.text,
                    article.url,
                    article.published,
                    article.hash,
                    layout,
                ),
            )
            database.execute("INSERT OR IGNORE INTO sources VALUES (?, ?)", (article.source, article.id))
            for passage, vector in zip(passages, vectors, strict=True):
                row = database.execute(
                    'INSERT INTO passages (article_id, "start", "end", "first", "last", vector)'
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    (article.id, passage.start, passage.end, passage.first, passage.last, vector.tobytes()),
                )
                database.execute(
                    "INSERT INTO passages_fts (rowid, title, text) VALUES (?, ?, ?)",
                    (row.lastrowid, article.title, article.text[passage.start : passage.end]),
                )

    def delete(self, article_ids: Iterable[str]) -> None:
        """Remove the articles with all that belongs to them. One transaction."""
        with self.transaction() as database:
            for article_id in article_ids:
                self._delete_passages(database, article_id)
                database.execute("DELETE FROM articles WHERE id = ?", (article_id,))

    @staticmethod
    def _delete_passages(database: sqlite3.Connection, article_id: str) -> None:
        database.execute(
            "DELETE FROM passages_fts WHERE rowid IN (SELECT id FROM passages WHERE article_id = ?)",
            (article_id,),
        )
        database.execute("DELETE FROM passages WHERE article_id = ?", (article_id,))

    def article(self, article_id: str) -> Article | None:
        """The article with this id, or None."""
        rows = self._rows(
            "SELECT id, title, text, (SELECT min(path) FROM sources WHERE article_id = id), url, published"
            " FROM articles WHERE id = ?",
            (article_id,),
        )
        return Article(*rows[0]) if rows else None

    def hash_of(self, article_id: str) -> str | None:
        """The content hash of the article with this id, or None."""
        rows = self._rows("SELECT hash FROM articles WHERE id = ?", (article_id,))
        return rows[0][0] if rows else None

    def sentences(self, article_id: str) -> tuple[Sentence, ...]:
        """The sentences of an article in reading order; empty for an unknown id."""
        rows = self._rows("SELECT sentences FROM articles WHERE id = ?", (article_id,))
        try:
            return tuple(Sentence(s, e, Kind(k), n) for s, e, k, n in json.loads(rows[0][0])) if rows else ()
        except ValueError as error:
            raise LibraryDamaged(self.folder, str(error)) from error

    def summaries(self) -> list[Summary]:
        """Every article without its text, by title, then id."""
        rows = self._rows(
            "SELECT a.id, a.title, coalesce(a.url, (SELECT min(path) FROM sources WHERE article_id = a.id)),"
            " a.published, characters(a.text), (SELECT count(*) FROM passages WHERE article_id = a.id)"
            " FROM articles a ORDER BY a.title, a.id"
        )
        return [Summary(*row) for row in rows]

    # -- sources ---------------------------------------------------------------------------------------------------

    def add_source(self, path: str, article_id: str) -> None:
        """Note that this file, too, holds the article."""
        if not self._rows("SELECT 1 FROM sources WHERE path = ? AND article_id = ?", (path, article_id)):
            with self.transaction() as database:
                database.execute("INSERT INTO sources VALUES (?, ?)", (path, article_id))

    def remove_sources(self, pairs: Iterable[tuple[str, str]]) -> list[str]:
        """Forget (path, article id) pairs, and remove the articles that no source is left of; their ids."""
        with self.transaction() as database:
            database.executemany("DELETE FROM sources WHERE path = ? AND article_id = ?", pairs)
            orphans = [
                row[0]
                for row in database.execute("SELECT id FROM articles WHERE id NOT IN (SELECT article_id FROM sources)")
            ]
            for article_id in orphans:
                self._delete_passages(database, article_id)
                database.execute("DELETE FROM articles WHERE id = ?", (article_id,))
        return orphans

    def sources(self) -> list[tuple[str, str]]:
        """Every (path, article id) pair, in order."""
        return self._rows("SELECT path, article_id FROM sources ORDER BY path, article_id")

    # -- passages --------------------------------------------------------------------------------------------------

    def passage_count(self) -> int:
        """How many passages the library holds."""
        return int(self._rows("SELECT count(*) FROM passages")[0][0])

    def passage_ids(self) -> list[int]:
        """Every passage's row number, in order."""
        return [row[0] for row in self._rows("SELECT id FROM passages ORDER BY id")]

    def passages(self, ids: Sequence[int]) -> dict[int, StoredPassage]:
        """The passages with these row numbers; one that is gone is left out."""
        rows: list[Any] = []
        for chunk in _chunks(ids):
            rows += self._rows(
                f'SELECT id, article_id, "start", "end", "first", "last" FROM passages WHERE id IN ({_marks(chunk)})',
                chunk,
            )
        texts: dict[str, tuple[str, str]] = {}
        for chunk in _chunks(list({row[1] for row in rows})):
            found = self._rows(f"SELECT id, title, text FROM articles WHERE id IN ({_marks(chunk)})", chunk)
            texts.update((article_id, (title, text)) for article_id, title, text in found)
        stored: dict[int, StoredPassage] = {}
        for row_id, article_id, start, end, first, last in rows:
            if article_id in texts:
                title, text = texts[article_id]
                passage = Passage(article_id, start, end, first, last)
                stored[row_id] = StoredPassage(row_id, passage, title, text[start:end])
        return stored

    def vectors(self, ids: Sequence[int]) -> Vectors:
        """The stored vectors of these passages, one row each, in the order asked for."""
        rows: dict[int, bytes] = {}
        for chunk in _chunks(ids):
            rows.update(self._rows(f"SELECT id, vector FROM passages WHERE id IN ({_marks(chunk)})", chunk))
        return self._matrix([rows[i] for i in ids])

    def nearest(self, vector: Vectors, k: int) -> list[tuple[int, float]]:
        """The k passages of highest cosine by looking at every one: exact, and the measure of Chroma's recall."""
        rows = self._rows("SELECT id, vector FROM passages ORDER BY id")
        if not rows:
            return []
        cosines = self._matrix([row[1] for row in rows]) @ vector
        order = np.argsort(-cosines, kind="stable")[:k]
        return [(rows[position][0], float(cosines[position])) for position in order]

    def _matrix(self, blobs: Sequence[bytes]) -> Vectors:
        try:
            return np.frombuffer(b"".join(blobs), dtype="<f4").reshape(len(blobs), DIMENSIONS)
        except ValueError as error:
            raise LibraryDamaged(self.folder, str(error)) from error

    def match(self, query: str, k: int) -> list[tuple[int, float]]:
        """The k passages of highest BM25 for any word of `query`, the title counting double; higher is better."""
        words = dict.fromkeys(_WORD.findall(query.lower()))
        if not words:
            return []
        rows = self._rows(
            f"SELECT rowid, -bm25(passages_fts, {_TITLE_WEIGHT}, 1.0) AS score FROM passages_fts"
            " WHERE passages_fts MATCH ? ORDER BY score DESC, rowid LIMIT ?",
            (" OR ".join(f'"{word}"' for word in words), k),
        )
        return [(row[0], row[1]) for row in rows]

    def document_frequency(self, stem: str) -> int:
        """How many passages hold a word with this Porter stem, in text or title."""
        rows = self._rows("SELECT doc FROM passages_vocabulary WHERE term = ?", (stem,))
        return int(rows[0][0]) if rows else 0

    def close(self) -> None:
        """Close this thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None


def _chunks(ids: Sequence[int], size: int = 500) -> Iterator[list[int]]:
    for start in range(0, len(ids), size):
        yield list(ids[start : start + size])


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))
