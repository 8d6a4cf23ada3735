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
from qa.cli import library_option

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


# -- helpers -----------------------------------------------------------------------------------------------------------


def _complain(line: str) -> None:
    click.echo(f"footnote: {' '.join(line.split())}", err=True)


def _options(context: click.Context, library: Path, given: dict[str, Any]) -> Options:
    from .settings import read_settings
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
        settings=read_settings(given["set"]),
        answers=given["answers"],
        endpoint=given["endpoint"],
        model=given["model"],
        key=os.environ[variable] if variable else None,
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
