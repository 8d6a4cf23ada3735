"""The door of the program: the commands of qa, and `eval` and `bench` beside them.

Only what it takes to read the command line is imported here; a command imports the rest, so that `footnote ask`
never waits for the evals.
"""

from __future__ import annotations

import click

from qa.cli import footnote

from .commands import evaluate

footnote.add_command(evaluate)


def main() -> None:
    """The console script `footnote`."""
    footnote()


@footnote.command("bench")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--quick", is_flag=True, hidden=True, help="Time everything once: to see that it runs.")
def bench_command(as_json: bool, quick: bool) -> None:
    """Time the encoder, searching, asking and starting on this machine, in under a minute.

    The encoder is timed beside onnxruntime on the same file and texts; the rest on the articles of seeds/ and the
    questions of the set "seeds". Warm is a process that has answered before; cold is a new one.

    \b
    Examples:
      footnote bench
      footnote bench --json
    """
    from .bench import QUICK, measure

    click.echo(measure(QUICK if quick else None).to_text(as_json=as_json))
