"""The table of docs/benchmarks.md: every public set in a folder, asked and measured.

    python -m evals.benchmarks BENCH_DIR [--limit N --seed S] > table.md

BENCH_DIR holds a folder a set. One that is not there is left out, and said so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from index.errors import FootnoteError

from .execute import run_set
from .measures import Metric
from .report import Report, number
from .subject import Options


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A public set as it lies in the folder, the metrics that say something on it, and figures published elsewhere.

    `published` says in words what was measured how: most published figures are not of the same task.
    """

    form: str
    place: str
    metrics: tuple[str, ...]
    published: str


_ABSTAIN = ("abstain_precision", "abstain_recall", "abstain_f1", "auroc", "aurc")
_CITED = ("answer_found", "citation_precision", "exact_quotes")

BENCHMARKS = (
    Benchmark(
        "squad2",
        "squad2-dev/squad.json",
        ("right", "hit@1", "hit@5", "mrr@10", "squad_exact", "squad_f1", *_CITED, *_ABSTAIN),
        "deberta-v3-base-squad2 83.8 EM, 87.4 F1: given the paragraph, all of dev; not comparable, here it is searched",
    ),
    Benchmark(
        "beir",
        "scifact",
        ("ndcg@10", "recall@10", "mrr@10"),
        "bge-small-en-v1.5 nDCG@10 0.713 on the test queries; comparable on those alone",
    ),
    Benchmark("realtimeqa", "realtimeqa-2025", ("right", "hit@1", "hit@5", "mrr@10", *_CITED, *_ABSTAIN), "none"),
    Benchmark(
        "multihop-rag",
        "multihop-rag",
        ("facts_hit@10", "facts_hit@4", "facts_map@10", "facts_mrr@10", "facts_recall@10", "facts_all@10", *_ABSTAIN),
        "voyage-02, reranked: Hits@4 0.663 (script); comparable where passages have 256 tokens",
    ),
    Benchmark("clapnq", "clapnq", ("right", "hit@1", "f1", "citation_precision", "citation_recall", *_ABSTAIN), "none"),
    Benchmark(
        "mtrag",
        "mtrag-un/reference.jsonl",
        ("right", "hit@5", "ndcg@10", "recall@10", "f1", *_ABSTAIN),
        "ELSER with rewriting R@5 0.49: over the full corpora; not comparable, here over the reference passages",
    ),
)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--limit", type=click.IntRange(min=1), help="At most N questions of a set.")
@click.option("--seed", type=int, default=0, show_default=True, help="Which N.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("runs/benchmarks"))
def main(folder: Path, limit: int | None, seed: int, out: Path) -> None:
    """Print the table, Markdown, to stdout; a set's runs are kept in --out, and go on there after a stop."""
    try:
        for line in _table(folder, Options(limit=limit, seed=seed), out):
            click.echo(line)
    except FootnoteError as error:
        raise click.ClickException(str(error)) from error


def _table(folder: Path, options: Options, out: Path) -> Iterator[str]:
    yield "| set | metric | value | 95 % interval | n | published |"
    yield "|---|---|---|---|---|---|"
    for benchmark in BENCHMARKS:
        path = folder / benchmark.place
        if not path.exists():
            click.echo(f"{path} is not there: {benchmark.form} is left out", err=True)
            continue
        target = out / benchmark.form
        resume = target if (target / "manifest.json").is_file() else None
        finished = run_set(f"{benchmark.form}:{path}", options, target, resume, lambda line: click.echo(line, err=True))
        if isinstance(finished.report, Report):
            yield from _rows(benchmark, finished.report)


def _rows(benchmark: Benchmark, report: Report) -> Iterator[str]:
    found: dict[str, Metric] = {metric.name: metric for metric in report.metrics}
    cells: Sequence[str] = (
        f"{benchmark.form}, {len(report.outcomes)} cases, {report.errors} errors",
        benchmark.published,
    )
    for name in benchmark.metrics:
        metric = found[name]
        bounds = metric.interval
        interval = "-" if bounds is None else f"{number(name, bounds.low)} to {number(name, bounds.high)}"
        yield f"| {cells[0]} | {name} | {number(name, metric.value)} | {interval} | {metric.n} | {cells[1]} |"
        cells = ("", "")


if __name__ == "__main__":
    main()
