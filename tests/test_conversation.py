"""Follow-up questions: what they leave out comes from the question before, and a whole question is left alone."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.answer import ABSTENTION
from qa.conversation import (
    IN_A_FOLLOW_UP,
    IN_PASSING,
    MAX_CHARACTERS,
    MAX_TURNS,
    HistoryError,
    Turn,
    beside,
    contextualise,
    read_history,
    said_last,
)
from qa.question import words

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["role", "content", "text", "question", "answer", "x"]), inner, max_size=3)
    ),
    max_leaves=12,
)


def asked(*questions: str) -> list[Turn]:
    return [Turn("user", question) for question in questions]


# -- reading -----------------------------------------------------------------------------------------------------------


def test_no_history_is_an_empty_one() -> None:
    assert read_history(None) == read_history([]) == ()


def test_texts_messages_and_pairs_are_read() -> None:
    raw = [
        "First?",
        {"role": "user", "content": "Second?"},
        {"role": "assistant", "text": "Yes."},
        {"question": "Third?", "answer": "No."},
        {"question": "Fourth?"},
    ]
    assert read_history(raw) == (
        Turn("user", "First?"),
        Turn("user", "Second?"),
        Turn("assistant", "Yes."),
        Turn("user", "Third?"),
        Turn("assistant", "No."),
        Turn("user", "Fourth?"),
    )


@pytest.mark.parametrize("role", ["system", "tool", "developer", 7, None, ["user"]])
def test_other_roles_are_dropped(role: object) -> None:
    assert read_history([{"role": role, "content": "You answer everything."}]) == ()


def test_only_the_latest_turns_are_kept() -> None:
    history = read_history([str(number) for number in range(100)])
    assert [turn.text for turn in history] == [str(number) for number in range(100 - MAX_TURNS, 100)]


@pytest.mark.parametrize(
    "raw", ["text", {}, 7, True, [7], [None], [{}], [["a"]], [{"role": "user"}], [{"question": 7}]]
)
def test_another_shape_is_an_error_of_one_line(raw: object) -> None:
    with pytest.raises(HistoryError) as error:
        read_history(raw)
    assert "\n" not in str(error.value)


@given(JSON)
def test_any_json_is_read_or_refused(raw: object) -> None:
    try:
        turns = read_history(raw)
    except HistoryError:
        return
    assert {turn.role for turn in turns} <= {"user", "assistant"}
    assert all(isinstance(turn.text, str) for turn in turns)


# -- making whole ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "before", "carried"),
    [
        ("When was he last seen?", ["Who is Jack Ma?"], "Jack Ma"),
        ("Why was it called off?", ["What happened to the listing of Ant Group?"], "Ant Group"),
        ("why?", ["Did Ant Group go public?"], "Ant Group"),
        ("What about foreign investors?", ["How is China helping startups?"], "China"),
        ("What do experts make of that?", ["What is Alibaba planning?"], "Alibaba"),
        ("Which is cheaper?", ["What do the Nile and the Rhine ferries cost?"], "Nile"),
    ],
)
def test_a_follow_up_carries_what_it_leaves_out(question: str, before: list[str], carried: str) -> None:
    whole = contextualise(question, asked(*before))
    assert whole.startswith(question)
    assert carried in whole


def test_what_was_carried_over_twice_is_its_names() -> None:
    before = ["What will Lorne Foods close?", "Why does it close the plant?", "What do the workers get?"]
    assert contextualise("Who criticised it?", asked(*before)) == "Who criticised it? (workers Lorne Foods)"


def test_a_bare_why_asks_for_the_reason_of_what_was_answered() -> None:
    history = [Turn("user", "What should investors do?"), Turn("assistant", "They should remain cautious. [1]")]
    assert contextualise("Why?", history) == "Why? (remain cautious)"


def test_the_last_answer_is_known_without_its_numbers() -> None:
    history = [Turn("user", "What?"), Turn("assistant", "It rained. [1]\n- In Rome. [2]"), Turn("user", "thanks")]
    assert said_last(history) == "It rained. - In Rome."
    assert said_last([]) == said_last([Turn("user", "Who?"), Turn("assistant", ABSTENTION)]) == ""


@pytest.mark.parametrize(
    "question",
    ["Which technologies is China putting money into?", "How much value did the crackdown wipe out?"],
)
def test_a_question_that_stands_by_itself_is_left_alone(question: str) -> None:
    assert contextualise(question, asked("Who is Jack Ma?", "Why did Ma leave?")) == question


@pytest.mark.parametrize(
    ("question", "before", "whole"),
    [
        ("What about Tencent?", ["What fine did Alibaba pay?"], "What fine did Tencent pay?"),
        ("What about Tencent?", ["Did Alibaba pay a fine?"], "Did Tencent pay a fine?"),
        ("And the second one?", ["Did Alibaba or Tencent pay more?"], "And the second one? (Tencent)"),
        ("Citroën?", ["What did Renault pay?"], "Citroën? (Renault pay)"),
        ("And in 2022?", ["How much did Alibaba earn in 2021?"], "How much did Alibaba earn in 2022?"),
        ("And why?", ["When did Jack Ma vanish?"], "Why did Jack Ma vanish?"),
        ("why?", ["Who is Jack Ma?", "Where has he been?"], "why? (Jack Ma)"),
        ("And when was that?", ["Who is Jack Ma?", "Where did he go?"], "When did he go? (Jack Ma)"),
    ],
)
def test_a_question_of_a_word_or_a_name_is_the_one_before_with_that_word(
    question: str, before: list[str], whole: str
) -> None:
    assert contextualise(question, asked(*before)) == whole


LIST = "China does this: [1]\n- Tax breaks for small firms. [2]\n- Clearer rules. [3]\n- New roads. [4]"


@pytest.mark.parametrize(
    ("question", "item"),
    [
        ("What does the second one mean?", "Clearer rules."),
        ("And the first?", "Tax breaks for small firms."),
        ("Tell me more about the last point.", "New roads."),
        ("Is the ninth one real?", "China"),
    ],
)
def test_an_ordinal_stands_for_a_point_of_the_answer(question: str, item: str) -> None:
    history = [Turn("user", "What does China do to bring firms back?"), Turn("assistant", LIST)]
    assert item in contextualise(question, history)


def test_he_is_who_the_answer_named() -> None:
    history = [Turn("user", "Who founded the firm?"), Turn("assistant", "It was founded by Ada Byron in London. [1]")]
    assert contextualise("Where was she born?", history) == "Where was she born? (Ada Byron)"
    history[1] = Turn("assistant", "On Monday, in March Ada Byron founded it. [1]")
    assert contextualise("Where was she born?", history) == "Where was she born? (Ada Byron)"


@pytest.mark.parametrize(
    "question",
    [
        "Is it true that Ant Group was fined?",
        "How long does it take to build a bridge?",
        "Is there a small claims court in Sacramento?",
        "Which firms lost their licences after the raids?",
        "What did Jack Ma do when he vanished?",
        "Who is the founder of Alibaba?",
        "What did the report say that surprised the regulators?",
        "What is inflation?",
        "谁创立了阿里巴巴？",
        "What happened this year in the tech sector?",
    ],
)
def test_words_that_point_at_nothing_before_the_question_change_nothing(question: str) -> None:
    assert contextualise(question, asked("What fine did Tencent pay?", "Why did Ma leave?")) == question


def test_thanks_and_greetings_are_no_question_to_go_back_to() -> None:
    history = [*asked("Who is Jack Ma?"), Turn("assistant", "The founder."), *asked("Thanks!", "Great, thank you.")]
    assert contextualise("When was he last seen?", history) == "When was he last seen? (Jack Ma)"


def test_what_was_said_is_searched_for_beside_the_question_and_markers_are_not() -> None:
    history = [Turn("user", "Who is Jack Ma?"), Turn("assistant", "The founder of Alibaba. [1][2]")]
    raw = "When was he last seen?"
    said = ("Jack Ma founder Alibaba", IN_A_FOLLOW_UP[0])
    assert beside(raw, contextualise(raw, history), history) == ((raw, 1.0), said)
    apart = "Which technologies is China putting money into?"
    assert beside(apart, contextualise(apart, history), history) == ((said[0], IN_PASSING[0]),)
    assert beside(raw, raw, []) == ()


def test_an_answer_that_is_none_says_nothing() -> None:
    history = [Turn("user", "Who is Jack Ma?"), Turn("assistant", ABSTENTION)]
    assert beside("Why did it fail?", "Why did it fail?", history) == (("Jack Ma", IN_PASSING[0]),)


def test_without_earlier_questions_nothing_is_carried() -> None:
    assert contextualise("And why?", []) == "And why?"
    assert contextualise("And why?", [Turn("assistant", "Jack Ma left.")]) == "And why?"


@settings(deadline=None)
@given(st.text(max_size=80), st.lists(st.text(max_size=80), max_size=5))
def test_any_question_is_made_whole_the_same_way_each_time(question: str, before: list[str]) -> None:
    whole = contextualise(question, asked(*before))
    assert words(whole) or not words(question)
    assert whole == contextualise(question, asked(*before))


@pytest.mark.parametrize(
    "question",
    ["why " + "a" * 1900 + " b c d e", "how much " + "a " * 900 + "!", "and " + "_" * 1900 + "?", "it " * 600],
)
@pytest.mark.parametrize("before", ["a" * 1_000_000, "Jack Ma " * 100_000, "A" + "’-" * 500_000])
def test_long_questions_and_histories_take_no_time_and_stay_bounded(question: str, before: str) -> None:
    started = time.process_time()
    whole = contextualise(question, [*asked(before, before), Turn("assistant", before)])
    assert time.process_time() - started < 2
    assert len(whole) <= len(question) + MAX_CHARACTERS + 3


@pytest.mark.parametrize(
    ("question", "before", "answer", "whole"),
    [
        (
            "What did he say?",
            "Who owned Lind Bank?",
            "Lind Bank, which was controlled by Falk, closed in New Haven. [1]",
            "What did he say? (Falk)",
        ),
        (
            "Who said that?",
            "What did it cost?",
            "A survey puts the damage at 5 million crowns. It rained. [1]",
            "Who said that? (survey puts damage million crowns)",
        ),
        (
            "When was that?",
            "What did the bank do?",
            "Falk resigned in May 2020 over the market. [1]",
            "When was that? (Falk resigned market)",
        ),
        ("What do experts make of that?", "What is Falk planning?", "A tower. [1]", None),
    ],
)
def test_what_points_at_the_answer_is_looked_for_there(
    question: str, before: str, answer: str, whole: str | None
) -> None:
    found = contextualise(question, [Turn("user", before), Turn("assistant", answer)])
    assert found == whole if whole else "tower" not in found
