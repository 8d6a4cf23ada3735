"""What the commands share: their options, how they fail, what they open, and how they print."""

from __future__ import annotations

import errno
import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

from index.errors import FootnoteError, ModelError
from index.place import Place, is_address, place_of

if TYPE_CHECKING:
    from concurrent.futures import Future

    from index import Library
    from index.encoder import Encoder

    from .llm import LLM
    from .reader import Reader

Command = TypeVar("Command", bound=Callable[..., Any])


class Group(click.Group):
    """Turns wrong use, a FootnoteError or a full disk into one line and an exit code, and Ctrl-C into a quiet end."""

    def make_context(self, *args: Any, **options: Any) -> click.Context:
        """Read the options before the command; see the class."""
        with _wrong_use_in_one_line():
            return super().make_context(*args, **options)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; see the class."""
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # what the terminal has no sign for is a question mark
        try:
            with _wrong_use_in_one_line():
                return super().invoke(ctx)
        except FootnoteError as error:
            click.echo(f"footnote: {one_line(str(error))}", err=True)
            ctx.exit(error.exit_code)
        except UnicodeEncodeError:
            click.echo("footnote: what was given is not UTF-8 text", err=True)
            ctx.exit(2)
        except OSError as error:
            if error.errno == errno.EPIPE:  # the reader of a pipe has gone: click ends quietly
                raise
            click.echo(f"footnote: {one_line(str(error))}", err=True)
            ctx.exit(2)
        except KeyboardInterrupt:
            click.echo("footnote: stopped", err=True)
            ctx.exit(130)


class WrongUse(click.ClickException):
    """A command line that cannot be understood, in one line where click takes four."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the line."""
        click.echo(f"footnote: {one_line(self.message)}", file=file, err=True)


@contextmanager
def _wrong_use_in_one_line() -> Iterator[None]:
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "footnote"
        raise WrongUse(f"{error.format_message().rstrip('.')}; see `{command} --help`") from error


class _PlaceType(click.ParamType[Place]):
    """A folder, or the address of servers."""

    name = "DIR|ADDRESS"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Place:
        """As the class says; what cannot be one is wrong use."""
        if isinstance(value, Place):
            return value
        if is_address(value):
            return place_of(value)
        folder = click.Path(path_type=Path, file_okay=False, readable=False)
        return place_of(folder.convert(value, param, ctx))


def library_option(command: Command) -> Command:
    """`--library DIR`, else FOOTNOTE_LIBRARY, else ./library; comes as the keyword `library`, a Place."""
    return click.option(
        "--library",
        type=_PlaceType(),
        envvar="FOOTNOTE_LIBRARY",
        default="library",
        show_envvar=True,
        show_default=True,
        help="The folder that holds the articles and their index; or the servers that do,"
        " postgresql://USER@HOST/DATABASE?chroma=HOST:PORT",
    )(command)


PATH = click.Path(path_type=Path, readable=False)
"""Not looked at by click, which gives up all for one file that may not be read."""


def reader_option(command: Command) -> Command:
    """`--no-reader`, or FOOTNOTE_READER=0; comes as the keyword `with_reader`."""
    return click.option(
        "--reader/--no-reader",
        "with_reader",
        default=True,
        envvar="FOOTNOTE_READER",
        show_envvar=True,
        help="Let the reader, a small model that ships with Footnote, rank passages and find the answers in them.",
    )(command)


def scope_option(command: Command) -> Command:
    """`--since`, `--until` and `--article`; come as the keywords `since`, `until` and `article_ids`."""
    for name, text in (
        ("--until", "Only articles published then or before."),
        ("--since", "Only articles published then (2023, 2023-05 or 2023-05-04) or later."),
    ):
        command = click.option(name, metavar="DATE", help=text)(command)
    return click.option(
        "--article", "article_ids", metavar="ID", multiple=True, help="Only this article. May be given several times."
    )(command)


def llm_option(command: Command) -> Command:
    """`--llm MODEL`, or FOOTNOTE_LLM; comes as the keyword `llm_setting`, empty where there is none."""
    return click.option(
        "--llm",
        "llm_setting",
        metavar="MODEL",
        default="",
        envvar="FOOTNOTE_LLM",
        show_envvar=True,
        help="Let a language model write the answers, such as ollama/qwen3:4b; each of its sentences is checked against"
        " the articles. `footnote llm` lists the models on this machine.",
    )(command)


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def examples(*lines: str) -> str:
    """The end of a help text."""
    return "\n\n\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def command(name: str, help_text: str, *lines: str) -> Callable[[Callable[..., Any]], click.Command]:
    """A command with its help and, a line each, its examples."""
    return click.command(name, help=help_text + examples(*lines))


def load_reader(wanted: bool) -> Reader | None:
    """The reader; None where it is not wanted, or, after a line on stderr, where its files are damaged."""
    if not wanted:
        return None
    from index.runtime import checked_model

    from .reader import Reader

    try:
        reader = Reader().load()
        checked_model(reader.checker.path)  # it is loaded with the first claim, and must not fail then
        return reader
    except ModelError as error:
        click.echo(f"footnote: answering without the reader: {one_line(str(error))}", err=True)
        return None


@contextmanager
def models_loading(with_reader: bool) -> Iterator[tuple[Encoder, Future[Reader | None]]]:
    """The encoder, and the reader to come: both are loaded aside, while what is done within goes on.

    What the encoder's load raises is raised again where it is first used.
    """
    from concurrent.futures import ThreadPoolExecutor

    from index.encoder import Encoder

    encoder = Encoder()
    with ThreadPoolExecutor(2) as threads:
        threads.submit(encoder.load)
        yield encoder, threads.submit(load_reader, with_reader)


def load_llm(setting: str) -> LLM | None:
    """The language model that is to write the answers, None where none is; raises LLMSettingError."""
    if not setting:
        return None
    from .llm import open_llm

    return open_llm(setting, os.environ)


def open_library(place: Place, *, create: bool = False, encoder: Encoder | None = None) -> Library:
    """The library there, made when `create` is set; raises NoLibrary and others."""
    from index import Library

    return Library(place, create=create, encoder=encoder)


@contextmanager
def progress_bar(unit: str) -> Iterator[Callable[[int], Any]]:
    """A bar on stderr, where that is a terminal: call what it gives with how many are just done."""
    from tqdm import tqdm

    with tqdm(unit=f" {unit}", disable=not (sys.stderr and sys.stderr.isatty()), leave=False) as bar:
        yield bar.update


def standard_input() -> str:
    """All of it, as text; empty where there is none."""
    content = sys.stdin.buffer.read() if sys.stdin else b""  # none where it is closed
    return content.decode(errors="surrogateescape")


def print_json(value: object) -> None:
    """On stdout, in lines; in ASCII where the terminal does not take every character."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(value, indent=2)
    click.echo(text)


def one_line(text: str) -> str:
    """On one line, and without control characters: an article must not drive the terminal."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
