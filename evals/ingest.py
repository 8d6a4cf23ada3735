"""How fast articles go in: ours, the plain way and the encoder alone, on the same articles in one run."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from index import Article, Library, readers
from index.errors import ArticleError, FootnoteError
from index.intake import TITLE_TOKENS, passage_input

from .bench import Bench, Openvino, Row, machine, seconds

_ADD = (sys.executable, "-P", "-c", "from evals.cli import main; main()", "sync")


def measure(source: Path, limit: int | None = None) -> Bench:
    """Figures for the first `limit` articles of a file or folder; raises FootnoteError where there are none.

    Each article is a text file; ours is `footnote sync` as a user runs it, its start and Chroma included.
    """
    articles = _articles(source)[:limit]
    if not articles:
        raise FootnoteError(f"{source} holds no articles; give a .jsonl file or a folder of them")
    with TemporaryDirectory(prefix="footnote-ingest-") as name:
        folder = Path(name)
        _write(folder / "in", articles)
        ours_s, peak_mb = _sync(folder)
        unchanged_s, _ = _sync(folder)
        encoder = Openvino()
        with Library(folder / "library", encoder=encoder) as library:
            passages = _inputs(library)
        encoder.encode(passages[:1])
        encoder_s = seconds(encoder.encode, passages)
        plain_s = _plain(folder, articles)
        disk = {part: _size(folder / "library" / part) / len(passages) for part in ("catalog.sqlite3", "chroma")}
    n = len(articles)
    rows = (
        Row("articles", n, "articles", n),
        Row("passages", len(passages), "passages", n),
        Row("ours", ours_s, "s", n),
        Row("plain_way", plain_s, "s", n),
        Row("encoder_alone", encoder_s, "s", n),
        Row("ours_to_plain_way", plain_s / ours_s, "ratio", n),
        Row("ours_to_encoder_alone", encoder_s / ours_s, "ratio", n),
        Row("sync_unchanged", unchanged_s, "s", n),
        Row("peak_memory", peak_mb, "MB", n),
        Row("catalog_a_passage", disk["catalog.sqlite3"], "bytes", n),
        Row("chroma_a_passage", disk["chroma"], "bytes", n),
    )
    return Bench(machine(encoder), rows)


def _articles(source: Path) -> list[Article]:
    files = [path for path in readers.files_in(source) if isinstance(path, Path)] if source.is_dir() else [source]
    found = [article for file in files for article in readers.read(file)]
    return [article for article in found if not isinstance(article, ArticleError)]


def _write(folder: Path, articles: Sequence[Article]) -> None:
    folder.mkdir()
    for number, article in enumerate(articles):
        title = " ".join(article.title.split())
        (folder / f"{number}.txt").write_text(f"Title: {title}\n\n{article.text}", "utf-8")


def _sync(folder: Path) -> tuple[float, float]:
    """Seconds of one sync, and the most memory its process held, in MB."""
    began = time.perf_counter()
    command = [*_ADD, str(folder / "in"), "--library", str(folder / "library")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise FootnoteError(f"`footnote sync` ended with {process.returncode}")
    return time.perf_counter() - began, usage.ru_maxrss / 1024


def _inputs(library: Library) -> list[str]:
    """What the encoder read of every passage."""
    found = []
    for summary in library.articles():
        article = library.show(summary.id)
        title = library.encoder.clip(article.title, TITLE_TOKENS)
        found += [passage_input(title, article.text[p.start : p.end]) for p in library.passages(summary.id)]
    return found


def _plain(folder: Path, articles: Sequence[Article]) -> float:
    from .plain import fill

    texts = [(str(number), f"{article.title}\n\n{article.text}") for number, article in enumerate(articles)]
    return seconds(fill, folder / "plain", texts)


def _size(path: Path) -> int:
    files = [path] if path.is_file() else path.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file())
