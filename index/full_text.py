"""The full-text index of the passages: FTS5, Porter stems, BM25. Made from the articles, and so made anew at will."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

from . import schema
from .database import Database
from .errors import LibraryDamaged, LibraryLocked, ReadOnlyLibrary

TITLE_WEIGHT = 2.0
NEEDED_ROWS = 5_000
"""Passages that are scored: those that hold one of the query's rarest words, which are in so many together."""
COUNTED_ROWS = 200_000
"""How many passages the further words may be in, together: FTS5 walks through all of them at every query."""

_WORD = re.compile(r"\w+")


class FullText:
    """The index in one catalog's file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def match(self, query: str, k: int, among: Sequence[int] | None = None) -> list[tuple[int, float]]:
        """The k passages, of all or of those given, of highest BM25 for the words of `query`, the title counting
        double; higher is better. Raises LibraryDamaged.

        A passage takes a microsecond to score, and common words are in most of a large library's: there, only those
        that hold one of the rarer words are scored.
        """
        needed, further = self._split(query, among)
        if not needed:
            return []
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

    def _split(self, query: str, among: Sequence[int] | None) -> tuple[list[str], list[str]]:
        """The words of which a passage must hold one, and those that only add to its score."""
        counts = {word: self._count(word) for word in dict.fromkeys(_WORD.findall(query.lower()))}
        words = sorted((word for word in counts if counts[word]), key=lambda word: (counts[word], word))
        indexed = self._database.counted("indexed", self._indexed)
        scored = NEEDED_ROWS if among is None else NEEDED_ROWS * indexed // max(1, len(among))  # few are left of many
        needed = _within(words, counts, min(scored, COUNTED_ROWS)) or words[:1]
        further = [w for w in words[len(needed) :] if counts[w] < indexed / 2]  # from there on BM25 gives no weight
        return needed, _within(further, counts, COUNTED_ROWS)

    def _indexed(self) -> int:
        return int(self._database.rows("SELECT count(*) FROM passages_fts_docsize")[0][0])

    def _count(self, word: str) -> int:
        """How many passages hold the word, in any form."""
        query = "SELECT count(*) FROM passages_fts WHERE passages_fts MATCH ?"
        return self._database.counted(f"word {word}", lambda: int(self._database.rows(query, (_any([word]),))[0][0]))

    def frequency(self, stem: str) -> int:
        """How many passages hold a word with this Porter stem, in text or title."""
        query = "SELECT coalesce(sum(doc), 0) FROM passages_vocabulary WHERE term = ?"
        return self._database.counted(f"stem {stem}", lambda: int(self._database.rows(query, (stem,))[0][0]))

    def rough_frequency(self, stem: str) -> int:
        """The same without the index: passages of articles that hold the stem's letters anywhere."""
        letters = stem[:-1] if len(stem) > 3 and stem[-1] in "iy" else stem  # Porter makes "compani" of "company"
        rows = self._database.rows(
            "SELECT count(*) FROM passages p JOIN articles a ON a.id = p.article_id"
            " WHERE instr(lower(a.title), ?1) OR instr(lower(a.text), ?1)",
            (letters,),
        )
        return int(rows[0][0])

    def fault(self) -> str:
        """What is wrong with the index; "" when nothing."""
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
        """Make the index anew from the passages. One transaction."""
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
                database.executemany(
                    "INSERT INTO passages_fts (rowid, title, text) VALUES (?, ?, ?)",
                    [(row, title, text[start:end]) for row, _, start, end in group],
                )


def _within(words: Sequence[str], counts: dict[str, int], rows: int) -> list[str]:
    """The first of the words that are in at most so many passages, added up."""
    taken: list[str] = []
    for word in words:
        rows -= counts[word]
        if rows < 0:
            break
        taken.append(word)
    return taken


def _any(words: Sequence[str]) -> str:
    return " OR ".join(f'"{word}"' for word in words)


def _drop(database: sqlite3.Connection) -> None:
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
