"""What a question demands of its answer: a figure that it names must be told, or the answer is of another event."""

from __future__ import annotations

import pytest

from index import Article, Library
from qa.ask import ask
from qa.reader import Reader

JOBS = "The shipyard Kumo cut 9,000 jobs last week, after a year of losses. Orlo has 1,200 workers at its ferries."


@pytest.mark.parametrize(
    "question",
    [
        "Which shipyard cut 9,000 jobs?",
        "Which shipyard cut nearly 9,200 jobs?",
        "Who has more than 500 workers at the ferries?",
    ],
)
def test_a_figure_that_is_told_bars_nothing(library: Library, question: str) -> None:
    library.add([Article("a", "Kumo and Orlo", JOBS, "a")])
    assert not any("do not mention" in what for what in ask(question, library, (), Reader()).missing)


@pytest.mark.parametrize("title", ["The storm of $4 billion", "The storm"])
def test_the_figure_may_stand_around_what_answers(library: Library, title: str) -> None:
    cost = "a lot" if "$" in title else "$4 billion"
    text = f"The storm cost {cost}. The estimate was made by the insurer Brill."
    library.add([Article("a", title, text, "a")])
    answer = ask("Which insurer made the estimate of $4 billion?", library, (), Reader())
    assert not answer.abstained
    assert "Brill" in answer.text


@pytest.mark.parametrize("question", ["Which shipyard cut 4,700 jobs?", "Which shipyard cut nearly 20,000 posts?"])
def test_a_figure_that_no_good_sentence_has_is_of_another_event(library: Library, question: str) -> None:
    library.add([Article("a", "Kumo", JOBS, "a"), Article("b", "Beds", "The island has 4,700 beds.", "b")])
    answer = ask(question, library, (), Reader())
    assert answer.abstained
    assert any("do not mention" in missing for missing in answer.missing)


def test_a_number_in_a_name_is_no_figure(library: Library) -> None:
    library.add([Article("a", "Kumo", JOBS, "a")])
    missing = ask("Which Fortune 500 shipyard cut jobs?", library, (), Reader()).missing
    assert not any("nearest passages" in what for what in missing)
