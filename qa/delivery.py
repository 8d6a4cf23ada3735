"""What is handed in, and what is told of it. Values and pure functions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from index import Report

NAME_LIMIT = 120
"""Bytes of a file's name that are kept, its suffix aside."""


class State(StrEnum):
    """How far a delivery is."""

    WAITING = "waiting"
    INDEXING = "indexing"
    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    FAILED = "failed"

    @property
    def is_done(self) -> bool:
        """Whether nothing more happens to it."""
        return self not in (State.WAITING, State.INDEXING)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A file or an address that was handed in, and what has become of it, in one line.

    `articles` are ids; `replaced` is the key under which `Inbox.restore` has the article that it took the place of.
    """

    id: str
    name: str
    state: State = State.WAITING
    line: str = ""
    articles: tuple[str, ...] = ()
    replaced: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """All deliveries, in the order they came, and what keeps them waiting, if anything does.

    `passages` counts those stored of what is being indexed now.
    """

    deliveries: tuple[Delivery, ...]
    hindrance: str = ""
    passages: int = 0

    @property
    def left(self) -> int:
        """How many deliveries are not done."""
        return sum(not delivery.state.is_done for delivery in self.deliveries)


def file_name(name: str) -> str:
    """The last part of a name from outside, as a file may be called: no folders, no control characters, not hidden.

    >>> file_name("../../etc/pass\\nwd.txt"), file_name("C:\\\\docs\\\\.report.PDF")
    ('pass wd.txt', 'report.PDF')
    """
    last = _plain(name).replace("\\", "/").rpartition("/")[2].lstrip(". ")
    stem, dot, suffix = last.rpartition(".")
    if not dot:
        return last[:NAME_LIMIT] or "article"
    kept = (stem or "article").encode()[:NAME_LIMIT].decode(errors="ignore").rstrip()
    return f"{kept}.{suffix[:16]}"


def shown(name: str) -> str:
    """A name as it is shown; of a long one the end, which says more."""
    plain = _plain(name)
    return plain if len(plain) <= 200 else f"… {plain[-200:]}"


def _plain(name: str) -> str:
    """A name on one line, without control characters."""
    whole = name.encode(errors="replace").decode()
    return " ".join("".join(c if c.isprintable() else " " for c in whole).split())


def state_of(report: Report) -> State:
    """What became of a delivery, in a word: added, if anything of it was."""
    whats = {change.what for change in report.changes}
    for state in (State.ADDED, State.CHANGED, State.UNCHANGED):
        if state.value in whats:
            return state
    return State.FAILED


def told(report: Report, near: str) -> str:
    """What became of a delivery, in a line; `near` is the title of an article that says nearly the same."""
    counts = Counter(change.what for change in report.changes if change.what != "removed")
    parts = []
    if len(report.changes) == 1 and report.changes[0].what != "unchanged":
        parts.append(f"{report.changes[0].what}: “{report.changes[0].title or 'Untitled'}”")
    elif counts == {"unchanged": 1}:
        parts.append("was here already")
    else:
        parts += [f"{count:,} {what}" for what, count in counts.items()]
    if near and counts["added"]:
        parts.append(f"says nearly the same as “{near}”, which is here too")
    if report.failed:
        more = f" (and {len(report.failed) - 1:,} more)" if len(report.failed) > 1 else ""
        parts.append(f"{report.failed[0].reason}{more}")
    return ", ".join(parts) or "holds no article"
