"""One case, asked and judged. Pure: the answer and the hits come in, the verdict comes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from index.retrieve import Hit
from qa.answer import Answer

from .cases import Case
from .metrics import answer_found, citation_precision, first_rank
from .spans import Span


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one case. A line of results.jsonl.

    `searched` is the question as retrieval saw it: a follow-up holds what it was made whole with.
    `rank` is that of the first relevant hit, 0 where none is relevant, None where the case names no evidence.
    `found` says whether the cited quotes hold the expected answer, `citation_precision` which share of them lies on
    evidence; both are None where the case does not say. `answer` is what `ask --json` prints. Where the system failed,
    `error` says how and everything that was not reached is None.
    """

    id: str
    question: str
    answerable: bool
    tags: tuple[str, ...]
    expected: tuple[str, ...]
    searched: str | None = None
    hits: tuple[Span, ...] = ()
    rank: int | None = None
    answer: dict[str, Any] | None = None
    abstained: bool | None = None
    confidence: float | None = None
    found: bool | None = None
    citation_precision: float | None = None
    latency_ms: float | None = None
    error: str | None = None

    @property
    def right(self) -> bool:
        """The one verdict on a case; an error is never right.

        An unanswerable question wants an abstention. An answerable one wants an answer whose citations hold what is
        expected; where the case expects no words, one of its citations must lie on evidence.
        """
        if self.error is not None or self.abstained is None:
            return False
        if self.abstained or not self.answerable:
            return self.abstained is not self.answerable
        return self.citation_precision != 0.0 if self.found is None else self.found


def judge(
    case: Case, evidence: Sequence[Span], searched: str, hits: Sequence[Hit], answer: Answer, latency_ms: float
) -> Outcome:
    """The outcome of a case that was asked without an error. `evidence` is where the case's `relevant` stand."""
    measured = case.answerable and bool(evidence)
    quotes = [citation.quote for citation in answer.citations]
    return Outcome(
        id=case.id,
        question=case.question,
        answerable=case.answerable,
        tags=case.tags,
        expected=expected(case),
        searched=searched,
        hits=tuple(Span(hit.article_id, hit.start, hit.end) for hit in hits),
        rank=first_rank(hits, evidence) if measured else None,
        answer=answer.to_json(),
        abstained=answer.abstained,
        confidence=answer.confidence,
        found=answer_found(quotes, case.answers, case.all_answers) if case.answerable else None,
        citation_precision=citation_precision(answer.citations, evidence) if measured else None,
        latency_ms=latency_ms,
    )


def failed(case: Case, error: Exception) -> Outcome:
    """The outcome of a case on which the system raised an error."""
    message = f"{type(error).__name__}: {error}"
    return Outcome(case.id, case.question, case.answerable, case.tags, expected(case), error=message)


def expected(case: Case) -> tuple[str, ...]:
    """What a reader is told was expected: the wordings of each part, or that no answer was."""
    if not case.answerable:
        return ("no answer",)
    return tuple(" / ".join(group) for group in (case.answers, *case.all_answers) if group)
