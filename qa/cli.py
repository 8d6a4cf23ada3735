"""The command line: parses, calls, prints. What it does is done elsewhere."""

from __future__ import annotations

import errno
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

from index.errors import ArticleError, FootnoteError, ModelError

from .batch import Record, question_of, run

if TYPE_CHECKING:
    from index import Library, Report, Scope
    from index.doctor import Finding
    from index.report import Progress

    from .answer import Answer
    from .llm import LLM
    from .reader import Reader

Command = TypeVar("Command", bound=Callable[..., Any])

DEFAULT_PORT = 7860


class Group(click.Group):
    """Turns wrong use, a FootnoteError or a full disk into one line and an exit code, and Ctrl-C into a quiet end."""

    def make_context(self, *args: Any, **options: Any) -> click.Context:
        """Read the options before the command; see the class."""
        with _wrong_use_in_one_line():
            return super().make_context(*args, **options)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; see the class."""
        try:
            with _wrong_use_in_one_line():
                return super().invoke(ctx)
        except FootnoteError as error:
            click.echo(f"footnote: {_one_line(str(error))}", err=True)
            ctx.exit(error.exit_code)
        except OSError as error:
            if error.errno == errno.EPIPE:  # the reader of a pipe has gone: click ends quietly
                raise
            click.echo(f"footnote: {_one_line(str(error))}", err=True)
            ctx.exit(2)
        except KeyboardInterrupt:
            click.echo("footnote: stopped", err=True)
            ctx.exit(130)


class WrongUse(click.ClickException):
    """A command line that cannot be understood, in one line where click takes four."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the line."""
        click.echo(f"footnote: {_one_line(self.message)}", file=file, err=True)


@contextmanager
def _wrong_use_in_one_line() -> Iterator[None]:
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "footnote"
        raise WrongUse(f"{error.format_message().rstrip('.')}; see `{command} --help`") from error


def library_option(command: Command) -> Command:
    """`--library DIR`, else FOOTNOTE_LIBRARY, else ./library; comes as the keyword `library`."""
    return click.option(
        "--library",
        type=click.Path(path_type=Path, file_okay=False, readable=False),
        envvar="FOOTNOTE_LIBRARY",
        default=Path("library"),
        show_envvar=True,
        show_default=True,
        help="The folder that holds the articles and their index.",
    )(command)


_PATH = click.Path(path_type=Path, readable=False)
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


_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def _examples(*lines: str) -> str:
    return "\n\n\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def _command(name: str, help_text: str, *examples: str) -> Callable[[Callable[..., Any]], click.Command]:
    return footnote.command(name, help=help_text + _examples(*examples))


@click.group(
    cls=Group,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="Ask your articles. Every sentence of an answer carries a footnote to the exact words."
    + _examples(
        "footnote add articles/            # add a folder, a file, or a .jsonl file",
        'footnote ask "Who was fined?"     # one answer with its sources',
        "footnote chat                     # the same in the browser",
    ),
)
@click.version_option(package_name="footnote-qa", message="footnote %(version)s")
def footnote() -> None:
    """See the group's help."""


@_command(
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
def add(sources: tuple[str, ...], library: Path) -> None:
    """See the command's help."""
    with _library(library, create=True) as opened, _intake_progress() as progress:
        report = opened.add_files([_source(source) for source in sources], progress)
    _say(report)


@_command(
    "sync",
    "Make the library mirror a folder: files that are new or changed are added, those that are gone are removed."
    " Removing more than half of what came from the folder takes --force.",
    "footnote sync articles/",
    "footnote sync articles/ --dry-run    # print what would be done",
    "footnote sync articles/ --watch      # go on at every change; Ctrl-C stops it",
)
@click.argument("folder", type=_PATH)
@click.option("--dry-run", is_flag=True, help="Print what would be done, and do nothing.")
@click.option("--force", is_flag=True, help="Remove even more than half of the articles.")
@click.option("--watch", is_flag=True, help="Go on: sync again at every change of the folder.")
@library_option
def sync(folder: Path, library: Path, dry_run: bool, force: bool, watch: bool) -> None:
    """See the command's help."""
    if watch and (dry_run or force):
        raise click.UsageError("--watch goes with neither --dry-run nor --force")
    if not folder.is_dir():  # before a library is made
        raise ArticleError(str(folder), "is not a folder; give the folder that the library should mirror")
    with _library(library, create=not dry_run) as opened:
        if watch:
            _follow(opened, folder)
            return
        with _intake_progress() as progress:
            report = opened.sync(folder, dry_run=dry_run, force=force, progress=progress)
    if dry_run:
        _print_plan(report)
    _say(report)


@_command("articles", "List the articles.", "footnote articles", "footnote articles --json")
@library_option
@_json_option
def articles(library: Path, as_json: bool) -> None:
    """See the command's help."""
    with _library(library) as opened:
        summaries = opened.articles()
    if as_json:
        fields = ("id", "title", "source", "published", "characters", "passages")
        _print_json([{name: getattr(summary, name) for name in fields} for summary in summaries])
        return
    for summary in summaries:
        title, source = _one_line(summary.title) or "(no title)", click.style(_one_line(summary.source), dim=True)
        click.echo(f"{summary.id}  {title}  {source}")


@_command(
    "show", "Show one article: the text that every citation's offsets point into.", "footnote show 589594a651d405dc"
)
@click.argument("article_id", metavar="ID")
@library_option
@_json_option
def show(article_id: str, library: Path, as_json: bool) -> None:
    """See the command's help."""
    with _library(library) as opened:
        article = opened.show(article_id)
    if as_json:
        fields = ("id", "title", "source", "url", "published", "text")
        _print_json({name: getattr(article, name) for name in fields})
    else:
        click.echo(article.text)


@_command(
    "remove", "Remove articles everywhere: text, vectors and full-text index.", "footnote remove 589594a651d405dc"
)
@click.argument("article_ids", metavar="ID...", nargs=-1, required=True)
@library_option
def remove(article_ids: tuple[str, ...], library: Path) -> None:
    """See the command's help."""
    with _library(library) as opened:
        opened.remove(article_ids)
    click.echo(f"{len(set(article_ids))} removed")


@_command(
    "search",
    "Find the passages that fit a query best, and say why: their rank by meaning and by words.",
    'footnote search "market value" -k 3',
    "footnote search --batch queries.jsonl --out hits.jsonl",
)
@click.argument("query", required=False)
@click.option("-k", "limit", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many passages.")
@click.option("--batch", type=_PATH, help='Lines {"id", "question"}: many queries.')
@click.option("--out", type=_PATH, help="Where the batch's results go.")
@scope_option
@library_option
@reader_option
@_json_option
def search(
    query: str | None,
    limit: int,
    batch: Path | None,
    out: Path | None,
    library: Path,
    with_reader: bool,
    as_json: bool,
    **within: Any,
) -> None:
    """See the command's help."""
    from .ask import check
    from .rank import search as ranked

    def hits_of(record: Record) -> Record:
        return {"hits": [hit.to_json() for hit in ranked(check(question_of(record)), opened, limit, reader, scope)]}

    reader = load_reader(with_reader)
    with _library(library) as opened:
        scope = _scope(opened, **within)
        if files := _batch_files(query, batch, out):
            opened.warm_up()
            _run_batch(files, hits_of, {"hits": []})
            return
        hits = ranked(check(query or ""), opened, limit, reader, scope)
    if as_json:
        _print_json([hit.to_json() for hit in hits])
        return
    for number, hit in enumerate(hits, start=1):
        ranks = f"by meaning {hit.dense_rank or '-'}, by words {hit.lexical_rank or '-'}"
        click.echo(f"{number}. {click.style(_one_line(hit.title) or hit.article_id, bold=True)}  ({ranks})")
        click.echo(f"   {_one_line(hit.text)[:300]}")


@_command(
    "ask",
    "Answer a question from the articles, each sentence with its source. `-` reads the question from standard input.",
    'footnote ask "How much value did the crackdown wipe out?"',
    'footnote ask "Why was the listing called off?" --json',
    "footnote ask --batch questions.jsonl --out answers.jsonl",
)
@click.argument("question", required=False)
@click.option("--batch", type=_PATH, help='Lines {"id", "question", "history"?}: many questions.')
@click.option("--out", type=_PATH, help="Where the batch's answers go.")
@scope_option
@library_option
@reader_option
@llm_option
@_json_option
def ask(
    question: str | None,
    batch: Path | None,
    out: Path | None,
    library: Path,
    with_reader: bool,
    llm_setting: str,
    as_json: bool,
    **within: Any,
) -> None:
    """See the command's help."""
    from .answer import Answer
    from .conversation import Turn, read_history
    from .stream import stream

    def answer_to(question: str, history: Sequence[Turn] = ()) -> Answer:
        *_, answer = stream(question, opened, history, reader, llm, scope=scope)
        return answer

    def answer_of(record: Record) -> Record:
        return answer_to(question_of(record), read_history(record.get("history"))).to_json()

    llm = load_llm(llm_setting)
    reader = load_reader(with_reader)
    with _library(library) as opened:
        scope = _scope(opened, **within)
        if files := _batch_files(question, batch, out):
            opened.warm_up()
            _run_batch(files, answer_of, Answer("", (), (), 0.0, abstained=True).to_json())
            return
        answer = answer_to(_standard_input() if question == "-" else question or "")
    if as_json:
        _print_json(answer.to_json())
    else:
        _print_answer(answer)


@_command(
    "check",
    "Check each sentence of a text of your own against the articles: supported, partly or not, and by which words.",
    "footnote check draft.txt",
    "footnote check draft.txt --json   # `-` reads the draft from standard input",
    "footnote check --batch claims.jsonl --out checked.jsonl",
)
@click.argument("draft", required=False, type=_PATH)
@click.option("--batch", type=_PATH, help='Lines {"id", "claim", "evidence"}: claims with their own evidence.')
@click.option("--out", type=_PATH, help="Where the batch's results go.")
@library_option
@reader_option
@_json_option
def check(
    draft: Path | None, batch: Path | None, out: Path | None, library: Path, with_reader: bool, as_json: bool
) -> None:
    """See the command's help."""
    from index.encoder import Encoder

    from .draft import check_claim, check_draft, read_draft

    reader = load_reader(with_reader)
    if files := _batch_files(str(draft) if draft else None, batch, out):
        encoder = Encoder()
        _run_batch(files, lambda record: check_claim(record, encoder, reader), {"support": 0.0, "label": "not"})
        return
    text = _standard_input() if str(draft) == "-" else read_draft(Path(str(draft)))
    with _library(library) as opened:
        checked = check_draft(text, opened, reader)
    if as_json:
        _print_json({"sentences": [sentence.to_json() for sentence in checked]})
        return
    for sentence in checked:
        click.echo(f"{sentence.label.value:9} {sentence.support.probability:.2f}  {_one_line(sentence.text)}")
        if sentence.citation:
            title = click.style(_one_line(sentence.citation.title) or sentence.citation.article_id, bold=True)
            click.echo(f"                {title}: “{_one_line(sentence.citation.quote)}”")


@_command(
    "chat",
    "Open the chat in the browser. Programs ask under the same address: /api tells how, OpenAI's clients use /v1, those"
    " of the Model Context Protocol /mcp. Only this machine reaches it; any other --host needs a password.",
    "footnote chat",
    "footnote chat --port 8000 --library work",
    "footnote chat --host 0.0.0.0   # for others, too, once `footnote password` has set one",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=DEFAULT_PORT, show_default=True, help="The port.")
@click.option("--name", "names", multiple=True, help="Another name that it goes by, such as a proxy's.")
@click.option(
    "--rate",
    type=click.IntRange(min=0),
    help="Questions and changes a minute from one address; 0 is any number. 120 where others can reach it, else any.",
)
@click.option("--log-questions", is_flag=True, help="Write each question to stderr, as a line of JSON.")
@library_option
@reader_option
@llm_option
def chat(
    host: str,
    port: int,
    names: tuple[str, ...],
    rate: int | None,
    log_questions: bool,
    library: Path,
    with_reader: bool,
    llm_setting: str,
) -> None:
    """See the command's help."""
    from .server.serving import check_host, check_port, serve

    check_host(host, library)
    check_port(host, port)
    llm = load_llm(llm_setting)
    with _library(library, create=True) as opened:

        def announce(address: str) -> None:
            click.echo(f"Footnote is at {address} (Ctrl-C stops it)")

        write = partial(click.echo, err=True) if log_questions else None
        reader = load_reader(with_reader)
        serve(opened, host, port, announce, reader, llm, names=names, rate=rate, write=write)


@_command(
    "password",
    "Set the password of the web app, which is kept as a hash in the library's folder. From then on the app asks for"
    " it, on every host. Standard input is read where it is no terminal.",
    "footnote password",
    "footnote password --library work < password.txt",
    "footnote password --remove",
)
@click.option("--remove", is_flag=True, help="Remove the password, and every token.")
@library_option
def password(remove: bool, library: Path) -> None:
    """See the command's help."""
    from .server.access import Access, load_access, save_access

    if remove:
        save_access(library, Access())
        click.echo("the password and every token are removed; `footnote chat` is open to this machine alone")
        return
    access = load_access(library)
    if sys.stdin is not None and sys.stdin.isatty():
        given = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        given = _standard_input().rstrip("\r\n")
    save_access(library, access.with_password(given))
    click.echo("the password is set; `footnote chat` asks for it from now on")


@_command(
    "token",
    "Make a token, with which a program may ask the web app: `Authorization: Bearer TOKEN`, or OpenAI's api_key. It is"
    " printed once and kept as a hash; from then on the app asks for it or the password. Without a name, list them.",
    "footnote token reporting-script",
    "footnote token",
    "footnote token reporting-script --revoke",
)
@click.argument("name", required=False)
@click.option("--revoke", is_flag=True, help="Make it open nothing, from now on.")
@library_option
def token(name: str | None, revoke: bool, library: Path) -> None:
    """See the command's help."""
    from .server.access import load_access, save_access

    access = load_access(library)
    if name is None:
        if revoke:
            raise click.UsageError("--revoke needs the name of a token")
        for known in access.tokens:
            click.echo(f"{known.created}  {_one_line(known.name)}")
    elif revoke:
        save_access(library, access.without_token(name))
        click.echo(f"{_one_line(name)} is revoked")
    else:
        with_token, key = access.with_token(name)
        save_access(library, with_token)
        click.echo(key)


@_command(
    "mcp",
    "Let a language model's program search and ask the library, by the Model Context Protocol over standard input and"
    " output. It can change nothing. The web app speaks the same protocol under /mcp.",
    "footnote mcp --library ~/articles/library   # the command to give to such a program",
)
@library_option
@reader_option
@llm_option
def mcp(library: Path, with_reader: bool, llm_setting: str) -> None:
    """See the command's help."""
    import anyio

    from .server.desk import Desk
    from .server.mcp import serve_stdio

    llm = load_llm(llm_setting)
    with _library(library) as opened:
        anyio.run(serve_stdio, Desk(opened, load_reader(with_reader), llm=llm))


@_command(
    "doctor",
    "Check the library and the set-up, and say what was checked. --repair makes anew what can be made from the"
    " articles: the full-text index, the vectors of another model, Chroma. Exits with 1 when something is to be"
    " mended, and with 3 when articles are damaged.",
    "footnote doctor",
    "footnote doctor --repair",
)
@click.option("--repair", is_flag=True, help="Mend what can be mended.")
@library_option
@_json_option
@click.pass_context
def doctor(context: click.Context, repair: bool, library: Path, as_json: bool) -> None:
    """See the command's help."""
    from index.doctor import examine
    from index.encoder import Encoder

    from .doctor import examine_reader

    findings = [*examine(library, Encoder(), repair=repair), examine_reader()]
    if as_json:
        fields = ("check", "checked", "fault", "mended")
        _print_json([{name: getattr(finding, name) for name in fields} for finding in findings])
    else:
        for finding in findings:
            click.echo(_finding_line(finding))
    left = [finding for finding in findings if not finding.is_well]
    if left:
        hint = "" if repair else "; `footnote doctor --repair` mends what can be mended"
        click.echo(f"footnote: {len(left)} of {len(findings)} checks found a fault{hint}", err=True)
        context.exit(3 if any(finding.is_vital for finding in left) else 1)


# -- helpers -----------------------------------------------------------------------------------------------------------


def load_reader(wanted: bool) -> Reader | None:
    """The reader; None where it is not wanted, or, after a line on stderr, where its files are damaged."""
    if not wanted:
        return None
    from .reader import Reader

    try:
        return Reader().load()
    except ModelError as error:
        click.echo(f"footnote: answering without the reader: {_one_line(str(error))}", err=True)
        return None


def load_llm(setting: str) -> LLM | None:
    """The language model that is to write the answers, None where none is; raises LLMSettingError."""
    if not setting:
        return None
    from .llm import open_llm

    return open_llm(setting, os.environ)


def _source(argument: str) -> Path | str:
    """A file or folder as a Path, a web address as it is."""
    return argument if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", argument) else Path(argument)


def _library(folder: Path, *, create: bool = False) -> Library:
    from index import Library

    return Library.open(folder, create=create)


def _scope(library: Library, since: str | None, until: str | None, article_ids: Sequence[str]) -> Scope:
    from index import Scope

    for article_id in article_ids:
        library.show(article_id)  # a wrong id is an error, not an empty answer
    return Scope(frozenset(article_ids) if article_ids else None, since, until)


@contextmanager
def _progress(unit: str, total: int | None = None) -> Iterator[Callable[[int], Any]]:
    """A bar on stderr, where that is a terminal: call what it gives with how many are just done."""
    from tqdm import tqdm

    with tqdm(total=total, unit=f" {unit}", disable=not sys.stderr.isatty(), leave=False) as bar:
        yield bar.update


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
        click.echo(f"nearly the same text: {_one_line(', '.join(group))}")
    for failure in report.failed:
        click.echo(f"footnote: {_one_line(str(failure))}", err=True)
    if report.needs_force:
        click.echo("footnote: more than half of the articles would be removed; that takes --force", err=True)


def _print_plan(report: Report) -> None:
    for change in report.changes:
        if change.what != "unchanged":
            title = _one_line(change.title) or "(no title)"
            click.echo(f"{change.what:9}{change.article_id}  {title}  {_one_line(change.source)}")


def _finding_line(finding: Finding) -> str:
    state = "ok" if not finding.fault else "mended" if finding.mended else "FAULT"
    detail = f"{finding.checked}: {finding.fault}" if finding.fault else finding.checked
    return f"{state:7}{finding.check:16}{_one_line(detail)}"


def _follow(library: Library, folder: Path) -> None:
    """Sync at every change until Ctrl-C; what goes wrong at one of them is said, and the next is waited for."""
    from index.watch import changes

    with suppress(KeyboardInterrupt):
        for _ in changes(folder):
            try:
                with _intake_progress() as progress:
                    _print_report(library.sync(folder, progress=progress))
            except FootnoteError as error:
                click.echo(f"footnote: {_one_line(str(error))}", err=True)


def _batch_files(question: str | None, batch: Path | None, out: Path | None) -> tuple[Path, Path] | None:
    if (question is None) == (batch is None) or (batch is None) != (out is None):
        raise click.UsageError("give one question, or --batch FILE and --out FILE")
    return (batch, out) if batch and out else None


def _run_batch(files: tuple[Path, Path], answer: Callable[[Record], Record], empty: Record) -> None:
    problems = 0
    with _progress("questions") as progress:
        for problem in run(*files, answer, empty):
            progress(1)
            if problem:
                problems += 1
                click.echo(f"footnote: {_one_line(problem)}", err=True)
    if problems:
        sys.exit(2)


def _print_answer(answer: Answer) -> None:
    if answer.understood:
        click.echo(f"Understood as: {_one_line(answer.understood)}")
    for line in answer.text.split("\n"):
        click.echo(_one_line(line))
    for line in answer.missing:
        click.echo(f"({_one_line(line)})")
    for note in answer.notes:
        click.echo(f"footnote: {_one_line(note)}", err=True)
    shown = answer.nearest if answer.abstained else answer.citations
    if shown:
        click.echo("\nNearest in the articles:" if answer.abstained else "")
    for citation in shown:
        mark = "-" if answer.abstained else f"[{citation.number}]"
        title = click.style(_one_line(citation.title) or citation.article_id, bold=True)
        click.echo(f"{mark} {title}, characters {citation.start}-{citation.end} of {citation.article_id}")
        click.echo(f"    “{_one_line(citation.quote)}”")
    for conflict in answer.conflicts:
        click.echo(f"\nThe articles disagree: {_one_line(conflict.text)}")
    if answer.follow_ups:
        click.echo("\nAsk next:")
    for question in answer.follow_ups:
        click.echo(f"- {_one_line(question)}")


def _standard_input() -> str:
    content = sys.stdin.buffer.read() if sys.stdin else b""  # none where it is closed
    return content.decode(errors="surrogateescape")


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _one_line(text: str) -> str:
    """On one line, and without control characters: an article must not drive the terminal."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
