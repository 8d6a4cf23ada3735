"""Cases: questions with what a right answer holds and rests on. Read from JSON lines, YAML or CSV."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from index.errors import FootnoteError
from qa.conversation import Turn, read_history

SHIPPED = Path(__file__).parent / "sets"
SEPARATOR = "|"
"""Between the parts of a list in a cell of a CSV file."""


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
    `references` are whole answers to compare with by words. `standalone` is a follow-up as it would be asked without
    its `history`. `without` names articles that are taken out of the library before the question is asked. `group` is
    what cases are drawn by for intervals (an article, a conversation); where it is not given, the first article of
    the evidence is taken. `facts` are MultiHop-RAG's, as its script looks for them. `drafted` marks a suggestion that
    nobody has accepted yet.
    """

    id: str
    question: str
    answers: tuple[str, ...] = ()
    all_answers: tuple[tuple[str, ...], ...] = ()
    relevant: tuple[Relevant, ...] = ()
    answerable: bool = True
    history: tuple[Turn, ...] = ()
    tags: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    standalone: str | None = None
    without: tuple[str, ...] = ()
    group: str | None = None
    facts: tuple[str, ...] = ()
    drafted: bool = False

    @property
    def cluster(self) -> str:
        """What the case is drawn with: its group, else the first article it rests on, else itself."""
        return self.group or (self.relevant[0].article_id if self.relevant else self.id)

    def to_json(self) -> dict[str, Any]:
        """The case as a line of a set; what is empty is left out, but for the fields of every case."""
        record: dict[str, Any] = {
            "id": self.id,
            "question": self.question,
            "answers": list(self.answers),
            "relevant": [
                piece.article_id if piece.quote is None else {"article_id": piece.article_id, "quote": piece.quote}
                for piece in self.relevant
            ],
            "answerable": self.answerable,
            "history": [{"role": turn.role, "content": turn.text} for turn in self.history],
            "tags": list(self.tags),
        }
        further = {
            "all_answers": [list(group) for group in self.all_answers],
            "references": list(self.references),
            "standalone": self.standalone,
            "without": list(self.without),
            "group": self.group,
            "facts": list(self.facts),
            "drafted": self.drafted,
        }
        return record | {name: value for name, value in further.items() if value}


@dataclass(frozen=True, slots=True)
class CaseSet:
    """The cases of a file. `problems` says what was left out and why, `notes` what else is odd: a line each."""

    name: str
    sha256: str
    cases: tuple[Case, ...]
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def find_set(name: str) -> Path:
    """The file of a set: a path, or the bare name of a shipped one (`seeds`)."""
    shipped = {path.stem: path for path in sorted(SHIPPED.glob("*.jsonl"))}
    if Path(name).is_file():
        return Path(name)
    if name in shipped:
        return shipped[name]
    raise FootnoteError(
        f"there is no question set {name!r}: give a .jsonl, .yaml or .csv file, one of {', '.join(shipped)}, or a"
        " public set as FORMAT:PATH (`footnote eval run --help` lists the formats)"
    )


def read_cases(path: Path) -> tuple[Case, ...]:
    """The cases of a file, in order; raises FootnoteError with the line and what is wrong at the first bad one."""
    found = read_set(path)
    if found.problems:
        raise FootnoteError(found.problems[0])
    return found.cases


def read_set(path: Path) -> CaseSet:
    """The cases that can be read, in order, and what is wrong with the others.

    Raises FootnoteError where the file cannot be read or holds no case.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FootnoteError(f"{path}: cannot be read ({error.strerror})") from error
    cases: list[Case] = []
    problems: list[str] = []
    notes: list[str] = []
    places: dict[str, str] = {}
    for place, record in _records(path, content):
        try:
            case = _case(record)
            if case.id in places:
                raise _CaseError(f"the id {case.id!r} is taken by {places[case.id]}")
        except (FootnoteError, _CaseError) as error:
            problems.append(f"{path}:{place}: {error}")
            continue
        places[case.id] = f"line {place}"
        notes += [f"{path}:{place}: {note}" for note in _unknown_fields(record)]
        cases.append(case)
    if not cases:
        raise FootnoteError(problems[0] if problems else f"{path}: the file holds no questions")
    return CaseSet(path.name, hashlib.sha256(content).hexdigest(), tuple(cases), tuple(problems), tuple(notes))


class _CaseError(ValueError):
    """What is wrong with a record, in the words that follow its place."""


Place = int | str
"""The number of a line, or `item 3` in a YAML file."""


def _records(path: Path, content: bytes) -> Iterator[tuple[Place, Any]]:
    """Each record with its place; one that cannot be parsed comes as the error that says so."""
    match path.suffix.lower():
        case ".yaml" | ".yml":
            return _yaml_records(path, content)
        case ".csv":
            return _csv_records(path, content)
        case _:
            return _json_records(content)


def _json_records(content: bytes) -> Iterator[tuple[Place, Any]]:
    for number, line in enumerate(content.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            yield number, json.loads(line)
        except json.JSONDecodeError as error:
            yield number, _CaseError(f"is not JSON (column {error.colno}: {error.msg.lower()})")
        except (ValueError, RecursionError):
            yield number, _CaseError("is not a JSON object in UTF-8")


def _yaml_records(path: Path, content: bytes) -> Iterator[tuple[Place, Any]]:
    import yaml

    try:
        records = yaml.safe_load(content)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f":{mark.line + 1}" if mark else ""
        raise FootnoteError(f"{path}{place}: is not YAML in UTF-8") from error
    if records is not None and not isinstance(records, list):
        raise FootnoteError(f"{path}: is not a list of cases; begin each with `- id:`")
    for number, record in enumerate(records or [], start=1):
        yield f"item {number}", record


def _csv_records(path: Path, content: bytes) -> Iterator[tuple[Place, Any]]:
    try:
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), restkey="")
        for row in rows:
            yield rows.line_num, _from_row(row)
    except (UnicodeDecodeError, csv.Error) as error:
        raise FootnoteError(f"{path}: is not CSV in UTF-8 ({error})") from error


def _from_row(row: dict[str, Any]) -> Any:
    """A row as the record it would be in JSON: lists are split at `|`, quotes go with the articles in their order."""
    if "" in row:
        return _CaseError("has more cells than the first line has names")
    record: dict[str, Any] = {name: value for name, value in row.items() if value and value.strip()}
    for name in ("answers", "tags", "relevant", "quotes", "references", "without"):
        if name in record:
            record[name] = [part.strip() for part in record[name].split(SEPARATOR)]
    quotes = record.pop("quotes", [])
    articles = record.get("relevant", [])
    if quotes and len(quotes) != len(articles):
        return _CaseError(f"has {len(quotes)} quotes for {len(articles)} articles in relevant")
    if quotes:
        record["relevant"] = [{"article_id": a, "quote": q} for a, q in zip(articles, quotes, strict=True)]
    truth = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    for name in ("answerable", "drafted"):
        if name in record:
            record[name] = truth.get(record[name].strip().lower(), record[name])
    return record


_FIELDS = tuple(Case.__dataclass_fields__)


def _unknown_fields(record: dict[str, Any]) -> Iterator[str]:
    for name in record:
        if name not in _FIELDS:
            near = get_close_matches(str(name), _FIELDS, 1)
            yield f"the field {name!r} is not known" + (f"; is it {near[0]!r}?" if near else "")


def _case(record: Any) -> Case:
    if isinstance(record, _CaseError):
        raise record
    if not isinstance(record, dict):
        raise _CaseError("is not a JSON object")
    standalone, group = record.get("standalone"), record.get("group")
    return Case(
        id=_identity(record.get("id")),
        question=_text(record.get("question"), "question"),
        answers=tuple(_wording(answer, "answer") for answer in _list(record, "answers")),
        all_answers=tuple(_group(group) for group in _list(record, "all_answers")),
        relevant=tuple(_relevant(entry) for entry in _list(record, "relevant")),
        answerable=_flag(record, "answerable", default=True),
        history=read_history(_list(record, "history")),
        tags=tuple(_text(tag, "tag") for tag in _list(record, "tags")),
        references=tuple(_text(text, "reference") for text in _list(record, "references")),
        standalone=None if standalone is None else _text(standalone, "standalone"),
        without=tuple(_identity(article) for article in _list(record, "without")),
        group=None if group is None else _identity(group),
        facts=tuple(_text(fact, "fact") for fact in _list(record, "facts")),
        drafted=_flag(record, "drafted", default=False),
    )


def _flag(record: dict[str, Any], name: str, *, default: bool) -> bool:
    value = record.get(name, default)
    if not isinstance(value, bool):
        raise _CaseError(f"has the {name} {value!r}; it is true or false")
    return value


def _identity(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _text(value, "id")


def _wording(value: Any, name: str) -> str:
    """A text, or a number as it is written: YAML reads 1999 as one."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return _text(value, name)


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
    return tuple(_wording(wording, "answer in all_answers") for wording in wordings)


def _relevant(value: Any) -> Relevant:
    if not isinstance(value, dict):
        return Relevant(_identity(value))
    quote = value.get("quote")
    return Relevant(_identity(value.get("article_id")), None if quote is None else _text(quote, "quote"))
