"""Cases: questions with what a right answer holds and rests on. Read from JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import FootnoteError
from qa.conversation import Turn, read_history

SHIPPED = Path(__file__).parent / "sets"


@dataclass(frozen=True, slots=True)
class Relevant:
    """Evidence: `quote` as it stands in the article, or the whole article where there is no quote."""

    article_id: str
    quote: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One question of a set.

    An answer is right when what it cites holds any of `answers` and, for lists, one of each group in `all_answers`.
    `relevant` is every piece of evidence that a fair judge accepts; `answerable` is false where there is none.
    """

    id: str
    question: str
    answers: tuple[str, ...] = ()
    all_answers: tuple[tuple[str, ...], ...] = ()
    relevant: tuple[Relevant, ...] = ()
    answerable: bool = True
    history: tuple[Turn, ...] = ()
    tags: tuple[str, ...] = ()


def find_set(name: str) -> Path:
    """The file of a set: a path, or the bare name of a shipped one (`seeds`)."""
    shipped = {path.stem: path for path in sorted(SHIPPED.glob("*.jsonl"))}
    if Path(name).is_file():
        return Path(name)
    if name in shipped:
        return shipped[name]
    raise FootnoteError(f"there is no question set {name!r}: give a .jsonl file or one of {', '.join(shipped)}")


def read_cases(path: Path) -> tuple[Case, ...]:
    """The cases of a JSON lines file, in order; raises FootnoteError with the line and what is wrong with it."""
    cases = tuple(_cases(path))
    if not cases:
        raise FootnoteError(f"{path}: the file holds no questions")
    return cases


def _cases(path: Path) -> Iterator[Case]:
    lines_of: dict[str, int] = {}
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip():
            continue
        try:
            case = _case(json.loads(line))
        except (FootnoteError, _CaseError) as error:
            raise FootnoteError(f"{path}:{number}: {error}") from error
        except (ValueError, RecursionError) as error:
            raise FootnoteError(f"{path}:{number}: is not a JSON object in UTF-8") from error
        if case.id in lines_of:
            raise FootnoteError(f"{path}:{number}: the id {case.id!r} is taken by line {lines_of[case.id]}")
        lines_of[case.id] = number
        yield case


def _lines(path: Path) -> list[bytes]:
    try:
        return path.read_bytes().split(b"\n")
    except OSError as error:
        raise FootnoteError(f"{path}: cannot be read ({error.strerror})") from error


class _CaseError(ValueError):
    pass


def _case(record: Any) -> Case:
    if not isinstance(record, dict):
        raise _CaseError("is not a JSON object")
    answerable = record.get("answerable", True)
    if not isinstance(answerable, bool):
        raise _CaseError(f"has the answerable {answerable!r}; it is true or false")
    return Case(
        id=_identity(record.get("id")),
        question=_text(record.get("question"), "question"),
        answers=tuple(_text(answer, "answer") for answer in _list(record, "answers")),
        all_answers=tuple(_group(group) for group in _list(record, "all_answers")),
        relevant=tuple(_relevant(entry) for entry in _list(record, "relevant")),
        answerable=answerable,
        history=read_history(_list(record, "history")),
        tags=tuple(_text(tag, "tag") for tag in _list(record, "tags")),
    )


def _identity(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _text(value, "id")


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _CaseError(f"has no {name}" if value is None else f"has the {name} {value!r}; it is text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _CaseError(f"has {name} with half a character (an unpaired surrogate)") from None
    return value


def _list(record: dict[str, Any], name: str) -> list[Any]:
    value = record.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise _CaseError(f"has {name} that is not a list")
    return value


def _group(value: Any) -> tuple[str, ...]:
    """A part of a list answer: one wording, or a list of wordings of which any will do."""
    wordings = value if isinstance(value, list) else [value]
    if not wordings:
        raise _CaseError("has an empty group in all_answers")
    return tuple(_text(wording, "answer in all_answers") for wording in wordings)


def _relevant(value: Any) -> Relevant:
    if not isinstance(value, dict):
        return Relevant(_identity(value))
    quote = value.get("quote")
    return Relevant(_identity(value.get("article_id")), None if quote is None else _text(quote, "quote"))
