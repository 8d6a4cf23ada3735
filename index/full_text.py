"""Finding passages by their words: BM25 over Porter stems, made from the articles, and so made anew at will."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .database import Database, Transaction

TOKENIZER = "porter unicode61 remove_diacritics 2"
TITLE_WEIGHT = 2.0
FEWEST_ROWS, MOST_ROWS = 1_000, 5_000
"""Passages that are scored: those that hold one of the query's rarest words, which are in so many together: a tenth of
all, within these bounds. At 10,000 passages 1,000 find what 5,000 do, at 25,000 2,500; at 100,000 2,500 find less."""
COUNTED_ROWS = 200_000
"""How many passages the further words may be in, together: all of them are walked through at every query."""

_WORD = re.compile(r"\w+")


class FullText(ABC):
    """The index of one library's passages."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def match(self, query: str, k: int, among: Sequence[int] | None = None) -> list[tuple[int, float]]:
        """The k passages, of all or of those given, of highest BM25 for the words of `query`, the title counting
        double; higher is better. Raises LibraryDamaged.

        A passage takes a microsecond to score, and common words are in most of a large library's: there, only those
        that hold one of the rarer words are scored.
        """
        needed, further = self._split(query, among)
        return self._score(needed, further, k, among) if needed else []

    @abstractmethod
    def _score(
        self, needed: Sequence[str], further: Sequence[str], k: int, among: Sequence[int] | None
    ) -> list[tuple[int, float]]:
        """The k best of the passages that hold a word of `needed`, by these and the further words."""

    @abstractmethod
    def _counts(self, words: Sequence[str]) -> Mapping[str, int]:
        """How many passages hold each word, in any form."""

    @abstractmethod
    def _indexed(self) -> int:
        """How many passages are in the index."""

    @abstractmethod
    def frequency(self, stem: str) -> int:
        """How many passages hold a word with this Porter stem, in text or title."""

    @abstractmethod
    def stems_like(self, stem: str) -> list[str]:
        """The stems in the index that begin with the same letter and have at most two letters more or less."""

    @abstractmethod
    def put(self, transaction: Transaction, title: str, passages: Sequence[tuple[int, str]]) -> None:
        """Take in passages of an article of this title: their row numbers and texts."""

    @abstractmethod
    def drop(self, transaction: Transaction, article_id: str) -> None:
        """Forget the passages of an article, which are still in the catalog."""

    @abstractmethod
    def fault(self) -> str:
        """What is wrong with the index; "" when nothing."""

    @abstractmethod
    def rebuild(self) -> None:
        """Make the index anew from the passages. One transaction."""

    @abstractmethod
    def rough_frequency(self, stem: str) -> int:
        """The same without the index: passages of articles that hold the stem's letters anywhere."""

    def _split(self, query: str, among: Sequence[int] | None) -> tuple[list[str], list[str]]:
        """The words of which a passage must hold one, and those that only add to its score."""
        counts = self._counts(list(dict.fromkeys(_WORD.findall(query.lower()))))
        words = sorted((word for word in counts if counts[word]), key=lambda word: (counts[word], word))
        indexed = self._database.counted("indexed", self._indexed)
        scored = min(max(FEWEST_ROWS, indexed // 10), MOST_ROWS)
        if among is not None:  # few are left of many
            scored = scored * indexed // max(1, len(among))
        needed = _within(words, counts, min(scored, COUNTED_ROWS)) or words[:1]
        further = [w for w in words[len(needed) :] if counts[w] < indexed / 2]  # from there on BM25 gives no weight
        return needed, _within(further, counts, COUNTED_ROWS)


def letters_of(stem: str) -> str:
    """What every word of the stem begins with: Porter makes "compani" of "company"."""
    return stem[:-1] if len(stem) > 3 and stem[-1] in "iy" else stem


def _within(words: Sequence[str], counts: Mapping[str, int], rows: int) -> list[str]:
    """The first of the words that are in at most so many passages, added up."""
    taken: list[str] = []
    for word in words:
        rows -= counts[word]
        if rows < 0:
            break
        taken.append(word)
    return taken
