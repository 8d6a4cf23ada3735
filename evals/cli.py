"""The door of the program: the commands of qa, and `eval` and `bench` beside them.

Only what it takes to read the command line is imported here; a command imports the rest, so that `footnote ask`
never waits for the evals.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from index.errors import FootnoteError, NoLibrary
from qa.cli import footnote, library_option

if TYPE_CHECKING:
    from index import Library

    from .cases import Case
    from .folder import RunFolder
    from .report import Report


def main() -> None:
    """The console script `footnote`."""
    footnote()


@footnote.group("eval")
def evaluate() -> None:
    """Ask question sets and measure the answers.

    A set is a file of JSON lines, a question each:

    \b
      {"id": "1", "question": "Who founded Alibaba?", "answers": ["Jack Ma"],
       "relevant": [{"article_id": "589594a651d405dc", "quote": "..."}],
       "answerable": true, "history": [], "tags": ["fact"]}

    Any of "answers" will do; "all_answers" lists what must all be there. "relevant" is the evidence: article ids, or
    quotes exactly as they stand in an article.
    """


@evaluate.command("run")
@click.argument("name", metavar="SET")
@library_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for results.jsonl, summary.json and manifest.json.  [default: runs/SET-TIME]",
)
@click.option("--limit", type=click.IntRange(min=1), help="Ask only the first N questions.", metavar="N")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.option("--failures", is_flag=True, help="Print what was asked, expected and given where it was not right.")
@click.option(
    "--min",
    "minimums",
    multiple=True,
    metavar="METRIC=VALUE",
    help="Exit with 1 when this metric of the table is lower. May be given several times.",
)
@click.pass_context
def run_command(
    context: click.Context,
    name: str,
    library: Path,
    out: Path | None,
    limit: int | None,
    as_json: bool,
    failures: bool,
    minimums: tuple[str, ...],
) -> None:
    """Ask every question of SET, a file or the name of a shipped set (seeds).

    Exits with 1 when a question met an error or a metric is under its --min, and says which.

    \b
    Examples:
      footnote eval run seeds
      footnote eval run seeds --failures --min right=0.8 --min abstain_f1=0.9
      footnote eval run my-questions.jsonl --library my-library --json
    """
    from index import Library

    from .cases import find_set, read_cases
    from .folder import RunFolder
    from .report import read_minimums

    limits = read_minimums(minimums)
    path = find_set(name)
    cases = read_cases(path)[:limit]
    with _seeds_explained(name, library), Library.open(library) as opened:
        folder = RunFolder(out) if out else RunFolder.named_after(path)
        report = _report_on(path, cases, opened, folder)
    click.echo(f"the results are in {folder.path}", err=True)
    click.echo(report.to_text(as_json=as_json, failures=failures))
    if faults := report.faults(limits):
        click.echo(f"footnote: {'; '.join(faults)}", err=True)
        context.exit(1)


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

    
    Examples:
      footnote bench ingest news.jsonl
      footnote bench ingest articles/ --limit 500 --json
    """
    from .ingest import measure

    click.echo(measure(source, limit).to_text(as_json=as_json))


def _report_on(path: Path, cases: Sequence[Case], library: Library, folder: RunFolder) -> Report:
    """Ask, keep every outcome as it comes, and sum them up."""
    from tqdm import tqdm

    from .folder import Manifest
    from .report import Report
    from .run import check_same_articles, run

    check_same_articles(cases, library)
    outcomes = folder.keep(Manifest.of(path, len(cases), library), run(cases, library))
    # disable=None: a bar for people, nothing in a log file
    report = Report.of(list(tqdm(outcomes, total=len(cases), unit="question", file=sys.stderr, disable=None)))
    folder.finish(report)
    return report


@contextmanager
def _seeds_explained(name: str, library: Path) -> Iterator[None]:
    """Where the shipped set meets no library, say the command that makes the one it needs."""
    try:
        yield
    except NoLibrary as error:
        if name != "seeds":
            raise
        raise FootnoteError(f"no library in {library}; run `footnote sync seeds --library {library}`") from error
