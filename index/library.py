"""The one door: articles in, ranked passages out. Everything else in this package stands behind it."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Self

from . import readers
from .articles import Article, Summary
from .catalog import Catalog
from .encoder import Encoder
from .errors import ArticleError, LibraryDamaged, UnknownArticle
from .lock import writing
from .mirror import Mirror
from .passages import Passage, fit_sentences, split_passages
from .retrieve import Hit, Ranked, fuse
from .sentences import Sentence, split_sentences

if TYPE_CHECKING:
    from .retriever import LibraryRetriever

PASSAGE_TOKENS = 192
"""Size of a passage in tokens."""
TITLE_TOKENS = 48
"""How much of a title goes in front of each of its passages: with it, a passage stays within the encoder's 256."""
CANDIDATES = 100
"""Passages that each leg offers to the fusion."""
SCAN_LIMIT = 20_000
"""Passages up to which a library that is not warmed up is scanned: faster than importing Chroma, and exact."""
GROUP = 64
"""Articles that are encoded together: long enough batches, bounded memory."""


Progress = Callable[[int], None]
"""Called with the number of files or articles just done."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Report:
    """What adding or syncing did, as article ids; `failed` says what could not be read, and why."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    failed: tuple[ArticleError, ...] = ()

    def __str__(self) -> str:
        parts = ["added", "changed", "removed", "unchanged", "failed"]
        return ", ".join(f"{len(getattr(self, part))} {part}" for part in parts)


class Library:
    """A folder of articles that can be searched. Reading is safe from several threads and processes."""

    def __init__(self, folder: Path, *, create: bool = False, encoder: Encoder | None = None) -> None:
        """Open the library in `folder`; raises NoLibrary, LibraryDamaged or ReadOnlyLibrary."""
        self.folder = folder
        self.encoder = encoder or Encoder()
        self._catalog = Catalog(folder, create=create)
        self._mirror = Mirror(self._catalog)
        self._warm = False

    @classmethod
    def open(cls, folder: Path | str, *, create: bool = False) -> Self:
        """The library in `folder`, made there when `create` is set."""
        return cls(Path(folder), create=create)

    def close(self) -> None:
        """Let go of the files."""
        self._mirror.close()
        self._catalog.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    # -- writing ---------------------------------------------------------------------------------------------------

    def add(self, articles: Iterable[Article | ArticleError], progress: Progress | None = None) -> Report:
        """Add articles, or update those whose id is known and whose content is not; the same twice changes nothing.

        Raises LibraryLocked or ReadOnlyLibrary. An ArticleError among the articles is reported, and stops nothing.
        """
        with writing(self.folder):
            report = self._add(articles, progress)
            self._mirror.follow()
        return report

    def add_files(self, sources: Sequence[Path | str], progress: Progress | None = None) -> Report:
        """Add every article in these files, folders (all that can be read below) and, as strings, web addresses."""
        files = [
            file
            for source in sources
            for file in (readers.files_in(Path(source)) if os.path.isdir(source) else [source])
        ]
        return self.add(_read_all(files, progress))

    def sync(self, folder: Path, *, dry_run: bool = False, progress: Progress | None = None) -> Report:
        """Make the library mirror `folder`: what is new or changed there is added, what is gone from there removed.

        Articles that came from elsewhere are left alone. With `dry_run` nothing is written.
        """
        if not folder.is_dir():
            raise ArticleError(str(folder), "is not a folder; give the folder that the library should mirror")
        folder = folder.resolve()
        found: dict[tuple[str, str], Article] = {}
        failed: list[ArticleError] = []
        for article in _read_all(readers.files_in(folder), progress):
            if isinstance(article, ArticleError):
                failed.append(article)
            else:
                found[article.source, article.id] = article
        # What the library has of an unreadable file or folder is kept: a bad save loses nothing.
        unreadable = {str(Path(error.source).resolve()) for error in failed}
        gone = [
            (path, article_id)
            for path, article_id in self._catalog.sources()
            if Path(path).is_relative_to(folder)
            and (path, article_id) not in found
            and unreadable.isdisjoint([path, *map(str, Path(path).parents)])
        ]
        if dry_run:
            return replace(self._plan(found, gone), failed=tuple(failed))
        with writing(self.folder):
            report = self._add(found.values(), None)
            removed = self._catalog.remove_sources(gone) if gone else []
            self._mirror.follow()
        return replace(_pair_changes(report, found, gone, removed), failed=tuple(failed))

    def remove(self, article_ids: Sequence[str]) -> None:
        """Delete articles everywhere; raises UnknownArticle, before anything is deleted, if one is not there."""
        for article_id in article_ids:
            if self._catalog.hash_of(article_id) is None:
                raise UnknownArticle(article_id)
        with writing(self.folder):
            self._catalog.delete(article_ids)
            self._mirror.follow()

    def _add(self, articles: Iterable[Article | ArticleError], progress: Progress | None) -> Report:
        added: list[str] = []
        changed: list[str] = []
        unchanged: list[str] = []
        failed: list[ArticleError] = []
        stream = iter(articles)
        while group := list(islice(stream, GROUP)):
            fresh: dict[str, Article] = {}
            copies: list[Article] = []
            for article in group:
                if isinstance(article, ArticleError):
                    failed.append(article)
                elif article.hash == (
                    fresh[article.id].hash if article.id in fresh else self._catalog.hash_of(article.id)
                ):
                    unchanged.append(article.id)
                    copies.append(article)
                else:
                    known = article.id in fresh or self._catalog.hash_of(article.id) is not None
                    (changed if known else added).append(article.id)
                    fresh[article.id] = article
            self._store(list(fresh.values()))
            for article in copies:
                self._catalog.add_source(article.source, article.id)
            if progress:
                progress(len(group))
        return Report(tuple(added), tuple(changed), (), tuple(unchanged), tuple(failed))

    def _store(self, articles: Sequence[Article]) -> None:
        layouts = [self._lay_out(article) for article in articles]
        texts = [
            passage_input(self._title(article), article.text[p.start : p.end])
            for article, (_, passages) in zip(articles, layouts, strict=True)
            for p in passages
        ]
        vectors = self.encoder.encode(texts)
        row = 0
        for article, (sentences, passages) in zip(articles, layouts, strict=True):
            self._catalog.put(article, sentences, passages, vectors[row : row + len(passages)])
            row += len(passages)

    def _lay_out(self, article: Article) -> tuple[tuple[Sentence, ...], tuple[Passage, ...]]:
        """Sentences and passages."""
        count = self.encoder.count
        sentences = fit_sentences(article.text, split_sentences(article.text, article.title), PASSAGE_TOKENS, count)
        return sentences, split_passages(article.id, article.text, sentences, PASSAGE_TOKENS, count)

    def _title(self, article: Article) -> str:
        return self.encoder.clip(article.title, TITLE_TOKENS)

    def _plan(self, found: dict[tuple[str, str], Article], gone: Sequence[tuple[str, str]]) -> Report:
        known = {article_id: self._catalog.hash_of(article_id) for _, article_id in found}
        added: list[str] = []
        changed: list[str] = []
        unchanged: list[str] = []
        for article in found.values():
            before = known[article.id]
            (unchanged if before == article.hash else added if before is None else changed).append(article.id)
            known[article.id] = article.hash
        elsewhere = set(self._catalog.sources()) - set(gone)
        kept = {article_id for _, article_id in elsewhere} | {article_id for _, article_id in found}
        removed = [article_id for article_id in dict.fromkeys(i for _, i in gone) if article_id not in kept]
        return _pair_changes(Report(tuple(added), tuple(changed), (), tuple(unchanged)), found, gone, removed)

    # -- reading ---------------------------------------------------------------------------------------------------

    @property
    def revision(self) -> int:
        """Counts the changes: two equal numbers mean the same articles."""
        return self._catalog.revision

    def articles(self) -> list[Summary]:
        """Every article without its text, by title."""
        return self._catalog.summaries()

    def show(self, article_id: str) -> Article:
        """One article with its canonical text; raises UnknownArticle."""
        article = self._catalog.article(article_id)
        if article is None:
            raise UnknownArticle(article_id)
        return article

    def sentences(self, article_id: str) -> tuple[Sentence, ...]:
        """The sentences of one article in reading order."""
        return self._catalog.sentences(article_id)

    def document_frequency(self, stem: str) -> int:
        """How many passages hold a word with this Porter stem, in text or title."""
        return self._catalog.document_frequency(stem)

    def passage_count(self) -> int:
        """How many passages the library holds."""
        return self._catalog.passage_count()

    def snapshot(self) -> AbstractContextManager[None]:
        """In this block, everything that this thread reads is of one moment, whatever other processes write."""
        return self._catalog.snapshot()

    def search(self, query: str, k: int = 10) -> list[Hit]:
        """The k passages that fit `query` best, best first. A leg that fails is left out, and said so in the log."""
        query = query.encode(errors="replace").decode()  # half a character comes from outside, and has no vector
        candidates = max(k, CANDIDATES)
        with self.snapshot():
            fused = fuse(self._dense(query, candidates), self._lexical(query, candidates), k)
            stored = self._catalog.passages([f.id for f in fused])
            layouts = {p.passage.article_id: self._catalog.sentences(p.passage.article_id) for p in stored.values()}
        hits = []
        for f in fused:
            if f.id not in stored:  # Chroma is ahead: another process has just removed it
                continue
            found = stored[f.id]
            sentences = layouts[found.passage.article_id][found.passage.first : found.passage.last]
            hits.append(
                Hit(
                    found.passage,
                    found.title,
                    found.text,
                    f.score,
                    f.dense_rank,
                    f.lexical_rank,
                    f.cosine,
                    f.bm25,
                    sentences,
                )
            )
        return hits

    def as_retriever(self, k: int = 10) -> LibraryRetriever:
        """This library as a llama-index retriever, for pipelines built with llama-index."""
        from .retriever import LibraryRetriever

        return LibraryRetriever(self, k)

    def warm_up(self) -> None:
        """Load the encoder and Chroma now rather than at the first question: for processes that answer many."""
        self._warm = True
        self.encoder.encode(["warm"])
        self._mirror.load()

    def _dense(self, query: str, k: int) -> Ranked:
        vector = self.encoder.recall([query])[0]
        if not self._warm and self._catalog.passage_count() <= SCAN_LIMIT:
            return self._catalog.nearest(vector, k)
        return self._mirror.nearest(vector, k)

    def _lexical(self, query: str, k: int) -> Ranked:
        try:
            return self._catalog.match(query, k)
        except LibraryDamaged as error:
            log.warning("the full-text index cannot answer (%s); only the vectors are searched", error)
            return []


def passage_input(title: str, text: str) -> str:
    """What the encoder reads of a passage."""
    return f"{title}\n{text}" if title else text


def _read_all(
    files: Iterable[Path | str | ArticleError], progress: Progress | None
) -> Iterator[Article | ArticleError]:
    for file in files:
        if isinstance(file, ArticleError):
            yield file
            continue
        yield from _read(file)
        if progress:
            progress(1)


def _read(source: Path | str) -> Iterator[Article | ArticleError]:
    if isinstance(source, str):
        from .web import read_address

        yield from read_address(source)
        return
    for article in readers.read(source):
        yield (article if isinstance(article, ArticleError) else replace(article, source=str(source.resolve())))


def _pair_changes(
    report: Report,
    found: dict[tuple[str, str], Article],
    gone: Sequence[tuple[str, str]],
    removed: Sequence[str],
) -> Report:
    """An article that went from a file and one that came to the same file are one changed article."""
    came: dict[str, list[str]] = {}
    for path, article_id in found:
        if article_id in report.added:
            came.setdefault(path, []).append(article_id)
    pairs = {old: came[path].pop(0) for path, old in gone if old in removed and came.get(path)}
    new = set(pairs.values())
    return replace(
        report,
        added=tuple(i for i in report.added if i not in new),
        changed=report.changed + tuple(pairs.values()),
        removed=tuple(i for i in removed if i not in pairs),
    )
