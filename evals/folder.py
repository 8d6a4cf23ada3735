"""What a run leaves on disk: manifest.json at its start, a line in results.jsonl a case, summary.json at its end."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TextIO

from index import Library
from index.errors import FootnoteError

from .outcomes import Outcome
from .report import Report


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was run on what. `set_sha256` is that of the file's bytes; `articles` and `passages` are counts."""

    set: str
    set_sha256: str
    cases: int
    footnote: str
    python: str
    articles: int
    passages: int
    started: str

    @classmethod
    def of(cls, path: Path, cases: int, library: Library) -> Manifest:
        """The manifest of a run that starts now, over the first `cases` of the set."""
        articles = library.articles()
        return cls(
            set=path.name,
            set_sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            cases=cases,
            footnote=_version(),
            python=platform.python_version(),
            articles=len(articles),
            passages=sum(article.passages for article in articles),
            started=datetime.now(UTC).isoformat(timespec="seconds"),
        )


class RunFolder:
    """The folder of one run. Never holds two: a folder with results in it is refused."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._results = path / "results.jsonl"
        if self._results.exists():
            raise FootnoteError(f"{path} already holds a run; give --out another folder")

    @classmethod
    def named_after(cls, set_path: Path) -> RunFolder:
        """`runs/<set>-<UTC time>`, below the working directory; a second run in one second gets a number."""
        name = f"{set_path.stem}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        candidates = (Path("runs") / (name if number == 1 else f"{name}-{number}") for number in range(1, 1000))
        return cls(next(path for path in candidates if not path.exists()))

    def keep(self, manifest: Manifest, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
        """Pass the outcomes on, each written before the next is asked: a run that is stopped keeps what it has."""
        self._write("manifest.json", asdict(manifest))
        with self._open("results.jsonl") as results:
            for outcome in outcomes:
                results.write(json.dumps(asdict(outcome) | {"right": outcome.right}, ensure_ascii=False) + "\n")
                results.flush()
                yield outcome

    def finish(self, report: Report) -> None:
        """Write the summary."""
        self._write("summary.json", report.to_json())

    def _write(self, name: str, content: dict[str, Any]) -> None:
        with self._open(name) as file:
            file.write(json.dumps(content, ensure_ascii=False, indent=2) + "\n")

    def _open(self, name: str) -> TextIO:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            return (self.path / name).open("w", encoding="utf-8")
        except OSError as error:
            raise FootnoteError(f"{self.path / name} cannot be written ({error.strerror})") from error


def _version() -> str:
    try:
        return version("footnote-qa")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "not installed"
