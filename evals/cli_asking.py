"""The commands that ask question sets: they parse, call and print."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from index.errors import FootnoteError, NoLibrary
from index.place import Place
from qa.terminal import library_option, reader_option

from .options import FILE, FOLDER, complain, first_interrupt_only, leave, many

if TYPE_CHECKING:
    from .execute import Finished
    from .subject import Options


class WithFormats(click.Command):
    """A command whose help ends with the public formats and how to get their data."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list."""
        from .datasets import formats_help

        with formatter.section("Public sets, as FORMAT:PATH"):
            formatter.write_dl(formats_help())


@click.command("run", cls=WithFormats)
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
@many("--set", "KEY=VALUE", "Run with another setting: passage_tokens, candidates, ...", envvar=None)
@many("--answers", "FILE", "Score answers made elsewhere, in the JSON lines of ask --batch.", type=FILE)
@click.option("--endpoint", metavar="URL", help="Ask an OpenAI-compatible server, such as http://127.0.0.1:8000/v1.")
@click.option("--model", metavar="NAME", help="The model to ask that server for, where it has several.")
@click.option("--key-env", metavar="NAME", help="The environment variable that holds that server's key.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.option("--failures", is_flag=True, help="Print what was asked, expected and given where it was not right.")
@many("--min", "METRIC=VALUE", "Exit with 1 when this metric is lower. May be given several times.")
@click.pass_context
def run(
    context: click.Context,
    /,
    names: tuple[str, ...],
    library: Place,
    out: Path | None,
    resume: Path | None,
    as_json: bool,
    failures: bool,
    **options: Any,
) -> None:
    """Ask every question of each SET: a file, the name of a shipped set (seeds), or a public set. Of a set of claims
    the support check is measured, against the evidence that comes with each.

    Exits with 1 when a question met an error or a metric is under its --min, and with 2 when a part of the input
    could not be read; both say what. A public set's library is made once and kept in ~/.cache/footnote.

    \b
    Examples:
      footnote eval run seeds
      footnote eval run seeds --failures --min right=0.8 --min abstain_f1=0.9
      footnote eval run my-questions.jsonl --library my-library --json
      footnote eval run squad2:dev-v2.0.json --limit 500 --seed 1
      footnote eval run wice:dev.jsonl
      footnote eval run my-questions.jsonl --answers other-system.jsonl
      footnote eval run my-questions.jsonl --endpoint http://127.0.0.1:7860/v1 --jobs 4
    """
    from .execute import Stopped, run_set
    from .settings import read_options, single

    minimums = _minimums(options.pop("min"), names)
    if options["answers"] and options["endpoint"]:
        raise click.UsageError("give --answers or --endpoint")
    options["settings"] = single(read_options(options.pop("set")))
    options["key"] = _key(options.pop("key_env"))
    settings = _options(context, library, options)
    if resume and len(names) > 1:
        raise click.UsageError("--resume goes on with one SET")
    finished: dict[str, Finished] = {}
    for name in names:
        folder = out if out is None or len(names) == 1 else out / _folder_name(name)
        with first_interrupt_only():
            try:
                with _seeds_explained(name, library):
                    finished[name] = run_set(name, settings, folder, resume, complain)
            except Stopped as stopped:
                leave(str(stopped))
            except KeyboardInterrupt:
                leave("stopped; no result is kept")
        click.echo(f"the results are in {finished[name].path}; `footnote eval metrics` says what each is", err=True)
    _print(finished, as_json=as_json, failures=failures)
    faults = [fault for one in finished.values() for fault in one.faults(minimums)]
    if faults:
        complain("; ".join(faults))
    if any(one.problems for one in finished.values()):
        context.exit(2)
    context.exit(1 if faults else 0)


@click.command("tune", cls=WithFormats)
@click.argument("names", metavar="SET...", nargs=-1, required=True)
@many("--set", "KEY=A,B,C", "Values to try; with several keys, every combination.", required=True)
@click.option("--metric", default="right", show_default=True, help="What is to be better.")
@library_option
@reader_option
@click.option("--limit", type=click.IntRange(min=2), help="Take only the first N questions of each set.", metavar="N")
@click.option("--seed", type=int, metavar="S", help="With --limit: draw the N questions at random, always the same.")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, metavar="J", help="Ask J at a time.")
@click.option("--out", type=FOLDER, default=Path("runs/tune"), show_default=True, help="Folder for the runs.")
@click.option("--dry-run", is_flag=True, help="Write no settings.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def tune(
    context: click.Context,
    /,
    names: tuple[str, ...],
    library: Place,
    metric: str,
    out: Path,
    dry_run: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Try settings on one half of the questions, and hold the best against those in force on the other half.

    What is clearly worse is given up early. Where the gain is real (a paired test, p under 0.05, on questions that
    chose nothing), the settings are written into the library, which from then on is searched and asked with them.
    Ctrl-C keeps what was asked; the same command goes on.

    \b
    Examples:
      footnote eval tune my-questions.jsonl --set lexical_share=0.3,0.5,0.7 --metric mrr@10
      footnote eval tune my-questions.jsonl --set passages=5,10,20 --set threshold=0.05,0.1,0.2 --dry-run
    """
    from .measures import BY_NAME
    from .settings import read_options
    from .tune import make_plan, write_best
    from .tune import tune as try_all

    if metric not in BY_NAME:
        raise click.UsageError(f"--metric {metric}: there is no such metric; there are {', '.join(BY_NAME)}")
    grid = read_options(options.pop("set"))
    plan = make_plan(names, grid, _options(context, library, options), BY_NAME[metric], out)
    for line in (line for part in plan.parts for line in (*part.set.problems, *part.set.notes)):
        complain(line)
    with first_interrupt_only():
        try:
            with _seeds_explained(names[0], library):
                tuned = try_all(plan, complain)
        except KeyboardInterrupt:
            leave(f"stopped; what was asked is kept in {out}, and the same command goes on")
    click.echo(tuned.to_json() if as_json else tuned.to_text())
    if not dry_run:
        click.echo(write_best(tuned, plan), err=True)
    context.exit(2 if any(part.set.problems for part in plan.parts) else 0)


@click.command("follow-ups")
@click.argument("name", metavar="SET")
@click.option("--half", "part", type=click.Choice(["dev", "held-out"]), help="Only the conversations of one half.")
def follow_ups(name: str, part: str | None) -> None:
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


def _options(context: click.Context, library: Place, given: dict[str, Any]) -> Options:
    """How the set is to be run, from options of the command that bear these names."""
    from .subject import Options

    explicit = context.get_parameter_source("library") is ParameterSource.COMMANDLINE
    return Options(library=library if explicit else None, default_library=library, **given)


def _key(variable: str | None) -> str | None:
    """The key in an environment variable that was named."""
    if variable and variable not in os.environ:
        raise click.UsageError(f"--key-env {variable}: there is no such environment variable")
    return os.environ[variable] if variable else None


def _minimums(options: tuple[str, ...], names: tuple[str, ...]) -> dict[str, float]:
    from .report import read_minimums
    from .subject import is_of_claims

    support = ("balanced_accuracy", "true_positive_rate", "true_negative_rate", "auroc")
    return read_minimums(options, support if all(map(is_of_claims, names)) else ())


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
def _seeds_explained(name: str, library: Place) -> Iterator[None]:
    """Where the shipped set meets no library, say the command that makes the one it needs."""
    try:
        yield
    except NoLibrary as error:
        if name != "seeds":
            raise
        raise FootnoteError(f"no library in {library}; run `footnote sync seeds --library {library}`") from error
