"""The figures of docs/benchmarks.md: every public set in a folder, asked and measured.

    python -m evals.benchmarks BENCH_DIR [--limit N --seed S] > figures.md

BENCH_DIR holds a folder a set; one that is not there is left out, and said so. Questions are asked with and without the
reader. A set whose run is in --out and done is not asked again: delete its folder there to measure it anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from index.errors import FootnoteError

from .compare import changes_of
from .execute import run_set
from .folder import read_run
from .gate import ALPHA
from .report import chance, number
from .resample import holm
from .subject import Options, is_of_claims


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A public set as it lies in the folder, the metrics that say something on it, and figures published elsewhere.

    `form` is also the name of the run's folder. `comparable` says whether what was published is of the same task, and
    why not.
    """

    form: str
    place: str
    metrics: tuple[str, ...]
    published: str = "none that we know of"
    comparable: str = ""


_ABSTAIN = ("abstain_precision", "abstain_recall", "abstain_f1", "auroc", "aurc")
_CITED = ("answer_found", "citation_precision", "exact_quotes")
_CHECKED = ("balanced_accuracy", "true_positive_rate", "true_negative_rate", "auroc")
BENCHMARKS = (
    Benchmark(
        "squad2",
        "squad2-dev/squad.json",
        ("right", "hit@1", "hit@5", "mrr@10", "squad_exact", "squad_f1", *_CITED, *_ABSTAIN),
        "deberta-v3-base-squad2 83.8 EM and 87.4 F1 (its model card)",
        "no: given the right paragraph, over all of dev, and answering with a few words; here it is searched for among"
        " all paragraphs of 12 articles, and whole sentences are quoted",
    ),
    Benchmark(
        "beir",
        "scifact",
        ("ndcg@10", "recall@10", "mrr@10"),
        "nDCG@10 of bge-small-en-v1.5 0.713 (MTEB's results); of BM25 0.665 to 0.679 (Anserini's)",
        "no: on the 300 test queries, these are training queries; the same corpus",
    ),
    Benchmark(
        "realtimeqa",
        "realtimeqa-2025",
        ("right", "hit@1", "hit@5", "mrr@10", *_CITED, *_ABSTAIN),
    ),
    Benchmark(
        "multihop-rag",
        "multihop-rag",
        ("facts_hit@10", "facts_hit@4", "facts_map@10", "facts_mrr@10", "facts_recall@10", "facts_all@10", *_ABSTAIN),
        "voyage-02, reranked: Hits@4 0.663 (the paper's table 5)",
        "where passages have 256 tokens; ours have 192",
    ),
    Benchmark("clapnq", "clapnq", ("right", "hit@1", "f1", "citation_precision", "citation_recall", *_ABSTAIN)),
    Benchmark(
        "mtrag",
        "mtrag-un/reference.jsonl",
        ("right", "hit@5", "ndcg@10", "recall@10", "f1", *_ABSTAIN),
        "ELSER with the question rewritten, R@5 0.49 (the paper's table 2)",
        "no: over the full corpora; here over the reference passages of all conversations",
    ),
    Benchmark(
        "qags",
        "qags/cnndm.jsonl",
        _CHECKED,
        "none that we know of",
        "too good: the reader was trained on three quarters of these claims, and the check fitted on them",
    ),
    Benchmark(
        "wice",
        "wice/entailment_inputs__oracle_chunks__claim__dev.jsonl",
        _CHECKED,
        "T5-3B trained on ANLI and WiCE: balanced accuracy 0.907, AUROC 0.947 (the repository's evaluation.json)",
        "no: on 100 claims of the test split; these are of the development split, on which the check was fitted",
    ),
)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--limit", type=click.IntRange(min=1), help="At most N questions of a set.")
@click.option("--seed", type=int, default=0, show_default=True, help="Which N.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("runs/benchmarks"))
def main(folder: Path, limit: int | None, seed: int, out: Path) -> None:
    """Print the figures, Markdown, to stdout; a set's runs are kept in --out, and go on there after a stop."""
    try:
        for line in _figures(folder, Options(limit=limit, seed=seed), out):
            click.echo(line)
    except FootnoteError as error:
        raise click.ClickException(str(error)) from error


def _figures(folder: Path, options: Options, out: Path) -> Iterator[str]:
    for benchmark in BENCHMARKS:
        path = folder / benchmark.place
        if not path.exists():
            click.echo(f"{path} is not there: {benchmark.form} is left out", err=True)
            continue
        name = f"{benchmark.form}:{path}"
        if is_of_claims(name):
            found = _run(name, options, out / benchmark.form)
            yield from _section(benchmark, name, found, list(_values(benchmark, found)))
            continue
        bare = _run(name, replace(options, with_reader=False), out / f"{benchmark.form}-no-reader")
        found = _run(name, options, out / benchmark.form)
        yield from _section(benchmark, name, found, list(_beside(benchmark, found, bare)))


def _run(name: str, options: Options, target: Path) -> Path:
    """The folder of the finished run; asked where that has not been done, and taken up where it was stopped."""

    def say(line: str) -> None:
        click.echo(line, err=True)

    if not (target / "summary.json").is_file():
        run_set(name, options, target, target if (target / "manifest.json").is_file() else None, say)
    return target


def _section(benchmark: Benchmark, name: str, run: Path, table: Sequence[str]) -> Iterator[str]:
    manifest, summary = (_read(run / f"{part}.json") for part in ("manifest", "summary"))
    count = f"{manifest['cases']} {'claims' if 'claims' in summary else 'cases'}, {summary['errors']} errors"
    articles = f", {manifest['articles']:,} articles" if "articles" in manifest else ""
    yield f"### {benchmark.form}: {count}{articles}"
    yield ""
    twice = "" if "claims" in summary else " and the same with `--no-reader`,"
    yield f"`{_command(benchmark, name, manifest)}`,{twice} at {str(manifest.get('commit'))[:8]}"
    yield ""
    yield from table
    yield ""
    comparable = f" Comparable: {benchmark.comparable}." if benchmark.comparable else ""
    yield f"Published: {benchmark.published}.{comparable}"
    yield ""


def _values(benchmark: Benchmark, run: Path) -> Iterator[str]:
    yield "| metric | value | 95 % interval | n |"
    yield "|---|---|---|---|"
    yield from (f"| {' | '.join(cells)} |" for cells in _cells(benchmark, run))


def _beside(benchmark: Benchmark, run: Path, bare: Path) -> Iterator[str]:
    """The values, and what the reader gains over none: real ones, by Holm over the table, are bold."""
    yield "| metric | value | 95 % interval | n | without the reader | gain | 95 % interval | p |"
    yield "|---|---|---|---|---|---|---|---|"
    changes = {change.name: change for change in changes_of(read_run(bare), read_run(run), benchmark.metrics)}
    real = holm({name: change.difference.p for name, change in changes.items() if change.difference}, ALPHA)
    for name, *cells in _cells(benchmark, run):
        change, found = changes[name], changes[name].difference
        gain = ("-", "-", "-")
        if found:
            value, low, high = (f"{figure:+.3f}" for figure in (found.value, found.interval.low, found.interval.high))
            gain = (f"**{value}**" if name in real else value, f"{low} to {high}", chance(found.p))
        yield f"| {' | '.join((name, *cells, number(name, change.a), *gain))} |"


def _cells(benchmark: Benchmark, run: Path) -> Iterator[tuple[str, str, str, str]]:
    """Name, value, interval and n of each of the benchmark's metrics that has a value."""
    measured = _read(run / "summary.json")["metrics"]
    for metric in benchmark.metrics:
        if found := measured.get(metric):
            bounds = [number(metric, bound) for bound in found["interval"] or ()]
            yield metric, number(metric, found["value"]), " to ".join(bounds) or "-", str(found["n"])


def _command(benchmark: Benchmark, name: str, manifest: Mapping[str, Any]) -> str:
    """What a user types for the same figures."""
    parts = [f"footnote eval run {name}"]
    drawn = ("limit", "seed") if manifest.get("limit") else ()
    parts += [f"--{key} {manifest[key]}" for key in drawn if manifest.get(key) is not None]
    return " ".join(parts)


def _read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_bytes()))


if __name__ == "__main__":
    main()
