"""An optional judge: a language model says whether what an answer cites bears it out.

It is one judge's opinion, so its agreement with people is measured with the same prompt and shown beside its scores.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from index.errors import FootnoteError
from qa.completion import LLMError, LLMTooLong
from qa.generate import inert
from qa.llm import LLM
from qa.prompts import JUDGE_VERSION, judge_prompt
from qa.terminal import one_line

from . import metrics
from .datasets import Pair, SupportSet
from .folder import Run
from .measures import Metric
from .replies import read_reply
from .report import figures, row, table
from .resample import Interval, Statistic, bootstrap, group
from .subject import read_source, sample

TOKENS = 80
"""Tokens that a verdict and its reason may take."""
JUDGES = Path("runs") / "judges"
"""Where verdicts on people's claims are kept: they are the same for every run."""
REASON = 300
"""Characters of a reason that are kept."""
FAILURES = 3
"""Failures in a row from the start, after which the model is taken to be out of reach."""

_THOUGHT = re.compile(r".*</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_VERDICT = re.compile(r"\W*(YES|NO)\b\W*(.*)", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim and the text that is to bear it out. `supported` is what people said; None: nobody was asked."""

    id: str
    text: str
    evidence: str
    group: str
    supported: bool | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim's verdict, and the judge's reason in its own words; None with the error where there is none."""

    id: str
    supported: bool | None
    reason: str = ""
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was measured on the claims of `name`, of which `errors` have no verdict. `refused` are those that the judge
    finds not borne out, with its reasons."""

    name: str
    claims: int
    errors: int
    metrics: tuple[Metric, ...]
    refused: tuple[tuple[Claim, str], ...] = ()

    def to_text(self, *, failures: bool = False) -> str:
        """A table, the counts, and the refused claims where they are asked for."""
        lines = table((self.name, "value", "95 % interval", "n"), [row(metric) for metric in self.metrics])
        lines += ["", f"{self.claims} claims, {self.errors} without a verdict"]
        for claim, reason in self.refused if failures else ():
            lines += ["", f"{claim.id}  {one_line(claim.text)}", f"  evidence  {one_line(claim.evidence)}"]
            lines += [f"  reason    {reason}"]
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """The figures as an object."""
        measured = {metric.name: figures(metric) for metric in self.metrics}
        return {"name": self.name, "claims": self.claims, "errors": self.errors, "metrics": measured}


def judge_run(run: Run, llm: LLM, limit: int | None, seed: int) -> Judgement:
    """The share of answers that the judge finds borne out by what they cite; verdicts are kept in the run's folder.

    Raises FootnoteError where no answer cites anything, or as `judge` does.
    """
    claims = sample(claims_of(run), limit, seed)
    if not claims:
        raise FootnoteError(f"{run.path} holds no answer that cites anything; there is nothing to judge")
    judged = tuple(judge(claims, llm, run.path / "judge" / f"{_name_of(llm)}.jsonl"))
    pairs = _verdicts(claims, judged)
    columns = (np.array([said for _, said in pairs]), np.ones(len(pairs)))
    return _judgement(run.name, claims, judged, (_metric("judged_support", metrics.ratio, columns, pairs),))


def judge_people(name: str, llm: LLM, limit: int | None, seed: int) -> Judgement:
    """How far the judge agrees with people on a set of claims; kept in JUDGES, where `known_agreement` finds it.

    The share of equal verdicts, what a judge that always says yes would have, balanced accuracy, and Cohen's kappa.
    """
    source = read_source(name)
    if not isinstance(source, SupportSet):
        raise FootnoteError(f"{name} holds no claims that people have judged; qags:FILE and wice:FILE do")
    claims = sample(claims_with_votes(source), limit, seed)
    kept = JUDGES / f"{_name_of(llm)}-{source.name}.jsonl"
    judged = tuple(judge(claims, llm, kept))
    found = agreement(source.name, claims, judged)
    (JUDGES / f"{_name_of(llm)}.json").write_text(json.dumps(found.to_json(), indent=2) + "\n", "utf-8")
    return found


def known_agreement(llm: LLM) -> Judgement | None:
    """What `judge_people` found for this model and prompt the last time; None: it was not measured here."""
    path = JUDGES / f"{_name_of(llm)}.json"
    try:
        record = json.loads(path.read_bytes())
        measured = tuple(
            Metric(name, one["value"], Interval(*one["interval"]) if one["interval"] else None, one["n"])
            for name, one in record["metrics"].items()
        )
        return Judgement(record["name"], record["claims"], record["errors"], measured)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FootnoteError(f"{path}: is damaged; delete it and measure with --agreement anew") from error


def claims_of(run: Run) -> list[Claim]:
    """The answers of a run, each with what it cites. One that cites nothing is borne out by nothing, and left out."""
    found = []
    for outcome in run.outcomes:
        reply = read_reply(outcome.answer) if outcome.answer else None
        evidence = " ".join(citation.quote for citation in reply.citations) if reply else ""
        if reply and not reply.abstained and evidence:
            found.append(Claim(outcome.id, reply.prediction, evidence, outcome.group or outcome.id))
    return found


def claims_with_votes(source: SupportSet) -> list[Claim]:
    """The claims of a set that people have judged, each with all its evidence."""
    pieces: dict[str, list[Pair]] = {}
    for pair in source.pairs:
        pieces.setdefault(pair.claim_id, []).append(pair)
    return [_voted(identity, of_claim) for identity, of_claim in pieces.items()]


def judge(claims: Sequence[Claim], llm: LLM, kept: Path) -> Iterator[Judged]:
    """A verdict on each claim, in order. What is in the file `kept` is not asked again; the rest is added to it.

    Raises FootnoteError where the model cannot be reached at all, or the file cannot be written.
    """
    known = _read(kept)
    failed = 0
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        with kept.open("a", encoding="utf-8") as file:
            file.write("\n" if file.tell() else "")  # a line that was cut short stays by itself
            for claim in claims:
                found = known.get(claim.id) or _asked(claim, llm)
                if found.supported is None:
                    failed += 1
                    if failed == FAILURES and not known:
                        raise FootnoteError(f"no verdict on the first {FAILURES} claims: {found.error}")
                elif claim.id not in known:
                    known[claim.id] = found
                    file.write(_line(found))
                    file.flush()
                yield found
    except OSError as error:
        raise FootnoteError(f"{kept}: cannot be written ({error.strerror})") from error


def read_verdict(said: str) -> tuple[bool | None, str]:
    """What a model's words come to: the verdict, None where they begin with none, and the reason as plain text.

    >>> read_verdict("NO. The year is missing.")
    (False, 'The year is missing.')
    """
    found = _VERDICT.match(_THOUGHT.sub("", said))
    if found is None:
        return None, inert(said)[:REASON]
    return found[1].upper() == "YES", inert(found[2])[:REASON]


def agreement(name: str, claims: Sequence[Claim], judged: Sequence[Judged]) -> Judgement:
    """The figures of `judge_people`."""
    pairs = _verdicts(claims, judged)
    said = np.array([verdict for _, verdict in pairs], dtype=bool)
    people = np.array([bool(claim.supported) for claim, _ in pairs], dtype=bool)
    whole = np.ones(len(pairs))
    parts: tuple[tuple[str, Statistic, tuple[ArrayLike, ...]], ...] = (
        ("accuracy", metrics.ratio, (said == people, whole)),
        ("always_yes", metrics.ratio, (people, whole)),
        ("balanced_accuracy", metrics.balanced_accuracy, (said, people)),
        ("kappa", metrics.cohen_kappa, (said, people)),
    )
    return _judgement(f"agreement on {name}", claims, judged, tuple(_metric(*part, pairs) for part in parts))


def _name_of(llm: LLM) -> str:
    """What a model's verdicts are kept under: its name and the prompt's."""
    return re.sub(r"[^\w.-]+", "-", f"{llm.name}-{JUDGE_VERSION}")


def _judgement(name: str, claims: Sequence[Claim], judged: Sequence[Judged], measured: tuple[Metric, ...]) -> Judgement:
    refused = tuple((c, one.reason) for c, one in zip(claims, judged, strict=True) if one.supported is False)
    errors = sum(one.supported is None for one in judged)
    return Judgement(name, len(claims), errors, measured, refused)


def _metric(
    name: str, statistic: Statistic, columns: tuple[ArrayLike, ...], pairs: Sequence[tuple[Claim, bool]]
) -> Metric:
    if not pairs:
        return Metric(name, None, None, 0)
    groups = group([claim.group for claim, _ in pairs])
    return Metric(name, statistic(*columns), bootstrap(statistic, *columns, groups=groups), len(pairs))


def _voted(identity: str, pairs: Sequence[Pair]) -> Claim:
    """Claims on one text are drawn together: its first words tell it."""
    evidence = "\n".join(pair.evidence for pair in pairs)
    return Claim(identity, pairs[0].claim, evidence, evidence[:200], any(pair.supported for pair in pairs))


def _asked(claim: Claim, llm: LLM) -> Judged:
    prompt = judge_prompt(claim.text, claim.evidence)
    said = ""
    try:
        with suppress(LLMTooLong):  # the verdict may stand in what it wrote
            for piece in llm.write(prompt.messages, time.monotonic() + llm.deadline_s, tokens=TOKENS):
                said += piece
    except LLMError as error:
        return Judged(claim.id, None, error=str(error))
    supported, reason = read_verdict(said)
    return Judged(claim.id, supported, reason, "it gave no verdict" if supported is None else None)


def _verdicts(claims: Sequence[Claim], judged: Sequence[Judged]) -> list[tuple[Claim, bool]]:
    return [(c, one.supported) for c, one in zip(claims, judged, strict=True) if one.supported is not None]


def _line(one: Judged) -> str:
    return json.dumps({"id": one.id, "supported": one.supported, "reason": one.reason}, ensure_ascii=False) + "\n"


def _read(kept: Path) -> dict[str, Judged]:
    """The verdicts in the file by id; a line that was cut short is left out."""
    found: dict[str, Judged] = {}
    lines = kept.read_text("utf-8").splitlines() if kept.is_file() else []
    for line in lines:
        try:
            record: Mapping[str, Any] = json.loads(line)
            found[str(record["id"])] = Judged(str(record["id"]), bool(record["supported"]), str(record["reason"]))
        except (ValueError, TypeError, KeyError):
            continue
    return found
