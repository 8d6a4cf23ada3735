"""How fast articles go in: ours, the plain way and the encoder alone, on the same articles in one run."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from index import Article, Library
from index.errors import FootnoteError
from index.intake import TITLE_TOKENS, passage_input

from .bench import Bench, Openvino, Row, machine, seconds
from .grown import read_articles

_ADD = (sys.executable, "-P", "-c", "from evals.cli import main; main()", "sync")


def measure(source: Path, limit: int | None = None) -> Bench:
    """Figures for the first `limit` articles of a file or folder; raises FootnoteError where there are none.

    Each article is a text file; ours is `footnote sync` as a user runs it, its start and Chroma included.
    """
    articles = read_articles(source)[:limit]
    with TemporaryDirectory(prefix="footnote-ingest-") as name:
        folder = Path(name)
        _write(folder / "in", articles)
        _say(f"{len(articles)} articles: ours")
        ours = _sync(folder)
        unchanged = _sync(folder)
        encoder = Openvino()
        with Library(folder / "library", encoder=encoder) as library:
            passages = _inputs(library)
        encoder.encode(passages[:1])
        _say(f"{len(passages)} passages: the encoder alone")
        alone = _timed(encoder.encode, passages)
        _say("the plain way")
        plain = _timed(_plain, folder, articles)
        disk = {part: _size(folder / "library" / part) / len(passages) for part in ("catalog.sqlite3", "chroma")}
    n = len(articles)
    rows = (
        Row("articles", n, "articles", n),
        Row("passages", len(passages), "passages", n),
        Row("ours", ours.wall, "s", n),
        Row("plain_way", plain.wall, "s", n),
        Row("encoder_alone", alone.wall, "s", n),
        Row("ours_to_plain_way", plain.wall / ours.wall, "ratio", n),
        Row("ours_to_encoder_alone", alone.wall / ours.wall, "ratio", n),
        Row("ours_cpu", ours.cpu, "s", n),
        Row("plain_way_cpu", plain.cpu, "s", n),
        Row("encoder_alone_cpu", alone.cpu, "s", n),
        Row("ours_to_plain_way_cpu", plain.cpu / ours.cpu, "ratio", n),
        Row("ours_to_encoder_alone_cpu", alone.cpu / ours.cpu, "ratio", n),
        Row("sync_unchanged", unchanged.wall, "s", n),
        Row("sync_unchanged_cpu", unchanged.cpu, "s", n),
        Row("peak_memory", ours.peak_mb, "MB", n),
        Row("catalog_a_passage", disk["catalog.sqlite3"], "bytes", n),
        Row("chroma_a_passage", disk["chroma"], "bytes", n),
    )
    return Bench(machine(encoder), rows)


def _write(folder: Path, articles: Sequence[Article]) -> None:
    folder.mkdir()
    for number, article in enumerate(articles):
        title = " ".join(article.title.split())
        (folder / f"{number}.txt").write_text(f"Title: {title}\n\n{article.text}", "utf-8")


def _say(what: str) -> None:
    sys.stderr.write(f"timing {what}\n")


@dataclass(frozen=True, slots=True)
class Effort:
    """Seconds on the clock, seconds of all processors, and the most memory held, in MB (0 where it is not known)."""

    wall: float
    cpu: float
    peak_mb: float = 0.0


def _timed(work: Callable[..., object], *arguments: object) -> Effort:
    worked = time.process_time()
    wall = seconds(work, *arguments)
    return Effort(wall, time.process_time() - worked)


def _sync(folder: Path) -> Effort:
    """One sync, with the processes that it starts."""
    began = time.perf_counter()
    command = [*_ADD, str(folder / "in"), "--library", str(folder / "library")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise FootnoteError(f"`footnote sync` ended with {process.returncode}")
    return Effort(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _inputs(library: Library) -> list[str]:
    """What the encoder read of every passage."""
    found = []
    for summary in library.articles():
        article = library.show(summary.id)
        title = library.encoder.clip(article.title, TITLE_TOKENS)
        found += [passage_input(title, article.text[p.start : p.end]) for p in library.passages(summary.id)]
    return found


def _plain(folder: Path, articles: Sequence[Article]) -> None:
    from .plain import fill

    fill(
        folder / "plain",
        [(str(number), f"{article.title}\n\n{article.text}") for number, article in enumerate(articles)],
    )


def _size(path: Path) -> int:
    files = [path] if path.is_file() else path.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file())
