"""Reading a question: its topic, terms, names, and the kind of answer it wants."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa import question
from qa.question import Wants, each_of_two, read, stems, words


@pytest.mark.parametrize(
    ("question", "wants"),
    [
        ("When was it founded?", {Wants.DATE}),
        ("In which year was it founded?", {Wants.DATE}),
        ("When and why was it founded?", {Wants.DATE, Wants.REASON}),
        ("When, where and why was it founded?", {Wants.DATE, Wants.PLACE, Wants.REASON}),
        ("What happens when it rains?", set()),
        ("How many units are there?", {Wants.NUMBER}),
        ("How much value was lost?", {Wants.MONEY}),
        ("What fine did the firm pay?", {Wants.MONEY}),
        ("What is Ada Lund's net worth?", {Wants.MONEY}),
        ("By what percentage did shares fall?", {Wants.PERCENTAGE}),
        ("Who is the chairman?", {Wants.PERSON}),
        ("Who was hit by the crackdown?", set()),
        ("Where was it to be listed?", {Wants.PLACE}),
        ("Why was it called off?", {Wants.REASON}),
        ("When did he leave, and why?", {Wants.DATE, Wants.REASON}),
        ("What is the city doing to bring tourists back?", {Wants.STEPS}),
        ("Which technologies are supported?", {Wants.ITEMS}),
    ],
)
def test_the_kind_of_answer_is_read_from_the_words(question: str, wants: set[Wants]) -> None:
    assert read(question).wants == wants


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Do both articles agree on the size of the losses?", "the size of the losses?"),
        ("What does each article say about the bridge?", "the bridge?"),
        ("Compare what both articles give as the reason for the closure.", "the reason for the closure."),
        ("What good news do the two articles report?", "What good news ?"),
        ("What is the difference between the reports on the losses?", "the losses?"),
        ("What advice does the article give?", "What advice does the article give?"),
    ],
)
def test_a_comparison_is_freed_of_its_frame(question: str, topic: str) -> None:
    read_question = read(question)
    assert read_question.topic == topic
    assert (Wants.COMPARISON in read_question.wants) == (topic != question)


def test_names_are_capitals_and_numbers_but_not_the_first_word() -> None:
    assert read("Why was Ant Group's listing called off in 2020?").names == {"ant", "group", "2020"}
    assert read("Regulators did what?").names == frozenset()
    assert read("NASA did what?").names == {"nasa"}
    assert read("2019 or 2020?").names == {"2019", "2020"}


def test_what_is_short_for_common_words_is_no_name() -> None:
    assert read("Why was the Ant IPO stopped?").names == {"ant"}
    assert read("Which IPOs did the CEO of BP plan?").names == {"bp"}


def test_in_a_question_all_in_capitals_they_say_nothing() -> None:
    assert read("WHO FOUNDED ALIBABA IN 1999?").names == {"1999"}


@pytest.mark.parametrize(
    ("question", "is_further"),
    [
        ("What else?", True),
        ("And who else was fined?", True),
        ("Was it something else?", True),
        ("Or else what?", False),
    ],
)
def test_what_else_wants_more_than_was_told(question: str, is_further: bool) -> None:
    assert read(question).is_further == is_further


def test_possessives_accents_and_forms_fall_together() -> None:
    assert words("Alibaba’s don't") == ["Alibaba", "don't"]
    assert stems("Losses") == stems("loss")
    assert stems("Beyoncé") == stems("Beyonce") == stems("Beyonce\u0301")


@pytest.mark.parametrize(
    ("question", "role"),
    [
        ("Who is the president of China?", "president"),
        ("Who was the first lady mayor of Porto?", "mayor"),
        ("Who is Corvo's chief executive?", "executive"),
        ("What is his sister called?", "sister"),
        ("What is the CEO of Corvo Foods called?", "CEO"),
        ("What is the name of the owner?", "owner"),
        ("Who is Jack Ma?", ""),
        ("Who was hit by the crackdown?", ""),
        ("What is the plan?", ""),
    ],
)
def test_a_role_is_what_somebody_is_to_another(question: str, role: str) -> None:
    assert read(question).role == role


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    question = read(text)
    assert question.names <= question.terms


def test_threads_that_stem_at_once_get_the_stems_of_their_own_words() -> None:
    texts = [f"relationalities{n} conditionally{n}x operationalisation{n} hopefulness{n}ing" for n in range(2_000)]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            at_once = list(threads.map(stems, texts))
    finally:
        sys.setswitchinterval(before)
    question._stem.cache_clear()
    assert at_once == [stems(text) for text in texts]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "Compare Velora and Brightwell",
            ["what the articles say about Velora", "what the articles say about Brightwell"],
        ),
        (
            "compare sales at Velora with Tansy Group in 2023?",
            ["sales of Velora in 2023", "sales of Tansy Group in 2023"],
        ),
        ("What are the differences in price between Velora and Tansy?", ["price of Velora", "price of Tansy"]),
        ("How does Velora differ from Tansy in price?", ["price of Velora", "price of Tansy"]),
        ("How did Velora and Tansy react?", []),
        ("Compare the fines of Velora and Tansy and Brightwell.", []),
        ("Compare what the two articles say", []),
        ("", []),
    ],
)
def test_two_names_that_are_compared_are_asked_about_one_by_one(text: str, parts: list[str]) -> None:
    assert each_of_two(text) == parts
