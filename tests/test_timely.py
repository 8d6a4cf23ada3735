"""Time in questions, on a real library: evidence of the time first, the newest of equals, and never the clock."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import Article, Library
from index.encoder import Encoder
from qa.ask import ask


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Library:
    """The same fact of several years, and a sentence that states its year."""
    library = Library(tmp_path_factory.mktemp("timely") / "library", create=True, encoder=encoder)
    fines = {"2019-03-01": "4 million", "2021-03-01": "7 million", "2023-03-01": "9 million"}
    library.add(
        Article(
            day,
            f"Fines of Arlen {number}",
            f"The council of Arlen fined the ferry company {sum_} crowns.",
            "x",
            published=day,
        )
        for number, (day, sum_) in enumerate(fines.items())
    )
    library.add(
        [Article("told", "History", "In 2015 the council of Arlen fined the ferry company 2 million crowns.", "x")]
    )
    return library


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("What did the council of Arlen fine the ferry company in 2021?", "2021-03-01"),
        ("What did the council of Arlen fine the ferry company in 2015?", "told"),
        ("What is the latest fine of the council of Arlen for the ferry company?", "2023-03-01"),
        ("What did articles from 2019 say that the council of Arlen fined the ferry company?", "2019-03-01"),
    ],
)
def test_evidence_of_the_time_goes_first(years: Library, question: str, first: str) -> None:
    answer = ask(question, years)
    assert not answer.abstained
    assert answer.citations[0].article_id == first
    assert answer == ask(question, years)


def test_what_states_another_time_stands_back_even_in_an_article_of_the_time(tmp_path: Path, encoder: Encoder) -> None:
    with Library(tmp_path / "library", create=True, encoder=encoder) as library:
        text = "The port of Selby bought a new crane in November 2023. In 2022 the port bought two tugs."
        library.add([Article("a", "Selby gets a crane", text, "a", published="2023-11-20")])
        for question, bought in (
            ("What did the port buy in 2023?", "crane"),
            ("What did the port buy in 2022?", "tugs"),
        ):
            assert [bought in sentence.text for sentence in ask(question, library).sentences] == [True]


def test_a_time_of_articles_filters(years: Library) -> None:
    answer = ask("What do articles from 2019 say of the fine of the ferry company?", years)
    assert {c.article_id for c in (*answer.citations, *answer.nearest)} == {"2019-03-01"}
    none = ask("What do articles from 2011 say of the fine of the ferry company?", years)
    assert none.abstained
    assert none.missing == ("there are no articles published in 2011",)


def test_relative_words_count_from_the_newest_article_and_are_said(years: Library) -> None:
    answer = ask("What did the council of Arlen fine the ferry company last year?", years)
    assert answer.notes == ("“last year” is taken as 2022, from the newest article.",)


@pytest.fixture(scope="module")
def owners(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Library:
    """An owner of each time, and a fire whose year is told."""
    library = Library(tmp_path_factory.mktemp("owners") / "library", create=True, encoder=encoder)
    told = {
        "2018-05-01": "The mill of Arlen belongs to Ada Lund.",
        "2020-03-10": "The great fire destroyed the mill of Arlen in March 2020. Two firemen were hurt.",
        "2022-06-01": "The mill of Arlen belongs to Per Dahl.",
    }
    library.add(Article(day, f"News of {day}", text, "x", published=day) for day, text in told.items())
    return library


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("To whom did the mill of Arlen belong before the great fire?", "2018-05-01"),
        ("To whom did the mill of Arlen belong after the great fire?", "2022-06-01"),
    ],
)
def test_an_event_that_an_article_dates_is_a_time_and_how_it_was_taken_is_said(
    owners: Library, question: str, first: str
) -> None:
    answer = ask(question, owners)
    assert answer.citations[0].article_id == first
    (note,) = answer.notes
    assert "2020-03" in note
    assert "The great fire destroyed the mill of Arlen in March 2020." in note


def test_an_event_that_is_dated_nowhere_or_in_two_ways_is_no_time(owners: Library) -> None:
    assert ask("To whom did the mill of Arlen belong before the flood?", owners).notes == ()
    owners.add([Article("wrong", "Almanac", "The great fire of Arlen was in 1920.", "x")])
    assert ask("To whom did the mill of Arlen belong before the great fire?", owners).notes == ()
