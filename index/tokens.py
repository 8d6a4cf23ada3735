"""A text's words as FTS5 sees them, for a database that does not have it: SQLite's own tokenizer, in memory."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from .full_text import TITLE_WEIGHT, TOKENIZER

LONGEST = 200
"""Characters of a term that are told apart: an index of PostgreSQL's takes some 2,700 bytes."""
_TABLES = f"""
CREATE VIRTUAL TABLE words USING fts5(title, text, content = '', tokenize = '{TOKENIZER}');
CREATE VIRTUAL TABLE found USING fts5vocab (words, instance);
"""


@dataclass(frozen=True, slots=True)
class Term:
    """A Porter stem in one of several texts: which text, by its position, and how often, the title counting double."""

    text: int
    term: str
    weight: int


class Tokens(threading.local):
    """One in-memory database a thread."""

    def __init__(self) -> None:
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._database.executescript(_TABLES)

    def terms(self, title: str, texts: Sequence[str]) -> tuple[list[Term], list[int]]:
        """The terms of texts of the same title, and of each text the number of its words, the title's included."""
        rows = self._instances([(title, text) for text in texts])
        lengths = [0] * len(texts)
        weights: dict[tuple[int, str], int] = {}
        for number, term, column in rows:
            lengths[number] += 1
            key = (number, term[:LONGEST])
            weights[key] = weights.get(key, 0) + (int(TITLE_WEIGHT) if column == "title" else 1)
        return [Term(number, term, weight) for (number, term), weight in weights.items()], lengths

    def stems(self, words: Sequence[str]) -> list[list[str]]:
        """The terms of each word: one, or several where the word holds what separates words here."""
        found: list[list[str]] = [[] for _ in words]
        for number, term, _ in self._instances([("", word) for word in words]):
            found[number].append(term[:LONGEST])
        return found

    def _instances(self, texts: Sequence[tuple[str, str]]) -> list[tuple[int, str, str]]:
        """(number of the text, term, column) of every word."""
        rows = [(number, *text) for number, text in enumerate(texts)]
        self._database.executemany("INSERT INTO words (rowid, title, text) VALUES (?, ?, ?)", rows)
        try:
            return self._database.execute("SELECT doc, term, col FROM found").fetchall()
        finally:
            self._database.execute("INSERT INTO words (words) VALUES ('delete-all')")
            self._database.commit()
