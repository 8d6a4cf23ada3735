"""The commands that read runs: they parse, call and print."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from index.errors import FootnoteError

from .options import FILE, FOLDER, complain, many, writing


@click.command("compare")
@click.argument("a", type=FOLDER)
@click.argument("b", type=FOLDER)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--all", "all_flips", is_flag=True, help="Show every case that flipped, not the first ones.")
def compare(a: Path, b: Path, as_json: bool, all_flips: bool) -> None:
    """Compare run B with run A, case by case.

    "95 % interval" is that of the difference, by a paired bootstrap; "p" is the chance of one as large between runs
    that are equally good, by a randomisation test. Wins are cases where B is better.

    \b
    Example:
      footnote eval compare runs/before runs/after
    """
    from .compare import compare_runs
    from .folder import read_run

    found = compare_runs(read_run(a), read_run(b))
    click.echo(found.to_json() if as_json else found.to_text(all_flips=all_flips))


@click.command("gate")
@click.argument("run", type=FOLDER)
@many("--min", "METRIC=VALUE", "Fail when this metric is lower.")
@click.option("--no-worse-than", "baseline", type=FOLDER, metavar="RUN", help="Fail when it is really worse than RUN.")
@many("--metric", "METRIC", "With --no-worse-than: the metrics to look at.  [default: those marked in the docs]")
@click.option("--max-errors", type=click.IntRange(min=0), default=0, metavar="N", help="Errors that are let pass.")
@click.option("--junit", type=FILE, help="Write JUnit XML there.")
@click.option("--markdown", type=FILE, help="Add Markdown to this file, such as $GITHUB_STEP_SUMMARY.")
@click.pass_context
def gate(
    context: click.Context,
    /,
    run: Path,
    min: tuple[str, ...],  # noqa: A002  # the option's name
    baseline: Path | None,
    metric: tuple[str, ...],
    max_errors: int,
    junit: Path | None,
    markdown: Path | None,
) -> None:
    """Say whether a run passes: one verdict, and what decided it.

    Exits with 0: passed, 1: failed, 2: wrong use, 3: cannot be judged (it was stopped, or questions met errors).
    "Really worse" is a difference that chance makes in less than 5 % of gates over runs that are equally good.

    \b
    Examples:
      footnote eval gate runs/now --min right=0.75 --min exact_quotes=1
      footnote eval gate runs/now --no-worse-than runs/main --junit gate.xml --markdown summary.md
    """
    from .compare import compare_runs
    from .folder import read_run
    from .gate import check_metrics, judge_run
    from .report import read_minimums

    if not min and baseline is None:
        raise click.UsageError("say what to hold the run against: --min METRIC=VALUE or --no-worse-than RUN")
    if unknown := check_metrics(metric):
        raise click.UsageError(f"--metric {unknown[0]}: there is no such metric")
    before, found = read_run(baseline) if baseline else None, read_run(run)
    verdict = judge_run(found, read_minimums(min), before, metric, max_errors)
    click.echo(verdict.to_text())
    if junit:
        with writing(junit):
            junit.write_text(verdict.to_junit(), "utf-8")
    if markdown:
        with writing(markdown), markdown.open("a", encoding="utf-8") as file:
            file.write(verdict.to_markdown(compare_runs(before, found) if before else None))
    context.exit(int(verdict.code))


@click.command("show")
@click.argument("run", type=FOLDER)
@click.argument("ids", metavar="[CASE]...", nargs=-1)
@click.option("--failures", is_flag=True, help="Show every case that is not right.")
@click.option("--html", type=FILE, metavar="FILE", help="Write the run as one HTML page that opens offline.")
def show(run: Path, ids: tuple[str, ...], failures: bool, html: Path | None) -> None:
    """Show a run: its table, or cases with what was found, answered and cited, and the reason for each score.

    \b
    Examples:
      footnote eval show runs/seeds-20260101T120000Z fact-01
      footnote eval show runs/seeds-20260101T120000Z --failures
      footnote eval show runs/seeds-20260101T120000Z --html report.html
    """
    from .folder import read_run
    from .page import as_page
    from .report import Report
    from .show import as_text

    found = read_run(run)
    by_id = {outcome.id: outcome for outcome in found.outcomes}
    if unknown := [identity for identity in ids if identity not in by_id]:
        raise FootnoteError(f"{run} holds no case {unknown[0]!r}; its cases are in {run / 'results.jsonl'}")
    wanted = [by_id[identity] for identity in ids]
    wanted += [o for o in found.outcomes if failures and not o.right and o.id not in ids]
    if html:
        with writing(html):
            html.write_text(as_page(found), "utf-8")
        click.echo(f"the page is in {html}", err=True)
    if wanted:
        click.echo("\n\n".join(as_text(outcome) for outcome in wanted))
    elif failures:
        click.echo("no case failed")
    elif not html:
        click.echo(f"{found.heading}\n\n{Report.of(found.outcomes).table()}")


@click.command("metrics")
@click.argument("names", metavar="[METRIC]...", nargs=-1)
def metrics(names: tuple[str, ...]) -> None:
    """Say what each figure is; of a METRIC, also its formula and source.

    \b
    Examples:
      footnote eval metrics
      footnote eval metrics ndcg@10 aurc
    """
    from .measures import BY_NAME
    from .show import definition, definitions

    if unknown := [name for name in names if name not in BY_NAME]:
        raise click.UsageError(f"{unknown[0]}: there is no such metric")
    click.echo("\n\n".join(definition(BY_NAME[name]) for name in names) if names else definitions())


@click.command("judge")
@click.argument("run", metavar="[RUN]", type=FOLDER, required=False)
@click.option(
    "--llm", "setting", metavar="MODEL", envvar="FOOTNOTE_LLM", show_envvar=True, help="Such as ollama/qwen3:4b."
)
@click.option(
    "--agreement", "people", metavar="SET", help="Measure its agreement with people on this set, such as qags:FILE."
)
@click.option("--limit", type=click.IntRange(min=1), help="Judge N answers at most, and N claims of SET.", metavar="N")
@click.option("--seed", type=int, default=0, show_default=True, help="Which N.", metavar="S")
@click.option("--failures", is_flag=True, help="Print the answers that it finds not borne out, and why.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def judge(
    context: click.Context,
    /,
    run: Path | None,
    setting: str | None,
    people: str | None,
    limit: int | None,
    seed: int,
    failures: bool,
    as_json: bool,
) -> None:
    """Let a language model say whether the answers of a run are borne out by what they cite.

    It is one opinion, asked for with a prompt that has a version. How far it agrees with people is measured by
    --agreement, and from then on printed beside its scores. Verdicts are kept: in RUN/judge, and in runs/judges for
    people's claims. Ctrl-C loses none, and the same command goes on.

    \b
    Examples:
      footnote eval judge --llm ollama/qwen3:4b --agreement qags:mturk_cnndm.jsonl
      footnote eval judge runs/now --llm ollama/qwen3:4b --failures
    """
    from qa.llm import open_llm
    from qa.prompts import JUDGE_VERSION

    from .folder import read_run
    from .judge import judge_people, judge_run, known_agreement

    if not setting:
        raise click.UsageError("name the judge: --llm MODEL; `footnote llm` lists the models on this machine")
    if run is None and people is None:
        raise click.UsageError("say what to judge: a RUN, or --agreement SET")
    found = read_run(run) if run else None
    llm = open_llm(setting, os.environ)
    try:
        agreement = judge_people(people, llm, limit, seed) if people else known_agreement(llm)
        judged = judge_run(found, llm, limit, seed) if found else None
    except KeyboardInterrupt:
        complain("stopped; the verdicts so far are kept, and the same command goes on")
        context.exit(130)
    if as_json:
        figures = {"judge": llm.name, "prompt": JUDGE_VERSION, "answers": judged and judged.to_json()}
        click.echo(json.dumps(figures | {"agreement": agreement and agreement.to_json()}, indent=2))
        return
    click.echo(f"judge {llm.name}, prompt {JUDGE_VERSION}")
    unknown = "how far it agrees with people is not known here: measure it with --agreement qags:FILE"
    for text in (judged and judged.to_text(failures=failures), agreement.to_text() if agreement else unknown):
        click.echo(f"\n{text}" if text else "", nl=bool(text))
