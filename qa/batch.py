"""Many questions from a JSON-lines file to a JSON-lines file: a line out for every line in, in order."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from index.errors import FootnoteError, LibraryError, ModelError

Record = dict[str, Any]
TOGETHER = 32
"""Lines that are answered in one go."""


Answers = Callable[[Sequence[Record]], Iterable[Record | FootnoteError]]
"""For records what answers each, or what is wrong with it, in their order."""


class BatchError(FootnoteError):
    """A batch file that cannot be read or written, or a line that is no question."""


def each(answer: Callable[[Record], Record]) -> Answers:
    """What answers one record, as what answers several one after the other."""

    def answers(records: Sequence[Record]) -> Iterator[Record | FootnoteError]:
        for record in records:
            try:
                yield answer(record)
            except (LibraryError, ModelError):
                raise  # no other line would fare better
            except FootnoteError as error:
                yield error

    return answers


def run(source: Path, target: Path, answers: Answers, empty: Record) -> Iterator[str | None]:
    """Write what `answers` gives for each line's record, with the record's id; yields None, or what was wrong with it.

    A bad line becomes `empty` with an `error`, so that lines still match. `target` appears when all is done.
    """
    place = Path(os.path.realpath(target))  # what a link leads to is written, not the link
    partial = place.with_name(place.name + ".partial")
    try:
        if target.exists() and (not target.is_file() or target.samefile(source)):
            raise BatchError(f"{target}: cannot be replaced; give another file to --out")
        with source.open("rb") as lines, partial.open("w", encoding="utf-8") as out:
            numbered = ((number, line) for number, line in enumerate(lines, start=1) if line.strip())
            while part := [(number, *_parsed(line)) for number, line in islice(numbered, TOGETHER)]:
                results = iter(answers([record for _, record, problem in part if not problem]))
                for number, record, problem in part:
                    result = problem or next(results)
                    if isinstance(result, FootnoteError):
                        out.write(_line({"id": record.get("id"), **_unanswered(record, empty), "error": str(result)}))
                        yield f"{source}:{number}: {result}"
                    else:
                        out.write(_line({"id": record.get("id"), **result}))
                        yield None
        partial.replace(place)
    except OSError as error:
        named = source if error.filename == str(source) else target
        raise BatchError(f"{named}: {(error.strerror or 'cannot be used').lower()}") from error
    finally:
        with suppress(OSError):
            partial.unlink()


def _unanswered(record: Record, empty: Record) -> Record:
    """What is written for a bad line: `empty`, with the line's question where it holds one."""
    question = record.get("question")
    return {**empty, "question": question} if "question" in empty and isinstance(question, str) else empty


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


def _parsed(line: bytes) -> tuple[Record, BatchError | None]:
    """The line's record; an empty one, and what is wrong, where it is none."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return {}, BatchError("the line is not JSON in UTF-8")
    return (record, None) if isinstance(record, dict) else ({}, BatchError("the line is not a JSON object"))
