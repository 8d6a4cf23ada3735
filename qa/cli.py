"""The command line: the commands of `qa`, each in the module of its kind."""

from __future__ import annotations

import click

from .cli_articles import add, articles, doctor, remove, show, sync, work
from .cli_asking import ask, check, search
from .cli_conversations import conversations, export, verify
from .cli_llm import llm
from .cli_server import chat, mcp, password, token
from .terminal import Group, examples


@click.group(
    cls=Group,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="Ask your articles. Every sentence of an answer carries a footnote to the exact words."
    + examples(
        "footnote add articles/            # add a folder, a file, or a .jsonl file",
        'footnote ask "Who was fined?"     # one answer with its sources',
        "footnote chat                     # the same in the browser",
    ),
)
@click.version_option(package_name="footnote-qa", message="footnote %(version)s")
def footnote() -> None:
    """See the group's help."""


COMMANDS = (
    add,
    articles,
    ask,
    chat,
    check,
    conversations,
    doctor,
    export,
    llm,
    mcp,
    password,
    remove,
    search,
    show,
    sync,
    token,
    verify,
    work,
)
for command in COMMANDS:
    footnote.add_command(command)
