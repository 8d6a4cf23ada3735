"""The commands that make question sets: they parse, call and print."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from index.errors import FootnoteError
from index.place import Place
from qa.terminal import library_option, load_llm, one_line

from .options import FILE, complain, writing


@click.command("export")
@click.argument("name", metavar="SET")
@click.option("--out", type=FILE, required=True, help="Where the questions go, or the claims of a support set.")
@click.option("--articles", type=FILE, metavar="FILE", help="Where the articles of a public set go.")
@click.option("--limit", type=click.IntRange(min=1), help="Only the first N questions.", metavar="N")
@click.option("--seed", type=int, metavar="S", help="With --limit: draw the N at random, as `run` does.")
def export(name: str, out: Path, articles: Path | None, limit: int | None, seed: int | None) -> None:
    """Write a SET as JSON lines for another system: questions for `ask --batch`, claims for `check --batch`.

    What that system answers is scored by `footnote eval run SET --answers FILE`.

    \b
    Examples:
      footnote eval export squad2:dev-v2.0.json --out questions.jsonl --articles articles.jsonl
      footnote eval export wice:dev.jsonl --out claims.jsonl
    """
    from .export import export

    click.echo(export(name, out, articles, limit, seed), err=True)


@click.command("suggest")
@library_option
@click.option("--count", type=click.IntRange(1, 10_000), default=30, show_default=True, help="How many at most.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed draws other sentences.")
@click.option("--llm", "setting", metavar="MODEL", help="Let a language model phrase them, such as ollama/qwen3:4b.")
@click.option("--out", type=FILE, help="Write them there instead of printing them.")
def suggest(library: Place, count: int, seed: int, setting: str | None, out: Path | None) -> None:
    """Draft a set from your own articles: rules over sentences with names, numbers and dates, no model needed.

    Some ask what an article says, some need what was said before, and some are about an article that the run takes out
    of the library first, so that there is no answer. All are marked as drafts; go through them with `eval review`.
    A model's phrasing that lost what a question is about, or gives its answer away, is thrown away.

    \b
    Examples:
      footnote eval suggest --out my-questions.jsonl
      footnote eval review my-questions.jsonl
      footnote eval run my-questions.jsonl
    """
    from index import Library

    from .libraries import articles_of
    from .suggest import suggest

    if out is not None and out.exists():
        raise FootnoteError(f"{out} is there already; give --out another file")
    llm = load_llm(setting or "")
    with Library.open(library) as opened:
        cases = suggest(articles_of(opened), count, seed)
    if not cases:
        raise FootnoteError(
            f"no sentence in {library} fits a rule; write questions by hand, see `footnote eval --help`"
        )
    if llm:
        from .phrase import phrase

        phrased = phrase(cases, llm)
        cases = phrased.cases
        complain(phrased.line)
    lines = [json.dumps(case.to_json(), ensure_ascii=False) for case in cases]
    if out is None:
        click.echo("\n".join(lines))
        return
    with writing(out):
        out.write_text("\n".join(lines) + "\n", "utf-8")
    click.echo(f"{len(lines)} drafts are in {out}; go through them with `footnote eval review {out}`", err=True)


@click.command("review")
@click.argument("path", metavar="SET", type=FILE)
def review(path: Path) -> None:
    """Accept, correct or drop the drafts of a set, one by one. What is decided is kept at once.

    \b
    Example:
      footnote eval review my-questions.jsonl
    """
    from .review import review

    done = review(path, _decide)
    click.echo(f"{done.accepted} accepted, {done.dropped} dropped, {done.left} drafts left")


def _decide(record: dict[str, Any], position: int, count: int) -> str:
    """Show a draft and ask what to do with it."""
    quotes = [piece.get("quote", "") for piece in record.get("relevant", []) if isinstance(piece, dict)]
    said = [str(turn.get("content", "")) for turn in record.get("history", []) if isinstance(turn, dict)]
    click.echo(f"\n{position} of {count}  {record.get('id')}")
    for name, lines in (("before", said), ("question", [record.get("question", "")]), ("evidence", quotes)):
        for line in lines:
            click.echo(f"  {name:9} {one_line(str(line))}")
    expected = " / ".join(map(str, record.get("answers", []))) or "no answer"
    without = f", without article {', '.join(map(str, record['without']))}" if record.get("without") else ""
    click.echo(f"  {'expected':9} {one_line(expected)}{without}")
    choices = {"a": "accept", "d": "drop", "s": "skip", "q": "quit"}
    try:
        key = click.prompt(
            "[a]ccept [e]dit [d]rop [s]kip [q]uit", type=click.Choice([*choices, "e"]), show_choices=False
        )
        return choices.get(key) or str(click.prompt("  question", default=record.get("question")))
    except click.Abort:
        return "quit"
