"""Drafted eval cases in a file of JSON lines: each is a draft until a person accepts, corrects or drops it."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from index.errors import FootnoteError

FILE = "questions.jsonl"
"""The set in a library's folder, whose drafts the page shows."""
QUESTION_LIMIT = 2_000
"""Characters of a question."""


class BadDraft(FootnoteError):
    """A set that cannot be read or written, or a decision on a draft that is not there."""


def drafts_of(path: Path) -> list[dict[str, Any]]:
    """The drafts of the file, in order, as they stand there; none where there is no file. Raises BadDraft."""
    lines = _lines(path) if path.exists() else []
    return [json.loads(line) for line in lines if _is_draft(line)]


def accept(path: Path, case_id: str, question: str | None = None) -> None:
    """Make a case of the first draft with this id, asked as `question` where that is given. Raises BadDraft.

    All other lines stay as they are, to the byte.
    """
    question = None if question is None else " ".join(question.split())
    if question is not None and not 0 < len(question) <= QUESTION_LIMIT:
        raise BadDraft(f"a question has between 1 and {QUESTION_LIMIT:,} characters")
    _settle(path, case_id, lambda record: record | ({"question": question} if question else {}))


def drop(path: Path, case_id: str) -> None:
    """Take the first draft with this id out of the file. Raises BadDraft."""
    _settle(path, case_id, lambda record: None)


def _settle(path: Path, case_id: str, decide: Callable[[dict[str, Any]], dict[str, Any] | None]) -> None:
    with _alone(path):
        lines = _lines(path)
        number = next((n for n, line in enumerate(lines) if _is_draft(line) and _id(line) == case_id), None)
        if number is None:
            raise BadDraft(f"{path.name} holds no draft {case_id[:80]!r} any more")
        decided = decide(json.loads(lines[number]))
        kept = {name: value for name, value in (decided or {}).items() if name != "drafted"}
        lines[number : number + 1] = [json.dumps(kept, ensure_ascii=False).encode(errors="replace")] if kept else []
        _write(path, b"\n".join(lines))


def _id(line: bytes) -> str:
    return str(json.loads(line).get("id"))


def _lines(path: Path) -> list[bytes]:
    if path.suffix.lower() in (".yaml", ".yml", ".csv"):
        raise BadDraft(f"{path}: only .jsonl files can be reviewed here; set drafted to false in an editor")
    try:
        return path.read_bytes().split(b"\n")
    except OSError as error:
        raise BadDraft(f"{path}: cannot be read ({error.strerror})") from error


def _is_draft(line: bytes) -> bool:
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
        raise BadDraft(f"{path}: cannot be written ({error.strerror})") from error


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One at a time, whatever process or thread: the terminal and the page may go through the same drafts."""
    try:
        folder = os.open(path.parent, os.O_RDONLY)
    except OSError as error:
        raise BadDraft(f"{path}: cannot be read ({error.strerror})") from error
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
