"""Articles that were deleted and can still be brought back, in `FOLDER/trash/`.

What is deleted is written here before it leaves the library, so that a crash in between loses nothing.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from index import Article, Library, durable
from index.articles import Original
from index.errors import DiskFull, FootnoteError, ReadOnlyLibrary

UNDO_S = 600.0
"""How long, in seconds, a deleted article can be brought back; after that it is deleted for good."""

_KEY = re.compile(r"[0-9a-f]{32}")
_MAKING = ".new"
_ARTICLES = TypeAdapter(list[Article])


class NotInTrash(FootnoteError):
    """What was deleted is gone for good, or was brought back already."""

    def __init__(self) -> None:
        super().__init__("what was deleted cannot be brought back any more; add it again")


class Trash:
    """Deletes articles from a library, and brings them back. Only for one thread at a time."""

    def __init__(self, library: Library, now: Callable[[], float] = time.time) -> None:
        self._library = library
        self._folder = library.folder / "trash"
        self._now = now

    def discard(self, article_ids: Sequence[str]) -> str:
        """Delete articles everywhere, and the key that `restore` takes.

        Raises UnknownArticle, LibraryLocked, ReadOnlyLibrary or DiskFull, before anything is deleted.
        """
        self.purge()
        key = secrets.token_hex(16)
        making = self._folder / f"{key}{_MAKING}"
        articles = [self._library.show(article_id) for article_id in article_ids]
        try:
            making.mkdir(parents=True)
            self._write(making, articles)
            making.rename(self._folder / key)
            durable.sync(self._folder)
        except OSError as error:
            shutil.rmtree(making, ignore_errors=True)
            if not os.access(self._library.folder, os.W_OK):
                raise ReadOnlyLibrary(self._library.folder) from error
            raise DiskFull(self._library.folder, error.strerror or str(error)) from error
        try:
            self._library.remove(article_ids)
        except FootnoteError:
            shutil.rmtree(self._folder / key, ignore_errors=True)
            raise
        return key

    def restore(self, key: str) -> tuple[str, ...]:
        """Put back what was deleted under this key, as it was: the ids. Raises NotInTrash and what adding raises."""
        articles = self._read(key)
        report = self._library.add(articles)
        if report.failed:
            raise report.failed[0]
        shutil.rmtree(self._folder / key, ignore_errors=True)
        return tuple(dict.fromkeys(article.id for article in articles))

    def titles(self, key: str) -> tuple[str, ...]:
        """The titles of what was deleted under this key; none where it cannot be brought back."""
        try:
            return tuple({article.id: article.title for article in self._read(key)}.values())
        except NotInTrash:
            return ()

    def purge(self) -> None:
        """Delete for good what has been here for longer than `UNDO_S`, and what a crash left half written."""
        for entry in self._folder.iterdir() if self._folder.is_dir() else ():
            with suppress(FileNotFoundError):  # another process was faster
                if entry.suffix == _MAKING or entry.stat().st_mtime + UNDO_S < self._now():
                    shutil.rmtree(entry, ignore_errors=True)

    def _write(self, folder: Path, articles: Sequence[Article]) -> None:
        """Each article once a source, for an article may have several; its original beside it."""
        record: list[dict[str, Any]] = []
        for number, article in enumerate(articles):
            original = self._library.original(article.id)
            if original:
                durable.write(folder / str(number), original[0].read_bytes())
            for source in self._library.sources(article.id) or [article.source]:
                fields = _ARTICLES.dump_python([replace(article, source=source)], mode="json")[0]
                record.append({"article": fields, "original": [str(number), original[1]] if original else None})
        durable.write(folder / "articles.json", json.dumps(record).encode())
        durable.sync(folder)

    def _read(self, key: str) -> list[Article]:
        folder = self._folder / key
        try:
            if not _KEY.fullmatch(key):
                raise NotInTrash
            record = json.loads((folder / "articles.json").read_bytes())
            articles = _ARTICLES.validate_python([entry["article"] for entry in record])
            originals = [entry["original"] for entry in record]
            return [
                replace(article, original=Original(kept[1], (folder / kept[0]).read_bytes()) if kept else None)
                for article, kept in zip(articles, originals, strict=True)
            ]
        except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
            raise NotInTrash from error
