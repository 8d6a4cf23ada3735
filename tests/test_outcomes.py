"""Judging one case, on answers made by hand."""

from __future__ import annotations

import pytest

from evals.cases import Case, Relevant
from evals.outcomes import failed, judge
from evals.spans import Span
from qa.answer import Answer, AnswerSentence, Citation

EVIDENCE = (Span("x", 0, 20),)


def answer_citing(*quotes: tuple[str, int, int]) -> Answer:
    citations = tuple(
        Citation(number, "x", "Title", "x.txt", None, start, end, quote)
        for number, (quote, start, end) in enumerate(quotes, start=1)
    )
    sentences = tuple(AnswerSentence(citation.quote, (citation.number,)) for citation in citations)
    return Answer("Who?", sentences, citations, confidence=0.8)


ABSTAINED = Answer("Who?", (), (), confidence=0.1, abstained=True)
ASKED = Case("1", "Who?", answers=("Jack Ma",), relevant=(Relevant("x", "Jack Ma founded it."),), tags=("fact",))
NOT_THERE = Case("2", "Who?", answerable=False)


def test_an_answer_that_cites_what_was_expected_is_right() -> None:
    outcome = judge(
        ASKED, EVIDENCE, "Who?", [], answer_citing(("Jack Ma founded it.", 0, 19), ("It rained.", 30, 40)), 12.5
    )
    assert (outcome.found, outcome.citation_precision, outcome.right) == (True, 0.5, True)
    assert (outcome.latency_ms, outcome.confidence, outcome.tags) == (12.5, 0.8, ("fact",))


def test_an_answer_that_cites_something_else_is_wrong() -> None:
    outcome = judge(ASKED, EVIDENCE, "Who?", [], answer_citing(("It rained.", 30, 40)), 1.0)
    assert (outcome.found, outcome.citation_precision, outcome.right) == (False, 0.0, False)


def test_abstaining_where_there_is_an_answer_is_wrong_and_cites_nothing() -> None:
    outcome = judge(ASKED, EVIDENCE, "Who?", [], ABSTAINED, 1.0)
    assert (outcome.found, outcome.citation_precision, outcome.right) == (False, None, False)


def test_abstaining_where_there_is_none_is_right_and_answering_is_wrong() -> None:
    assert judge(NOT_THERE, (), "Who?", [], ABSTAINED, 1.0).right
    assert not judge(NOT_THERE, (), "Who?", [], answer_citing(("It rained.", 30, 40)), 1.0).right


@pytest.mark.parametrize(("start", "right"), [(0, True), (30, False)])
def test_where_no_words_are_expected_a_citation_on_evidence_decides(start: int, right: bool) -> None:
    case = Case("3", "Who?", relevant=(Relevant("x"),))
    outcome = judge(case, EVIDENCE, "Who?", [], answer_citing(("It rained.", start, start + 10)), 1.0)
    assert outcome.found is None
    assert outcome.right is right


def test_what_a_case_does_not_say_is_not_measured() -> None:
    outcome = judge(NOT_THERE, (), "Who?", [], answer_citing(("It rained.", 30, 40)), 1.0)
    assert (outcome.rank, outcome.found, outcome.citation_precision) == (None, None, None)


def test_an_error_is_an_outcome_that_is_never_right() -> None:
    outcome = failed(NOT_THERE, ValueError("no"))
    assert outcome.error == "ValueError: no"
    assert not outcome.right
    assert (outcome.abstained, outcome.found, outcome.latency_ms) == (None, None, None)
