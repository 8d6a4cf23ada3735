"""The door of the program: the commands of qa, and `eval` and `bench` beside them.

Only what it takes to read the command line is imported here; a command imports the rest, so that `footnote ask`
never waits for the evals.
"""

from __future__ import annotations

from pathlib import Path

import click

from qa.cli import footnote
from qa.cli_conversations import conversations, export, verify
from qa.cli_llm import llm

from .commands import evaluate

for command in (conversations, export, verify, llm, evaluate):
    footnote.add_command(command)


def main() -> None:
    """The console script `footnote`."""
    footnote()


@footnote.group("bench", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--quick", is_flag=True, hidden=True, help="Time everything once: to see that it runs.")
@click.pass_context
def bench_command(context: click.Context, as_json: bool, quick: bool) -> None:
    """Time the encoder, searching, asking and starting on this machine, in under a minute.

    The encoder is timed beside onnxruntime on the same file and texts; the rest on the articles of seeds/ and the
    questions of the set "seeds". Warm is a process that has answered before; cold is a new one.

    \b
    Examples:
      footnote bench
      footnote bench --json
      footnote bench ingest news.jsonl
    """
    from .bench import QUICK, measure

    if context.invoked_subcommand is None:
        click.echo(measure(QUICK if quick else None).to_text(as_json=as_json))


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
