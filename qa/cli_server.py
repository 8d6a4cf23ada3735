"""The commands that serve the library, and say who may come in: they parse, call and print."""

from __future__ import annotations

import sys
from functools import partial

import click

from index.place import Place

from .terminal import (
    command,
    library_option,
    llm_option,
    load_llm,
    load_reader,
    one_line,
    open_library,
    reader_option,
    standard_input,
)

DEFAULT_PORT = 7860


@command(
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
    library: Place,
    with_reader: bool,
    llm_setting: str,
) -> None:
    """See the command's help."""
    from .server.serving import check_host, check_port, serve

    check_host(host, library.folder)
    check_port(host, port)
    llm = load_llm(llm_setting)
    with open_library(library, create=True) as opened:

        def announce(address: str) -> None:
            click.echo(f"Footnote is at {address} (Ctrl-C stops it)")

        write = partial(click.echo, err=True) if log_questions else None
        reader = load_reader(with_reader)
        serve(opened, host, port, announce, reader, llm, names=names, rate=rate, write=write)


@command(
    "password",
    "Set the password of the web app, which is kept as a hash in the library's folder. From then on the app asks for"
    " it, on every host. Standard input is read where it is no terminal.",
    "footnote password",
    "footnote password --library work < password.txt",
    "footnote password --remove",
)
@click.option("--remove", is_flag=True, help="Remove the password, and every token.")
@library_option
def password(remove: bool, library: Place) -> None:
    """See the command's help."""
    from .server.access import Access, load_access, save_access

    if remove:
        save_access(library.folder, Access())
        click.echo("the password and every token are removed; `footnote chat` is open to this machine alone")
        return
    access = load_access(library.folder)
    if sys.stdin is not None and sys.stdin.isatty():
        given = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        given = standard_input().rstrip("\r\n")
    save_access(library.folder, access.with_password(given))
    click.echo("the password is set; `footnote chat` asks for it from now on")


@command(
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
def token(name: str | None, revoke: bool, library: Place) -> None:
    """See the command's help."""
    from .server.access import load_access, save_access

    access = load_access(library.folder)
    if name is None:
        if revoke:
            raise click.UsageError("--revoke needs the name of a token")
        for known in access.tokens:
            click.echo(f"{known.created}  {one_line(known.name)}")
    elif revoke:
        save_access(library.folder, access.without_token(name))
        click.echo(f"{one_line(name)} is revoked")
    else:
        with_token, key = access.with_token(name)
        save_access(library.folder, with_token)
        click.echo(key)


@command(
    "mcp",
    "Let a language model's program search and ask the library, by the Model Context Protocol over standard input and"
    " output. It can change nothing. The web app speaks the same protocol under /mcp.",
    "footnote mcp --library ~/articles/library   # the command to give to such a program",
)
@library_option
@reader_option
@llm_option
def mcp(library: Place, with_reader: bool, llm_setting: str) -> None:
    """See the command's help."""
    import anyio

    from .server.desk import Desk
    from .server.mcp import serve_stdio

    llm = load_llm(llm_setting)
    with open_library(library) as opened:
        anyio.run(serve_stdio, Desk(opened, load_reader(with_reader), llm=llm))
