"""One case as a person wants to see it: what was asked, found, answered and cited, and why each score is what it is."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import indent

from .compare import said
from .measures import MEASURES, Measure, per_case
from .outcomes import Outcome, lies_on
from .replies import Cited, Retrieved, read_reply
from .report import number


@dataclass(frozen=True, slots=True)
class Score:
    """A metric's value on one case, and the reason for it."""

    name: str
    value: str
    reason: str


def scores(outcome: Outcome) -> list[Score]:
    """Every metric that counts this case, in the order of the table."""
    found = []
    for measure in MEASURES:
        value = per_case(measure, outcome)
        if value is not None:
            found.append(Score(measure.name, number(measure.name, value), _reason(measure.name, outcome)))
    return found


def definitions() -> str:
    """Every metric on a line: what it is, which way is better, and what commands may ask of it."""
    rows = [
        (m.name, m.meaning, "low" if m.low_is_good else "high", "yes" if m.gated else "-", "yes" if m.guarded else "-")
        for m in MEASURES
    ]
    widths = [max(map(len, column)) for column in zip(_COLUMNS, *rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, cells, widths)).rstrip() for cells in (_COLUMNS, *rows))


_COLUMNS = ("metric", "is", "good is", "--min", "--no-worse-than")


def definition(measure: Measure) -> str:
    """A metric, its formula and where that comes from."""
    better = "lower" if measure.low_is_good else "higher"
    formula = (inspect.getdoc(measure.defined_by) or "").partition("\n>>>")[0].strip()
    return f"{measure.name}  {measure.meaning}; {better} is better\n{indent(formula, '  ')}"


def citations(outcome: Outcome) -> tuple[Cited, ...]:
    """The citations of the answer; of an abstention there are none."""
    return read_reply(outcome.answer).citations if outcome.answer else ()


def as_text(outcome: Outcome) -> str:
    """The case for a terminal."""
    lines = [f"{outcome.id}  {'right' if outcome.right else 'WRONG'}: {outcome.verdict}"]
    lines += [f"  said before  {turn}" for turn in outcome.history]
    lines.append(f"  question     {outcome.question}")
    if outcome.searched and outcome.searched != outcome.question:
        lines.append(f"  searched as  {outcome.searched}")
    lines.append(f"  expected     {'; '.join(outcome.expected) or 'an answer that cites the evidence'}")
    lines.append(f"  answer       {said(outcome)}")
    lines += [f"    {line}" for line in _cited(outcome)]
    if outcome.hits:
        lines.append("  results (* on evidence)")
        lines += [f"    {rank:2} {_found(hit, outcome)}" for rank, hit in enumerate(outcome.hits, start=1)]
    lines.append("  scores")
    rows = scores(outcome)
    width = max((len(score.name) for score in rows), default=0)
    lines += [f"    {score.name:{width}}  {score.value:>7}  {score.reason}" for score in rows]
    return "\n".join(lines)


def _cited(outcome: Outcome) -> Iterator[str]:
    for citation in citations(outcome):
        mark = "*" if lies_on(citation, outcome.evidence) else " "
        place = f"{citation.article_id} {citation.start}-{citation.end}"
        yield f"[{citation.number}]{mark} {place}  “{_one_line(citation.quote)}”"


def _found(hit: Retrieved, outcome: Outcome) -> str:
    mark = "*" if lies_on(hit, outcome.evidence) else " "
    title = _one_line(hit.title) or hit.article_id
    return f"{mark} {title} ({hit.article_id} {hit.start}-{hit.end})  {_one_line(hit.text)[:120]}"


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _reason(name: str, outcome: Outcome) -> str:
    if name == "right":
        return outcome.verdict
    if name in ("latency_p50_ms", "latency_p95_ms", "tokens"):
        return "as measured"
    if name == "follow_up_loss":
        return f"asked by itself it is {'right' if outcome.standalone_right else 'wrong'}"
    if name.startswith("facts_"):
        return _ranks("fact", outcome.fact_ranks or ())
    if name.startswith(("hit@", "mrr@", "ndcg@", "recall@")):
        return _ranks("piece of evidence", outcome.piece_ranks or ())
    return _reason_of_answer(name, outcome)


def _ranks(what: str, ranks: Sequence[int]) -> str:
    met = sorted({rank for rank in ranks if rank})
    if not met:
        return f"no {what} is among the results"
    missed = sum(not rank for rank in ranks)
    return f"first at rank {met[0]}; {len(ranks) - missed} of {len(ranks)} found"


def _reason_of_answer(name: str, outcome: Outcome) -> str:
    if outcome.abstained:
        return outcome.verdict
    cited, expected = citations(outcome), "; ".join(outcome.expected)
    on_evidence = sum(lies_on(citation, outcome.evidence) for citation in cited)
    pieces = len(outcome.evidence)
    reasons = {
        "answer_found": f"the cited text {'holds' if outcome.found else 'does not hold'}: {expected}",
        "answer_said": f"the answer {'says' if outcome.said else 'does not say'}: {expected}",
        "citation_precision": f"{on_evidence} of {len(cited)} citations lie on evidence",
        "citation_recall": f"{round((outcome.citation_recall or 0) * pieces)} of {pieces} pieces of evidence are cited",
        "exact_quotes": f"{round((outcome.exact_quotes or 0) * len(cited))} of {len(cited)} quotes are to the letter",
        "support_rate": "the share of sentences that the system calls supported",
    }
    return reasons.get(name, "the answer word by word against what was expected")
