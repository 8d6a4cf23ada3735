"""The commands that list, export and check conversations: they parse, call and print."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from index.place import Place

from .terminal import examples, json_option, library_option, one_line, open_library, print_json

if TYPE_CHECKING:
    from .verify import Checked

_FILE = click.Path(path_type=Path, readable=False)


@click.command(
    "conversations",
    help="List the conversations of the chat, the last first."
    + examples("footnote conversations", "footnote conversations --search listing --json"),
)
@click.option("--search", "words", metavar="WORDS", help="Only those that hold all these words.")
@library_option
@json_option
def conversations(words: str | None, library: Place, as_json: bool) -> None:
    """See the command's help."""
    from .conversations import Conversations

    with open_library(library):  # says where there is none
        kept = Conversations(library.folder)
        found = kept.list() if words is None else kept.search(words)
    if as_json:
        print_json([asdict(entry) for entry in found])
        return
    for entry in found:
        count = f"{entry.answers} answer{'' if entry.answers == 1 else 's'}"
        click.echo(f"{entry.id}  {entry.changed[:16].replace('T', ' ')}  {count:>11}  {one_line(entry.title)}")


@click.command(
    "export",
    help="Write a conversation to a file of its own, every quote in it: Markdown, a page that opens offline, or JSON."
    " `footnote verify` checks such a file."
    + examples(
        "footnote export 5f3c0f5e3c1a9b7d5f3c0f5e3c1a9b7d -o ant.html",
        "footnote export 5f3c0f5e3c1a9b7d5f3c0f5e3c1a9b7d --format md > ant.md",
    ),
)
@click.argument("conversation_id", metavar="ID")
@click.option(
    "--format", "form", type=click.Choice(["md", "html", "json"]), help="[default: by the name of FILE, or md]"
)
@click.option("-o", "--out", type=_FILE, metavar="FILE", help="Where it goes.  [default: standard output]")
@library_option
def export(conversation_id: str, form: str | None, out: Path | None, library: Place) -> None:
    """See the command's help."""
    from .conversations import Conversations
    from .export import Format
    from .export import export as exported
    from .verify import changes

    suffix = out.suffix.lower().lstrip(".") if out else ""
    chosen = Format(form or (suffix if suffix in list(Format) else "md"))
    with open_library(library) as opened:
        conversation = Conversations(library.folder).load(conversation_id)
        changed = [checked for answer in conversation.answers for checked in changes(answer, opened)]
    text = exported(conversation, chosen, changed)
    if out:
        out.write_text(text, encoding="utf-8")
    else:
        click.echo(text, nl=False)


@click.command(
    "verify",
    help="Check every quote of an export against the library, as it is now. Reads what `footnote export` wrote, and"
    " the JSON of `footnote ask`. Exits with 1 when a quote does not hold, with a line for each."
    + examples("footnote verify ant.html", "footnote verify answers.jsonl --json"),
)
@click.argument("file", metavar="EXPORT", type=_FILE)
@library_option
@json_option
@click.pass_context
def verify(context: click.Context, file: Path, library: Place, as_json: bool) -> None:
    """See the command's help."""
    from .exported import read_quotes
    from .verify import verify as check

    quotes = read_quotes(file)
    with open_library(library) as opened:
        checked = check([c for _, c in quotes.citations], opened, to_the_character=quotes.to_the_character)
    failing = [
        (where, found) for (where, _), found in zip(quotes.citations, checked, strict=True) if found.standing != "holds"
    ]
    if as_json:
        failed = [{"where": where, **found.to_json()} for where, found in failing]
        print_json({"quotes": len(checked), "hold": len(checked) - len(failing), "failed": failed})
    else:
        for where, found in failing:
            click.echo(one_line(f"{where}: {_failure(found)}: “{found.citation.quote}”"))
        click.echo(f"{len(checked) - len(failing)} of {len(checked)} quotes hold")
    if failing:
        context.exit(1)


def _failure(checked: Checked) -> str:
    """Why a quote does not hold: the article has changed since, or the export has been."""
    cited = checked.citation
    if checked.successor:
        says = "does not say so" if checked.start is None else f"has it at character {checked.start}"
        return f"{cited.article_id} was replaced by {checked.successor}, which {says}"
    if checked.start is not None:
        return f"“{cited.title}” has it at character {checked.start}, not at {cited.start}"
    if checked.standing == "changed":
        return f"“{cited.title}” ({cited.article_id}) does not say so"
    return f"no article has the id {cited.article_id!r}"
