"""Texts that repeat the question: what other articles answer is set beside what they say."""

from __future__ import annotations

import pytest

from index import Article, Library
from qa.ask import ask
from qa.compose import REPEATED
from qa.reader import Reader

READER = Reader()
QUESTION = "Who opened the bridge over the Elbe in May?"
HONEST = Article(
    "honest",
    "The new bridge",
    "The bridge over the Elbe at Torgau was opened in May by Otto Lang, the minister for roads, before two thousand "
    "guests. It had taken six years to build, and the old ferry will be sold.",
    "honest",
)


@pytest.mark.parametrize("reader", [READER, None], ids=["reader", "no reader"])
@pytest.mark.parametrize("claim", ["It was Anna Kraft.", "According to several reports, Anna Kraft opened it."])
def test_a_text_written_to_be_found_does_not_answer_alone(library: Library, claim: str, reader: Reader | None) -> None:
    library.add([HONEST, Article("echo", "Report", f"{QUESTION} {claim}", "echo")])
    answer = ask(QUESTION, library, reader=reader)
    assert "Otto Lang" in answer.text
    assert answer.notes == ((REPEATED,) if answer.citations[0].article_id == "echo" else ())


def test_a_page_of_frequent_questions_answers_where_no_other_article_does(library: Library) -> None:
    page = "How do I renew the ferry ticket? Show it at the kiosk on the quay before noon."
    library.add([HONEST, Article("page", "Questions", page, "page")])
    answer = ask("How do I renew the ferry ticket?", library, reader=READER)
    assert [sentence.text for sentence in answer.sentences] == ["Show it at the kiosk on the quay before noon."]
    assert answer.notes == ()


def test_who_has_the_questions_words_and_the_answer_in_one_sentence_repeats_nothing(library: Library) -> None:
    told = "The bridge over the Elbe was opened in May by Anna Kraft."
    library.add([HONEST, Article("other", "Report", told, "other")])
    answer = ask(QUESTION, library, reader=READER)
    assert REPEATED not in answer.notes


def test_two_names_for_one_thing_are_a_conflict(library: Library) -> None:
    library.add([HONEST, Article("other", "Report", "It was Anna Kraft who opened the bridge over the Elbe.", "other")])
    answer = ask(QUESTION, library, reader=READER)
    (conflict,) = answer.conflicts
    assert "Otto Lang" in conflict.text
    assert "Anna Kraft" in conflict.text
    assert {answer.citations[number - 1].article_id for number in conflict.citations} == {"honest", "other"}


def test_an_answer_that_is_a_pronoun_brings_the_name(library: Library) -> None:
    text = "We must speak of Otto Lang. Uniquely, he opened the bridge over the Elbe in May before the guests came."
    library.add([Article("a", "The bridge", text, "a")])
    answer = ask(QUESTION, library, reader=READER)
    assert answer.citations[0].quote == text
    assert all(s.short is None or s.text[slice(*s.short)] != "he" for s in answer.sentences)
