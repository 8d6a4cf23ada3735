"""The passages as they are stored: their spans, their vectors, and those of a model to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .database import Database
from .encoder import DIMENSIONS, Vectors
from .errors import LibraryDamaged
from .passages import Passage
from .scope import Scope
from .tables import Tables, chunks, marks

_SCAN = "SELECT id, vector FROM passages WHERE id > ? ORDER BY id LIMIT ?"
_SCANNED_AT_ONCE = 8192
"""Vectors in memory while every one is looked at: 12 MB."""


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with its row number, its article's title, and its text."""

    id: int
    passage: Passage
    title: str
    text: str


class StoredPassages(Tables):
    """The tables `passages` and `next_vectors`."""

    def passage_count(self) -> int:
        """How many passages the library holds."""
        return self.counted("passages", lambda: int(self.rows("SELECT count(*) FROM passages")[0][0]))

    def passage_ids(self, after: int = -1) -> list[int]:
        """Every passage's row number above `after`, in order."""
        return [row[0] for row in self.rows("SELECT id FROM passages WHERE id > ? ORDER BY id", (after,))]

    def passages_in(self, scope: Scope) -> list[int]:
        """The row numbers, in order, of the passages of the articles in the scope."""
        tests, values = in_scope(scope, self.database)
        # A join would be read from the passages' side: 1.3 s in place of 8 ms for 500 articles of a million passages.
        articles = f"SELECT a.id FROM articles a WHERE {tests}"
        rows = self.rows(f"SELECT p.id FROM passages p WHERE p.article_id IN ({articles}) ORDER BY p.id", values)
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
        for chunk in chunks(ids):
            rows += self.rows(
                f'SELECT id, article_id, "start", "end", "first", "last" FROM passages WHERE id IN ({marks(chunk)})',
                chunk,
            )
        texts: dict[str, tuple[str, str]] = {}
        for chunk in chunks(list({row[1] for row in rows})):
            found = self.rows(f"SELECT id, title, text FROM articles WHERE id IN ({marks(chunk)})", chunk)
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
        blobs = self._blobs(ids)
        return self._matrix([blobs[i] for i in ids])

    def _blobs(self, ids: Sequence[int]) -> dict[int, bytes]:
        found: dict[int, bytes] = {}
        for chunk in chunks(ids):
            found.update(self.rows(f"SELECT id, vector FROM passages WHERE id IN ({marks(chunk)})", chunk))
        return found

    def vectors_by_key(self, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
        """The stored vectors of passages with these keys (`schema.key` of title and text), where there are any."""
        found: dict[bytes, Vectors] = {}
        for chunk in chunks(keys):
            rows = self.rows(f"SELECT key, vector FROM passages WHERE key IN ({marks(chunk)})", chunk)
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
            rows = [(row, vector.tobytes()) for row, vector in zip(ids, vectors, strict=True)]
            database.executemany(
                "INSERT INTO next_vectors VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET vector = excluded.vector", rows
            )

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
        measure of Chroma's recall. A row number given that is gone is left out."""
        best: list[tuple[int, float]] = []
        if among is not None:
            for ids in chunks(among, _SCANNED_AT_ONCE):
                blobs = self._blobs(ids)
                there = [i for i in ids if i in blobs]
                best = _nearest(best, there, self._matrix([blobs[i] for i in there]) @ vector, k)
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
            raise LibraryDamaged(self.place, str(error)) from error


def _nearest(best: list[tuple[int, float]], ids: Sequence[int], cosines: Vectors, k: int) -> list[tuple[int, float]]:
    """The k best of what was found before and of these."""
    order = np.argsort(-cosines, kind="stable")[:k]
    found = [(ids[position], float(cosines[position])) for position in order]
    return sorted([*best, *found], key=lambda pair: -pair[1])[:k]


def in_scope(scope: Scope, database: Database) -> tuple[str, list[object]]:
    """What an article `a` in the scope fulfils, and the values for it."""
    tests: list[str] = ["TRUE"]
    values: list[object] = []
    if scope.articles is not None:
        test, value = database.one_of(scope.articles)
        tests.append(f"a.id {test}")
        values.append(value)
    if scope.since is not None:  # a day that is told in part is compared as far as it is told
        tests.append("substr(?, 1, length(a.day)) <= a.day")
        values.append(scope.since)
    if scope.until is not None:
        tests.append("substr(a.day, 1, length(?)) <= ?")
        values += [scope.until, scope.until]
    return " AND ".join(tests), values
