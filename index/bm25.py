"""The full-text index as tables of PostgreSQL's: what `ts_rank` lacks, the BM25 that FTS5 counts, in SQL.

Same words, same stems, same formula: a library on a server finds what the same articles in a folder do.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from .database import Database, Transaction
from .full_text import FullText, letters_of
from .tokens import Tokens

K1, B = 1.2, 0.75
"""FTS5's own."""
LEAST_WEIGHT = 1e-6
"""FTS5's, of a word that more than half of the passages hold."""

# The needed words find, all add up: the passages found are few thousand, so each is looked up under the other words.
_SCORE = f"""
WITH wanted AS (SELECT * FROM unnest(?::text[], ?::float8[]) AS w (term, idf)),
found AS MATERIALIZED (
    SELECT DISTINCT passage FROM postings WHERE term = ANY (?){{among}}
)
SELECT p.passage,
    sum(w.idf * p.weight * {K1 + 1} / (p.weight + {K1} * ({1 - B} + {B} * (p.length / ?::float8)))) AS score
FROM wanted w JOIN postings p ON p.term = w.term JOIN found f ON f.passage = p.passage
GROUP BY p.passage ORDER BY score DESC, p.passage LIMIT ?
"""

# The plus keeps the index from being asked anew for each word and passage: minutes in place of a moment.
_AMONG = " AND passage + 0 IN (SELECT unnest(?::int[]))"


class BM25(FullText):
    """The tables `postings` (a row for each stem of each passage) and `terms` (in how many passages a stem is)."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._tokens = Tokens()

    def _score(
        self, needed: Sequence[str], further: Sequence[str], k: int, among: Sequence[int] | None
    ) -> list[tuple[int, float]]:
        stems = self._tokens.stems([*needed, *further])
        needed_stems = list(dict.fromkeys(stem for of_word in stems[: len(needed)] for stem in of_word))
        total, words = self._indexed(), self._length()
        counts = self._frequencies(list(dict.fromkeys(stem for of_word in stems for stem in of_word)))
        weights: dict[str, float] = {}
        for stem in (stem for of_word in stems for stem in of_word):  # a word in two forms counts twice
            weight = math.log((total - counts.get(stem, 0) + 0.5) / (counts.get(stem, 0) + 0.5))
            weights[stem] = weights.get(stem, 0.0) + (weight if weight > 0 else LEAST_WEIGHT)
        rows = self._database.rows(
            _SCORE.format(among="" if among is None else _AMONG),
            (
                list(weights),
                list(weights.values()),
                needed_stems,
                *([] if among is None else [list(among)]),
                words / max(1, total),
                k,
            ),
        )
        return [(row[0], row[1]) for row in rows]

    def _indexed(self) -> int:
        return self._database.counted("indexed passages", lambda: int(self._database.meta("passages") or 0))

    def _length(self) -> int:
        return self._database.counted("indexed words", lambda: int(self._database.meta("words") or 0))

    def _counts(self, words: Sequence[str]) -> Mapping[str, int]:
        stems = self._tokens.stems(words)
        counts = self._frequencies(list(dict.fromkeys(stem for of_word in stems for stem in of_word)))
        return {
            word: min((counts.get(stem, 0) for stem in of_word), default=0)
            for word, of_word in zip(words, stems, strict=True)
        }

    def _frequencies(self, stems: Sequence[str]) -> dict[str, int]:
        return dict(self._database.rows("SELECT term, passages FROM terms WHERE term = ANY (?)", (list(stems),)))

    def frequency(self, stem: str) -> int:
        """See the class."""
        return self._database.counted(f"stem {stem}", lambda: self._frequencies([stem]).get(stem, 0))

    def stems_like(self, stem: str) -> list[str]:
        """See the class."""
        query = "SELECT term FROM terms WHERE starts_with(term, ?) AND length(term) BETWEEN ? AND ?"
        return [row[0] for row in self._database.rows(query, (stem[0], len(stem) - 2, len(stem) + 2))]

    def rough_frequency(self, stem: str) -> int:
        """See the class."""
        rows = self._database.rows(
            "SELECT count(*) FROM passages p JOIN articles a ON a.id = p.article_id"
            " WHERE position(? IN lower(a.title)) > 0 OR position(? IN lower(a.text)) > 0",
            (letters_of(stem), letters_of(stem)),
        )
        return int(rows[0][0])

    def put(self, transaction: Transaction, title: str, passages: Sequence[tuple[int, str]]) -> None:
        """See the class."""
        terms, lengths = self._tokens.terms(title, [text for _, text in passages])
        rows = [row for row, _ in passages]
        counts: dict[str, int] = {}
        for found in terms:
            counts[found.term] = counts.get(found.term, 0) + 1
        transaction.execute(
            "INSERT INTO postings (term, passage, weight, length)"
            " SELECT * FROM unnest(?::text[], ?::int[], ?::int[], ?::int[])",
            (
                [found.term for found in terms],
                [rows[found.text] for found in terms],
                [found.weight for found in terms],
                [lengths[found.text] for found in terms],
            ),
        )
        transaction.execute(
            "INSERT INTO terms SELECT * FROM unnest(?::text[], ?::int[])"
            " ON CONFLICT (term) DO UPDATE SET passages = terms.passages + excluded.passages",
            (list(counts), list(counts.values())),
        )
        _count(transaction, len(rows), sum(lengths))

    def drop(self, transaction: Transaction, article_id: str) -> None:
        """See the class."""
        found = transaction.execute("SELECT id FROM passages WHERE article_id = ?", (article_id,)).fetchall()
        if not found:
            return
        rows = [row for (row,) in found]
        lengths = transaction.execute(
            "SELECT coalesce(sum(length), 0) FROM (SELECT max(length) AS length FROM postings"
            " WHERE passage = ANY (?) GROUP BY passage) AS lengths",
            (rows,),
        ).fetchone()
        transaction.execute(
            "UPDATE terms SET passages = terms.passages - gone.passages FROM (SELECT term, count(*) AS passages"
            " FROM postings WHERE passage = ANY (?) GROUP BY term) AS gone WHERE terms.term = gone.term",
            (rows,),
        )
        transaction.execute("DELETE FROM postings WHERE passage = ANY (?)", (rows,))
        _count(transaction, -len(rows), -int(lengths[0]))

    def fault(self) -> str:
        """See the class."""
        (passages,) = self._database.rows("SELECT count(*) FROM passages")[0]
        (missing,) = self._database.rows(
            "SELECT count(*) FROM (SELECT passage FROM postings GROUP BY passage"
            " EXCEPT SELECT id FROM passages) AS stray"
        )[0]
        (wrong,) = self._database.rows(
            "SELECT count(*) FROM (SELECT term, count(*) AS n FROM postings GROUP BY term) p FULL JOIN"
            " (SELECT * FROM terms WHERE passages <> 0) t ON t.term = p.term WHERE t.passages IS DISTINCT FROM p.n"
        )[0]
        faults = [f"{missing} of its passages are none"] if missing else []
        faults += [f"{wrong} of its words are miscounted"] if wrong else []
        if passages != self._database.meta("passages"):
            faults.append(f"it counts {self._database.meta('passages')} passages in place of {passages}")
        return "; ".join(faults)

    def rebuild(self) -> None:
        """See the class."""
        with self._database.transaction() as database:
            database.execute("TRUNCATE postings, terms")
            database.execute("UPDATE meta SET value = '0' WHERE key IN ('passages', 'words')")
            for (article_id,) in database.execute("SELECT id FROM articles ORDER BY id").fetchall():
                title, text = database.execute(
                    "SELECT title, text FROM articles WHERE id = ?", (article_id,)
                ).fetchone()
                spans = database.execute('SELECT id, "start", "end" FROM passages WHERE article_id = ?', (article_id,))
                self.put(database, title, [(row, text[start:end]) for row, start, end in spans.fetchall()])


def _count(transaction: Transaction, passages: int, words: int) -> None:
    transaction.execute(
        "UPDATE meta SET value = to_jsonb(value::bigint + CASE key WHEN 'passages' THEN ?::bigint ELSE ?::bigint END)"
        " WHERE key IN ('passages', 'words')",
        (passages, words),
    )
