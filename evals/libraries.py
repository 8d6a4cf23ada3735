"""Libraries that evals make: of a public set's articles, with other settings, or without some articles."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any, Self

import index
from index import Article, Library
from index.report import OnProgress
from index.settings import Settings


def cache_folder() -> Path:
    """Where libraries made for evals are kept: they can be deleted at any time, and are made anew."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "footnote" / "evals"


def library_for(
    name: str, articles: Sequence[Article], settings: Mapping[str, Any], progress: OnProgress | None = None
) -> Path:
    """A library of exactly these articles, made where there is none yet; the same content is the same folder.

    `settings` are those that change what a library holds. A run that is stopped half way goes on later.
    """
    folder = cache_folder() / f"{name}-{_key(articles, settings)[:16]}"
    if folder.exists():
        return folder
    partial = folder.with_name(folder.name + ".partial")
    with Library.open(partial, create=True, settings=Settings(**settings)) as library:
        library.add(articles, progress)
    partial.rename(folder)
    return folder


def articles_of(library: Library) -> list[Article]:
    """Every article with its text, in the order of ids."""
    return [library.show(identity) for identity in sorted(summary.id for summary in library.articles())]


def digest_of(articles: Sequence[Article]) -> str:
    """SHA-256 over ids and contents in the order of ids, hexadecimal: equal for libraries of the same articles."""
    ordered = sorted(articles, key=lambda article: article.id)
    return _digest(part for article in ordered for part in (article.id, article.hash))


class Reduced:
    """Copies of a library without some of its articles, made when asked for and deleted at the end."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._made: dict[frozenset[str], Library] = {}
        self._folders: list[TemporaryDirectory[str]] = []
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        for library in self._made.values():
            library.close()
        for folder in self._folders:
            folder.cleanup()

    def without(self, article_ids: Sequence[str]) -> Library:
        """The library without these articles; raises UnknownArticle where it has no such article."""
        key = frozenset(article_ids)
        with self._lock:
            if key not in self._made:
                self._made[key] = self._copy(sorted(key))
            return self._made[key]

    def _copy(self, article_ids: Sequence[str]) -> Library:
        for identity in article_ids:
            self._library.show(identity)
        self._folders.append(TemporaryDirectory(prefix="footnote-eval-"))
        folder = Path(self._folders[-1].name) / "library"
        shutil.copytree(self._library.folder, folder)
        copied = Library(folder, encoder=self._library.encoder, settings=self._library.settings)
        copied.remove(article_ids)
        copied.warm_up()
        return copied


def _key(articles: Sequence[Article], settings: Mapping[str, float]) -> str:
    parts = [part for article in articles for part in (article.id, article.hash)]
    return _digest([*parts, repr(sorted(settings.items())), _code()])


@cache
def _code() -> str:
    """A digest of what makes libraries: one that other code made may be laid out otherwise."""
    folder = Path(index.__file__).parent
    files = [*sorted(folder.rglob("*.py")), *sorted(folder.glob("models/*.json"))]
    return _digest(hashlib.sha256(path.read_bytes()).hexdigest() for path in files if path.name != "tokenizer.json")


def _digest(parts: Iterable[str]) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part.encode() + b"\x1f")
    return whole.hexdigest()
