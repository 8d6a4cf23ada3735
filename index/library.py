"""The one door: articles in, ranked passages out. Everything else in this package stands behind it."""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from . import readers
from .articles import Article, Summary
from .catalog import Catalog, StoredPassage
from .encoder import Encoder, Vectors
from .errors import ArticleError, LibraryDamaged, MassRemoval, UnknownArticle
from .intake import Intake, Pair
from .passages import Passage
from .place import Place, place_of
from .reading import PASSAGE_TOKENS, File, LaidOut, Step, lay_out
from .reencode import reencode
from .report import Change, OnProgress, Report
from .retrieve import LEXICAL_SHARE, Fused, Hit, Legs, Ranked, fuse
from .scope import EVERYTHING, Scope
from .sentences import Sentence
from .settings import Settings, read_settings
from .shingles import clusters
from .syncing import fetched, files_of, is_most, missing, with_renamed

if TYPE_CHECKING:
    from .retriever import LibraryRetriever

CANDIDATES = 100
"""Passages that each leg offers to the fusion."""
ENCODING = 4
"""Questions that are encoded, and put to Chroma, at the same time, each beside the search for its words."""
FEW = 5
"""A scope of less than one passage in so many is searched exactly; of a larger one Chroma is asked for more."""

log = logging.getLogger(__name__)


class Library:
    """Articles that can be searched, in a folder or on servers. Reading is safe from several threads and processes.

    `folder` holds what belongs to this machine: the library, or, beside servers, the web app's own files.
    """

    def __init__(
        self,
        place: Path | str | Place,
        *,
        create: bool = False,
        encoder: Encoder | None = None,
        settings: Settings | None = None,
    ) -> None:
        """Open the library there, with other settings than its own where some are given.

        Raises NoLibrary, LibraryDamaged, ReadOnlyLibrary, ServerUnavailable, ServerRefuses or BadSettings.
        """
        self.place = place_of(place)
        self.folder = self.place.folder
        self.encoder = encoder or Encoder()
        self._catalog = Catalog(self.place, create=create)
        self.settings = settings or read_settings(self.folder)
        self._mirror = self.place.open_mirror(self._catalog)
        self._aside = ThreadPoolExecutor(ENCODING, "encoding")
        self._broken_at = -1  # the revision at which the full-text index was found damaged
        self._complained = False

    @classmethod
    def open(cls, place: Path | str | Place, *, create: bool = False, settings: Settings | None = None) -> Self:
        """The library in a folder or at a `postgresql://` address, made there when `create` is set; `settings` as for
        the class."""
        return cls(place, create=create, settings=settings)

    def close(self) -> None:
        """Let go of the files, connections and threads."""
        self._aside.shutdown(wait=False)
        self._mirror.close()
        self._catalog.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    # -- writing ---------------------------------------------------------------------------------------------------

    def add(self, articles: Iterable[Article | ArticleError], progress: OnProgress | None = None) -> Report:
        """Add articles, or update those whose id is known and whose content is not; the same twice changes nothing.

        Raises LibraryLocked, ReadOnlyLibrary or DiskFull. An ArticleError among the articles is reported, and stops
        nothing. An article named by its content takes the place of the one that its source held before.
        """
        with self._changing():
            intake = self.place.open_intake(self._catalog, self.encoder, self._tokens, progress)
            intake.take(self._steps(articles))
            self._drop_superseded(intake)
            return self._report(intake)

    def add_files(self, sources: Sequence[Path | str], progress: OnProgress | None = None) -> Report:
        """Add every article in these files, folders (all that can be read below) and, as strings, web addresses."""
        paths = [source for source in sources if isinstance(source, Path)]
        found = [file for path in paths for file in (readers.files_in(path) if os.path.isdir(path) else [path])]
        with self._changing():
            intake = self.place.open_intake(self._catalog, self.encoder, self._tokens, progress)
            intake.read(intake.recognise(files_of(found, intake)))
            intake.take(self._steps(fetched(source for source in sources if isinstance(source, str))))
            self._drop_superseded(intake)
            return self._report(intake)

    def _drop_superseded(self, intake: Intake) -> None:
        """What an edited file held before goes, where what it holds now was here already, from another source."""
        if pairs := intake.superseded():
            intake.changes += [
                Change("removed", i, self._catalog.title(i), self._catalog.sources_of(i)[0])
                for i in intake.left_alone(pairs)
            ]
            self._catalog.remove_sources(pairs)
            intake.note_all_read()

    def sync(
        self, folder: Path, *, dry_run: bool = False, force: bool = False, progress: OnProgress | None = None
    ) -> Report:
        """Make the library mirror `folder`: what is new or changed there is added, what is gone from there removed.

        Articles that came from elsewhere are left alone. With `dry_run` nothing is written. Raises MassRemoval,
        before anything is removed, where more than half of what came from the folder would go without `force`.
        """
        if not folder.is_dir():
            raise ArticleError(str(folder), "is not a folder; give the folder that the library should mirror")
        if dry_run:
            return self._sync(folder.resolve(), progress, dry_run=True, force=True)
        with self._changing():
            return self._sync(folder.resolve(), progress, dry_run=False, force=force)

    def _sync(self, folder: Path, progress: OnProgress | None, *, dry_run: bool, force: bool) -> Report:
        held = [pair for pair in self._catalog.sources() if Path(pair[0]).is_relative_to(folder)]
        intake = self.place.open_intake(self._catalog, self.encoder, self._tokens, progress, dry_run=dry_run)
        files = files_of(readers.files_in(folder), intake)
        unknown = intake.recognise(files)
        present = {file.source for file in files}
        vanished = [pair for pair in missing(held, intake) if pair[0] not in present]
        self._allow_removal(folder, intake.left_alone(vanished), held, force)
        intake.read(unknown)
        gone = missing(held, intake)
        leaving = intake.left_alone(gone)
        self._allow_removal(folder, leaving, held, force)
        removals = [Change("removed", i, self._catalog.title(i), self._catalog.sources_of(i)[0]) for i in leaving]
        if gone and not dry_run:
            self._catalog.remove_sources(gone)
            intake.note_all_read()
        renamed = {i for _, i in gone} & {i for _, i in intake.found - set(held)} - set(leaving)
        intake.changes = [*with_renamed(intake.changes, renamed, set(held), self._catalog), *removals]
        return replace(self._report(intake), needs_force=dry_run and is_most(leaving, held))

    @staticmethod
    def _allow_removal(folder: Path, leaving: Sequence[str], held: Sequence[Pair], force: bool) -> None:
        if not force and is_most(leaving, held):
            raise MassRemoval(folder, len(leaving), len({article_id for _, article_id in held}))

    def remove(self, article_ids: Sequence[str]) -> None:
        """Delete articles everywhere; raises UnknownArticle, before anything is deleted, if one is not there."""
        for article_id in article_ids:
            if self._catalog.hash_of(article_id) is None:
                raise UnknownArticle(article_id)
        with self._changing():
            self._catalog.delete(article_ids)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Hold the library for writing; before, its vectors are made this encoder's; after, Chroma follows."""
        with self._catalog.writing():
            reencode(self._catalog, self.encoder)
            yield
            if not self._mirror.goes_beside_writers:
                self._mirror.follow()
        if self._mirror.goes_beside_writers:
            self._mirror.follow()

    def work(self, done: Callable[[str], object] = lambda _: None, *, once: bool = False) -> None:
        """Add, beside others, what waits in the queue of a library on servers; `done` gets each file's source.

        Goes on until it is interrupted, or, with `once`, until nothing waits. Raises NoQueue for one in a folder.
        """
        self.place.work(self._catalog, self.encoder, self._tokens, self._mirror.follow, done, once=once)

    def _lay_out(self, article: Article) -> LaidOut:
        return lay_out(article, self.encoder, self._tokens)

    @property
    def _tokens(self) -> int:
        """Tokens of a passage of what is added."""
        return self.settings.passage_tokens or PASSAGE_TOKENS

    def _steps(self, articles: Iterable[Article | ArticleError]) -> Iterator[Step]:
        for article in articles:
            file = File(Path(article.source), article.source, 0, "")
            yield file, article if isinstance(article, ArticleError) else self._lay_out(article)

    def _report(self, intake: Intake) -> Report:
        fresh = {change.article_id for change in intake.changes if change.what in ("added", "changed")}
        near = [group for group in self.duplicates() if not fresh.isdisjoint(group)] if fresh else []
        return Report(tuple(intake.changes), tuple(intake.failed), tuple(near))

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

    def original(self, article_id: str) -> tuple[Path, str] | None:
        """Where the file lies that the article was read from, and the name it had; None where none is kept."""
        names = self._catalog.original(article_id)
        return (self._catalog.originals.path(names[0]), names[1]) if names else None

    def sources(self, article_id: str) -> list[str]:
        """Every path and URL that the article came from, in order."""
        return self._catalog.sources_of(article_id)

    def duplicates(self) -> list[tuple[str, ...]]:
        """Groups of articles of nearly the same text, such as printings of one wire copy: ids, in order."""
        groups: dict[str, list[str]] = {}
        for article_id, first in clusters(self._catalog.shingles()).items():
            groups.setdefault(first, []).append(article_id)
        return [tuple(sorted(group)) for group in groups.values() if len(group) > 1]

    def clusters(self, article_ids: Sequence[str]) -> dict[str, str]:
        """Each of these articles with the one that stands for it: two with the same one are one source, not two."""
        return clusters(self._catalog.shingles(article_ids))

    def sentences(self, article_id: str) -> tuple[Sentence, ...]:
        """The sentences of one article in reading order."""
        return self._catalog.sentences(article_id)

    def passages(self, article_id: str) -> tuple[Passage, ...]:
        """The passages of one article in reading order."""
        return self._catalog.passages_of(article_id)

    def document_frequency(self, stem: str) -> int:
        """How many passages hold a word with this Porter stem, in text or title; roughly, where FTS5 is damaged."""
        if self._broken_at != self._catalog.revision:
            try:
                return self._catalog.full_text.frequency(stem)
            except LibraryDamaged as error:
                self._do_without_full_text(error)
        return self._catalog.full_text.rough_frequency(stem)

    def stems_like(self, stem: str) -> list[str]:
        """Porter stems in the articles with this one's first letter and about its length; none if FTS5 is damaged."""
        try:
            return self._catalog.full_text.stems_like(stem)
        except LibraryDamaged as error:
            self._do_without_full_text(error)
            return []

    def passage_count(self, scope: Scope = EVERYTHING) -> int:
        """How many passages the articles in the scope have."""
        return self._catalog.passage_count() if scope == EVERYTHING else len(self._catalog.passages_in(scope))

    def article_count(self, scope: Scope = EVERYTHING) -> int:
        """How many articles are in the scope."""
        return self._catalog.count(scope)

    def newest(self, limit: int, scope: Scope = EVERYTHING) -> list[tuple[str, str | None]]:
        """Id and ISO day, as far as it is told, of the newest articles in the scope; those without a day last."""
        return self._catalog.newest(scope, limit)

    def days(self, article_ids: Sequence[str]) -> dict[str, str]:
        """The ISO day, as far as it is told, of each of these articles that has one."""
        return self._catalog.days(article_ids)

    def snapshot(self) -> AbstractContextManager[None]:
        """In this block, everything that this thread reads is of one moment, whatever other processes write."""
        return self._catalog.snapshot()

    def search(
        self, query: str, k: int = 10, scope: Scope = EVERYTHING, beside: Sequence[tuple[str, float]] = ()
    ) -> list[Hit]:
        """The k passages of the articles in the scope that fit `query` best, best first.

        `beside` holds further texts that they should fit, with their weights, the query's being 1. A leg that fails
        is left out, and said so in the log.
        """
        texts = [(_whole(text), weight) for text, weight in ((query, 1.0), *beside)]
        candidates = max(k, self.settings.candidates or CANDIDATES)
        with self.snapshot():
            among = None if scope == EVERYTHING else self._catalog.passages_in(scope)
            if among == []:
                return []
            revision = self._catalog.revision if among is None and self._catalog.model == self.encoder.name else None
            # Encoded and put to Chroma while words are looked up.
            aside = self._aside.submit(self._encode_and_ask, [text for text, _ in texts], candidates, revision)
            lexical = [self._lexical(text, candidates, among) for text, _ in texts]
            legs = [
                Legs(self._dense(vector, candidates, among) if near is None else near, by_words, weight)
                for (vector, near), by_words, (_, weight) in zip(aside.result(), lexical, texts, strict=True)
            ]
            share = self.settings.lexical_share
            fused = fuse(legs, k, LEXICAL_SHARE if share is None else share)
            stored = self._catalog.passages([f.id for f in fused])
            found = [f for f in fused if f.id in stored]  # Chroma may be ahead: another process has just removed one
            layouts = self._catalog.sentences_of([stored[f.id].passage for f in found])
        return [_hit(f, stored[f.id], sentences) for f, sentences in zip(found, layouts, strict=True)]

    def as_retriever(self, k: int = 10) -> LibraryRetriever:
        """This library as a llama-index retriever, for pipelines built with llama-index."""
        from .retriever import LibraryRetriever

        return LibraryRetriever(self, k)

    @property
    def hindrance(self) -> str:
        """What the user should know of how passages are found just now, in a sentence; "" where all is well."""
        return self._mirror.hindrance

    def warm_up(self) -> None:
        """Load the encoder and Chroma now, once Chroma is verified: for processes that answer many questions.

        Until it is done, other threads are answered from the catalog alone.
        """
        self.encoder.encode(["warm"])
        self._mirror.load()

    def _encode_and_ask(
        self, texts: Sequence[str], k: int, revision: int | None
    ) -> list[tuple[Vectors, Ranked | None]]:
        """Each text's vector, and its nearest passages where Chroma mirrors the revision. Reads nothing of the catalog,
        whose snapshot is another thread's."""
        vectors = self.encoder.recall(texts)
        return [(v, None if revision is None else self._mirror.nearest_at(revision, v, k)) for v in vectors]

    def _dense(self, vector: Vectors, k: int, among: Sequence[int] | None) -> Ranked:
        if self._catalog.model != self.encoder.name:
            if not self._complained:
                log.warning("the vectors are those of another model; the next change to the library renews them")
            self._complained = True
            return []
        if among is None:
            return self._mirror.nearest(vector, k)
        total = self._catalog.passage_count()
        if len(among) > k and len(among) * FEW > total:  # looking at every one would take long: 4 ms a thousand
            allowed = set(among)
            found = self._mirror.nearest(vector, math.ceil(2 * k * total / len(among)))
            if len(fitting := [pair for pair in found if pair[0] in allowed]) >= k:
                return fitting[:k]
        return self._catalog.nearest(vector, k, among)

    def _lexical(self, query: str, k: int, among: Sequence[int] | None) -> Ranked:
        if self._broken_at == self._catalog.revision:
            return []
        try:
            return self._catalog.full_text.match(query, k, among)
        except LibraryDamaged as error:
            self._do_without_full_text(error)
            return []

    def _do_without_full_text(self, error: LibraryDamaged) -> None:
        """Until the next change of the library. A damaged index may also give too little, and no error."""
        revision = self._catalog.revision
        if self._broken_at != revision:
            log.warning("the full-text index cannot answer (%s); `footnote doctor --repair` mends it", error.__cause__)
        self._broken_at = revision


def _whole(text: str) -> str:
    """Half a character comes from outside, and has no vector."""
    return text.encode(errors="replace").decode()


def _hit(fused: Fused, stored: StoredPassage, sentences: tuple[Sentence, ...]) -> Hit:
    return Hit(
        stored.passage,
        stored.title,
        stored.text,
        fused.score,
        fused.dense_rank,
        fused.lexical_rank,
        fused.cosine,
        fused.bm25,
        sentences,
    )
