"""What a reader of a public format gives, and what they all need to read files."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from index import Article
from index.errors import FootnoteError

from ..cases import Case, CaseSet

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Dataset:
    """Cases and the articles they are asked over."""

    set: CaseSet
    articles: tuple[Article, ...]

    def __len__(self) -> int:
        return len(self.set.cases)

    @property
    def problems(self) -> tuple[str, ...]:
        """What was left out, a line each."""
        return self.set.problems


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim and what is to support it. `claim_id` joins the pairs of a claim whose evidence comes in pieces; `title`
    and `document` are those of what the evidence is from, where they are told."""

    id: str
    claim_id: str
    claim: str
    evidence: str
    supported: bool
    title: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class SupportSet:
    """Pairs that a support check is measured on."""

    name: str
    sha256: str
    pairs: tuple[Pair, ...]
    problems: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.pairs)

    def first(self, claims: int | None) -> tuple[Pair, ...]:
        """The pairs of the first claims, each with all its evidence; of all claims for None."""
        kept = set(list(dict.fromkeys(pair.claim_id for pair in self.pairs))[:claims])
        return tuple(pair for pair in self.pairs if pair.claim_id in kept)


def dataset(
    name: str,
    paths: Sequence[Path],
    cases: Iterable[Case],
    articles: Iterable[Article],
    problems: Sequence[str],
    notes: Sequence[str] = (),
) -> Dataset:
    """A Dataset of these files. A case or article whose id has come before is left out, a case with a line."""
    unique: dict[str, Case] = {}
    found = list(problems)
    for case in cases:
        if case.id in unique:
            found.append(f"{name}: the id {case.id!r} comes twice")
        unique.setdefault(case.id, case)
    held: dict[str, Article] = {}
    for article in articles:
        held.setdefault(article.id, article)
    kept = CaseSet(name, digest(paths), tuple(unique.values()), tuple(found), tuple(notes))
    return Dataset(kept, tuple(held.values()))


def digest(paths: Sequence[Path]) -> str:
    """SHA-256 over the names and bytes of the files, hexadecimal."""
    whole = hashlib.sha256()
    for path in paths:
        whole.update(path.name.encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()


def only(folder: Path, *patterns: str) -> list[Path]:
    """The files of the first pattern that fits any; raises FootnoteError."""
    for pattern in patterns:
        if found := sorted(folder.glob(pattern)):
            return found
    raise FootnoteError(f"{folder}: holds no {' or '.join(patterns)}")


def each_line(path: Path, read: Callable[[dict[str, Any]], T], problems: list[str]) -> Iterator[T]:
    """`read` of every JSON line, `.gz` or not; a line that cannot be read adds a line to `problems`."""
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield from _read(line, read, f"{path}:{number}", problems)


def each_record(
    records: Iterable[dict[str, Any]], read: Callable[[dict[str, Any]], T], path: Path, problems: list[str]
) -> Iterator[T]:
    """`read` of every record of a JSON file; one that cannot be read adds a line to `problems`."""
    for number, record in enumerate(records, start=1):
        yield from _read(record, read, f"{path}: item {number}", problems)


def whole_file(path: Path) -> Any:
    """What a JSON file holds; raises FootnoteError."""
    try:
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise FootnoteError(f"{path}: is not JSON in UTF-8") from error


def _read(raw: Any, read: Callable[[dict[str, Any]], T], place: str, problems: list[str]) -> Iterator[T]:
    try:
        yield read(json.loads(raw) if isinstance(raw, bytes) else raw)
    except KeyError as error:
        problems.append(f"{place}: lacks the field {error}")
    except (ValueError, TypeError, AttributeError, IndexError, RecursionError):
        problems.append(f"{place}: is not as the format has it")
