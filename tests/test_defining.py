"""Questions for who or what somebody or something is, and the sentences that say it."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import Library
from qa.ask import ask
from qa.defining import defined, defines
from qa.reader import Reader

from .exactness import quotes_are_exact


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Who is Jack Ma?", "Jack Ma"),
        ("who is jack ma", "jack ma"),
        ("What's the AI Act?", "AI Act"),
        ("What is the Bank of Ireland?", "Bank of Ireland"),
        ("What is an actigraph?", "actigraph"),
        ("Who is the CEO?", ""),
        ("What is the plan?", ""),
        ("What is it?", ""),
        ("Who is Jack Ma's wife?", ""),
        ("What is Corvo's price?", ""),
        ("What is Corvo planning next year?", ""),
    ],
)
def test_which_questions_ask_for_a_definition(question: str, name: str) -> None:
    assert defined(question) == name


@pytest.mark.parametrize(
    ("sentence", "says"),
    [
        ("Corvo is a retailer from Porto.", True),
        ("Corvo, the retailer, closed two shops.", True),
        ("Corvo (CRV) is the largest retailer.", True),
        ("The Portuguese retailer Corvo closed two shops.", True),
        ("Rules hit retailers such as Brenta, Corvo and Lund.", True),
        ("Corvo closed two shops.", False),
        ("The founder of Corvo is a pilot.", False),
        ("The return of Corvo pleased investors.", False),
        ("The Corvo shops are closed.", False),
        ("A move by Corvo, in May, was a surprise.", False),
    ],
)
def test_which_sentences_say_what_a_name_is(sentence: str, says: bool) -> None:
    assert defines("Corvo", sentence) == says


def test_what_a_thing_is_comes_from_the_sentence_that_says_it(library: Library, tmp_path: Path) -> None:
    """Where none does, that is said beside what the articles have."""
    (tmp_path / "shops.txt").write_text(
        "Corvo closed two shops in May. Analysts praised Corvo. Corvo sold its ships to Lund. The retailer Corvo also "
        "lost its chairman. Lund paid Corvo nine million euros."
    )
    library.add_files([tmp_path / "shops.txt"])
    answer = ask("What is Corvo?", library, reader=Reader())
    assert "The retailer Corvo" in answer.sentences[0].text
    assert answer.missing == ()
    assert quotes_are_exact(answer, library)
    assert "the articles do not say who or what Lund is" in ask("What is Lund?", library, reader=Reader()).missing
