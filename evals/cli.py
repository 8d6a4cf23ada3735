"""The door of the program: the commands of qa, and `eval` and `bench` beside them.

Only what it takes to read the command line is imported here; a command imports the rest, so that `footnote ask`
never waits for the evals.
"""

from __future__ import annotations

from pathlib import Path

import click

from qa.cli import footnote

from .commands import evaluate

footnote.add_command(evaluate)


def main() -> None:
    """The console script `footnote`."""
    footnote()


def _sizes(_: click.Context, __: click.Parameter, value: str) -> list[int]:
    """`1k,10k,1M` as numbers."""
    factors = {"k": 1_000, "m": 1_000_000}
    try:
        sizes = [
            int(float(part.rstrip("kKmM")) * factors.get(part[-1:].lower(), 1)) for part in value.split(",") if part
        ]
    except ValueError:
        raise click.BadParameter("give numbers of passages, such as 1k,10k,1M") from None
    if not sizes or min(sizes) < 1:
        raise click.BadParameter("give numbers of passages, such as 1k,10k,1M")
    return sorted(set(sizes))


@footnote.group("bench", invoke_without_command=True)
@click.option("--articles", type=click.Path(path_type=Path, exists=True), help="Measure at sizes, with these articles.")
@click.option("--size", callback=_sizes, default="1k,10k", show_default=True, help="Passages.", metavar="N,N,...")
@click.option("--questions", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="JSON lines to ask.")
@click.option("--count", type=click.IntRange(min=1), default=30, show_default=True, help="Questions to ask.")
@click.option("--keep", type=click.Path(path_type=Path, file_okay=False), help="Keep the grown libraries here.")
@click.option("--save", type=click.Path(path_type=Path, dir_okay=False), help="Keep the figures in this JSON file.")
@click.option("--plot", type=click.Path(path_type=Path, dir_okay=False), help="Draw the curves into this SVG file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--quick", is_flag=True, hidden=True, help="Time everything once: to see that it runs.")
@click.pass_context
def bench_command(
    context: click.Context,
    articles: Path | None,
    size: list[int],
    questions: Path | None,
    count: int,
    keep: Path | None,
    save: Path | None,
    plot: Path | None,
    as_json: bool,
    quick: bool,
) -> None:
    """Time searching, asking and starting on this machine, each beside a baseline that takes turns with it.

    Without --articles: the encoder beside onnxruntime, and answers over the articles of seeds/, in under a minute.
    With it (a file, a folder, or a library): libraries of the sizes given, real passages first, the rest recombined
    from their sentences; search beside the plain way and a matrix product, recall, memory, and starts. A million
    passages take half an hour of processor time to grow: --keep a folder for them, and the next time finds them there.

    \b
    Examples:
      footnote bench
      footnote bench --articles news.jsonl --size 1k,10k,100k --save bench.json --plot bench.svg
      footnote bench ingest news.jsonl
    """
    if context.invoked_subcommand is not None:
        return
    if articles is None:
        from .bench import QUICK, measure

        found = measure(QUICK if quick else None)
    else:
        from . import sizes

        found = sizes.measure(articles, size, count, questions, keep)
        if plot is not None:
            plot.write_text(sizes.curves(found), "utf-8")
    if save is not None:
        save.write_text(found.to_text(as_json=True) + "\n", "utf-8")
    click.echo(found.to_text(as_json=as_json))


@bench_command.command("ingest")
@click.argument("source", metavar="PATH", type=click.Path(path_type=Path, exists=True))
@click.option("--limit", type=click.IntRange(min=1), help="Take only the first N articles.", metavar="N")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def bench_ingest_command(source: Path, limit: int | None, as_json: bool) -> None:
    """Time adding the articles of PATH: ours, the plain way and the encoder alone, in one run.

    The plain way is llama-index's SentenceSplitter, what Chroma's MiniLM function computes, with the same weights, and
    collection.add. Also the memory ours holds, the bytes a passage takes on disk, and a sync that changes nothing.

    \b
    Examples:
      footnote bench ingest news.jsonl
      footnote bench ingest articles/ --limit 500 --json
    """
    from .ingest import measure

    click.echo(measure(source, limit).to_text(as_json=as_json))
