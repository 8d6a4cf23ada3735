"""The commands that ask the articles: they parse, call and print."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from index.place import Place

from .batch import Answers, Record, each, question_of, run
from .terminal import (
    PATH,
    command,
    json_option,
    library_option,
    llm_option,
    load_llm,
    load_reader,
    models_loading,
    one_line,
    open_library,
    print_json,
    progress_bar,
    reader_option,
    scope_option,
    standard_input,
)

if TYPE_CHECKING:
    from index import Library, Scope

    from .answer import Answer


@command(
    "search",
    "Find the passages that fit a query best, and say why: their rank by meaning and by words.",
    'footnote search "market value" -k 3',
    "footnote search --batch queries.jsonl --out hits.jsonl",
)
@click.argument("query", required=False)
@click.option("-k", "limit", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many passages.")
@click.option("--batch", type=PATH, help='Lines {"id", "question"}: many queries.')
@click.option("--out", type=PATH, help="Where the batch's results go.")
@scope_option
@library_option
@reader_option
@json_option
def search(
    query: str | None,
    limit: int,
    batch: Path | None,
    out: Path | None,
    library: Place,
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
    with open_library(library) as opened:
        scope = _scope(opened, **within)
        if files := _batch_files(query, batch, out):
            opened.warm_up()
            _run_batch(files, each(hits_of), {"hits": []})
            return
        hits = ranked(check(query or ""), opened, limit, reader, scope)
    if as_json:
        print_json([hit.to_json() for hit in hits])
        return
    for number, hit in enumerate(hits, start=1):
        ranks = f"by meaning {hit.dense_rank or '-'}, by words {hit.lexical_rank or '-'}"
        click.echo(f"{number}. {click.style(one_line(hit.title) or hit.article_id, bold=True)}  ({ranks})")
        click.echo(f"   {one_line(hit.text)[:300]}")


@command(
    "ask",
    "Answer a question from the articles, each sentence with its source. `-` reads the question from standard input.",
    'footnote ask "How much value did the crackdown wipe out?"',
    'footnote ask "Why was the listing called off?" --json',
    "footnote ask --batch questions.jsonl --out answers.jsonl",
)
@click.argument("question", required=False)
@click.option("--batch", type=PATH, help='Lines {"id", "question", "history"?}: many questions.')
@click.option("--out", type=PATH, help="Where the batch's answers go.")
@scope_option
@library_option
@reader_option
@llm_option
@json_option
def ask(
    question: str | None,
    batch: Path | None,
    out: Path | None,
    library: Place,
    with_reader: bool,
    llm_setting: str,
    as_json: bool,
    **within: Any,
) -> None:
    """See the command's help."""
    with models_loading(with_reader) as (encoder, loaded):
        from .answer import Answer
        from .conversation import Turn, read_history
        from .stream import stream

    told = ""

    def answer_to(question: str, history: Sequence[Turn] = ()) -> Answer:
        *_, answer = stream(question, opened, history, reader, llm, scope=scope)
        return answer

    def answer_of(record: Record) -> Record:
        nonlocal told
        answer = answer_to(question_of(record), read_history(record.get("history")))
        if llm and not told and (told := llm.rests):
            click.echo(f"footnote: {one_line(told)}; meanwhile the articles answer in their own words", err=True)
        return answer.to_json()

    llm, reader = load_llm(llm_setting), loaded.result()
    with open_library(library, encoder=encoder) as opened:
        scope = _scope(opened, **within)
        if files := _batch_files(question, batch, out):
            opened.warm_up()
            _run_batch(files, each(answer_of), Answer("", (), (), 0.0, abstained=True).to_json())
            return
        answer = answer_to(standard_input() if question == "-" else question or "")
    if as_json:
        print_json(answer.to_json())
    else:
        _print_answer(answer)


@command(
    "check",
    "Check each sentence of a text of your own against the articles: supported, partly or not, and by which words.",
    "footnote check draft.txt",
    "footnote check draft.txt --json   # `-` reads the draft from standard input",
    "footnote check --batch claims.jsonl --out checked.jsonl",
)
@click.argument("draft", required=False, type=PATH)
@click.option("--batch", type=PATH, help='Lines {"id", "claim", "evidence"}: claims with their own evidence.')
@click.option("--out", type=PATH, help="Where the batch's results go.")
@library_option
@reader_option
@json_option
def check(
    draft: Path | None, batch: Path | None, out: Path | None, library: Place, with_reader: bool, as_json: bool
) -> None:
    """See the command's help."""
    from index.encoder import Encoder

    from .draft import check_claims, check_draft, read_draft

    reader = load_reader(with_reader)
    if files := _batch_files(str(draft) if draft else None, batch, out):
        encoder = Encoder()
        _run_batch(files, lambda records: check_claims(records, encoder, reader), {"support": 0.0, "label": "not"})
        return
    text = standard_input() if str(draft) == "-" else read_draft(Path(str(draft)))
    with open_library(library) as opened:
        checked = check_draft(text, opened, reader)
    if as_json:
        print_json({"sentences": [sentence.to_json() for sentence in checked]})
        return
    for sentence in checked:
        click.echo(f"{sentence.label.value:9} {sentence.support.probability:.2f}  {one_line(sentence.text)}")
        if sentence.citation:
            title = click.style(one_line(sentence.citation.title) or sentence.citation.article_id, bold=True)
            click.echo(f"                {title}: “{one_line(sentence.citation.quote)}”")


def _scope(library: Library, since: str | None, until: str | None, article_ids: Sequence[str]) -> Scope:
    from index import Scope

    for article_id in article_ids:
        library.show(article_id)  # a wrong id is an error, not an empty answer
    return Scope(frozenset(article_ids) if article_ids else None, since, until)


def _batch_files(question: str | None, batch: Path | None, out: Path | None) -> tuple[Path, Path] | None:
    if (question is None) == (batch is None) or (batch is None) != (out is None):
        raise click.UsageError("give one question, or --batch FILE and --out FILE")
    return (batch, out) if batch and out else None


def _run_batch(files: tuple[Path, Path], answers: Answers, empty: Record) -> None:
    problems = 0
    with progress_bar("questions") as progress:
        for problem in run(*files, answers, empty):
            progress(1)
            if problem:
                problems += 1
                click.echo(f"footnote: {one_line(problem)}", err=True)
    if problems:
        sys.exit(2)


def _print_answer(answer: Answer) -> None:
    if answer.understood:
        click.echo(f"Understood as: {one_line(answer.understood)}")
    for line in answer.text.split("\n"):
        click.echo(one_line(line))
    for line in answer.missing:
        click.echo(f"({one_line(line)})")
    for note in answer.notes:
        click.echo(f"footnote: {one_line(note)}", err=True)
    shown = answer.nearest if answer.abstained else answer.citations
    if shown:
        click.echo("\nNearest in the articles:" if answer.abstained else "")
    for citation in shown:
        mark = "-" if answer.abstained else f"[{citation.number}]"
        title = click.style(one_line(citation.title) or citation.article_id, bold=True)
        page = f"page {citation.page}, " if citation.page else ""
        click.echo(f"{mark} {title}, {page}characters {citation.start}-{citation.end} of {citation.article_id}")
        click.echo(f"    “{one_line(citation.quote)}”")
    for conflict in answer.conflicts:
        click.echo(f"\nThe articles disagree: {one_line(conflict.text)}")
    if answer.follow_ups:
        click.echo(f"\n{answer.follow_ups_heading}:")
    for question in answer.follow_ups:
        click.echo(f"- {one_line(question)}")
