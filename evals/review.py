"""Going through drafted cases one by one; every decision is on disk before the next is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.drafts import BadDraft, accept, drafts_of, drop

Decide = Callable[[dict[str, Any], int, int], str]
"""Given a draft, its number and how many there are: `accept`, `drop`, `skip`, `quit`, or a new question."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What became of the drafts; counts."""

    accepted: int = 0
    dropped: int = 0
    left: int = 0


def review(path: Path, decide: Decide) -> Reviewed:
    """Ask for a decision on every draft of a JSON lines file. All other lines stay as they are, to the byte.

    Raises BadDraft where the file cannot be read or written.
    """
    if not path.exists():
        raise BadDraft(f"{path}: is not there")
    drafts = drafts_of(path)
    accepted = dropped = 0
    for position, record in enumerate(drafts, start=1):
        decision = decide(record, position, len(drafts))
        if decision == "quit":
            break
        if decision == "skip":
            continue
        if decision == "drop":
            drop(path, str(record.get("id")))
            dropped += 1
        else:
            accept(path, str(record.get("id")), None if decision == "accept" else decision)
            accepted += 1
    return Reviewed(accepted, dropped, len(drafts) - accepted - dropped)
