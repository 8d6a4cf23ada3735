"""Many questions from a JSON-lines file to a JSON-lines file: a line out for every line in, in order."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from index.errors import FootnoteError, LibraryError, ModelError

Record = dict[str, Any]


class BatchError(FootnoteError):
    """A batch file that cannot be read or written, or a line that is no question."""


def run(source: Path, target: Path, answer: Callable[[Record], Record], empty: Record) -> Iterator[str | None]:
    """Write `answer(record)` with the record's id for each line; yields None, or what was wrong with the line.

    A bad line becomes `empty` with an `error`, so that lines still match. `target` appears when all is done.
    """
    partial = target.with_name(target.name + ".partial")
    try:
        if target.exists() and (not target.is_file() or target.samefile(source)):
            raise BatchError(f"{target}: cannot be replaced; give another file to --out")
        with source.open("rb") as lines, partial.open("w", encoding="utf-8") as out:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                record: Record = {}
                try:
                    record = _parse(line)
                    result, problem = answer(record), None
                except (LibraryError, ModelError):
                    raise  # no other line would fare better
                except FootnoteError as error:
                    result, problem = {**empty, "error": str(error)}, f"{source}:{number}: {error}"
                out.write(_line({"id": record.get("id"), **result}))
                yield problem
        partial.replace(target)
    except OSError as error:
        raise BatchError(f"{error.filename or target}: {(error.strerror or 'cannot be used').lower()}") from error
    finally:
        with suppress(OSError):
            partial.unlink()


def question_of(record: Record) -> str:
    """The record's question; raises BatchError."""
    question = record.get("question")
    if not isinstance(question, str):
        raise BatchError("the line has no question")
    return question


def _line(record: Record) -> str:
    line = json.dumps(record, ensure_ascii=False)
    try:
        line.encode()
    except UnicodeEncodeError:  # an id with half a character: it goes as it came, escaped
        line = json.dumps(record)
    return line + "\n"


def _parse(line: bytes) -> Record:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        raise BatchError("the line is not JSON in UTF-8") from None
    if not isinstance(record, dict):
        raise BatchError("the line is not a JSON object")
    return record
