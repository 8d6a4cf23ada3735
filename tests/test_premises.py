"""A question that takes for granted what the articles do not say is declined, and what is true beside it is not."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from evals.cases import SHIPPED, find_set, read_cases
from index import Article, Library, Scope
from index.encoder import Encoder
from qa.ask import ask, look_up
from qa.premises import AROUND, OF_COUNTRY, premise, weigh_premises
from qa.question import read
from qa.reader import Reader

CASES = read_cases(find_set("premises"))
ARTICLES = SHIPPED / "articles" / "premises.jsonl"
SUED = "The phone maker Orlo has sued its competitor Tansy in a court in Munich because Tansy copied its hinge."


@pytest.fixture
def court(library: Library) -> Library:
    library.add([Article("court", "A quarrel over hinges", f"{SUED} A first hearing is set for 3 July.", "x")])
    return library


@pytest.fixture(scope="module")
def premises(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[Library]:
    """The made-up articles that the set of this name asks about."""
    with Library(tmp_path_factory.mktemp("premises") / "library", create=True, encoder=encoder) as opened:
        opened.add_files([ARTICLES])
        yield opened


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Why did the farmers accept the offer?", "The farmers rejected the offer as too low."),
        ("Why did Corvo buy Talbot?", "Corvo sold Talbot after a bad year."),
        ("When did the crackdown end?", "The crackdown began in 2020."),
        ("Why did Tansy sue Orlo?", "Orlo sued Tansy over a hinge."),
        ("Why is Talbot taking over Meridian?", "Meridian is taking over Talbot."),
        ("Why has Blue Shore accused the coast guard?", "Blue Shore was accused by the coast guard of lying."),
    ],
)
def test_what_says_the_opposite_or_has_the_parties_exchanged_is_reversed(question: str, sentence: str) -> None:
    assert weigh_premises(read(question), sentence).is_reversed


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Why did the farmers reject the offer?", "The farmers rejected the offer as too low."),
        ("Why did Orlo sue Tansy?", "Orlo sued Tansy over a hinge."),
        ("Why did Orlo sue Tansy?", "Tansy was sued by Orlo over a hinge."),
        ("When was the bank taken over?", "Meridian took over the bank in May."),
        ("Why was Ant Group's listing called off?", "Regulators called off the listing of Ant Group."),
        ("Which country sold the ship?", "The ship was bought from Norway, which sold it in May."),
    ],
)
def test_what_says_so_in_another_order_is_not(question: str, sentence: str) -> None:
    assert not weigh_premises(read(question), sentence).is_reversed


def test_a_name_counts_in_full_in_the_sentence_and_less_about_it() -> None:
    question = read("Why did Orlo sue Tansy?")
    assert weigh_premises(question, SUED).named == 1
    assert weigh_premises(question, "It sued Tansy.", "Orlo was angry.").named == (1 + AROUND) / 2
    assert weigh_premises(question, "Kumo sued Fenwick.").named == 0
    assert weigh_premises(read("why is it so?"), "It is so.").named == 1


@pytest.mark.parametrize(
    ("question", "statement"),
    [
        ("When will the court in Chur hear the case?", "the court in Chur will hear the case"),
        ("Which states are members?", "Some states are members"),
        ("Has Jack Ma been seen in public?", "Jack Ma has been seen in public"),
        ("Why did he vanish? (Jack Ma)", "he vanish"),
        ("Was the bridge closed by France?", "the bridge was closed by France"),
        ("The crackdown", "The crackdown"),
        ("?", ""),
    ],
)
def test_a_question_is_stated(question: str, statement: str) -> None:
    assert premise(question) == statement


def test_a_reversed_question_is_declined_with_the_nearest_passage_and_why(court: Library) -> None:
    answer = ask("Why did Tansy sue Orlo?", court)
    assert answer.abstained
    assert answer.missing == ("the nearest passage has it the other way round",)
    assert SUED in [citation.quote for citation in answer.nearest]
    assert not ask("Why has Orlo sued Tansy?", court).abstained


def test_what_the_reader_makes_of_the_passages_and_how_many_were_searched_are_signs(premises: Library) -> None:
    scope = Scope(frozenset({CASES[0].group or ""}))
    (few,) = look_up(CASES[0].question, premises, (), Reader(), scope=scope).findings
    assert few.signs[3] == math.log(premises.passage_count(scope))
    assert few.signs[-1] == max(e.read.relevance for e in few.evidence if e.read)


@pytest.mark.parametrize(
    ("question", "sentence", "around", "named"),
    [
        ("How does China help startups?", "The Chinese ministry gives them licences.", "", OF_COUNTRY),
        ("How does China help startups?", "Beijing gives them licences.", "", OF_COUNTRY),
        ("How does Beijing help startups?", "China gives them licences.", "", OF_COUNTRY),
        ("How does China help startups?", "The government gives them licences.", "China woos firms", OF_COUNTRY),
        ("How does China help startups?", "The government gives them licences.", "Norway woos firms", 0.0),
        ("How does China help startups?", "The firm gives them licences.", "China woos firms", AROUND),
        ("How does China help startups?", "The firm gives them licences.", "Beijing woos firms", AROUND),
        ("How does Velora help startups?", "The government gives them licences.", "Velora", AROUND),
    ],
)
def test_a_country_goes_by_several_names(question: str, sentence: str, around: str, named: float) -> None:
    assert weigh_premises(read(question), sentence, around).named == named


def test_every_quote_of_the_set_stands_in_its_article(premises: Library) -> None:
    for case in CASES:
        for relevant in case.relevant:
            assert relevant.quote in premises.show(relevant.article_id).text
            assert any(answer in relevant.quote for answer in case.answers)


def test_of_the_false_premises_some_are_declined_and_of_the_true_ones_hardly_any(premises: Library) -> None:
    """Without the reader, which tells more of them: the figures with it are in docs/answers.md."""
    cases = CASES[::2]
    declined = {case.id: ask(case.question, premises).abstained for case in cases}
    false = [declined[case.id] for case in cases if not case.answerable]
    true = [declined[case.id] for case in cases if case.answerable]
    assert sum(false) >= 0.2 * len(false)
    assert sum(true) <= 0.1 * len(true)


def test_what_has_nothing_to_do_with_the_only_passage_is_declined(tmp_path: Path, encoder: Encoder) -> None:
    """Also in the smallest library, for which nothing was fitted."""
    with Library(tmp_path / "l", create=True, encoder=encoder) as library:
        library.add([Article("q", "Qorvan", "Qorvan was founded in Lisbon in 1987 by Ada Quill.", "q.txt")])
        asked = ("What do zebras eat?", "How do I cook rice?", "Who founded Qorvan?")
        for reader in (None, Reader()):
            assert [ask(question, library, (), reader).abstained for question in asked] == [True, True, False]
