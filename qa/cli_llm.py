"""The command that lists the model servers on this machine: it parses, calls and prints."""

from __future__ import annotations

import shlex

import click

from .terminal import examples, json_option, print_json


@click.command(
    "llm",
    help="List the model servers on this machine, with their models and the line that turns each on. Looks for Ollama,"
    " LM Studio, llama.cpp and vLLM on their usual ports, and asks them for nothing but their models."
    + examples(
        "footnote llm",
        'FOOTNOTE_LLM=ollama/qwen3:4b footnote ask "Who was fined?"',
        "footnote chat --llm ollama/qwen3:4b",
    ),
)
@json_option
def llm(as_json: bool) -> None:
    """See the command's help."""
    from .servers import LOCAL, find_servers

    found = find_servers()
    if as_json:
        servers = [{"server": s.vendor.title, "url": s.url, "models": s.models, "settings": s.settings} for s in found]
        print_json(servers)
        return
    for server in found:
        click.echo(f"{click.style(server.vendor.title, bold=True)} at {server.url}")
        for setting in server.settings:
            click.echo(f"  export FOOTNOTE_LLM={shlex.quote(setting)}")
    if not found:
        looked = ", ".join(f"{vendor.title} ({vendor.url})" for vendor in LOCAL)
        click.echo(f"No model server answers on this machine. Looked for {looked}.")
        click.echo("Answers are quoted from the articles, which takes none. docs/llm.md says how to start one.")
