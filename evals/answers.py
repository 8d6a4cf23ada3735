"""Answers made elsewhere: files of the contract's JSON lines, scored like our own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import FootnoteError

from .cases import Case
from .replies import ReplyError, read_hits, read_reply
from .run import Asked


@dataclass(frozen=True, slots=True)
class AnswersFile:
    """The records of the files by id. `problems` are lines that cannot be read, a line each."""

    sha256: str
    records: Mapping[str, Mapping[str, Any]]
    problems: tuple[str, ...] = ()


class Answers:
    """A system that has already answered: what the files hold for each id."""

    def __init__(self, records: Mapping[str, Mapping[str, Any]]) -> None:
        self._records = records

    def ask(self, case: Case, *, whole_articles: bool) -> Asked:
        """See System; `whole_articles` makes no difference, the hits are there or not."""
        record = self._records.get(case.id)
        if record is None:
            raise ReplyError("no answer was given for this id")
        if record.get("error"):
            raise ReplyError(str(record["error"]))
        hits = read_hits(record["hits"]) if "hits" in record else None
        return Asked(read_reply(record), record.get("searched"), hits)


def read_answers(paths: Sequence[Path]) -> AnswersFile:
    """Lines `{"id", ...}` as `ask --batch` and `search --batch` write them; lines of one id are put together.

    Raises FootnoteError where a file cannot be read.
    """
    records: dict[str, dict[str, Any]] = {}
    problems: list[str] = []
    whole = hashlib.sha256()
    for path in paths:
        of_file: set[str] = set()
        try:
            content = path.read_bytes()
        except OSError as error:
            raise FootnoteError(f"{path}: cannot be read ({error.strerror})") from error
        whole.update(content)
        for number, line in enumerate(content.split(b"\n"), start=1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
                identity = str(record["id"])
            except (ValueError, RecursionError, KeyError, TypeError):
                problems.append(f"{path}:{number}: is not a JSON object with an id")
                continue
            if identity in of_file:
                problems.append(f"{path}:{number}: the id {identity!r} comes twice; the first line counts")
                continue
            of_file.add(identity)
            records[identity] = records.get(identity, {}) | record
    return AnswersFile(whole.hexdigest(), records, tuple(problems))


def check_ids(ids: Sequence[str], held: Container[str]) -> list[str]:
    """What to say of ids that the files do not hold; none: nothing. Raises FootnoteError where they hold none."""
    missing = [identity for identity in ids if identity not in held]
    if missing and len(missing) == len(ids):
        raise FootnoteError(f"the answers hold none of the set's {len(ids)} ids (such as {missing[0]})")
    if not missing:
        return []
    return [f"the answers lack {len(missing)} of {len(ids)} ids (such as {missing[0]}): they count as errors"]
