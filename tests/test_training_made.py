"""Made examples: what is taken out is out, what is asked is answered beside it, and no held-out text comes in."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from index.articles import Article
from qa.training.examples import ENTAILMENT, UNSUPPORTED, Candidate, Claim, Group, for_development, news_for_training
from qa.training.made import gaps, near_misses, parts, reasons

HARBOUR = (
    "The harbour opened in 1901. Its first master was Ada Lund, who came from Bergen. "
    "Ada Lund stayed for 30 years. Ships came daily."
)
OPENED = Group(
    "squad",
    "train:Harbour",
    "In which year was the harbour of the town opened?",
    (Candidate("Harbour", HARBOUR, True, (22, 26)), Candidate("Harbour", "The mill burned down in 1888.", False)),
)


def test_a_gap_lacks_the_answer_and_keeps_the_rest() -> None:
    [gap] = gaps([OPENED])

    holds, without = gap.candidates
    assert holds.text[slice(*holds.span or (0, 0))] == "1901"
    assert not without.relevant
    assert without.span is None
    assert without.text == HARBOUR.partition(". ")[2]
    assert (gap.question, gap.document) == (OPENED.question, OPENED.document)


def test_a_passage_that_speaks_of_nothing_else_leaves_no_gap() -> None:
    short = Group("squad", "train:x", "Who?", (Candidate("", "Ada Lund ran it. Ships came.", True, (0, 8)),))

    assert list(gaps([short])) == []


def test_near_misses_answer_nothing() -> None:
    [missed] = near_misses([Group("squad", "d", "Who was the first master of the Bergen harbour?", OPENED.candidates)])

    assert missed.question != OPENED.question
    assert not any(candidate.relevant or candidate.span for candidate in missed.candidates)


def test_a_reason_becomes_a_why_question() -> None:
    text = (
        "The town had plans. The old harbour was closed for good because ships had grown too large. "
        "They lie in Bergen now. Most of the boats were sold."
    )

    [group] = reasons([Article("a", "Harbours", text, "a.txt")])

    holds, without = group.candidates
    assert group.question == "Why was the old harbour closed for good?"
    assert holds.text[slice(*holds.span or (0, 0))] == "because ships had grown too large"
    assert "because" not in without.text
    assert "They lie in Bergen now." in without.text


def test_a_reason_of_something_unnamed_is_left_out() -> None:
    text = "One. It was closed for good because ships had grown too large. Two. Three."

    assert list(reasons([Article("a", "Harbours", text, "a.txt")])) == []


def test_parts_are_borne_out_by_what_stands_beside_them() -> None:
    said = [f"The mill number {n} in Bergen burned down in the year {1800 + n}." for n in range(12)]
    claims = [Claim("msr", text, text.replace("burned", "was burnt"), text, (ENTAILMENT,)) for text in said]

    made = list(parts(claims))

    assert {claim.labels for claim in made} == {(ENTAILMENT,), UNSUPPORTED}
    for claim in made:
        halves = [text for text in said if text.replace("burned", "was burnt") in claim.claim]
        assert halves
        assert all(text in claim.text for text in halves) == (claim.labels == (ENTAILMENT,))


def test_news_that_a_held_out_question_leads_to_is_not_trained_on(tmp_path: Path) -> None:
    weeks = [f"2024052{n}" for n in range(10)]
    rows = [{"id": f"{week}_0_nota", "retrieved": [week]} for week in weeks]
    articles = [{"id": week, "title": "News", "text": "Said.", "url": ""} for week in weeks]
    (tmp_path / "questions.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    with gzip.open(tmp_path / "articles.jsonl.gz", "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(article) + "\n" for article in articles)

    kept = {article.id for article in news_for_training(tmp_path)}

    held_out = {week for week in weeks if for_development(Group("realtimeqa", week, "", ()))}
    assert held_out
    assert kept == set(weeks) - held_out
