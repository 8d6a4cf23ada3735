"""What a run leaves on disk: manifest.json at its start, a line in results.jsonl a case, summary.json at its end."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from typing import Any

from index.errors import FootnoteError

from .outcomes import Outcome, read_outcome

PACKAGES = ("chromadb", "llama-index-core", "numpy", "openvino", "sentencex", "tokenizers")
"""Those that results may depend on."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was run on what. The digests are SHA-256; `cases`, `articles` and `passages` are counts.

    `system` is what answered: `footnote`, `answers SHA`, or `endpoint URL MODEL`. `settings` are all in force, `models`
    the digests of the encoder's and the reader's files. `commit` is that of the checkout where it was run from one,
    with `+` where files had been changed.
    """

    set: str
    set_sha256: str
    cases: int
    articles: int
    passages: int | None
    library_sha256: str
    system: str
    settings: Mapping[str, float]
    limit: int | None
    seed: int | None
    jobs: int
    models: Mapping[str, str]
    footnote: str
    python: str
    packages: Mapping[str, str]
    commit: str | None
    started: str

    @property
    def same(self) -> dict[str, Any]:
        """What must be equal for a run to go on."""
        names = ("set_sha256", "limit", "seed", "cases", "library_sha256", "system", "settings")
        own = ("models",) if self.system.startswith("footnote") else ()
        return {name: getattr(self, name) for name in (*names, *own)}


def environment() -> dict[str, Any]:
    """The fields of a manifest that describe the program and the machine."""
    return {
        "models": _models(),
        "footnote": _version("footnote-qa"),
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
        "commit": _commit(),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }


@dataclass(frozen=True, slots=True)
class Run:
    """A run that was read back. `finished` says whether every case was asked."""

    path: Path
    manifest: Mapping[str, Any]
    outcomes: tuple[Outcome, ...]

    @property
    def name(self) -> str:
        """What to call it: its folder's name."""
        return self.path.name

    @property
    def finished(self) -> bool:
        """Whether it holds an outcome for each of its cases."""
        return len(self.outcomes) >= int(self.manifest.get("cases", 0))

    @property
    def heading(self) -> str:
        """What was run on what, in lines for a terminal; the manifest has all of it."""
        told = self.manifest
        settings = ", ".join(f"{name}={value:g}" for name, value in (told.get("settings") or {}).items())
        cases = f"{len(self.outcomes)} of {told.get('cases', '?')} cases" + ("" if self.finished else ", not finished")
        lines = [
            ("run", f"{self.path}, started {told.get('started', '?')}"),
            ("set", f"{told.get('set', '?')}, {cases}"),
            ("library", f"{told.get('articles', '?')} articles, {told.get('passages') or '?'} passages"),
            (
                "system",
                f"{told.get('system', '?')}, footnote {told.get('footnote', '?')} at {told.get('commit') or '?'}",
            ),
            ("settings", settings),
        ]
        return "\n".join(f"{name:8}  {text}" for name, text in lines if text)


def read_run(path: Path) -> Run:
    """The run in a folder; raises FootnoteError where there is none. A line that was cut short is left out."""
    manifest = _manifest(path)
    if "support_threshold" in manifest:
        raise FootnoteError(f"{path} holds checks of claims, not answers; its figures are in {path / 'summary.json'}")
    return Run(path, manifest, tuple(_results(path / "results.jsonl").values()))


class RunFolder:
    """The folder of one run. Never holds two: a folder with results in it is refused, unless the run goes on."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._results = path / "results.jsonl"
        if self._results.exists() and self._results.stat().st_size:
            raise FootnoteError(
                f"{path} already holds a run; give --out another folder, or --resume {path} to go on with it"
            )
        self.done: dict[str, Outcome] = {}

    @classmethod
    def named_after(cls, name: str) -> RunFolder:
        """`runs/<name>-<UTC time>`, below the working directory; a second run in one second gets a number."""
        name = f"{name}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        candidates = (Path("runs") / (name if number == 1 else f"{name}-{number}") for number in range(1, 1000))
        return cls(next(path for path in candidates if not path.exists()))

    @classmethod
    def resumed(cls, path: Path, manifest: Manifest) -> RunFolder:
        """The folder of a run that was stopped; raises FootnoteError where another one would go on in it.

        What met an error is asked again.
        """
        before = _manifest(path)
        for name, value in manifest.same.items():
            if before.get(name) != value:
                raise FootnoteError(f"{path} cannot go on: {changed(name, before.get(name), value)}; start a new run")
        folder = cls.__new__(cls)
        folder.path, folder._results = path, path / "results.jsonl"
        folder.done = {key: o for key, o in _results(folder._results).items() if o.error is None}
        return folder

    def start(self, manifest: Mapping[str, Any]) -> None:
        """Write the manifest, and the results that are already there as whole lines."""
        self.write("manifest.json", manifest)
        self._replace("results.jsonl", "".join(_line(outcome.to_json()) for outcome in self.done.values()))

    def keep(self, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
        """Pass the outcomes on, each written before the next is asked: a run that is stopped keeps what it has."""
        with self._results.open("a", encoding="utf-8") as results:
            for outcome in outcomes:
                results.write(_line(outcome.to_json()))
                results.flush()
                yield outcome

    @property
    def kept(self) -> int:
        """How many outcomes its file holds: Ctrl-C may come after one is written and before it is passed on."""
        return len(_results(self._results))

    def keep_records(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Write results that are no outcomes of questions."""
        self._replace("results.jsonl", "".join(map(_line, records)))

    def write(self, name: str, content: Mapping[str, Any]) -> None:
        """Write a JSON file in one go: manifest.json or summary.json."""
        self._replace(name, json.dumps(content, ensure_ascii=False, indent=2) + "\n")

    def _replace(self, name: str, content: str) -> None:
        partial = self.path / f"{name}.partial"
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            partial.write_text(content, "utf-8")
            os.replace(partial, self.path / name)
        except OSError as error:
            raise FootnoteError(f"{self.path / name} cannot be written ({error.strerror})") from error


def changed(name: str, before: Any, now: Any) -> str:
    """What a field of the manifest was and is, in words."""
    if isinstance(now, Mapping):
        was = before if isinstance(before, Mapping) else {}
        keys = [key for key in dict.fromkeys((*was, *now)) if was.get(key) != now.get(key)]
        return ", ".join(dict.fromkeys(changed(key, was.get(key), now.get(key)) for key in keys))
    if (stem := Path(name).stem) in _DIGESTS:
        return f"{_DIGESTS[stem]} changed"
    if name == "commit" and before and now:
        before, now = (commit[:8] + commit[40:] for commit in (before, now))
    return f"{name} was {'not set' if before is None else before} and is now {'not set' if now is None else now}"


_DIGESTS = {
    "set_sha256": "the set",
    "library_sha256": "the articles",
    "minilm": "the encoder",
    "reader": "the reader",
    "checker": "the checker",
    "tokenizer": "the tokenizer",
}
"""Fields whose values are digests; those of model files by the files' stems."""


def manifest_record(manifest: Manifest) -> dict[str, Any]:
    """The manifest as JSON."""
    return {field.name: getattr(manifest, field.name) for field in fields(manifest)}


def _line(record: Mapping[str, Any]) -> str:
    line = json.dumps(record, ensure_ascii=False)
    try:
        line.encode()
    except UnicodeEncodeError:  # half a character in what a system said: it goes escaped
        line = json.dumps(record)
    return line + "\n"


def _manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((path / "manifest.json").read_bytes())
    except OSError as error:
        raise FootnoteError(f"{path} holds no run: there is no manifest.json; see the folders in runs/") from error
    except ValueError as error:
        raise FootnoteError(f"{path / 'manifest.json'} is damaged; run the set anew") from error
    return dict(manifest) if isinstance(manifest, dict) else {}


def _results(path: Path) -> dict[str, Outcome]:
    """The outcomes by id, in the order of the lines."""
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise FootnoteError(f"{path}: cannot be read ({error.strerror})") from error
    found: dict[str, Outcome] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            outcome = read_outcome(json.loads(line))
        except ValueError as error:
            if number == len(lines):  # the run was killed while it wrote this line
                continue
            raise FootnoteError(f"{path}:{number}: is damaged; delete the line and --resume the run") from error
        except FootnoteError as error:
            raise FootnoteError(f"{path}:{number}: {error}") from error
        found[outcome.id] = outcome
    return found


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "not installed"


def _models() -> dict[str, str]:
    """Names and digests of the model files that are shipped: the encoder's, the reader's and the checker's."""
    shipped = [files(package) / "models" / "checksums.json" for package in ("index", "qa")]
    return {str(name): str(digest) for file in shipped for name, digest in json.loads(file.read_bytes()).items()}


@cache
def _commit() -> str | None:
    """The commit of the checkout that this file is in; None where it is in none, or there is no git."""
    folder = Path(__file__).parents[1]
    if not (folder / ".git").exists():
        return None
    try:
        head, status = _git(folder, "rev-parse", "HEAD"), _git(folder, "status", "--porcelain")
    except (OSError, subprocess.SubprocessError):
        return None
    return head.strip() + ("+" if status.strip() else "")


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, timeout=20)  # noqa: S603
    return done.stdout
