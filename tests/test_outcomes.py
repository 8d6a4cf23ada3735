"""Judging one case, on answers made by hand."""

from __future__ import annotations

import json

import pytest

from evals.cases import Case, Relevant
from evals.outcomes import Outcome, Piece, failed, find_evidence, judge, read_outcome, results
from evals.replies import Reply, Retrieved, read_hits, read_reply
from evals.spans import Span
from index import Article
from index.errors import FootnoteError, UnknownArticle

TEXT = "Jack Ma founded it. It rained all day. Jack Ma founded it."
EVIDENCE = (Piece((Span("x", 0, 19), Span("x", 39, 58))),)
ASKED = Case("1", "Who?", answers=("Jack Ma",), relevant=(Relevant("x", "Jack Ma founded it."),), tags=("fact",))
NOT_THERE = Case("2", "Who?", answerable=False)


def article(identity: str) -> Article:
    if identity != "x":
        raise UnknownArticle(identity)
    return Article("x", "Title", TEXT, source="x.txt")


def answer_citing(*spans: tuple[int, int]) -> Reply:
    citations = [
        {"number": n, "article_id": "x", "start": start, "end": end, "quote": TEXT[start:end]}
        for n, (start, end) in enumerate(spans, start=1)
    ]
    sentences = [{"text": c["quote"], "citations": [c["number"]], "supported": True} for c in citations]
    return read_reply({"answer": "...", "sentences": sentences, "citations": citations, "confidence": 0.8})


ABSTAINED = read_reply({"answer": "No.", "abstained": True, "confidence": 0.1})


def judged(case: Case, reply: Reply, hits: list[Retrieved] | None = None) -> Outcome:
    return judge(case, find_evidence(case, article), reply, article, hits=hits)


def test_an_answer_that_cites_what_was_expected_is_right() -> None:
    outcome = judged(ASKED, answer_citing((0, 19), (20, 38)))
    assert (outcome.found, outcome.said, outcome.citation_precision, outcome.right) == (True, True, 0.5, True)
    assert (outcome.confidence, outcome.tags, outcome.group) == (0.8, ("fact",), "x")
    assert (outcome.citation_recall, outcome.exact_quotes, outcome.support) == (1.0, 1.0, 1.0)


def test_an_answer_that_cites_something_else_is_wrong() -> None:
    outcome = judged(ASKED, answer_citing((20, 38)))
    assert (outcome.found, outcome.citation_precision, outcome.citation_recall, outcome.right) == (False, 0, 0, False)


def test_abstaining_where_there_is_an_answer_is_wrong_and_cites_nothing() -> None:
    outcome = judged(ASKED, ABSTAINED)
    assert (outcome.found, outcome.citation_precision, outcome.exact, outcome.right) == (False, None, 0.0, False)


def test_abstaining_where_there_is_none_is_right_and_answering_is_wrong() -> None:
    right, wrong = judged(NOT_THERE, ABSTAINED), judged(NOT_THERE, answer_citing((20, 38)))
    assert (right.right, right.exact, right.f1) == (True, 1.0, 1.0)
    assert (wrong.right, wrong.exact, wrong.f1) == (False, 0.0, 0.0)


@pytest.mark.parametrize(("start", "end", "right"), [(0, 19, True), (20, 38, False)])
def test_where_no_words_are_expected_a_citation_on_evidence_decides(start: int, end: int, right: bool) -> None:
    case = Case("3", "Who?", relevant=ASKED.relevant)
    outcome = judged(case, answer_citing((start, end)))
    assert outcome.found is None
    assert outcome.right is right


def test_an_answer_without_citations_is_not_right_where_evidence_is_asked_for() -> None:
    assert not judged(Case("3", "Who?", relevant=ASKED.relevant), read_reply({"answer": "It was Ma."})).right


def test_what_a_case_does_not_say_is_not_measured() -> None:
    outcome = judged(NOT_THERE, answer_citing((20, 38)), hits=[])
    assert (outcome.rank, outcome.found, outcome.citation_precision) == (None, None, None)


def test_a_quote_that_is_not_to_the_letter_is_no_exact_quote() -> None:
    citations = [{"article_id": "x", "start": 0, "end": 19, "quote": "Jack Ma founded It."}, {"article_id": "gone"}]
    outcome = judged(ASKED, read_reply({"answer": "Jack Ma", "citations": citations}))
    assert (outcome.exact_quotes, outcome.citation_precision) == (0.0, 0.5)


def test_a_citation_without_a_span_is_the_whole_article() -> None:
    outcome = judged(ASKED, read_reply({"answer": "Jack Ma. [1]", "citations": [{"article_id": "x"}]}))
    assert (outcome.found, outcome.citation_precision, outcome.right) == (True, 1.0, True)
    assert (outcome.f1, outcome.confidence, outcome.support) == (1.0, None, None)


def test_a_quote_that_stands_twice_is_one_piece_met_at_either_place() -> None:
    hits = [Retrieved("x", 20, 38), Retrieved("x", 39, 58), Retrieved("x", 0, 19)]
    outcome = judged(ASKED, ABSTAINED, hits)
    assert (outcome.rank, outcome.piece_ranks) == (2, (2,))


def test_where_the_evidence_is_whole_articles_results_are_articles() -> None:
    hits = [Retrieved("y", 0, 5), Retrieved("y", 5, 9), Retrieved("x", 0, 5)]
    assert [hit.article_id for hit in results(hits, [Piece((Span("x", 0, 58),), whole=True)])] == ["y", "x"]
    assert len(results(hits, EVIDENCE)) == 3


def test_facts_are_looked_for_in_the_whole_text_of_the_results() -> None:
    case = Case("4", "Who?", facts=("It rained  all day.", "Snow"), relevant=(Relevant("x"),))
    outcome = judged(case, ABSTAINED, [Retrieved("x", 0, 19), Retrieved("x", 20, 38)])
    assert outcome.fact_ranks == (2, 0)


def test_an_error_is_an_outcome_that_is_never_right() -> None:
    outcome = failed(NOT_THERE, ValueError("no"))
    assert outcome.error == "ValueError: no"
    assert not outcome.right
    assert (outcome.abstained, outcome.found, outcome.latency_ms) == (None, None, None)


@pytest.mark.parametrize(
    "outcome",
    [judged(ASKED, answer_citing((0, 19)), [Retrieved("x", 0, 19, "Title", "Jack")]), failed(ASKED, OSError())],
)
def test_an_outcome_is_read_back_as_it_was_written(outcome: Outcome) -> None:
    assert read_outcome(json.loads(json.dumps(outcome.to_json()))) == outcome


def test_a_line_that_is_no_outcome_is_one_clear_error() -> None:
    with pytest.raises(FootnoteError, match="is no result of a run"):
        read_outcome({"id": "1"})


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"answer": 5},
        {"answer": "x", "citations": ["y"]},
        {"answer": "x", "citations": [{"start": 1}]},
        {"answer": "x", "confidence": "high"},
    ],
)
def test_an_answer_that_is_not_as_the_contract_has_it_is_one_clear_error(record: dict[str, object]) -> None:
    with pytest.raises(FootnoteError, match=r"has no answer|is no answer as") as caught:
        read_reply(record)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("hits", ["none", 5, [{}], ["x"]])
def test_hits_that_are_none_are_one_clear_error(hits: object) -> None:
    with pytest.raises(FootnoteError, match="has hits that"):
        read_hits(hits)


def test_the_words_of_an_answer_leave_its_footnote_numbers_out() -> None:
    assert read_reply({"answer": "It rained. [1][2]"}).prediction == "It rained."
    assert ABSTAINED.prediction == ""
