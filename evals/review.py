"""Going through drafted cases one by one; every decision is on disk before the next is asked for."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import FootnoteError

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

    Raises FootnoteError where the file cannot be read or written.
    """
    lines = _lines(path)
    drafts = [number for number, line in enumerate(lines) if _is_draft(line)]
    accepted = dropped = 0
    for position, number in enumerate(drafts, start=1):
        record = json.loads(lines[number] or b"{}")
        decision = decide(record, position, len(drafts))
        if decision == "quit":
            break
        if decision == "skip":
            continue
        if decision == "drop":
            lines[number], dropped = None, dropped + 1
        else:
            accepted += 1
            question = {} if decision == "accept" else {"question": decision}
            kept = {name: value for name, value in (record | question).items() if name != "drafted"}
            lines[number] = json.dumps(kept, ensure_ascii=False).encode()
        _write(path, b"\n".join(line for line in lines if line is not None))
    return Reviewed(accepted, dropped, len(drafts) - accepted - dropped)


def _lines(path: Path) -> list[bytes | None]:
    if path.suffix.lower() in (".yaml", ".yml", ".csv"):
        raise FootnoteError(f"{path}: only .jsonl files can be reviewed here; set drafted to false in an editor")
    try:
        return list(path.read_bytes().split(b"\n"))
    except OSError as error:
        raise FootnoteError(f"{path}: cannot be read ({error.strerror})") from error


def _is_draft(line: bytes | None) -> bool:
    try:
        record = json.loads(line or b"null")
    except (ValueError, RecursionError):
        return False
    return isinstance(record, dict) and record.get("drafted") is True


def _write(path: Path, content: bytes) -> None:
    partial = path.with_name(path.name + ".partial")
    try:
        partial.write_bytes(content)
        os.replace(partial, path)
    except OSError as error:
        raise FootnoteError(f"{path}: cannot be written ({error.strerror})") from error
