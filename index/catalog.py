"""The system of record: articles, their sources, passages and vectors, in one database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from . import schema
from .articles import Article, Original, Summary
from .database import Transaction
from .dates import day_of
from .encoder import Vectors
from .errors import LibraryDamaged
from .passages import Passage
from .place import Place, place_of
from .scope import Scope
from .sentences import Kind, Sentence
from .shingles import Shingles, shingle
from .sources import Sources
from .stored import StoredPassage, StoredPassages, in_scope
from .tables import chunks, marks

__all__ = ["Catalog", "StoredPassage"]


class Catalog(Sources, StoredPassages):
    """Articles, with their sources, originals, passages and vectors; writes are transactions of one article."""

    def __init__(self, place: Path | str | Place, *, create: bool = False) -> None:
        """Opens the catalog; raises NoLibrary, LibraryDamaged, or ReadOnlyLibrary where it has to be made."""
        super().__init__(place_of(place).open_database(create=create))

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
                f"INSERT INTO articles ({', '.join(row)}, added) VALUES ({marks(row)}, ?)"
                f" ON CONFLICT (id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in row)}",
                (*row.values(), datetime.now(UTC).date().isoformat()),
            )
            database.execute("INSERT INTO sources VALUES (?, ?) ON CONFLICT DO NOTHING", (article.source, article.id))
            self._insert_passages(database, article, passages, vectors)
            if instead_of is not None:
                self._remove_sources(database, [(article.source, instead_of)])
        self._drop_originals(before)

    def _insert_passages(
        self, database: Transaction, article: Article, passages: Sequence[Passage], vectors: Vectors
    ) -> None:
        stored: list[tuple[int, str]] = []
        for passage, vector in zip(passages, vectors, strict=True):
            text = article.text[passage.start : passage.end]
            span = (passage.start, passage.end, passage.first, passage.last)
            (row,) = database.execute(
                'INSERT INTO passages (article_id, "start", "end", "first", "last", vector, key)'
                " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
                (article.id, *span, vector.tobytes(), schema.key(article.title, text)),
            ).fetchone()
            stored.append((row, text))
        self.full_text.put(database, article.title, stored)

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

    def _delete(self, database: Transaction, article_ids: Iterable[str]) -> None:
        for article_id in article_ids:
            self._delete_passages(database, article_id)
            database.execute("DELETE FROM articles WHERE id = ?", (article_id,))

    def _delete_passages(self, database: Transaction, article_id: str) -> None:
        self.full_text.drop(database, article_id)
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
        for chunk in chunks(article_ids or []):
            rows += self.rows(f"SELECT id, shingles FROM articles WHERE id IN ({marks(chunk)})", chunk)
        return {article_id: np.frombuffer(sample, dtype="<u4") for article_id, sample in rows}

    def hash_of(self, article_id: str) -> str | None:
        """The content hash of the article with this id, or None."""
        rows = self.rows("SELECT hash FROM articles WHERE id = ?", (article_id,))
        return rows[0][0] if rows else None

    def sentences(self, article_id: str) -> tuple[Sentence, ...]:
        """The sentences of an article in reading order; empty for an unknown id."""
        return _sentences(self._layouts([article_id]).get(article_id, ()))

    def sentences_of(self, passages: Sequence[Passage]) -> list[tuple[Sentence, ...]]:
        """The sentences of each passage; an article's layout is read once, and no more made of it than is asked for."""
        layouts = self._layouts(sorted({p.article_id for p in passages}))
        return [_sentences(layouts.get(p.article_id, ())[p.first : p.last]) for p in passages]

    def _layouts(self, article_ids: Sequence[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for chunk in chunks(article_ids):
            rows = self.rows(f"SELECT id, sentences FROM articles WHERE id IN ({marks(chunk)})", chunk)
            found.update((article_id, self._json(text)) for article_id, text in rows)
        return found

    def _json(self, text: str) -> Any:
        try:
            return json.loads(text)
        except ValueError as error:
            raise LibraryDamaged(self.place, str(error)) from error

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
        tests, values = in_scope(scope, self.database)
        return int(self.rows(f"SELECT count(*) FROM articles a WHERE {tests}", values)[0][0])

    def newest(self, scope: Scope, limit: int) -> list[tuple[str, str | None]]:
        """Id and day of the articles in the scope that are newest, those without a day last; then by id."""
        tests, values = in_scope(scope, self.database)
        return self.rows(
            f"SELECT a.id, a.day FROM articles a WHERE {tests} ORDER BY a.day DESC NULLS LAST, a.id LIMIT ?",
            [*values, limit],
        )

    def days(self, article_ids: Sequence[str]) -> dict[str, str]:
        """The day of each of these articles that has one."""
        found: dict[str, str] = {}
        for chunk in chunks(article_ids):
            rows = self.rows(f"SELECT id, day FROM articles WHERE day IS NOT NULL AND id IN ({marks(chunk)})", chunk)
            found.update(rows)
        return found

    def remove_sources(self, pairs: Sequence[tuple[str, str]]) -> list[str]:
        """Forget (path, article id) pairs, and remove the articles that no source is left of; their ids."""
        before = self._originals_of(article_id for _, article_id in pairs)
        with self.transaction() as database:
            orphans = self._remove_sources(database, pairs)
        self._drop_originals(before)
        return orphans

    def _remove_sources(self, database: Transaction, pairs: Sequence[tuple[str, str]]) -> list[str]:
        database.executemany("DELETE FROM sources WHERE path = ? AND article_id = ?", pairs)
        orphans = [
            article_id
            for article_id in dict.fromkeys(article_id for _, article_id in pairs)
            if database.execute(
                "SELECT 1 FROM articles WHERE id = ? AND NOT EXISTS (SELECT 1 FROM sources WHERE article_id = ?)",
                (article_id, article_id),
            ).fetchone()
        ]
        self._delete(database, orphans)
        return orphans

    # -- check-up --------------------------------------------------------------------------------------------------

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


def _sentences(layout: Iterable[Sequence[int]]) -> tuple[Sentence, ...]:
    return tuple(Sentence(start, end, Kind(kind), number) for start, end, kind, number in layout)
