"""`footnote eval`: parses, calls, prints. What it does is done elsewhere, and imported when it is called."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from index.errors import FootnoteError, NoLibrary
from qa.terminal import library_option, reader_option

if TYPE_CHECKING:
    from .execute import Finished
    from .subject import Options

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group("eval")
def evaluate() -> None:
    """Ask question sets and measure the answers.

    A set is a file of JSON lines, a question each:

    \b
      {"id": "1", "question": "Who founded Alibaba?", "answers": ["Jack Ma"],
       "relevant": [{"article_id": "589594a651d405dc", "quote": "..."}],
       "answerable": true, "history": [], "tags": ["fact"]}

    Any of "answers" will do; "all_answers" lists what must all be there. "relevant" is the evidence: article ids, or
    quotes exactly as they stand in an article. YAML (a list of the same) and CSV (lists split at |) are read too.
    """


class WithFormats(click.Command):
    """A command whose help ends with the public formats and how to get their data."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list."""
        from .datasets import formats_help

        with formatter.section("Public sets, as FORMAT:PATH"):
            formatter.write_dl(formats_help())


def _many(name: str, metavar: str, text: str, **more: Any) -> Callable[[Any], Any]:
    return click.option(name, multiple=True, metavar=metavar, help=text, **more)


@evaluate.command("run", cls=WithFormats)
@click.argument("names", metavar="SET...", nargs=-1, required=True)
@library_option
@reader_option
@click.option(
    "--out",
    type=FOLDER,
    help="Folder for results.jsonl, summary.json and manifest.json.  [default: runs/SET-TIME]",
)
@click.option("--limit", type=click.IntRange(min=1), help="Ask only the first N questions.", metavar="N")
@click.option("--seed", type=int, metavar="S", help="With --limit: draw the N questions at random, always the same.")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, metavar="J", help="Ask J at a time; latencies grow.")
@click.option("--resume", type=FOLDER, metavar="RUN", help="Go on with a run that was stopped; errors are asked again.")
@_many("--set", "KEY=VALUE", "Run with another setting: passage_tokens, candidates, ...", envvar=None)
@_many("--answers", "FILE", "Score answers made elsewhere, in the JSON lines of ask --batch.", type=FILE)
@click.option("--endpoint", metavar="URL", help="Ask an OpenAI-compatible server, such as http://127.0.0.1:8000/v1.")
@click.option("--model", default="default", metavar="NAME", help="The model to ask that server for.")
@click.option("--key-env", metavar="NAME", help="The environment variable that holds that server's key.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.option("--failures", is_flag=True, help="Print what was asked, expected and given where it was not right.")
@_many("--min", "METRIC=VALUE", "Exit with 1 when this metric is lower. May be given several times.")
@click.pass_context
def run_command(
    context: click.Context,
    /,
    names: tuple[str, ...],
    library: Path,
    out: Path | None,
    resume: Path | None,
    as_json: bool,
    failures: bool,
    **options: Any,
) -> None:
    """Ask every question of each SET: a file, the name of a shipped set (seeds), or a public set.

    Exits with 1 when a question met an error or a metric is under its --min, and with 2 when a part of the input
    could not be read; both say what. A public set's library is made once and kept in ~/.cache/footnote.

    \b
    Examples:
      footnote eval run seeds
      footnote eval run seeds --failures --min right=0.8 --min abstain_f1=0.9
      footnote eval run my-questions.jsonl --library my-library --json
      footnote eval run squad2:dev-v2.0.json --limit 500 --seed 1
      footnote eval run my-questions.jsonl --answers other-system.jsonl
    """
    from .execute import Stopped, run_set

    minimums = _minimums(options.pop("min"), names)
    settings = _options(context, library, options)
    if resume and len(names) > 1:
        raise click.UsageError("--resume goes on with one SET")
    finished: dict[str, Finished] = {}
    for name in names:
        folder = out if out is None or len(names) == 1 else out / _folder_name(name)
        try:
            with _seeds_explained(name, library):
                finished[name] = run_set(name, settings, folder, resume, _complain)
        except Stopped as stopped:
            _complain(str(stopped))
            context.exit(130)
        click.echo(f"the results are in {finished[name].path}", err=True)
    _print(finished, as_json=as_json, failures=failures)
    faults = [fault for one in finished.values() for fault in one.faults(minimums)]
    if faults:
        _complain("; ".join(faults))
    if any(one.problems for one in finished.values()):
        context.exit(2)
    context.exit(1 if faults else 0)


@evaluate.command("compare")
@click.argument("a", type=FOLDER)
@click.argument("b", type=FOLDER)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--all", "all_flips", is_flag=True, help="Show every case that flipped, not the first ones.")
def compare_command(a: Path, b: Path, as_json: bool, all_flips: bool) -> None:
    """Compare run B with run A, case by case.

    "95 % interval" is that of the difference, by a paired bootstrap; "p" is the chance of one as large between runs
    that are equally good, by a randomisation test. Wins are cases where B is better.

    \b
    Example:
      footnote eval compare runs/before runs/after
    """
    from .compare import compare_runs
    from .folder import read_run

    found = compare_runs(read_run(a), read_run(b))
    click.echo(found.to_json() if as_json else found.to_text(all_flips=all_flips))


@evaluate.command("gate")
@click.argument("run", type=FOLDER)
@_many("--min", "METRIC=VALUE", "Fail when this metric is lower.")
@click.option("--no-worse-than", "baseline", type=FOLDER, metavar="RUN", help="Fail when it is really worse than RUN.")
@_many("--metric", "METRIC", "With --no-worse-than: the metrics to look at.  [default: those marked in the docs]")
@click.option("--max-errors", type=click.IntRange(min=0), default=0, metavar="N", help="Errors that are let pass.")
@click.option("--junit", type=FILE, help="Write JUnit XML there.")
@click.option("--markdown", type=FILE, help="Add Markdown to this file, such as $GITHUB_STEP_SUMMARY.")
@click.pass_context
def gate_command(
    context: click.Context,
    /,
    run: Path,
    min: tuple[str, ...],  # noqa: A002  # the option's name
    baseline: Path | None,
    metric: tuple[str, ...],
    max_errors: int,
    junit: Path | None,
    markdown: Path | None,
) -> None:
    """Say whether a run passes: one verdict, and what decided it.

    Exits with 0: passed, 1: failed, 2: wrong use, 3: cannot be judged (it was stopped, or questions met errors).
    "Really worse" is a difference that chance makes in less than 5 % of gates over runs that are equally good.

    \b
    Examples:
      footnote eval gate runs/now --min right=0.75 --min exact_quotes=1
      footnote eval gate runs/now --no-worse-than runs/main --junit gate.xml --markdown summary.md
    """
    from .compare import compare_runs
    from .folder import read_run
    from .gate import check_metrics, judge_run
    from .report import read_minimums

    if not min and baseline is None:
        raise click.UsageError("say what to hold the run against: --min METRIC=VALUE or --no-worse-than RUN")
    if unknown := check_metrics(metric):
        raise click.UsageError(f"--metric {unknown[0]}: there is no such metric")
    before, found = read_run(baseline) if baseline else None, read_run(run)
    verdict = judge_run(found, read_minimums(min), before, metric, max_errors)
    if junit:
        junit.write_text(verdict.to_junit(), "utf-8")
    if markdown:
        with markdown.open("a", encoding="utf-8") as file:
            file.write(verdict.to_markdown(compare_runs(before, found) if before else None))
    click.echo(verdict.to_text())
    context.exit(int(verdict.code))


@evaluate.command("show")
@click.argument("run", type=FOLDER)
@click.argument("ids", metavar="[CASE]...", nargs=-1)
@click.option("--failures", is_flag=True, help="Show every case that is not right.")
@click.option("--html", type=FILE, metavar="FILE", help="Write the run as one HTML page that opens offline.")
def show_command(run: Path, ids: tuple[str, ...], failures: bool, html: Path | None) -> None:
    """Show a run: its table, or cases with what was found, answered and cited, and the reason for each score.

    \b
    Examples:
      footnote eval show runs/seeds-20260101T120000Z fact-01
      footnote eval show runs/seeds-20260101T120000Z --failures
      footnote eval show runs/seeds-20260101T120000Z --html report.html
    """
    from .folder import read_run
    from .page import as_page
    from .report import Report
    from .show import as_text

    found = read_run(run)
    by_id = {outcome.id: outcome for outcome in found.outcomes}
    if unknown := [identity for identity in ids if identity not in by_id]:
        raise FootnoteError(f"{run} holds no case {unknown[0]!r}; its cases are in {run / 'results.jsonl'}")
    wanted = [by_id[identity] for identity in ids]
    wanted += [o for o in found.outcomes if failures and not o.right and o.id not in ids]
    if html:
        html.write_text(as_page(found), "utf-8")
        click.echo(f"the page is in {html}", err=True)
    if wanted:
        click.echo("\n\n".join(as_text(outcome) for outcome in wanted))
    elif not html:
        click.echo("no case failed" if failures else Report.of(found.outcomes).table())


@evaluate.command("export")
@click.argument("name", metavar="SET")
@click.option("--out", type=FILE, required=True, help="Where the questions go, or the claims of a support set.")
@click.option("--articles", type=FILE, metavar="FILE", help="Where the articles of a public set go.")
@click.option("--limit", type=click.IntRange(min=1), help="Only the first N questions.", metavar="N")
@click.option("--seed", type=int, metavar="S", help="With --limit: draw the N at random, as `run` does.")
def export_command(name: str, out: Path, articles: Path | None, limit: int | None, seed: int | None) -> None:
    """Write a SET as JSON lines for another system: questions for `ask --batch`, claims for `check --batch`.

    What that system answers is scored by `footnote eval run SET --answers FILE`.

    \b
    Examples:
      footnote eval export squad2:dev-v2.0.json --out questions.jsonl --articles articles.jsonl
      footnote eval export wice:dev.jsonl --out claims.jsonl
    """
    from .export import export

    click.echo(export(name, out, articles, limit, seed), err=True)


@evaluate.command("suggest")
@library_option
@click.option("--count", type=click.IntRange(1, 10_000), default=30, show_default=True, help="How many at most.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed draws other sentences.")
@click.option("--out", type=FILE, help="Write them there instead of printing them.")
def suggest_command(library: Path, count: int, seed: int, out: Path | None) -> None:
    """Draft a set from your own articles, without a model: rules over sentences with names, numbers and dates.

    Some ask what an article says, some need what was said before, and some are about an article that the run takes out
    of the library first, so that there is no answer. All are marked as drafts; go through them with `eval review`.

    \b
    Examples:
      footnote eval suggest --out my-questions.jsonl
      footnote eval review my-questions.jsonl
      footnote eval run my-questions.jsonl
    """
    from index import Library

    from .libraries import articles_of
    from .suggest import suggest

    with Library.open(library) as opened:
        cases = suggest(articles_of(opened), count, seed)
    if not cases:
        raise FootnoteError(
            f"no sentence in {library} fits a rule; write questions by hand, see `footnote eval --help`"
        )
    lines = [json.dumps(case.to_json(), ensure_ascii=False) for case in cases]
    if out is None:
        click.echo("\n".join(lines))
        return
    if out.exists():
        raise FootnoteError(f"{out} is there already; give --out another file")
    out.write_text("\n".join(lines) + "\n", "utf-8")
    click.echo(f"{len(lines)} drafts are in {out}; go through them with `footnote eval review {out}`", err=True)


@evaluate.command("follow-ups")
@click.argument("name", metavar="SET")
@click.option("--half", "part", type=click.Choice(["dev", "held-out"]), help="Only the conversations of one half.")
def follow_ups_command(name: str, part: str | None) -> None:
    """Measure what is found for the last question of each conversation: raw, made whole, and with what was said.

    \b
    Example:
      footnote eval follow-ups mtrag:reference.jsonl
    """
    from index import Library

    from .datasets import Dataset
    from .followups import half, measure
    from .libraries import library_for
    from .subject import read_source

    source = read_source(name)
    if not isinstance(source, Dataset):
        raise click.UsageError(f"{name} is no set of conversations over articles")
    with Library.open(library_for(source.set.name, source.articles, {})) as library:
        cases = half(source.set.cases, part) if part else source.set.cases
        click.echo(measure(cases, library).to_text())


@evaluate.command("review")
@click.argument("path", metavar="SET", type=FILE)
def review_command(path: Path) -> None:
    """Accept, correct or drop the drafts of a set, one by one. What is decided is kept at once.

    \b
    Example:
      footnote eval review my-questions.jsonl
    """
    from .review import review

    done = review(path, _decide)
    click.echo(f"{done.accepted} accepted, {done.dropped} dropped, {done.left} drafts left")


# -- helpers -----------------------------------------------------------------------------------------------------------


def _decide(record: dict[str, Any], position: int, count: int) -> str:
    """Show a draft and ask what to do with it."""
    quotes = [piece.get("quote", "") for piece in record.get("relevant", []) if isinstance(piece, dict)]
    said = [str(turn.get("content", "")) for turn in record.get("history", []) if isinstance(turn, dict)]
    click.echo(f"\n{position} of {count}  {record.get('id')}")
    for name, lines in (("before", said), ("question", [record.get("question", "")]), ("evidence", quotes)):
        for line in lines:
            click.echo(f"  {name:9} {_printable(str(line))}")
    expected = " / ".join(map(str, record.get("answers", []))) or "no answer"
    without = f", without article {', '.join(map(str, record['without']))}" if record.get("without") else ""
    click.echo(f"  {'expected':9} {_printable(expected)}{without}")
    choices = {"a": "accept", "d": "drop", "s": "skip", "q": "quit"}
    try:
        key = click.prompt(
            "[a]ccept [e]dit [d]rop [s]kip [q]uit", type=click.Choice([*choices, "e"]), show_choices=False
        )
        return choices.get(key) or str(click.prompt("  question", default=record.get("question")))
    except click.Abort:
        return "quit"


def _printable(text: str) -> str:
    """On one line and without control characters: an article must not drive the terminal."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _complain(line: str) -> None:
    click.echo(f"footnote: {' '.join(line.split())}", err=True)


def _options(context: click.Context, library: Path, given: dict[str, Any]) -> Options:
    from .settings import read_options, single
    from .subject import Options

    if given["answers"] and given["endpoint"]:
        raise click.UsageError("give --answers or --endpoint")
    variable = given["key_env"]
    if variable and variable not in os.environ:
        raise click.UsageError(f"--key-env {variable}: there is no such environment variable")
    explicit = context.get_parameter_source("library") is ParameterSource.COMMANDLINE
    return Options(
        library=library if explicit else None,
        default_library=library,
        limit=given["limit"],
        seed=given["seed"],
        jobs=given["jobs"],
        settings=single(read_options(given["set"])),
        answers=given["answers"],
        endpoint=given["endpoint"],
        model=given["model"],
        key=os.environ[variable] if variable else None,
        with_reader=given["with_reader"],
    )


def _minimums(options: tuple[str, ...], names: tuple[str, ...]) -> dict[str, float]:
    from .report import read_minimums

    support = ("balanced_accuracy", "true_positive_rate", "true_negative_rate", "auroc")
    of_claims = [name.partition(":")[0] in ("wice", "qags") for name in names]
    return read_minimums(options, support if all(of_claims) else ())


def _folder_name(name: str) -> str:
    """A set's name as a folder's."""
    form, _, place = name.rpartition(":")
    return "-".join(filter(None, (form, Path(place).stem)))


def _print(finished: dict[str, Finished], *, as_json: bool, failures: bool) -> None:
    if as_json:
        objects = {name: one.to_json(failures=failures) for name, one in finished.items()}
        content = objects if len(objects) > 1 else next(iter(objects.values()))
        click.echo(json.dumps(content, ensure_ascii=False, indent=2))
        return
    texts = {name: one.to_text(failures=failures) for name, one in finished.items()}
    click.echo("\n\n".join(f"{name}\n\n{text}" if len(texts) > 1 else text for name, text in texts.items()))


@contextmanager
def _seeds_explained(name: str, library: Path) -> Iterator[None]:
    """Where the shipped set meets no library, say the command that makes the one it needs."""
    try:
        yield
    except NoLibrary as error:
        if name != "seeds":
            raise
        raise FootnoteError(f"no library in {library}; run `footnote sync seeds --library {library}`") from error
