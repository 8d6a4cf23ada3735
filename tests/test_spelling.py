"""Spelling: a word that no article has is taken for one that they have, and only for one much like it."""

from __future__ import annotations

import pytest

from index import Article, Library
from index.encoder import Encoder
from qa.ask import ask
from qa.spelling import respelt

TEXT = "Alibaba was founded in Hangzhou. The regulators fined Alibaba in April. Velora makes engines in Gdansk."


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Library:
    made = Library(tmp_path_factory.mktemp("spelling") / "library", create=True, encoder=encoder)
    made.add([Article("a", "Firms", TEXT, "x"), Article("b", "Towns", "Zürich has a lake. Ulm has a minster.", "x")])
    return made


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("What is allibaba?", "What is Alibaba?"),
        ("Who founded Alibabba in Hangzou?", "Who founded Alibaba in Hangzhou?"),
        ("What do the engnies cost?", "What do the engines cost?"),
        ("What is in Zurrich?", "What is in Zürich?"),
        ("Where is Velora?", None),  # as the articles have it
        ("Where is Valeria?", None),  # another name
        ("Who makes engineers?", None),  # spelt right
        ("Where is Ulmm?", None),  # too short to tell
        ("What is 12345?", None),
        ("", None),
        ("\ud800 \x00 \U0010ffff", None),
    ],
)
def test_a_misspelt_word_is_put_right(library: Library, question: str, meant: str | None) -> None:
    assert respelt(question, library) == meant


def test_what_is_not_answered_is_asked_back_with_the_word_put_right(library: Library) -> None:
    answer = ask("When was Allibaba fined?", library)
    assert answer.abstained
    assert answer.follow_ups == ("When was Alibaba fined?",)
    assert answer.follow_ups_heading == "Did you mean"
    answered = ask(answer.follow_ups[0], library)
    assert answered.sentences[0].text == "The regulators fined Alibaba in April."
    assert answered.follow_ups_heading == "Ask next"
