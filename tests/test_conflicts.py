"""Conflicts: found where two articles differ on the same in one number or outcome, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Article, Library
from qa.ask import ask
from qa.conflicts import answered_apart, contradiction, rivalling, told_apart
from qa.extract import Quote
from qa.quantities import quantities
from qa.question import read
from qa.reader import Answered, Reader

BASE = "The council of Arlen fined the ferry company {} crowns after the storm of the spring."


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (BASE.format("4 million"), BASE.format("7 million")),
        (BASE.format("4,000,000"), BASE.format("400,000")),
        ("The mill of Arlen was founded in 1914 by monks.", "The mill of Arlen was founded in 1941 by monks."),
        ("The vote on the pier is on 4 May.", "The vote on the pier is on 14 May."),
        ("Seven sailors were saved from the wreck.", "Nine sailors were saved from the wreck."),
        (
            "The court approved the merger of the two ferry firms.",
            "The court rejected the merger of the two ferry firms.",
        ),
        ("Officials confirmed the closure of the plant.", "Officials did not confirm the closure of the plant."),
        ("Officials confirmed the closure of the plant.", "Officials didn’t confirm the closure of the plant."),
        ("The tax rose by 4% in the town.", "The tax rose by 9 per cent in the town."),
    ],
)
def test_what_cannot_both_be_right_is_a_contradiction(one: str, other: str) -> None:
    assert contradiction(one, other)
    assert contradiction(other, one)
    assert not contradiction(one, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (BASE.format("more than 4 million"), BASE.format("approximately 4 million")),
        (BASE.format("4 million"), BASE.format("4.1 million")),
        (BASE.format("4 million"), BASE.format("a few")),
        ("In 2021 Arlen fined the firm 4 million crowns.", "In 2023 Arlen fined the firm 7 million crowns."),
        ("Arlen fined the ferry company 4 million crowns.", "Borlen fined the ferry company 7 million crowns."),
        ("The council built 3 bridges in the town.", "The council built 5 schools in the town."),
        ("The pier is 40 metres long.", "The ferry carries 300 people in summer."),
        ("Bees are back.", "The mill is not open."),
        ("Martin was fined 4 million crowns by the council.", "Julia was fined 7 million crowns by the council."),
        ("The plant isn't closed.", "The plant is not closed."),
    ],
)
def test_what_may_both_be_right_is_none(one: str, other: str) -> None:
    assert not contradiction(one, other)
    assert not contradiction(other, one)


DEBT = ("The Arlen Ferry Company owes its creditors 48 million crowns.", "Arlen's ferry company has debts of {}.")


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        (
            "How many people lost their jobs in the bankruptcy?",
            "The Arlen Ferry Company filed for bankruptcy on Tuesday, leaving 340 employees without work.",
            "The bankruptcy of the Arlen Ferry Company in March left 360 people without work.",
        ),
        ("How much does the ferry company owe?", DEBT[0], DEBT[1].format("61 million crowns")),
        (
            "By what percentage did house prices on Holm rise?",
            "House prices on Holm have risen by 22 per cent.",
            "Holm's houses now sell at prices 35% higher.",
        ),
    ],
)
def test_a_number_that_was_asked_for_is_told_apart_in_other_words(question: str, one: str, other: str) -> None:
    assert told_apart(read(question), one, other)
    assert told_apart(read(question), other, one)
    assert not told_apart(read("What happened?"), one, other)


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        ("How much does the ferry company owe?", DEBT[0], DEBT[1].format("61 million euros")),
        ("How much does the ferry company owe?", DEBT[0], DEBT[1].format("48 million crowns")),
        ("How much was the debt?", DEBT[0], "Borlen's ferry company owes 61 million crowns."),
        (
            "How many bridges did Arlen build?",
            "Arlen built 3 bridges in the town.",
            "Arlen built 5 schools in the town.",
        ),
    ],
)
def test_numbers_of_two_things_are_not_told_apart(question: str, one: str, other: str) -> None:
    assert not told_apart(read(question), one, other)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("Ann Lee sang it.", "Ann Lee"), ("It was sung by Bo Ek.", "Bo Ek"), "Ann Lee | Bo Ek"),
        (("Ann Lee sang it.", "Ann Lee"), ("Lee sang it.", "Lee"), ""),
        (("Ann Lee sang it.", "Ann Lee"), ("A choir sang it.", "A choir"), ""),
        (("It is set in England.", "England"), ("It is an English tale.", "English"), ""),
        (("It has 24 rooms.", "24"), ("There are 23 rooms.", "23"), "24 | 23"),
        (("It has 129 rooms.", "129"), ("There are 2 doors.", "2"), ""),
        (("It opened in 1935.", "1935"), ("It opened in 1926.", "1926"), "1935 | 1926"),
        (("It opened in 1935.", "1935"), ("It opened in 1935.", "in 1935"), ""),
        (("It opened in 1935.", "1935"), ("Bo Ek opened it.", "Bo Ek"), ""),
        (("Orlo paid $4 million.", "$4 million"), ("Kumo paid $7 million.", "$7 million"), ""),
    ],
)
def test_two_short_answers_are_told_apart(one: tuple[str, str], other: tuple[str, str], expected: str) -> None:
    assert answered_apart(quoted(*one), quoted(*other)) == expected


@pytest.mark.parametrize(
    ("question", "one", "other", "is_rival"),
    [
        ("Who plays the keeper?", ("Ann Lee plays the keeper.", "Ann Lee"), ("Bo Ek is the keeper.", "Bo Ek"), True),
        ("What is the interim dividend?", ("The interim dividend is 5.", "5"), ("A dividend is 9.", "9"), False),
        ("What is the interim dividend?", ("A dividend is 9.", "9"), ("The interim dividend is 5.", "5"), False),
        ("Which was second to ban it?", ("Orlo was second to ban it.", "Orlo"), ("Kumo banned it.", "Kumo"), False),
        ("When did it open?", ("It opened on 18 May.", "18 May"), ("It opened on 16 May.", "16 May"), True),
        ("Which illness has he?", ("It was found on 18 May.", "18 May"), ("It was told on 16 May.", "16 May"), False),
    ],
)
def test_two_answers_rival_where_both_are_of_what_was_asked_for(
    question: str, one: tuple[str, str], other: tuple[str, str], is_rival: bool
) -> None:
    assert bool(rivalling(read(question), quoted(*one), quoted(*other))) == is_rival


def test_a_rival_in_other_words_is_shown(library: Library) -> None:
    library.add([Article("a", "Songs", "Ann Lee recorded the ballad Blue Harbour.", "a", "2024-01-01")])
    library.add([Article("b", "Music", "The ballad Blue Harbour was sung by Bo Ek.", "b", "2024-01-02")])
    (conflict,) = ask("Who recorded the ballad Blue Harbour?", library, (), Reader()).conflicts
    assert "Ann Lee" in conflict.text
    assert "Bo Ek" in conflict.text


def quoted(text: str, answer: str) -> Quote:
    start = text.index(answer)
    return Quote("a", 0, len(text), text, answer=Answered(start, start + len(answer), 1.0))


def test_the_parts_of_a_question_have_conflicts_of_their_own(library: Library) -> None:
    library.add([Article("a", "Velora", "Velora was founded by Mara Lind.", "a", "2024-01-01")])
    library.add([Article("b", "Velora", "Velora is based in Osnabruck.", "b", "2024-01-02")])
    answer = ask("Who founded Velora and where is it based?", library, (), Reader())
    assert len(answer.citations) == 2
    assert answer.conflicts == ()


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_two_texts_can_be_held_against_each_other(one: str, other: str) -> None:
    contradiction(one, other)
    assert not contradiction(one, one)


def test_a_number_past_all_counting_is_read() -> None:
    assert contradiction(f"It sold {'9' * 400} ships.", "It sold 3 ships.") is not None
    assert not quantities(f"It sold {'9' * 400} ships.")[0].is_count


@given(st.integers(0, 10**9), st.sampled_from(["", " million", "%"]))
def test_a_number_is_read_with_its_scale(number: int, unit: str) -> None:
    (found,) = quantities(f"It is {number:,}{unit} of it")
    assert found.value == number * (1e6 if "million" in unit else 1)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("twelve", "number ship", 12),
        ("twenty-five", "number ship", 25),
        ("seventy one", "number ship", 71),
        ("two hundred and ten", "number ship", 210),
        ("Two thousand", "number ship", 2_000),
        ("three hundred million", "number ship", 300e6),
        ("two million dollars", "sum", 2e6),
        ("ten per cent", "percentage", 10),
    ],
)
def test_a_number_in_words_is_read_as_one_in_digits(text: str, kind: str, value: float) -> None:
    (found,) = quantities(f"It is {text} ships and one boat" if "ship" in kind else f"It is {text} of it")
    assert (found.kind, found.value, found.text) == (kind, value, text)


def test_who_says_so_and_on_which_day_of_the_week_makes_no_other_statement() -> None:
    denied = "The council has not approved the budget for 2024, the mayor of Arlen said on Friday."
    assert contradiction("The council approved the budget for 2024.", denied) == "one says it, and one denies it"
    assert contradiction("The dam at Orva burst on Tuesday night.", "The dam at Orva did not burst, officials said.")


def test_digits_and_words_are_held_against_each_other() -> None:
    said = "The firm will dismiss {} workers at its plant in Dorn."
    assert contradiction(said.format("2,000"), said.format("two thousand")) == ""
    assert contradiction(said.format("2,000"), said.format("three thousand")) == "2,000 | three thousand"


def dated(name: str, sum_: str, day: str | None, more: str) -> Article:
    return Article(name, f"Report {name}", f"{BASE.format(sum_)} {more}", "x", published=day)


TALES = (
    "Bees were seen in the meadow. The baker sold rye bread to the guests of the fair.",
    "A letter came from the capital. Nobody has read it to the end, not even the clerk.",
)


def test_two_articles_that_differ_are_shown_side_by_side_with_their_days(library: Library) -> None:
    library.add([dated("a", "4 million", "2021-03-01", TALES[0]), dated("b", "7 million", "2023-03-01", TALES[1])])
    answer = ask("How much did the council of Arlen fine the ferry company?", library)
    (conflict,) = answer.conflicts
    cited = [answer.citations[number - 1] for number in conflict.citations]
    assert {c.article_id for c in cited} == {"a", "b"}
    assert all(library.show(c.article_id).text[c.start : c.end] == c.quote for c in cited)
    assert "4 million crowns" in conflict.text
    assert "7 million crowns" in conflict.text
    assert "2023-03-01, the newest" in conflict.text
    assert "\n" not in conflict.text
    assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))


def test_articles_that_agree_and_one_article_alone_do_not_conflict(library: Library) -> None:
    library.add(
        [
            dated("a", "4 million", None, TALES[0] + " " + BASE.format("7 million")),
            dated("b", "4 million", None, TALES[1]),
        ]
    )
    assert ask("Who fined the ferry company four million?", library).conflicts == ()
    library.remove(["a"])
    assert ask("How much did the council of Arlen fine the ferry company?", library).conflicts == ()


@pytest.mark.parametrize(
    ("one", "other", "conflicts"),
    [
        ("2025-03-01", "2025-03-04", True),
        ("2025-03-01", "2025-04-30", True),  # the sixtieth day
        ("2025-03-01", "2025-05-01", False),
        ("2025-03-01", "2026-03-01", False),
        ("2025", "2025-05-01", True),  # of a day that is a year alone, the year counts
        ("2024", "2025-05-01", False),
        (None, "2025-05-01", True),
    ],
)
def test_a_number_told_in_other_words_long_after_is_of_another_time(
    library: Library, one: str | None, other: str, conflicts: bool
) -> None:
    library.add(
        [
            Article("a", "Creditors", f"{DEBT[0]} {TALES[0]}", "x", published=one),
            Article(
                "b",
                "Debts",
                f"The debts of the Arlen Ferry Company come to 61 million crowns. {TALES[1]}",
                "x",
                published=other,
            ),
        ]
    )
    answer = ask("How much does the Arlen Ferry Company owe?", library)
    assert not answer.abstained
    assert bool(answer.conflicts) is conflicts


def test_a_number_told_in_the_same_words_conflicts_however_long_after(library: Library) -> None:
    library.add([dated("a", "4 million", "2015-03-01", TALES[0]), dated("b", "7 million", "2023-03-01", TALES[1])])
    assert ask("How much did the council of Arlen fine the ferry company?", library).conflicts


@pytest.mark.parametrize(
    ("question", "told", "otherwise", "conflict"),
    [
        (
            "How many people died in the Marlow fire?",
            "The fire in the Marlow Tunnel killed three people and injured 12, police said.",
            "A fire in the Marlow Tunnel killed five people and injured 10, police said.",
            True,
        ),
        (
            "How many cars did Zentro sell?",
            "Zentro sold 120,000 cars in 2021.",
            "Zentro sold 150,000 cars in 2022.",
            False,
        ),
        (
            "By how much did the Lumen index rise?",
            "The Lumen index rose by 2.1 percent on Tuesday.",
            "The Lumen index rose by 1.4 percent on Wednesday.",
            False,
        ),
        (
            "What was the net profit of Brightwell?",
            "Brightwell had revenue of 9 million euros. Net profit was 2 million euros.",
            "Velora had revenue of 7 million euros. Net profit was 1 million euros.",
            False,
        ),
    ],
)
def test_figures_of_one_thing_and_time_conflict_and_no_others(
    library: Library, question: str, told: str, otherwise: str, *, conflict: bool
) -> None:
    library.add([Article("a", "News", told, "a"), Article("b", "Report", otherwise, "b")])
    answer = ask(question, library, reader=READER)
    assert not answer.abstained
    assert bool(answer.conflicts) == conflict


READER = Reader()
