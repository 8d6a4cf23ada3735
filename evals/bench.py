"""How fast it is on this machine: the encoder beside another runtime, warm answers, and a command from nothing.

Everything is timed on the two articles of `seeds/` and the questions of `sets/seeds.jsonl`. Speeds mean something
beside each other, in one run on one machine; nothing here is a gate.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from index import Library
from index.encoder import Encoder
from index.errors import FootnoteError
from index.intake import passage_input
from index.runtime import checked
from qa.ask import ask
from qa.conversation import contextualise
from qa.reader import Reader, Text

from .cases import Case, find_set, read_cases
from .outcomes import DEPTH
from .plain import BASELINE

SEEDS = Path(__file__).parents[1] / "seeds"
COLD_QUESTION = "Why was Ant Group's listing called off?"
READ = 30
"""Passages that the reader is timed over; an answer reads two thirds of them."""
_PROGRAM = (sys.executable, "-c", "from evals.cli import main; main()")
"""What the console script does, wherever the scripts are."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is done: least tokens of one encoding, times each runtime encodes, commands started, questions asked."""

    tokens: int = 20_000
    repeats: int = 3
    starts: int = 5
    questions: int | None = None


QUICK = Effort(tokens=200, repeats=1, starts=1, questions=3)


@dataclass(frozen=True, slots=True)
class Row:
    """One figure and how many timings it is drawn from.

    `ratio` is the value over that of the row named `baseline`, taken in the same run, None where there is none.
    `size` is the number of passages that it was measured at, None where it is the seeds'.
    """

    name: str
    value: float
    unit: str
    n: int
    baseline: str = ""
    ratio: float | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Bench:
    """The machine, and the figures taken on it."""

    machine: Mapping[str, str | int]
    rows: tuple[Row, ...]

    def to_text(self, *, as_json: bool) -> str:
        """What the command prints: the table or the object."""
        if as_json:
            return json.dumps({"machine": self.machine, "rows": [asdict(row) for row in self.rows]}, indent=2)
        machine = [f"{name:24}  {value}" for name, value in self.machine.items()]
        rows = [_line(row.name, _figure(row), row.unit, row.n, _ratio(row), row.size) for row in self.rows]
        return "\n".join([*machine, "", _line("measure", "value", "unit", "n", "to its baseline", "passages"), *rows])


def _line(name: str, value: str, unit: str, n: object, ratio: str, size: object) -> str:
    return f"{name:24}  {value:>9}  {unit:8}  {n:>4}  {ratio:28}  {size or '':>9}".rstrip()


def _ratio(row: Row) -> str:
    return f"{row.ratio:.2f} x {row.baseline}" if row.ratio is not None else ""


class Openvino(Encoder):
    """The encoder as shipped, which also says how it runs."""

    def tokens(self, texts: Sequence[str]) -> int:
        """What the model reads of the texts: special tokens included, padding not."""
        return sum(len(encoding.ids) for encoding in self._wordpiece.encode_batch_fast(list(texts)))

    @property
    def threads(self) -> int:
        """Threads of one inference."""
        return int(self._model.get_property("INFERENCE_NUM_THREADS"))

    @property
    def precision(self) -> str:
        """What it computes in: bf16 or f32."""
        return str(self._model.get_property("INFERENCE_PRECISION_HINT").get_type_name())


class Onnxruntime(Encoder):
    """The same weights, tokenizer and batches, in float32 by onnxruntime."""

    def __init__(self, threads: int) -> None:
        self.threads = threads

    @cached_property
    def _model(self) -> Any:
        return _Session(checked(BASELINE), self.threads)


class _Session:
    """An onnxruntime session, with as much of OpenVINO's interface as the encoder uses."""

    def __init__(self, path: Path, threads: int) -> None:
        import onnxruntime  # type: ignore[import-untyped]

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def create_infer_request(self) -> _Session:
        return self

    def infer(self, inputs: Mapping[str, Any]) -> Any:
        return self._session.run(None, dict(inputs))


def measure(effort: Effort | None = None, seeds: Path = SEEDS) -> Bench:
    """Take all figures, in under a minute; raises FootnoteError where the folder `seeds` is not there."""
    effort = effort or Effort()
    if not seeds.is_dir():
        raise FootnoteError(f"{seeds} is not there; `footnote bench` needs the repository's two articles")
    cases = read_cases(find_set("seeds"))[: effort.questions]
    ours = Openvino()
    with TemporaryDirectory(prefix="footnote-bench-") as folder:
        with Library(Path(folder), create=True, encoder=ours) as library:
            library.sync(seeds)
            passages = library.search("China", library.passage_count())
            rows = [
                *_encoders(ours, [passage_input(hit.title, hit.text) for hit in passages], effort),
                *_warm(library, cases),
            ]
        rows += _cold("ask_cold", effort, "ask", COLD_QUESTION, "--library", folder)
        rows += _cold("help_cold", effort, "--help")
    return Bench(machine(ours), tuple(rows))


def _encoders(ours: Openvino, passages: Sequence[str], effort: Effort) -> Iterator[Row]:
    """Tokens a second of both runtimes, in turns, tokenizing included: the best of the repeats."""
    times = -(-effort.tokens // ours.tokens(passages))
    texts = list(passages) * times
    tokens = ours.tokens(texts)
    runtimes: dict[str, Encoder] = {"openvino": ours, "onnxruntime": Onnxruntime(ours.threads)}
    for encoder in runtimes.values():
        encoder.encode(passages)  # loads the model
    speeds: dict[str, list[float]] = {name: [] for name in runtimes}
    for _ in range(effort.repeats):
        for name, encoder in runtimes.items():
            speeds[name].append(tokens / seconds(encoder.encode, texts))
    for name, speed in speeds.items():
        yield Row(f"{name}_best", max(speed), "tokens/s", effort.repeats)
    yield Row("openvino_to_onnxruntime", max(speeds["openvino"]) / max(speeds["onnxruntime"]), "ratio", effort.repeats)


def _warm(library: Library, cases: Sequence[Case]) -> Iterator[Row]:
    """Each question once, in a process that has answered one."""
    library.warm_up()
    reader = Reader().load()
    ask(cases[0].question, library, cases[0].history, reader)
    queries = [contextualise(case.question, case.history) for case in cases]
    thirty = ([Text(hit.title, hit.text) for hit in library.search(queries[0], READ)] * READ)[:READ]
    timed = {
        "search_warm": [seconds(library.search, query, DEPTH) for query in queries],
        "read_30": [seconds(reader.read, query, thirty) for query in queries],
        "ask_warm": [seconds(ask, case.question, library, case.history, reader) for case in cases],
        "ask_warm_unread": [seconds(ask, case.question, library, case.history) for case in cases],
    }
    for name, times in timed.items():
        for percent in (50, 95):
            yield Row(f"{name}_p{percent}", float(np.percentile(times, percent)) * 1000, "ms", len(times))
    yield Row("read_pairs", READ / statistics.median(timed["read_30"]), "pairs/s", len(queries))


def _cold(name: str, effort: Effort, *arguments: str) -> Iterator[Row]:
    """The command in new processes, from start to end; its files are in the system's cache after the first."""
    times = [seconds(_start, arguments) for _ in range(effort.starts)]
    yield Row(f"{name}_best", min(times), "s", len(times))
    yield Row(f"{name}_median", statistics.median(times), "s", len(times))


def _start(arguments: Sequence[str]) -> None:
    done = subprocess.run([*_PROGRAM, *arguments], check=False, capture_output=True, cwd=SEEDS.parent)  # noqa: S603
    if done.returncode:
        raise FootnoteError(f"`footnote {arguments[0]}` ended with {done.returncode}: {done.stderr.decode()[-300:]}")


def seconds(work: Callable[..., object], *arguments: object) -> float:
    """How long a call takes."""
    start = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - start


def machine(encoder: Openvino) -> dict[str, str | int]:
    """What the figures depend on. onnxruntime runs with as many threads, always in f32."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return {
        "processor": _processor(),
        "cores": usable,
        "threads": encoder.threads,
        "openvino_precision": encoder.precision,
        "onnxruntime_precision": "f32",
        "python": platform.python_version(),
    }


def _processor() -> str:
    """Its name: Linux has it in /proc, others tell Python."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def _figure(row: Row) -> str:
    digits = {"s": 2, "ratio": 2, "ms": 1}.get(row.unit, 0)
    return f"{row.value:,.{digits}f}"
