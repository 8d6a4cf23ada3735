"""What became of every article and file that was added or synced."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from .errors import ArticleError

What = Literal["added", "changed", "renamed", "removed", "unchanged"]
_ORDER: tuple[What, ...] = ("added", "changed", "renamed", "removed", "unchanged")


@dataclass(frozen=True, slots=True)
class Change:
    """One article, and what was done to it; `source` is the path or URL that it comes from (came, when removed)."""

    what: What
    article_id: str
    title: str
    source: str


@dataclass(frozen=True, slots=True)
class Report:
    """What adding or syncing did. `failed` says what could not be read, and why.

    `near` holds groups of near-duplicates, each with an article that was added or changed: ids, in order.
    `needs_force` is set by a dry run whose removals would be refused.
    """

    changes: tuple[Change, ...] = ()
    failed: tuple[ArticleError, ...] = ()
    near: tuple[tuple[str, ...], ...] = field(default=(), compare=False)
    needs_force: bool = False

    @property
    def added(self) -> tuple[str, ...]:
        """Ids of articles that are new."""
        return self._of("added")

    @property
    def changed(self) -> tuple[str, ...]:
        """Ids of articles that took the place of an older version."""
        return self._of("changed")

    @property
    def renamed(self) -> tuple[str, ...]:
        """Ids of articles whose file has another name."""
        return self._of("renamed")

    @property
    def removed(self) -> tuple[str, ...]:
        """Ids of articles that no source is left of."""
        return self._of("removed")

    @property
    def unchanged(self) -> tuple[str, ...]:
        """Ids of articles that were there already, one for each time they were met."""
        return self._of("unchanged")

    def _of(self, what: What) -> tuple[str, ...]:
        return tuple(change.article_id for change in self.changes if change.what == what)

    def __str__(self) -> str:
        counts = [f"{len(self._of(what))} {what}" for what in _ORDER]
        return ", ".join([*counts, f"{len(self.failed)} failed"])


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an intake is: bytes of files (done and in all), articles and passages stored or left as they were."""

    done: int
    total: int
    articles: int
    passages: int


OnProgress = Callable[[Progress], object]
"""Called after each group of articles."""
