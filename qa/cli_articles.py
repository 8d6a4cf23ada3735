"""The commands that change and list the articles: they parse, call and print."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from index.errors import ArticleError, FootnoteError
from index.place import Place

from .terminal import PATH, command, json_option, library_option, one_line, open_library, print_json

if TYPE_CHECKING:
    from index import Library, Report
    from index.doctor import Finding
    from index.report import Progress


@command(
    "add",
    "Add articles: files, folders of them, web pages and feeds. Reads text, Markdown, HTML, PDF, Word, EPUB, CSV,"
    " JSON lines, and zip archives of these. Adding the same twice changes nothing.",
    "footnote add report.pdf notes.md",
    "footnote add https://example.org/news/article   # a page; an RSS or Atom feed adds its entries",
    "footnote add articles/ --library work",
    'footnote add news.jsonl   # a line: {"id": "...", "title": "...", "text": "...", "url": "..."}',
)
@click.argument("sources", metavar="PATH|URL...", nargs=-1, required=True)
@library_option
def add(sources: tuple[str, ...], library: Place) -> None:
    """See the command's help."""
    with open_library(library, create=True) as opened, _intake_progress() as progress:
        report = opened.add_files([_source(source) for source in sources], progress)
    _say(report)


@command(
    "sync",
    "Make the library mirror a folder: files that are new or changed are added, those that are gone are removed."
    " Removing more than half of what came from the folder takes --force.",
    "footnote sync articles/",
    "footnote sync articles/ --dry-run    # print what would be done",
    "footnote sync articles/ --watch      # go on at every change; Ctrl-C stops it",
)
@click.argument("folder", type=PATH)
@click.option("--dry-run", is_flag=True, help="Print what would be done, and do nothing.")
@click.option("--force", is_flag=True, help="Remove even more than half of the articles.")
@click.option("--watch", is_flag=True, help="Go on: sync again at every change of the folder.")
@library_option
def sync(folder: Path, library: Place, dry_run: bool, force: bool, watch: bool) -> None:
    """See the command's help."""
    if watch and (dry_run or force):
        raise click.UsageError("--watch goes with neither --dry-run nor --force")
    if not folder.is_dir():  # before a library is made
        raise ArticleError(str(folder), "is not a folder; give the folder that the library should mirror")
    with open_library(library, create=not dry_run) as opened:
        if watch:
            _follow(opened, folder)
            return
        with _intake_progress() as progress:
            report = opened.sync(folder, dry_run=dry_run, force=force, progress=progress)
    if dry_run:
        _print_plan(report)
    _say(report)


@command(
    "work",
    "Add what waits in the queue of a library on servers, beside others, until Ctrl-C. `sync` and `add` fill the queue"
    " and work, too: each further process, on any machine, makes them faster.",
    "footnote work --library postgresql://ann@db.example/news?chroma=vectors.example:8000",
    "footnote work --once    # until nothing waits",
)
@click.option("--once", is_flag=True, help="End when nothing waits.")
@library_option
def work(library: Place, once: bool) -> None:
    """See the command's help."""
    with open_library(library) as opened, suppress(KeyboardInterrupt):
        opened.work(lambda source: click.echo(one_line(source), err=True), once=once)


@command("articles", "List the articles.", "footnote articles", "footnote articles --json")
@library_option
@json_option
def articles(library: Place, as_json: bool) -> None:
    """See the command's help."""
    with open_library(library) as opened:
        summaries = opened.articles()
    if as_json:
        fields = ("id", "title", "source", "published", "characters", "passages")
        print_json([{name: getattr(summary, name) for name in fields} for summary in summaries])
        return
    for summary in summaries:
        title, source = one_line(summary.title) or "(no title)", click.style(one_line(summary.source), dim=True)
        click.echo(f"{summary.id}  {title}  {source}")


@command(
    "show", "Show one article: the text that every citation's offsets point into.", "footnote show 589594a651d405dc"
)
@click.argument("article_id", metavar="ID")
@library_option
@json_option
def show(article_id: str, library: Place, as_json: bool) -> None:
    """See the command's help."""
    with open_library(library) as opened:
        article = opened.show(article_id)
    if as_json:
        fields = ("id", "title", "source", "url", "published", "text")
        print_json({name: getattr(article, name) for name in fields})
    else:
        click.echo(article.text)


@command("remove", "Remove articles everywhere: text, vectors and full-text index.", "footnote remove 589594a651d405dc")
@click.argument("article_ids", metavar="ID...", nargs=-1, required=True)
@library_option
def remove(article_ids: tuple[str, ...], library: Place) -> None:
    """See the command's help."""
    with open_library(library) as opened:
        opened.remove(article_ids)
    click.echo(f"{len(set(article_ids))} removed")


@command(
    "doctor",
    "Check the library and the set-up, and say what was checked. --repair makes anew what can be made from the"
    " articles: the full-text index, the vectors of another model, Chroma. Exits with 1 when something is to be"
    " mended, and with 3 when articles are damaged.",
    "footnote doctor",
    "footnote doctor --repair",
)
@click.option("--repair", is_flag=True, help="Mend what can be mended.")
@library_option
@json_option
@click.pass_context
def doctor(context: click.Context, repair: bool, library: Place, as_json: bool) -> None:
    """See the command's help."""
    from index.doctor import examine
    from index.encoder import Encoder

    from .doctor import examine_reader

    findings = [*examine(library, Encoder(), repair=repair), examine_reader()]
    if as_json:
        fields = ("check", "checked", "fault", "mended")
        print_json([{name: getattr(finding, name) for name in fields} for finding in findings])
    else:
        for finding in findings:
            click.echo(_finding_line(finding))
    left = [finding for finding in findings if not finding.is_well]
    if left:
        hint = "" if repair else "; `footnote doctor --repair` mends what can be mended"
        click.echo(f"footnote: {len(left)} of {len(findings)} checks found a fault{hint}", err=True)
        context.exit(3 if any(finding.is_vital for finding in left) else 1)


def _source(argument: str) -> Path | str:
    """A file or folder as a Path, a web address as it is."""
    return argument if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", argument) else Path(argument)


@contextmanager
def _intake_progress() -> Iterator[Callable[[Progress], Any]]:
    """A bar on stderr, where that is a terminal: bytes read, articles, passages, passages a second, time left."""
    from tqdm import tqdm

    layout = "{percentage:3.0f}% |{bar}| {postfix} [{elapsed}<{remaining}]"
    with tqdm(bar_format=layout, disable=not sys.stderr.isatty(), leave=False) as bar:

        def update(progress: Progress) -> None:
            rate = progress.passages / max(bar.format_dict["elapsed"], 0.1)
            bar.total = max(progress.total, progress.done)
            bar.n = progress.done
            bar.set_postfix_str(
                f"{progress.articles:,} articles, {progress.passages:,} passages, {rate:,.0f} passages/s"
            )

        yield update


def _say(report: Report) -> None:
    """What was done on stdout, each failure on stderr; bad input makes the exit code 2."""
    _print_report(report)
    if report.failed:
        sys.exit(2)


def _print_report(report: Report) -> None:
    click.echo(str(report))
    for group in report.near:
        click.echo(f"nearly the same text: {one_line(', '.join(group))}")
    for failure in report.failed:
        click.echo(f"footnote: {one_line(str(failure))}", err=True)
    if report.needs_force:
        click.echo("footnote: more than half of the articles would be removed; that takes --force", err=True)


def _print_plan(report: Report) -> None:
    for change in report.changes:
        if change.what != "unchanged":
            title = one_line(change.title) or "(no title)"
            click.echo(f"{change.what:9}{change.article_id}  {title}  {one_line(change.source)}")


def _finding_line(finding: Finding) -> str:
    state = "ok" if not finding.fault else "mended" if finding.mended else "FAULT"
    detail = f"{finding.checked}: {finding.fault}" if finding.fault else finding.checked
    return f"{state:7}{finding.check:16}{one_line(detail)}"


def _follow(library: Library, folder: Path) -> None:
    """Sync at every change until Ctrl-C; what goes wrong at one of them is said, and the next is waited for."""
    from index.watch import changes

    with suppress(KeyboardInterrupt):
        for _ in changes(folder):
            try:
                with _intake_progress() as progress:
                    _print_report(library.sync(folder, progress=progress))
            except FootnoteError as error:
                click.echo(f"footnote: {one_line(str(error))}", err=True)
