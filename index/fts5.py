"""The full-text index as a table of SQLite's FTS5."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter

from . import schema
from .database import Transaction
from .errors import LibraryDamaged, LibraryLocked, ReadOnlyLibrary
from .full_text import TITLE_WEIGHT, FullText, letters_of

COUNTED = 8_192
"""Passages up to which those that hold a word are counted: FTS5 keeps no counts, and walks over each of them."""
STRETCHES, STRETCH = 8, 1_024
"""So many runs of so many row numbers, spread evenly, tell how common a word in more passages is."""

_INSERT = "INSERT INTO passages_fts (rowid, title, text) VALUES (?, ?, ?)"
_HOLDING = "SELECT count(*) FROM (SELECT 1 FROM passages_fts WHERE passages_fts MATCH ? LIMIT ?)"
_HOLDING_IN_STRETCHES = f"""
SELECT sum((SELECT count(*) FROM passages_fts WHERE passages_fts MATCH ?
            AND rowid BETWEEN start.value AND start.value + {STRETCH - 1})) FROM json_each(?) AS start
"""
_IN_STRETCHES = f"""
SELECT sum((SELECT count(*) FROM passages_fts_docsize WHERE id BETWEEN start.value AND start.value + {STRETCH - 1}))
FROM json_each(?) AS start
"""
_ENDS = "SELECT (SELECT min(id) FROM passages_fts_docsize), (SELECT max(id) FROM passages_fts_docsize)"


class FTS5(FullText):
    """The index in one catalog's file."""

    def _score(
        self, needed: Sequence[str], further: Sequence[str], k: int, among: Sequence[int] | None
    ) -> list[tuple[int, float]]:
        expression, named = _any(needed), 1
        if further:  # BM25 adds up all that is named: to name every word twice doubles all scores, and no more
            expression, named = f"({expression}) AND ({_any([*needed, *further, *further])})", 2
        rows = self._database.rows(
            f"SELECT rowid, -bm25(passages_fts, {TITLE_WEIGHT}, 1.0) AS score FROM passages_fts"
            # The plus keeps SQLite from asking FTS5 anew for each of the numbers: a minute in place of a moment.
            f" WHERE passages_fts MATCH ? {'' if among is None else 'AND +rowid IN (SELECT value FROM json_each(?))'}"
            " ORDER BY score DESC, rowid LIMIT ?",
            (expression, *([] if among is None else [json.dumps(list(among))]), k),
        )
        return [(row[0], row[1] / named) for row in rows]

    def _indexed(self) -> int:
        return int(self._database.rows("SELECT count(*) FROM passages_fts_docsize")[0][0])

    def _counts(self, words: Sequence[str]) -> Mapping[str, int]:
        return {word: self._count(word) for word in words}

    def _count(self, word: str) -> int:
        return self._database.counted(f"word {word}", lambda: self._holding(_any([word])))

    def _holding(self, expression: str) -> int:
        """How many passages match: to the unit for rarer words, which decide; about, by a sample, for common ones."""
        counted = int(self._database.rows(_HOLDING, (expression, COUNTED + 1))[0][0])
        if counted <= COUNTED:
            return counted
        starts = json.dumps(self._stretches())
        sampled = self._database.counted("sampled", lambda: int(self._database.rows(_IN_STRETCHES, (starts,))[0][0]))
        held = int(self._database.rows(_HOLDING_IN_STRETCHES, (expression, starts))[0][0])
        indexed = self._database.counted("indexed", self._indexed)
        return max(COUNTED + 1, held * indexed // max(1, sampled))

    def _stretches(self) -> list[int]:
        """The row numbers with which they begin."""
        first, last = self._database.rows(_ENDS)[0]
        return [first + max(0, last - first - STRETCH) * place // (STRETCHES - 1) for place in range(STRETCHES)]

    def frequency(self, stem: str) -> int:
        """See the class."""
        query = "SELECT coalesce(sum(doc), 0) FROM passages_vocabulary WHERE term = ?"
        return self._database.counted(f"stem {stem}", lambda: int(self._database.rows(query, (stem,))[0][0]))

    def stems_like(self, stem: str) -> list[str]:
        """See the class."""
        query = "SELECT term FROM passages_vocabulary WHERE term >= ? AND term < ? AND length(term) BETWEEN ? AND ?"
        bounds = (stem[0], chr(ord(stem[0]) + 1), len(stem) - 2, len(stem) + 2)
        return [row[0] for row in self._database.rows(query, bounds)]

    def rough_frequency(self, stem: str) -> int:
        """See the class."""
        rows = self._database.rows(
            "SELECT count(*) FROM passages p JOIN articles a ON a.id = p.article_id"
            " WHERE instr(lower(a.title), ?1) OR instr(lower(a.text), ?1)",
            (letters_of(stem),),
        )
        return int(rows[0][0])

    def put(self, transaction: Transaction, title: str, passages: Sequence[tuple[int, str]]) -> None:
        """See the class."""
        transaction.executemany(_INSERT, [(row, title, text) for row, text in passages])

    def drop(self, transaction: Transaction, article_id: str) -> None:
        """See the class."""
        transaction.execute(
            "DELETE FROM passages_fts WHERE rowid IN (SELECT id FROM passages WHERE article_id = ?)", (article_id,)
        )

    def fault(self) -> str:
        """See the class."""
        try:
            ids = {row[0] for row in self._database.rows("SELECT id FROM passages")}
            rows = {row[0] for row in self._database.rows("SELECT id FROM passages_fts_docsize")}
            if ids != rows:
                return f"{len(ids - rows)} passages are missing in it and {len(rows - ids)} of its rows are of none"
            with self._database.writes() as database:
                database.execute("INSERT INTO passages_fts (passages_fts) VALUES ('integrity-check')")
        except LibraryDamaged as error:
            return f"SQLite says: {error.__cause__}"
        except (ReadOnlyLibrary, LibraryLocked):  # SQLite calls its check a write
            return ""
        return ""

    def rebuild(self) -> None:
        """See the class."""
        with self._database.transaction() as database:
            database.execute("BEGIN IMMEDIATE")  # a change of tables does not begin one by itself
            _drop(database)
            for statement in schema.FULL_TEXT:
                database.execute(statement)
            passages = database.execute('SELECT id, article_id, "start", "end" FROM passages ORDER BY article_id')
            for article_id, group in groupby(passages.fetchall(), key=itemgetter(1)):
                title, text = database.execute(
                    "SELECT title, text FROM articles WHERE id = ?", (article_id,)
                ).fetchone()
                self.put(database, title, [(row, text[start:end]) for row, _, start, end in group])


def _any(words: Sequence[str]) -> str:
    return " OR ".join(f'"{word}"' for word in words)


def _drop(database: Transaction) -> None:
    """Also where its tables are so damaged that SQLite cannot open it, and so not drop it."""
    try:
        database.execute("DROP TABLE IF EXISTS passages_vocabulary")
        database.execute("DROP TABLE IF EXISTS passages_fts")
    except sqlite3.DatabaseError:
        database.execute("PRAGMA writable_schema = ON")
        database.execute("DELETE FROM sqlite_master WHERE name IN ('passages_fts', 'passages_vocabulary')")
        database.execute("PRAGMA writable_schema = RESET")
        for part in ("data", "idx", "content", "docsize", "config"):
            database.execute(f"DROP TABLE IF EXISTS passages_fts_{part}")
