"""Questions to ask next: what rules make of a sentence, and that they are of cited articles and not said yet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Article, Library
from qa.ask import ask
from qa.followups import MOST, question_of


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("Owen Pryce founded the copper works of Aberwen.", "Who founded the copper works of Aberwen?"),
        ("In 1911, the harbour of the town was opened to ships.", "When was the harbour of the town opened to ships?"),
        ("The mill was closed in March 1950.", "When was the mill closed?"),
        ("The ferry was stopped because the river froze.", "Why was the ferry stopped?"),
        ("He founded the copper works of Aberwen.", ""),
        ("The Brackley Group bought the mills of the valley.", ""),
        ("In 1911 she was elected to the council.", ""),
        ("Owen Pryce founded it with his brother in the town.", ""),
        ("Seven ships left", ""),
        ("The decline of the port was primarily because of the war.", ""),
        ("Anna Lind has worked for the bank since 2014.", ""),
        ("", ""),
    ],
)
def test_a_sentence_makes_a_question_that_reads_well_or_none(sentence: str, question: str) -> None:
    assert question_of(sentence) == question


@given(st.text(max_size=120).map(lambda text: text + "."))
def test_any_sentence_makes_one_line_or_nothing(sentence: str) -> None:
    question = question_of(" ".join(sentence.split()))
    assert question == "" or (question.endswith("?") and "\n" not in question)


TOWN = (
    "The harbour of Aberwen was fined $4 million for its dirty water. Owen Pryce founded the copper works of Aberwen."
    " In 1911, the lighthouse of the town was opened to visitors. The ferry was stopped because the river froze."
)


def test_what_was_not_asked_is_offered_from_the_article_that_was_cited(library: Library) -> None:
    library.add([Article("a", "Aberwen", TOWN, "x"), Article("b", "Bees", "Ann Hale studied the bees of Arlen.", "x")])
    answer = ask("How much was the harbour of Aberwen fined?", library)
    assert answer.follow_ups
    assert len(answer.follow_ups) <= MOST
    assert not any("fined" in question or "bees" in question for question in answer.follow_ups)
    for question in answer.follow_ups:
        following = ask(question, library)
        assert not following.abstained
        assert question not in following.follow_ups


def test_an_abstention_offers_nothing(library: Library) -> None:
    library.add([Article("a", "Aberwen", TOWN, "x")])
    assert ask("Who is the king of Denmark?", library).follow_ups == ()
