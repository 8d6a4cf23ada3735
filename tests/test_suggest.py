"""Drafts from articles: what each rule makes of a sentence, where drafts come from, and how they are accepted."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from evals.cases import Case, Relevant, read_set
from evals.cli import footnote
from evals.phrase import fault, phrase
from evals.review import review
from evals.suggest import suggest
from index import Article, Library
from index.errors import FootnoteError
from tests.llm_server import refuses, says, serving

TOWN = (
    "Owen Pryce founded the copper works of Aberwen with his brother. In 1911, the harbour of the town was opened to"
    " large ships. Forty-two years passed. Three hundred sailors lost their lives in the storm of that winter."
    " The city sold the mills for $4 million to a merchant. Ann Hale moved to the capital in 1930 with her sister."
    " She never came back to see the town again."
)
OTHER = "The Brackley Group bought the wool mills of the valley from their owners. Nobody else wanted them at all."
ARTICLES = (Article("a", "Aberwen", TOWN, "a.txt"), Article("b", "Brackley", OTHER, "b.txt"))


def drafted(kind: str) -> Case:
    return next(case for case in suggest(ARTICLES, 60) if kind in case.tags)


@pytest.mark.parametrize(
    ("text", "question", "answer"),
    [
        (
            "Owen Pryce founded the copper works of Aberwen with his brother.",
            "Who founded the copper works of Aberwen with his brother?",
            "Owen Pryce",
        ),
        (
            "The Brackley Group bought the wool mills of the valley from their owners.",
            "Which organisation bought the wool mills of the valley from their owners?",
            "Brackley Group",
        ),
        (
            "In late 1911, the harbour of the town was opened to large ships.",
            "When was it that the harbour of the town was opened to large ships?",
            "late 1911",
        ),
        (
            "The harbour of the town was opened to ships in March 1911.",
            "When was it that the harbour of the town was opened to ships?",
            "March 1911",
        ),
        (
            "About 300 old sailors lost their lives in the storm of that winter.",
            "How many old sailors lost their lives in the storm of that winter?",
            "300",
        ),
        (
            "The city sold the mills for $4 million to a merchant.",
            "What is missing: The city sold the mills for ____ to a merchant?",
            "$4 million",
        ),
    ],
)
def test_each_rule_by_hand(text: str, question: str, answer: str) -> None:
    (case,) = suggest([Article("x", "T", text, "x.txt")], 6)
    assert (case.question, case.answers) == (question, (answer,))
    assert case.relevant[0].quote == text
    assert case.drafted


@pytest.mark.parametrize(
    "text",
    [
        "It was opened in 1911 to much applause from all.",
        "Rain fell.",
        "Is it true that Owen Pryce founded all of it?",
        "word " * 60,
    ],
)
def test_sentences_that_do_not_stand_by_themselves_are_not_asked_about(text: str) -> None:
    assert suggest([Article("x", "T", text, "x.txt")], 6) == ()


def test_a_follow_up_has_its_history_and_its_stand_alone_form() -> None:
    case = drafted("follow-up")
    assert case.question == "When was it that she moved to the capital with her sister?"
    assert case.standalone == "When was it that Ann Hale moved to the capital with her sister?"
    assert "Ann Hale" in case.history[0].text
    assert case.answers == ("1930",)


def test_an_unanswerable_question_takes_its_article_out() -> None:
    case = drafted("unanswerable")
    assert (case.answerable, case.relevant, len(case.without)) == (False, (), 1)
    assert not [c for c in suggest(ARTICLES[:1], 60) if "unanswerable" in c.tags]


def test_what_another_article_may_answer_is_not_called_unanswerable() -> None:
    again = Article("c", "Again", TOWN.replace("with his brother", "in the end"), "c.txt")
    questions = [case.question for case in suggest([*ARTICLES, again], 60) if not case.answerable]
    assert not any("copper works" in question for question in questions)


def test_the_same_seed_drafts_the_same_and_another_one_does_not_repeat_ids() -> None:
    one, two = suggest(ARTICLES, 5, 1), suggest(ARTICLES, 5, 1)
    assert one == two
    assert len({case.id for case in suggest(ARTICLES, 60)}) == len(suggest(ARTICLES, 60))
    assert len(one) <= 5


@given(st.text(alphabet=st.sampled_from("Ann Hale He in 1911, $4 the.\n“”"), max_size=300))
def test_every_draft_quotes_its_article_and_holds_its_answer(text: str) -> None:
    for case in suggest([Article("x", "", text, "x.txt")], 30):
        (piece,) = case.relevant
        assert piece.quote is not None
        assert piece.quote in text
        assert case.answers[0] in " ".join(piece.quote.split())


# -- with a language model ---------------------------------------------------------------------------------------------

FOUNDED = Case(
    "who-01",
    "Who founded the copper works of Aberwen with his brother?",
    ("Owen Pryce",),
    relevant=(Relevant("a", "Owen Pryce founded the copper works of Aberwen with his brother."),),
    drafted=True,
)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("Who set up and founded the copper works at Aberwen?", None),
        ("Question: Who founded the copper works in Aberwen?", None),
        ("Did Owen Pryce found the copper works of Aberwen?", "give the answer away"),
        ("Which Pryce founded the copper works of Aberwen?", "give the answer away"),
        ("Who founded the copper works?", "lost what they are about"),
        ("What is in Aberwen?", "lost what they are about"),
        ("Who founded the copper works of Aberwen in 1850?", "name what the sentence does not"),
        ("Who founded the copper works of Aberwen", "are no plain question on one line"),
        ("Sure!\nWho founded the copper works of Aberwen?", "are no plain question on one line"),
        ("Who founded the [copper](http://evil.example) works of Aberwen?", "are no plain question on one line"),
        ("", "are no plain question on one line"),
    ],
)
def test_a_phrasing_stands_only_where_it_asks_the_same(said: str, reason: str | None) -> None:
    with serving(says(said)) as server:
        found = phrase([FOUNDED], server.llm())
    (case,) = found.cases
    assert case.question == (said.removeprefix("Question: ") if reason is None else FOUNDED.question)
    assert replace(case, question="") == replace(FOUNDED, question="")
    assert dict(found.kept) == ({reason: 1} if reason else {})


def test_a_gap_becomes_a_question_and_a_date_stays_one_that_is_asked_for() -> None:
    quote = "The city of Aberwen sold the mills for $4 million to a merchant."
    relevant = (Relevant("a", quote),)
    gap = Case("1", "What is missing: The city of Aberwen sold the mills for ____ to a merchant?", ("$4 million",))
    gap = replace(gap, relevant=relevant)
    assert fault("How much did Aberwen get from a merchant for the mills it sold?", gap, quote) is None
    assert fault("Did Aberwen sell the mills for 4 million?", gap, quote) == "give the answer away"
    when = Case("2", "When was it that the harbour of Aberwen was opened?", ("1911",), relevant=relevant)
    assert fault("When was the harbour of Aberwen opened?", when, "The harbour opened in 1911.") is None
    assert fault("Why was the harbour of Aberwen opened?", when, "It opened in 1911.") == "ask for something else"


def test_a_model_that_fails_leaves_the_rest_to_the_rules() -> None:
    with serving(refuses(500)) as server:
        found = phrase([FOUNDED, replace(FOUNDED, id="who-02")], server.llm())
        assert len(server.asked) == 1
    assert (found.cases[0], found.phrased) == (FOUNDED, 0)
    assert "2 as test/model failed" in found.line


# -- the commands ------------------------------------------------------------------------------------------------------


def test_drafts_are_suggested_reviewed_and_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Library.open(Path("library"), create=True) as library:
        library.add(ARTICLES)
    call = CliRunner().invoke
    assert call(footnote, ["eval", "suggest", "--out", "mine.jsonl"]).exit_code == 0
    assert call(footnote, ["eval", "suggest", "--out", "mine.jsonl"]).exit_code == 2
    drafts = read_set(Path("mine.jsonl")).cases
    assert all(case.drafted for case in drafts)
    done = call(footnote, ["eval", "review", "mine.jsonl"], input="a\nd\ne\nWho was it?\ns\nq\n")
    assert done.stdout.splitlines()[-1] == f"2 accepted, 1 dropped, {len(drafts) - 3} drafts left"
    kept = read_set(Path("mine.jsonl")).cases
    assert [case.drafted for case in kept[:3]] == [False, False, True]
    assert kept[1].question == "Who was it?"
    ran = call(footnote, ["eval", "run", "mine.jsonl", "--out", "out"])
    assert ran.exit_code == 0, ran.stderr
    assert "are drafts that nobody has accepted" in ran.stderr
    assert "follow_up_loss" in ran.stdout


def test_a_model_phrases_what_is_suggested(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Library.open(Path("library"), create=True) as library:
        library.add(ARTICLES)
    with serving(says("Who was the founder, and founded the copper works of Aberwen with a brother?")) as server:
        arguments = ["eval", "suggest", "--out", "mine.jsonl", "--llm", f"{server.url}#m"]
        done = CliRunner().invoke(footnote, arguments)
    assert done.exit_code == 0, done.stderr
    assert done.stderr.startswith("footnote: 1 questions are in the model's words; as the rule has them: ")
    cases = read_set(Path("mine.jsonl")).cases
    (phrased,) = (case for case in cases if "the founder" in case.question)
    assert (phrased.answers, phrased.drafted) == (("Owen Pryce",), True)


def test_lines_that_are_no_drafts_stay_to_the_byte(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_bytes(b'{"id":1,  "question": "Who?"}\r\n{\n\n{"id":"2","question":"D?","drafted":true}\n')
    done = review(path, lambda record, position, count: "accept")
    assert (done.accepted, done.dropped, done.left) == (1, 0, 0)
    assert path.read_bytes() == b'{"id":1,  "question": "Who?"}\r\n{\n\n{"id": "2", "question": "D?"}\n'


def test_a_set_that_cannot_be_reviewed_is_one_line(tmp_path: Path) -> None:
    for name in ("a.yaml", "gone.jsonl"):
        with pytest.raises(FootnoteError):
            review(tmp_path / name, lambda record, position, count: "accept")


def test_review_survives_the_end_of_its_input(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(json.dumps({"id": "2", "question": "D?", "drafted": True}), "utf-8")
    done = CliRunner().invoke(footnote, ["eval", "review", str(path)], input="")
    assert "0 accepted, 0 dropped, 1 drafts left" in done.stdout
