"""Adding: what is read goes into the catalog article by article, and all that was met is counted.

Identity is content. A file with the bytes of a known one is not even read; an article with the text of a known one is
that article with one more source; a passage with the words of a known one has its vector.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain, groupby, islice
from operator import itemgetter

import numpy as np

from . import schema
from .articles import Article
from .catalog import Catalog
from .encoder import DIMENSIONS, Encoder, Vectors
from .errors import ArticleError
from .reading import File, Item, LaidOut, Step, read_files
from .report import Change, OnProgress, Progress, What

TITLE_TOKENS = 48
"""How much of a title goes in front of each of its passages: with it, a passage stays within the encoder's 256."""
GROUP = 256
"""Passages that are encoded together: long enough batches, bounded memory, and little to do again after a crash."""

Pair = tuple[str, str]
"""A source, which is a path or URL, and the id of an article that it holds."""


def passage_input(title: str, text: str) -> str:
    """What the encoder reads of a passage."""
    return f"{title}\n{text}" if title else text


class Intake:
    """One run of adding, in passages of `tokens`. With `dry_run` everything is read and counted, and nothing stored."""

    def __init__(
        self, catalog: Catalog, encoder: Encoder, tokens: int, progress: OnProgress | None, *, dry_run: bool = False
    ) -> None:
        self.changes: list[Change] = []
        self.failed: list[ArticleError] = []
        self.found: set[Pair] = set()
        self.replaced: set[Pair] = set()
        self._catalog = catalog
        self._encoder = encoder
        self._tokens = tokens
        self._progress = progress
        self._dry_run = dry_run
        self._known: dict[str, str | None] = {}  # id -> hash, where this run has changed what the catalog says
        self._texts: dict[bytes, str] = {}  # text key -> id, of articles that this run added
        self._waiting: dict[str, tuple[LaidOut, str | None]] = {}
        self._holders: dict[str, set[str]] = {}
        self._held_by: dict[str, list[str]] = {}
        self._clean: dict[str, str] = {}  # digest -> a file that was read with it, without a fault
        self._copies: list[Pair] = []
        self._read: dict[str, str] = {}  # file -> digest, of those that gave all their articles without a fault
        self._just_read: dict[str, str] = {}  # those of them that the catalog does not know yet
        self._unsure: set[str] = set()  # files of which an article could not be stored
        self._prepared: dict[bytes, Vectors] = {}  # by key, encoded ahead
        self.passages = 0  # stored
        self._done = self._total = self._articles = 0

    # -- what is met -----------------------------------------------------------------------------------------------

    def recognise(self, files: Sequence[File]) -> list[File]:
        """Take the articles of the files whose bytes are known, without reading them; the files that are not known."""
        self._total = sum(file.size for file in files)
        return [file for file in files if not self._take_known(file)]

    def read(self, files: Sequence[File]) -> None:
        """Take the articles of files that are to be read. One that has the bytes of one before it is not."""
        self._flush()
        first: dict[str, File] = {}
        for file in files:
            first.setdefault(file.digest or file.source, file)
        self._bring(list(first.values()))
        unread = []
        for file in (file for file in files if first[file.digest or file.source] is not file):
            like = self._clean.get(file.digest)
            if like is None or like in self._unsure:
                unread.append(file)
            else:
                self._take_same(file, self._held_by[like])
        self._bring(unread)

    def _bring(self, files: Sequence[File]) -> None:
        """Take what each file holds."""
        self.take(read_files(files, self._encoder, self._tokens))

    def superseded(self) -> list[Pair]:
        """What files of one article held before, where that was one other, and neither has a name of its own."""
        pairs = []
        for source, ids in self._held_by.items():
            before = [i for i in self._catalog.articles_from(source) if (source, i) not in self.found]
            if len(before) == 1 and len(set(ids)) == 1 and self._is_named_by_content(ids[0], before[0]):
                pairs.append((source, before[0]))
        return pairs

    def _is_named_by_content(self, *article_ids: str) -> bool:
        found = [self._catalog.article(article_id) for article_id in article_ids]
        return all(article is not None and article.is_named_by_content for article in found)

    def take(self, steps: Iterable[Step]) -> None:
        """Take articles that are laid out, file by file."""
        for file, group in groupby(steps, key=itemgetter(0)):
            self._take_file(file, (item for _, item in group if item is not None))
        self._flush()

    def _take_known(self, file: File) -> bool:
        is_itself = file.digest != "" and self._catalog.digest_of(file.source) == file.digest
        like = file.source if is_itself else self._catalog.file_with(file.digest)
        if like is None:
            return False
        self._take_same(file, self._catalog.articles_from(like))
        return True

    def _take_same(self, file: File, article_ids: Iterable[str]) -> None:
        """Take what a file of the same bytes holds as what this one holds."""
        for article_id in list(article_ids):
            self._note("unchanged", article_id, "", file.source)
        self._done += file.size
        self._finish(file)

    def _take_file(self, file: File, items: Iterator[Item]) -> None:
        failures = len(self.failed)
        head = list(islice(items, 2))
        alone = len(head) == 1
        for item in chain(head, items):
            if isinstance(item, ArticleError):
                self.failed.append(item)
            else:
                self._take_article(item, self._version_before(item.article) if alone else None)
        self._done += file.size
        if len(self.failed) == failures and file.digest:
            self._finish(file)

    def _version_before(self, article: Article) -> str | None:
        """What the source of one article held before, where neither has a name of its own."""
        before = self._catalog.articles_from(article.source)
        if len(before) != 1 or before[0] == article.id or not article.is_named_by_content:
            return None
        return before[0] if self._is_named_by_content(before[0]) else None

    def _take_article(self, item: LaidOut, before: str | None) -> None:
        article = item.article
        known = self._hash_of(article.id)
        if known == article.hash or (known is not None and self._is_copy(article)):
            self._note("unchanged", article.id, article.title, article.source)
            self._keep_original(article)
        elif known is not None:
            self._note("changed", article.id, article.title, article.source)
            self._store_later(item, None)
        elif twin := self._twin(article):
            self._note("unchanged", twin, article.title, article.source)
        else:
            self._note("changed" if before else "added", article.id, article.title, article.source)
            self._store_later(item, before)

    def _keep_original(self, article: Article) -> None:
        """Of an article that has been here without one, as those that an older Footnote or a repair left."""
        is_stored = article.id not in self._known and not self._dry_run
        if article.original and is_stored and self._catalog.original(article.id) is None:
            self._catalog.add_original(article.id, article.original)

    def _is_copy(self, article: Article) -> bool:
        """Whether this is title and text of a known article, found at another place with another date or author."""
        return article.is_named_by_content and article.source not in self._sources_of(article.id)

    def _twin(self, article: Article) -> str | None:
        """An article of the same text under another title, from another source, where neither has its own name."""
        if not article.is_named_by_content:
            return None
        if fresh := self._texts.get(schema.key(article.text)):
            return fresh if (article.source, fresh) not in self.found else None
        for twin in self._catalog.twins(article.text):
            others = self._sources_of(twin.id) - {article.source}
            if twin.is_named_by_content and others and self._hash_of(twin.id):
                return twin.id
        return None

    def _note(self, what: What, article_id: str, title: str, source: str) -> None:
        self._note_change(Change(what, article_id, title, source))
        if what == "unchanged":
            self._copies.append((source, article_id))
            self._articles += 1

    def _note_change(self, change: Change) -> None:
        self.changes.append(change)
        self.found.add((change.source, change.article_id))
        self._holders.setdefault(change.article_id, set()).add(change.source)
        self._held_by.setdefault(change.source, []).append(change.article_id)

    # -- what is there ---------------------------------------------------------------------------------------------

    def left_alone(self, gone: Iterable[Pair]) -> list[str]:
        """The articles that no source would be left of without these pairs."""
        lost: dict[str, set[str]] = {}
        for source, article_id in gone:
            lost.setdefault(article_id, set()).add(source)
        return [article_id for article_id, sources in lost.items() if not self._sources_of(article_id) - sources]

    def _hash_of(self, article_id: str) -> str | None:
        return self._known[article_id] if article_id in self._known else self._catalog.hash_of(article_id)

    def _sources_of(self, article_id: str) -> set[str]:
        """Where the article comes from by the catalog and by this run, stored or not."""
        found = {*self._catalog.sources_of(article_id), *self._holders.get(article_id, ())}
        return {source for source in found if (source, article_id) not in self.replaced}

    # -- storing ---------------------------------------------------------------------------------------------------

    def _store_later(self, item: LaidOut, before: str | None) -> None:
        article = item.article
        self._known[article.id] = article.hash
        if article.is_named_by_content:
            self._texts[schema.key(article.text)] = article.id
        if before is not None:
            self.replaced.add((article.source, before))
            if not self._sources_of(before):
                self._known[before] = None
        self._waiting[article.id] = (item, before)
        if sum(len(laid_out.passages) for laid_out, _ in self._waiting.values()) >= GROUP:
            self._flush()

    def _finish(self, file: File) -> None:
        """The file gave all its articles, without a fault."""
        self._clean[file.digest] = file.source
        self._read[file.source] = self._just_read[file.source] = file.digest

    def _flush(self) -> None:
        """Store what waits: each article, then the sources that hold it too, then that their files have been read."""
        waiting, copies = self._waiting, self._copies
        self._waiting, self._copies = {}, []
        if not self._dry_run:
            # Before an old version goes, those who still hold it must be known; those of new ones come after them.
            self._catalog.add_sources([pair for pair in copies if pair[1] not in waiting])
            stored = self._store(list(waiting.values()))
            self._catalog.add_sources([pair for pair in copies if pair[1] in stored])
            for source in [pair[0] for pair in copies if pair[1] in waiting and pair[1] not in stored]:
                self._unsure.add(source)
                self.failed.append(ArticleError(source, "holds the text of another that cannot be encoded"))
            self._note_read(self._just_read)
            self._just_read = {}
        self._articles += len(waiting)
        self.passages += sum(len(item.passages) for item, _ in waiting.values())
        self._tell()

    def _tell(self) -> None:
        if self._progress:
            self._progress(Progress(self._done, self._total, self._articles, self.passages))

    def note_all_read(self) -> None:
        """Store again which files have been read whole: a source that was removed has made its file an unread one."""
        self._note_read(self._read)

    def _note_read(self, read: Mapping[str, str]) -> None:
        self._catalog.note_files({source: digest for source, digest in read.items() if source not in self._unsure})

    def _store(self, waiting: Sequence[tuple[LaidOut, str | None]]) -> set[str]:
        """Encode and store these articles, each in place of the version before; the ids of those that could be."""
        try:
            vectors = self._vectors([item for item, _ in waiting])
        except (RuntimeError, ValueError) as error:  # the runtime's own: one article must not cost the others
            if len(waiting) > 1:
                return set().union(*(self._store([one]) for one in waiting))
            self._give_up(waiting[0][0].article, error)
            return set()
        row = 0
        for item, before in waiting:
            end = row + len(item.passages)
            self._catalog.put(item.article, item.sentences, item.passages, vectors[row:end], instead_of=before)
            row = end
        return {item.article.id for item, _ in waiting}

    def _give_up(self, article: Article, error: Exception) -> None:
        """What was there of it stays, and its file will be read again."""
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        self.failed.append(ArticleError(article.source, f"cannot be encoded ({reason})"))
        self._unsure.add(article.source)
        self._known.pop(article.id, None)
        self._texts.pop(schema.key(article.text), None)
        self.replaced = {pair for pair in self.replaced if pair[0] != article.source}
        self.changes = [c for c in self.changes if (c.source, c.article_id) != (article.source, article.id)]

    def _vectors(self, items: Sequence[LaidOut]) -> Vectors:
        """One row a passage; only those with words that the library does not know are encoded."""
        keys, inputs = self._inputs(items)
        known = self._encoded(inputs)
        return np.stack([known[key] for key in keys]) if keys else np.empty((0, DIMENSIONS), dtype=np.float32)

    def prepare(self, items: Sequence[LaidOut]) -> None:
        """Encode ahead what these articles need, and store nothing: what is taken then is stored in no time."""
        for start in range(0, len(items), GROUP):
            with suppress(RuntimeError, ValueError):  # met again, and told apart, when they are taken
                self._prepared |= self._encoded(self._inputs(items[start : start + GROUP])[1])

    def _inputs(self, items: Sequence[LaidOut]) -> tuple[list[bytes], dict[bytes, str]]:
        """The key of every passage, and by it what the encoder reads of it."""
        keys: list[bytes] = []
        inputs: dict[bytes, str] = {}
        for item in items:
            title = self._encoder.clip(item.article.title, TITLE_TOKENS)
            for passage in item.passages:
                text = item.article.text[passage.start : passage.end]
                keys.append(schema.key(item.article.title, text))
                inputs[keys[-1]] = passage_input(title, text)
        return keys, inputs

    def _encoded(self, inputs: Mapping[bytes, str]) -> dict[bytes, Vectors]:
        known = {key: self._prepared[key] for key in inputs if key in self._prepared}
        known |= self._catalog.vectors_by_key([key for key in inputs if key not in known])
        new = [key for key in inputs if key not in known]
        encoded = self._encoder.encode([inputs[key] for key in new])
        if not np.isfinite(encoded).all():
            raise ValueError("a vector is not a number")
        return known | dict(zip(new, encoded, strict=True))
