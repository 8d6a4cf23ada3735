"""The system of record: articles, passages, vectors and full-text index in one SQLite file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from . import schema
from .articles import Article, Original, Summary
from .database import Database
from .dates import day_of
from .encoder import DIMENSIONS, Vectors
from .errors import LibraryDamaged
from .full_text import FullText
from .originals import Originals
from .passages import Passage
from .scope import Scope
from .sentences import Kind, Sentence
from .shingles import Shingles, shingle

_SCAN = "SELECT id, vector FROM passages WHERE id > ? ORDER BY id LIMIT ?"
_SCANNED_AT_ONCE = 8192
"""Vectors in memory while every one is looked at: 12 MB."""


Key = TypeVar("Key", int, str, bytes)


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with its row number, its article's title, and its text."""

    id: int
    passage: Passage
    title: str
    text: str


class Catalog(Database):
    """Articles, with their sources, originals, passages and vectors; writes are transactions of one article."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        """Opens the catalog; raises NoLibrary, LibraryDamaged, or ReadOnlyLibrary where it has to be made."""
        super().__init__(folder, create=create)
        self.originals = Originals(folder / "originals")
        self.full_text = FullText(self)

    # -- articles --------------------------------------------------------------------------------------------------

    def put(
        self,
        article: Article,
        sentences: Sequence[Sentence],
        passages: Sequence[Passage],
        vectors: Vectors,
        *,
        instead_of: str | None = None,
    ) -> None:
        """Add the article, or put it in place of the one with its id. One transaction.

        `instead_of` is the article that its source held before: it goes in the same transaction, unless another
        source still has it.
        """
        layout = json.dumps([(s.start, s.end, s.kind, s.list_number) for s in sentences], separators=(",", ":"))
        original = article.original
        before = self._originals_of([article.id, *([instead_of] if instead_of else [])])
        with self.transaction() as database:
            self._delete_passages(database, article.id)
            row = {
                "id": article.id,
                "title": article.title,
                "text": article.text,
                "url": article.url,
                "published": article.published,
                "hash": article.hash,
                "sentences": layout,
                "author": article.author,
                "language": article.language,
                "pages": json.dumps(article.pages),
                "text_key": schema.key(article.text),
                "shingles": shingle(article.text).tobytes(),
                "original": self.originals.keep(original) if original else None,
                "original_name": original.name if original else None,
                "day": day_of(article.published),
            }
            database.execute(
                f"INSERT INTO articles ({', '.join(row)}, added) VALUES ({_marks(row)}, date('now'))"
                f" ON CONFLICT (id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in row)}",
                tuple(row.values()),
            )
            database.execute("INSERT OR IGNORE INTO sources VALUES (?, ?)", (article.source, article.id))
            self._insert_passages(database, article, passages, vectors)
            if instead_of is not None:
                self._remove_sources(database, [(article.source, instead_of)])
        self._drop_originals(before)

    @staticmethod
    def _insert_passages(
        database: sqlite3.Connection, article: Article, passages: Sequence[Passage], vectors: Vectors
    ) -> None:
        for passage, vector in zip(passages, vectors, strict=True):
            text = article.text[passage.start : passage.end]
            row = database.execute(
                'INSERT INTO passages (article_id, "start", "end", "first", "last", vector, key)'
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    article.id,
                    passage.start,
                    passage.end,
                    passage.first,
                    passage.last,
                    vector.tobytes(),
                    schema.key(article.title, text),
                ),
            )
            database.execute(
                "INSERT INTO passages_fts (rowid, title, text) VALUES (?, ?, ?)", (row.lastrowid, article.title, text)
            )

    def delete(self, article_ids: Iterable[str]) -> None:
        """Remove the articles with all that belongs to them. One transaction."""
        article_ids = list(article_ids)
        before = self._originals_of(article_ids)
        with self.transaction() as database:
            self._delete(database, article_ids)
        self._drop_originals(before)

    def _drop_originals(self, names: Iterable[str]) -> None:
        """Delete those of these files that no article needs: after the transaction, so that none is ever missing."""
        unneeded = [name for name in names if not self.rows("SELECT 1 FROM articles WHERE original = ?", (name,))]
        self.originals.remove(unneeded)

    def _originals_of(self, article_ids: Iterable[str]) -> set[str]:
        found = (self.original(article_id) for article_id in article_ids)
        return {names[0] for names in found if names}

    def _delete(self, database: sqlite3.Connection, article_ids: Iterable[str]) -> None:
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
        """The article with this id, without its original, or None."""
        rows = self.rows(
            "SELECT id, title, text, (SELECT min(path) FROM sources WHERE article_id = id), url, published,"
            " author, language, pages FROM articles WHERE id = ?",
            (article_id,),
        )
        if not rows:
            return None
        *fields, pages = rows[0]
        return replace(Article(*fields), pages=tuple(self._json(pages)))

    def title(self, article_id: str) -> str:
        """The article's title; "" for an unknown id."""
        rows = self.rows("SELECT title FROM articles WHERE id = ?", (article_id,))
        return rows[0][0] if rows else ""

    def original(self, article_id: str) -> tuple[str, str] | None:
        """The name in `originals` of the file that the article was read from, and the one it had; or None."""
        rows = self.rows(
            "SELECT original, original_name FROM articles WHERE id = ? AND original IS NOT NULL", (article_id,)
        )
        return rows[0] if rows else None

    def original_names(self) -> list[str]:
        """Every file in `originals` that an article needs."""
        return [row[0] for row in self.rows("SELECT DISTINCT original FROM articles WHERE original IS NOT NULL")]

    def twins(self, text: str) -> list[Article]:
        """The articles that have exactly this text."""
        rows = self.rows("SELECT id FROM articles WHERE text_key = ? ORDER BY id", (schema.key(text),))
        found = (self.article(row[0]) for row in rows)
        return [article for article in found if article and article.text == text]

    def shingles(self, article_ids: Sequence[str] | None = None) -> dict[str, Shingles]:
        """The samples of these articles, or of all: what near-duplicates are told by."""
        rows: list[Any] = []
        if article_ids is None:
            rows = self.rows("SELECT id, shingles FROM articles")
        for chunk in _chunks(article_ids or []):
            rows += self.rows(f"SELECT id, shingles FROM articles WHERE id IN ({_marks(chunk)})", chunk)
        return {article_id: np.frombuffer(sample, dtype="<u4") for article_id, sample in rows}

    def hash_of(self, article_id: str) -> str | None:
        """The content hash of the article with this id, or None."""
        rows = self.rows("SELECT hash FROM articles WHERE id = ?", (article_id,))
        return rows[0][0] if rows else None

    def sentences(self, article_id: str) -> tuple[Sentence, ...]:
        """The sentences of an article in reading order; empty for an unknown id."""
        return _sentences(self._layout(article_id))

    def sentences_of(self, passages: Sequence[Passage]) -> list[tuple[Sentence, ...]]:
        """The sentences of each passage; an article's layout is read once, and no more made of it than is asked for."""
        layouts = {article_id: self._layout(article_id) for article_id in {p.article_id for p in passages}}
        return [_sentences(layouts[p.article_id][p.first : p.last]) for p in passages]

    def _layout(self, article_id: str) -> Any:
        rows = self.rows("SELECT sentences FROM articles WHERE id = ?", (article_id,))
        return self._json(rows[0][0]) if rows else []

    def _json(self, text: str) -> Any:
        try:
            return json.loads(text)
        except ValueError as error:
            raise LibraryDamaged(self.folder, str(error)) from error

    def summaries(self) -> list[Summary]:
        """Every article without its text, by title, then id."""
        rows = self.rows(
            "SELECT a.id, a.title, coalesce(a.url, (SELECT min(path) FROM sources WHERE article_id = a.id)),"
            " a.published, characters(a.text), (SELECT count(*) FROM passages WHERE article_id = a.id), a.rowid,"
            " a.added FROM articles a ORDER BY a.title, a.id"
        )
        return [Summary(*row) for row in rows]

    def count(self, scope: Scope) -> int:
        """How many articles are in the scope."""
        tests, values = _tests(scope)
        return int(self.rows(f"SELECT count(*) FROM articles a WHERE {tests}", values)[0][0])

    def newest(self, scope: Scope, limit: int) -> list[tuple[str, str | None]]:
        """Id and day of the articles in the scope that are newest, those without a day last; then by id."""
        tests, values = _tests(scope)
        return self.rows(
            f"SELECT a.id, a.day FROM articles a WHERE {tests} ORDER BY a.day DESC, a.id LIMIT ?", [*values, limit]
        )

    def days(self, article_ids: Sequence[str]) -> dict[str, str]:
        """The day of each of these articles that has one."""
        found: dict[str, str] = {}
        for chunk in _chunks(article_ids):
            rows = self.rows(f"SELECT id, day FROM articles WHERE day IS NOT NULL AND id IN ({_marks(chunk)})", chunk)
            found.update(rows)
        return found

    # -- sources ---------------------------------------------------------------------------------------------------

    def add_sources(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Note that these files, too, hold these articles: (path, article id) pairs. One transaction."""
        known = "SELECT 1 FROM sources WHERE path = ? AND article_id = ?"
        if new := [pair for pair in pairs if not self.rows(known, pair)]:
            with self.transaction() as database:
                database.executemany("INSERT OR IGNORE INTO sources VALUES (?, ?)", new)

    def remove_sources(self, pairs: Sequence[tuple[str, str]]) -> list[str]:
        """Forget (path, article id) pairs, and remove the articles that no source is left of; their ids."""
        before = self._originals_of(article_id for _, article_id in pairs)
        with self.transaction() as database:
            orphans = self._remove_sources(database, pairs)
        self._drop_originals(before)
        return orphans

    def _remove_sources(self, database: sqlite3.Connection, pairs: Sequence[tuple[str, str]]) -> list[str]:
        database.executemany("DELETE FROM sources WHERE path = ? AND article_id = ?", pairs)
        orphans = [
            article_id
            for article_id in dict.fromkeys(article_id for _, article_id in pairs)
            if database.execute(
                "SELECT 1 FROM articles WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM sources WHERE article_id = ?1)",
                (article_id,),
            ).fetchone()
        ]
        self._delete(database, orphans)
        return orphans

    def sources(self) -> list[tuple[str, str]]:
        """Every (path, article id) pair, in order."""
        return self.rows("SELECT path, article_id FROM sources ORDER BY path, article_id")

    def sources_of(self, article_id: str) -> list[str]:
        """Every path and URL that the article came from, in order."""
        return [row[0] for row in self.rows("SELECT path FROM sources WHERE article_id = ? ORDER BY 1", (article_id,))]

    def articles_from(self, path: str) -> list[str]:
        """The ids of the articles that came from this path or URL, in order."""
        rows = self.rows("SELECT article_id FROM sources WHERE path = ? ORDER BY article_id", (path,))
        return [row[0] for row in rows]

    # -- files -----------------------------------------------------------------------------------------------------

    def digest_of(self, path: str) -> str | None:
        """The digest under which the file was read, if all it gave is still here; or None."""
        rows = self.rows("SELECT digest FROM files WHERE path = ?", (path,))
        return rows[0][0] if rows else None

    def file_with(self, digest: str) -> str | None:
        """A file that was read with this digest, or None."""
        rows = self.rows("SELECT path FROM files WHERE digest = ? ORDER BY path LIMIT 1", (digest,))
        return rows[0][0] if rows else None

    def note_files(self, digests: Mapping[str, str]) -> None:
        """Note path -> digest for files that were read whole, without a fault. Does not raise the revision."""
        if new := [item for item in digests.items() if self.digest_of(item[0]) != item[1]]:
            with self.writes() as database:
                database.executemany("INSERT OR REPLACE INTO files VALUES (?, ?)", new)

    # -- check-up --------------------------------------------------------------------------------------------------

    def integrity(self) -> list[str]:
        """What SQLite finds wrong with the file and its references; empty when nothing."""
        found = [row[0] for row in self.rows("PRAGMA integrity_check(10)") if row[0] != "ok"]
        return found + [f"{row[0]} row {row[1]} refers to nothing" for row in self.rows("PRAGMA foreign_key_check")]

    def forget_originals(self, names: Iterable[str]) -> None:
        """Articles that need these files need none, and their sources are to be read again."""
        with self.transaction() as database:
            for name in names:
                database.execute(
                    "DELETE FROM files WHERE path IN (SELECT s.path FROM sources s JOIN articles a"
                    " ON a.id = s.article_id WHERE a.original = ?)",
                    (name,),
                )
                database.execute(
                    "UPDATE articles SET original = NULL, original_name = NULL WHERE original = ?", (name,)
                )

    def add_original(self, article_id: str, original: Original) -> None:
        """Keep the original of an article that is here without one. One transaction."""
        with self.transaction() as database:
            names = (self.originals.keep(original), original.name)
            database.execute("UPDATE articles SET original = ?, original_name = ? WHERE id = ?", (*names, article_id))

    # -- passages --------------------------------------------------------------------------------------------------

    def passage_count(self) -> int:
        """How many passages the library holds."""
        return self.counted("passages", lambda: int(self.rows("SELECT count(*) FROM passages")[0][0]))

    def passage_ids(self) -> list[int]:
        """Every passage's row number, in order."""
        return [row[0] for row in self.rows("SELECT id FROM passages ORDER BY id")]

    def passages_in(self, scope: Scope) -> list[int]:
        """The row numbers, in order, of the passages of the articles in the scope."""
        tests, values = _tests(scope)
        rows = self.rows(
            f"SELECT p.id FROM articles a JOIN passages p ON p.article_id = a.id WHERE {tests} ORDER BY p.id", values
        )
        return [row[0] for row in rows]

    def passages_of(self, article_id: str) -> tuple[Passage, ...]:
        """The passages of an article in reading order; empty for an unknown id."""
        rows = self.rows(
            'SELECT article_id, "start", "end", "first", "last" FROM passages WHERE article_id = ? ORDER BY "start"',
            (article_id,),
        )
        return tuple(Passage(*row) for row in rows)

    def passages(self, ids: Sequence[int]) -> dict[int, StoredPassage]:
        """The passages with these row numbers; one that is gone is left out."""
        rows: list[Any] = []
        for chunk in _chunks(ids):
            rows += self.rows(
                f'SELECT id, article_id, "start", "end", "first", "last" FROM passages WHERE id IN ({_marks(chunk)})',
                chunk,
            )
        texts: dict[str, tuple[str, str]] = {}
        for chunk in _chunks(list({row[1] for row in rows})):
            found = self.rows(f"SELECT id, title, text FROM articles WHERE id IN ({_marks(chunk)})", chunk)
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
            rows.update(self.rows(f"SELECT id, vector FROM passages WHERE id IN ({_marks(chunk)})", chunk))
        return self._matrix([rows[i] for i in ids])

    def vectors_by_key(self, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
        """The stored vectors of passages with these keys (`schema.key` of title and text), where there are any."""
        found: dict[bytes, Vectors] = {}
        for chunk in _chunks(keys):
            rows = self.rows(f"SELECT key, vector FROM passages WHERE key IN ({_marks(chunk)})", chunk)
            found.update((key, self._matrix([vector])[0]) for key, vector in rows)
        return found

    def passages_without_next_vector(self) -> list[int]:
        """Row numbers of the passages that the next model has not encoded yet."""
        return [row[0] for row in self.rows("SELECT id FROM passages WHERE id NOT IN (SELECT id FROM next_vectors)")]

    def forget_next_vectors(self, model: str) -> None:
        """Begin a change to `model`, from nothing."""
        with self.writes() as database:
            database.execute("DELETE FROM next_vectors")
        self.set_meta("next_model", model)

    def keep_next_vectors(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Store vectors of the next model, beside the present ones."""
        with self.writes() as database:
            rows = ((row, vector.tobytes()) for row, vector in zip(ids, vectors, strict=True))
            database.executemany("INSERT OR REPLACE INTO next_vectors VALUES (?, ?)", rows)

    def adopt_next_vectors(self) -> None:
        """Put the next model's vectors in place of all present ones. One transaction."""
        with self.transaction() as database:
            database.execute(
                "UPDATE passages SET vector = (SELECT n.vector FROM next_vectors n WHERE n.id = passages.id)"
            )
            database.execute("DELETE FROM next_vectors")
            database.execute(
                "UPDATE meta SET value = (SELECT value FROM meta WHERE key = 'next_model') WHERE key = 'model'"
            )
            database.execute("DELETE FROM meta WHERE key = 'next_model'")

    def nearest(self, vector: Vectors, k: int, among: Sequence[int] | None = None) -> list[tuple[int, float]]:
        """The k passages of highest cosine, of all or of those given in order, by looking at every one: exact, and the
        measure of Chroma's recall."""
        best: list[tuple[int, float]] = []
        if among is not None:
            for ids in _chunks(among, _SCANNED_AT_ONCE):
                best = _nearest(best, ids, self.vectors(ids) @ vector, k)
            return best
        with self.snapshot():
            rows = self.rows(_SCAN, (-1, _SCANNED_AT_ONCE))
            while rows:
                best = _nearest(best, [row[0] for row in rows], self._matrix([row[1] for row in rows]) @ vector, k)
                rows = self.rows(_SCAN, (rows[-1][0], _SCANNED_AT_ONCE))
        return best

    def _matrix(self, blobs: Sequence[bytes]) -> Vectors:
        try:
            return np.frombuffer(b"".join(blobs), dtype="<f4").reshape(len(blobs), DIMENSIONS)
        except ValueError as error:
            raise LibraryDamaged(self.folder, str(error)) from error


def _sentences(layout: Iterable[Sequence[int]]) -> tuple[Sentence, ...]:
    return tuple(Sentence(start, end, Kind(kind), number) for start, end, kind, number in layout)


def _nearest(best: list[tuple[int, float]], ids: Sequence[int], cosines: Vectors, k: int) -> list[tuple[int, float]]:
    """The k best of what was found before and of these."""
    order = np.argsort(-cosines, kind="stable")[:k]
    found = [(ids[position], float(cosines[position])) for position in order]
    return sorted([*best, *found], key=lambda pair: -pair[1])[:k]


def _tests(scope: Scope) -> tuple[str, list[str]]:
    """What an article `a` in the scope fulfils, and the values for it."""
    tests, values = ["TRUE"], []
    if scope.articles is not None:
        tests.append("a.id IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(sorted(scope.articles)))
    if scope.since is not None:  # a day that is told in part is compared as far as it is told
        tests.append("substr(?, 1, length(a.day)) <= a.day")
        values.append(scope.since)
    if scope.until is not None:
        tests.append("substr(a.day, 1, length(?)) <= ?")
        values += [scope.until, scope.until]
    return " AND ".join(tests), values


def _chunks(ids: Sequence[Key], size: int = 500) -> Iterator[list[Key]]:
    for start in range(0, len(ids), size):
        yield list(ids[start : start + size])


def _marks(values: Collection[object]) -> str:
    return ",".join("?" * len(values))
