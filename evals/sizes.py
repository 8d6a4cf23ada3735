"""How speed and memory grow with a library: search, its parts, answers and starts at several sizes, beside baselines.

Each size is measured in a process of its own, so that memory is its own. In it all takes turns, question by question:
what else the machine does then falls on ours and on the baselines alike.
"""

from __future__ import annotations

import json
import random
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from index import Article, Library
from index.catalog import Catalog
from index.encoder import DIMENSIONS
from index.errors import FootnoteError
from qa.ask import ask
from qa.reader import Reader

from .bench import COLD_QUESTION, Bench, Openvino, Row, machine, seconds
from .grown import fill, grow, real_passages
from .plots import growth

REAL = 5_000
"""Passages that are encoded of a file of articles; a library given in its place has as many as it has."""
PLAIN_MOST = 30_000
"""Passages up to which the plain way gets a collection of its own: filling it takes longer than all else."""
DEPTH = 10
REST_S = 0.1
"""After the baselines: OpenBLAS's threads keep a processor busy for some 30 ms more, looking for work."""
_PROGRAM = (sys.executable, "-P", "-c", "from evals.sizes import serve; serve()")
_FOOTNOTE = (sys.executable, "-P", "-c", "from evals.cli import main; main()")


@dataclass(frozen=True, slots=True)
class Request:
    """What a process is to measure: a library of that size, of which `real` passages are no recombined ones.

    `questions` are asked with the baselines between them, then `more` one after another."""

    library: str
    plain: str
    size: int
    real: int
    questions: tuple[str, ...]
    more: tuple[str, ...]


def measure(
    path: Path, sizes: Sequence[int], count: int, questions: Path | None = None, kept: Path | None = None
) -> Bench:
    """Rows for each size, the libraries grown from a file or folder of articles, or from a library.

    `count` questions are asked beside the baselines, and as many by themselves, of a JSON lines file with a "question"
    in each, or made of the articles' sentences.
    What is grown is kept in the folder `kept`, and found there the next time.
    """
    with TemporaryDirectory(prefix="footnote-sizes-") as temporary:
        folder = kept or Path(temporary)
        given = path if (path / "catalog.sqlite3").exists() else folder / "source"
        if given != path:
            fill(path, min(REAL, max(sizes)), given)
        rows: list[Row] = []
        with Library.open(given) as source:
            asked = _questions(source, 2 * count, questions)
            for size in sizes:
                made = source.folder
                if source.passage_count() != size:  # a library of that size is measured as it is
                    made = folder / str(size)
                    sys.stderr.write(f"growing {size:,} passages\n")
                    grow(source, size, made)
                sys.stderr.write(f"measuring {size:,} passages\n")
                with Library.open(made) as library:  # it goes on to the next whole article
                    whole, real = library.passage_count(), real_passages(library)
                plain = str(Path(temporary) / f"plain-{size}")
                request = Request(str(made), plain, whole, real, asked[::2], asked[1::2] or asked)
                rows += [*_apart(request), *_starts(request)]
    return Bench(machine(Openvino()), tuple(rows))


def curves(bench: Bench) -> str:
    """A drawing of how long each part takes at each size, both axes logarithmic: SVG that stands by itself."""
    lines = {
        name: [(float(row.size or 0), row.value) for row in bench.rows if row.name == f"{name}_p50"]
        for name in ("search", "encode", "dense", "lexical", "plain", "exact")
    }
    return growth({name: points for name, points in lines.items() if points}, "passages", "ms, p50")


def _questions(source: Library, count: int, path: Path | None) -> tuple[str, ...]:
    chance = random.Random(0)  # noqa: S311 - no secret
    if path is not None:
        found = [str(json.loads(line)["question"]) for line in path.read_text("utf-8").splitlines() if line.strip()]
        return tuple(chance.sample(found, min(count, len(found))))
    articles = chance.choices([summary.id for summary in source.articles()], k=count)
    return tuple(_question(source.show(identity), source, chance) for identity in articles)


def _question(article: Article, source: Library, chance: random.Random) -> str:
    """Words of one of its sentences, in its order: as long and as rare as those of a question."""
    sentences = [s for s in source.sentences(article.id) if s.is_evidence]
    picked = chance.choice(sentences) if sentences else None
    words = (article.text[picked.start : picked.end] if picked else article.title).split()
    return f"What about {' '.join(words[:10])}?"


def _apart(request: Request) -> list[Row]:
    done = subprocess.run(  # noqa: S603
        _PROGRAM, input=json.dumps(asdict(request)), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise FootnoteError(f"measuring {request.size:,} passages failed: {done.stderr.strip()[-300:]}")
    return [Row(**row) for row in json.loads(done.stdout.splitlines()[-1])]


def serve() -> None:
    """The process's side: a request from standard input, its rows to standard output."""
    request = Request(**json.load(sys.stdin))
    sys.stdout.write("\n" + json.dumps([asdict(row) for row in _measured(request)]))


def _measured(request: Request) -> list[Row]:
    encoder = Openvino()
    _load_all(encoder)
    before = _resident()
    with Library(Path(request.library), encoder=encoder) as library:
        library.warm_up()
        reader = Reader().load()
        for question in ("What is in these articles?", "Who is named in them?"):  # none of those that are timed
            ask(question, library)
        held = _resident() - before
        n = library.passage_count()
        times = _Times(n)
        matrix, numbers = _matrix(Path(request.library))
        plain = _plain(request, library)
        recall = 0.0
        for question in request.questions:
            vector = times.take("encode", encoder.encode, [question])[0]
            times.take("search", library.search, question, DEPTH)
            near = times.take("dense", library._mirror.nearest, vector, 100)
            times.take("lexical", library._catalog.full_text.match, question, 100)
            times.take("ask", ask, question, library)
            times.take("ask_read", ask, question, library, (), reader)
            if plain:
                times.take("plain", plain, question)
            best = times.take("exact", _exact, matrix, numbers, vector, 100)
            time.sleep(REST_S)
            recall += len({row for row, _ in near[:10]} & set(best[:10])) / min(10, n) / len(request.questions)
        for question in request.more:
            times.take("search_in_a_row", library.search, question, DEPTH)
        in_use = library._mirror.is_in_use
    rows = times.rows("search", "plain" if plain else "exact")
    rows += times.rows("search_in_a_row", "search")
    rows += times.rows("encode", "search") + times.rows("dense", "exact") + times.rows("lexical", "search")
    rows += times.rows("exact", "search") + (times.rows("plain", "search") if plain else [])
    rows += times.rows("ask", "search") + times.rows("ask_read", "ask")
    return [
        Row("of_them_real", request.real, "passages", 1, size=n),
        *rows,
        Row("recall_at_10" if in_use else "recall_at_10_scanned", recall, "share", len(request.questions), size=n),
        Row("memory_a_passage", held / n, "bytes", 1, "vector", held / n / (4 * DIMENSIONS), n),
    ]


class _Times:
    """Seconds of the calls, by name."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._taken: dict[str, list[float]] = {}
        self._worked: dict[str, list[float]] = {}

    def take(self, name: str, work: Callable[..., Any], *arguments: Any) -> Any:
        began, worked = time.perf_counter(), time.process_time()
        result = work(*arguments)
        self._taken.setdefault(name, []).append(time.perf_counter() - began)
        self._worked.setdefault(name, []).append(time.process_time() - worked)
        return result

    def rows(self, name: str, baseline: str) -> list[Row]:
        """p50 and p95 in milliseconds, and p50 of the processor's time on all cores; the middles beside the baseline's.

        The last says more where others use the machine too.
        """
        n = len(self._taken[name])
        p50, worked = (1000 * statistics.median(t[name]) for t in (self._taken, self._worked))
        base, base_worked = (1000 * statistics.median(t[baseline]) for t in (self._taken, self._worked))
        p95 = 1000 * float(np.percentile(self._taken[name], 95))
        return [
            Row(f"{name}_p50", p50, "ms", n, f"{baseline}_p50", p50 / base, self._size),
            Row(f"{name}_p95", p95, "ms", n, size=self._size),
            Row(f"{name}_cpu_p50", worked, "ms", n, f"{baseline}_cpu_p50", worked / base_worked, self._size),
        ]


def _load_all(encoder: Openvino) -> None:
    """Load all code and models, so that what is held after it is the library's."""
    with TemporaryDirectory() as name, Library(Path(name), create=True, encoder=encoder) as library:
        library.add([Article("1", "One", "One article is about one thing. " * 5, "1")])
        library.warm_up()
        ask("What is one article about?", library, (), Reader().load())


def _resident() -> int:
    """Bytes of memory that this process holds."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024
    return 0


def _matrix(folder: Path) -> tuple[Any, Any]:
    catalog = Catalog(folder)
    numbers = catalog.passage_ids()
    matrix = np.empty((len(numbers), DIMENSIONS), dtype=np.float32)
    for start in range(0, len(numbers), 10_000):
        matrix[start : start + 10_000] = catalog.vectors(numbers[start : start + 10_000])
    catalog.close()
    return matrix, np.array(numbers)


def _exact(matrix: Any, numbers: Any, vector: Any, k: int) -> list[int]:
    """The k nearest by a matrix product, nearest first: a limit no index has to stay above."""
    cosines = matrix @ vector
    best = np.argpartition(-cosines, min(k, len(cosines) - 1))[:k]
    return [int(row) for row in numbers[best[np.argsort(-cosines[best])]]]


def _plain(request: Request, library: Library) -> Callable[[str], object] | None:
    from .plain import PlainIndex

    if library.passage_count() > PLAIN_MOST:
        return None
    index = PlainIndex(Path(request.plain))
    catalog = Catalog(library.folder)
    numbers = catalog.passage_ids()
    for start in range(0, len(numbers), 1000):
        some = numbers[start : start + 1000]
        stored = catalog.passages(some)
        index.add([str(row) for row in some], [stored[row].text for row in some], catalog.vectors(some))
    catalog.close()
    return index.search


def _starts(request: Request) -> list[Row]:
    """The web app until it answers, and one question from a cold process."""
    library = ("--library", request.library)
    began = time.perf_counter()
    command = [*_FOOTNOTE, "chat", "--port", str(_free_port()), *library]
    chat = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
    try:
        announced = chat.stdout.readline() if chat.stdout else ""
        ready = time.perf_counter() - began
    finally:
        chat.terminate()
        chat.wait(timeout=30)
    if "http" not in announced:
        raise FootnoteError(f"`footnote chat` did not start: {announced.strip()}")
    cold = seconds(_ask_cold, library)
    return [Row("web_start", ready, "s", 1, size=request.size), Row("ask_cold", cold, "s", 1, size=request.size)]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _ask_cold(library: Sequence[str]) -> None:
    subprocess.run([*_FOOTNOTE, "ask", COLD_QUESTION, *library], capture_output=True, check=True)  # noqa: S603
