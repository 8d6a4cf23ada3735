"""The reader's own figures: the right titles are held out, and what is measured is what it reads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from evals import reading_asked
from evals.reading import Given, held_out, measure, read_all
from evals.reading_asked import Grouped
from qa.reader import Reader, Text
from qa.training.asked import ASKED
from qa.training.examples import Candidate, Claim, Group

HARBOUR = "The harbour opened in 1901. Its first master was Ada Lund, who came from Bergen."


@pytest.fixture
def squad(tmp_path: Path) -> Path:
    """Five towns of a paragraph, a question that it answers and one that it does not."""

    def asked(question: str, answer: str | None) -> dict[str, object]:
        answers = [{"text": answer, "answer_start": 0}] if answer else []
        return {"id": question, "question": question, "answers": answers, "is_impossible": answer is None}

    qas = [asked("When did the harbour open?", "1901"), asked("What did the town hall cost?", None)]
    data = [{"title": f"Town_{n}", "paragraphs": [{"context": HARBOUR, "qas": qas}]} for n in range(5)]
    path = tmp_path / "squad.json"
    path.write_text(json.dumps({"version": "v2.0", "data": data}), "utf-8")
    return path


def test_the_first_title_and_every_fourth_after_it_are_read(squad: Path) -> None:
    given = held_out(squad)

    assert [problem.title for problem, _ in given] == ["Town_0", "Town_0", "Town_4", "Town_4"]
    assert {paragraph for _, paragraph in given} == {Text("Town 0", HARBOUR), Text("Town 4", HARBOUR)}


def test_the_span_is_in_the_paragraph_and_its_odds_say_whether_it_answers(squad: Path) -> None:
    opened, cost, *_ = read_all(held_out(squad), Reader())

    assert opened.span == "1901"
    assert opened.odds > cost.odds


def test_the_figures_worked_by_hand(squad: Path) -> None:
    opened, cost = (problem for problem, _ in held_out(squad)[:2])
    read = [Given(opened, "in 1901", 2.0, -1.0), Given(opened, "1901", 3.0, 1.0), Given(cost, "Bergen", 1.0, 0.0)]

    values = {metric.name: metric.value for metric in measure(read)}

    assert values["exact_match"] == 0.5
    assert values["token_f1"] == pytest.approx((2 / 3 + 1) / 2)
    assert values["auroc_odds"] == 1.0
    assert values["auroc_relevance"] == 0.5


def test_the_command_prints_them_and_says_what_is_wrong_in_a_line(squad: Path) -> None:
    def run(path: Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "evals.reading", str(path)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    done, failed = run(squad), run(squad.with_name("missing.json"))

    assert [line.split()[0] for line in done.stdout.splitlines()] == [
        "exact_match",
        "token_f1",
        "auroc_odds",
        "auroc_relevance",
    ]
    assert failed.returncode == 2
    assert failed.stderr.count("\n") == 1


MILL = "The mill burnt down in 1888. Nobody was hurt."


def test_what_was_written_is_read_as_it_was_meant() -> None:
    reader = Reader()
    right = Candidate("Harbour", HARBOUR, True, (HARBOUR.index("Ada"), HARBOUR.index(", who")))
    wrong = Candidate("Mill", MILL, False)

    who = reading_asked.read_group(Group(ASKED, "1", "Who was the harbour's first master?", (right, wrong)), reader)
    cost = reading_asked.read_group(Group(ASKED, "1", "What did the harbour's hall cost?", (wrong,)), reader)
    opened, closed = (
        reading_asked.judge(Claim(ASKED, "1", claim, HARBOUR, (label,)), reader)
        for claim, label in (("The harbour opened in 1901.", "entailment"), ("It burnt in 1850.", "neutral"))
    )

    assert (who.answered, who.first, who.sentence) == (True, True, True)
    assert (cost.answered, cost.first, cost.sentence) == (False, False, False)
    assert who.odds > cost.odds
    assert (opened[1], closed[1]) == (True, False)
    assert opened[0] > closed[0]


def test_its_figures_worked_by_hand() -> None:
    read = [Grouped(2.0, True, True, False), Grouped(0.5, True, False, False), Grouped(1.0, False)]

    values = {one.name: one.value for one in reading_asked.measure(read, [(0.9, True), (0.2, True), (0.4, False)])}

    assert values == {"sentence": 0.0, "passage_first": 0.5, "auroc_answered": 0.5, "auroc_claims": 0.5}


def test_news_that_is_not_there_is_said_in_a_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "evals.reading_asked", str(tmp_path)]
    failed = subprocess.run(command, capture_output=True, text=True, check=False)

    assert failed.returncode == 2
    assert failed.stderr.count("\n") == 1
    assert "articles.jsonl.gz" in failed.stderr
