"""From evidence to an answer: one source counts once, a pronoun brings its name, each question gets its part."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import Article, Library
from qa.antecedents import reach_back, reach_on
from qa.ask import ask, look_up
from qa.compose import best_first
from qa.conversation import Turn
from qa.extract import Quote
from qa.reader import Reader

from .exactness import quotes_are_exact

STORM = (
    "A storm tore the roof off the town hall of Brannfjord on Sunday night. Nobody was hurt, the mayor said on Monday "
    "morning. The repair will cost 3 million kroner, according to a first estimate by the builders. Schools stayed "
    "closed for two days while crews cleared fallen spruces from the coastal road. The ferry to the islands resumed "
    "service on Tuesday afternoon, and the harbour master asked owners to check their moorings."
)
OBSERVATORY = (
    "The observatory on Mount Selby was founded by Anna Lindgren in 1951. She died in Uppsala in 1987. It remains to "
    "be seen how long the dome will stand.\n\nHer pupils run it today."
)


def test_printings_of_one_wire_copy_are_one_source(library: Library) -> None:
    library.add(
        [
            Article("herald", "Storm hits Brannfjord", STORM, "herald"),
            Article("post", "Storm hits Brannfjord", f"{STORM} Reporting by our staff.", "post"),
        ]
    )
    answer = ask("When did the ferry to the islands resume service?", library)
    assert [s.citations for s in answer.sentences] == [(1,)]
    assert "Tuesday afternoon" in answer.citations[0].quote
    assert quotes_are_exact(answer, library)


def test_a_sentence_that_starts_with_a_pronoun_brings_the_one_that_names_its_subject(library: Library) -> None:
    library.add([Article("a", "The observatory", OBSERVATORY, "a")])
    answer = ask("In which year did the founder of the observatory die in Uppsala?", library)
    shown = " ".join(s.text for s in answer.sentences)
    assert shown.index("Anna Lindgren") < shown.index("She died in Uppsala in 1987.")
    assert quotes_are_exact(answer, library)


@pytest.mark.parametrize(
    ("quoted", "expected"),
    [
        ("She died in Uppsala in 1987.", "The observatory on Mount Selby"),
        ("It remains to be seen how long the dome will stand.", "It remains"),
        ("Her pupils run it today.", "Her pupils"),
    ],
)
def test_how_far_a_quote_reaches_back(library: Library, quoted: str, expected: str) -> None:
    """To the name; not where `it` stands for nothing, nor over the end of a paragraph."""
    library.add([Article("a", "The observatory", OBSERVATORY, "a")])
    start = OBSERVATORY.index(quoted)
    reached = reach_back(Quote("a", start, start + len(quoted), quoted), (), library)
    assert reached.text.startswith(expected)
    assert reached.text.endswith(quoted)
    assert OBSERVATORY[reached.start : reached.end] == reached.text


def test_a_quote_does_not_reach_back_to_what_is_shown_before_it(library: Library) -> None:
    library.add([Article("a", "The observatory", OBSERVATORY, "a")])
    start = OBSERVATORY.index("She died")
    quote = Quote("a", start, start + 28, OBSERVATORY[start : start + 28])
    assert reach_back(quote, {("a", start - 1)}, library) == quote


@pytest.mark.parametrize(
    ("by_merit", "shown"),
    [
        ("C A", "C A"),  # the best first
        ("D B A", "D A B"),  # the rest as they stand
        ("B A", "A B"),  # but what goes on from one sentence to the next stays so
        ("B D C", "B C D"),
        ("D A C", "C D A"),
    ],
)
def test_the_best_sentence_comes_first_with_what_stands_beside_it(library: Library, by_merit: str, shown: str) -> None:
    pay = {letter: f"In round {letter} the union asked for more pay." for letter in "ABCD"}
    library.add([Article("a", "Pay", f"{pay['A']} {pay['B']}\n\nIt rained.\n\n{pay['C']}\n{pay['D']}", "a")])
    (found,) = look_up("What did the union ask for?", library).findings
    known = {e.quote.text: e for e in found.evidence}
    ordered = best_first([[known[pay[letter]]] for letter in by_merit.split()])
    assert [group[0].quote.text for group in ordered] == [pay[letter] for letter in shown.split()]


def test_two_questions_in_one_get_an_answer_each(seeds: Library) -> None:
    answer = ask("How much value did the crackdown wipe out? Why were investors afraid?", seeds)
    assert "$1 trillion" in answer.text
    assert "uncertainty and fear" in answer.text


def test_a_question_that_is_asked_twice_in_one_is_answered_once(seeds: Library) -> None:
    once = ask("Who founded Alibaba?", seeds)
    assert [q.quote for q in ask("Who founded Alibaba? Who founded Alibaba?", seeds).citations] == [
        q.quote for q in once.citations
    ]
    assert not ask("Who founded Alibaba? " * 50 + "When did Jack Ma vanish? Who founded Alibaba?", seeds).abstained


def test_what_can_be_answered_is_and_the_rest_is_named(seeds: Library) -> None:
    answer = ask("Who is the CEO of Tencent and why was Ant Group's listing called off?", seeds)
    assert not answer.abstained
    assert "did not meet the requirements" in answer.text
    assert "no article mentions Tencent" in answer.missing


def test_a_reason_without_the_date_is_half_an_answer(seeds: Library) -> None:
    answer = ask("Why were investors afraid, and when?", seeds)
    assert "uncertainty and fear" in answer.text
    assert answer.missing == ("the articles give no date",)


def test_a_list_of_as_many_points_as_were_asked_for_answers(tmp_path: Path) -> None:
    points = "\n".join(
        f"{n}. The town will {what}." for n, what in enumerate(("pave roads", "plant trees", "build homes"), 1)
    )
    with Library.open(tmp_path / "l", create=True) as library:
        library.add([Article("a", "Plans", f"The mayor spoke on Monday.\n\n{points}\n\nThe council agreed.", "a.txt")])

        answer = ask("What are the three measures of the town?", library)

    assert [s.text for s in answer.sentences if s.is_item] == [
        "The town will pave roads.",
        "The town will plant trees.",
        "The town will build homes.",
    ]


def test_what_is_only_pointed_at_is_named(tmp_path: Path) -> None:
    text = "Money goes to key sectors such as shipping and timber. Tax breaks are offered to support these sectors."
    with Library.open(tmp_path / "l", create=True) as library:
        library.add([Article("a", "Plans", text, "a.txt")])

        which = ask("Which sectors get tax breaks?", library)
        what = ask("What do tax breaks support?", library)

    assert "shipping and timber" in which.sentences[0].text
    assert "shipping and timber" not in what.sentences[0].text


def test_a_why_brings_the_sentence_that_gives_the_reason(library: Library) -> None:
    text = (
        "Brannfjord closed its quay to cruise ships in April. This step aims to protect the spawning herring.\n\n"
        "Cafés in the town closed early. They opened again in May."
    )
    library.add([Article("a", "The quay", text, "a")])
    answer = ask("Why did Brannfjord close its quay to cruise ships?", library)
    assert "herring" in answer.text
    assert quotes_are_exact(answer, library)
    for quoted, reached in [("Brannfjord closed its quay to cruise ships in April.", True), ("Cafés in", False)]:
        start = text.index(quoted)
        quote = Quote("a", start, start + len(quoted), quoted)
        assert (reach_on(quote, (), library, reason=True) != quote) == reached
        assert reach_on(quote, {("a", quote.end + 1)}, library, reason=True) == quote
        assert reach_on(quote, (), library) == quote


def test_this_move_brings_the_sentence_that_tells_of_it_even_over_a_paragraph(library: Library) -> None:
    text = (
        "Brannfjord keeps a small harbour.\n\nThe council bought a second ferry in May.\n\n"
        "Traders think that this decision by the council will bring visitors. They have waited for years."
    )
    library.add([Article("a", "The ferry", text, "a")])
    start, end = text.index("Traders"), text.index(" They")
    reached = reach_back(Quote("a", start, end, text[start:end]), (), library)
    assert reached.text.startswith("The council bought a second ferry")
    assert "small harbour" not in reached.text
    assert text[reached.start : reached.end] == reached.text


def test_a_list_told_in_sentences_goes_on(library: Library) -> None:
    text = (
        "Signs of spring were seen on Monday, such as larks over the mill. Additionally, the ice on the lake broke up. "
        "The mayor was away."
    )
    library.add([Article("a", "Spring", text, "a")])
    assert "ice on the lake" in ask("Which signs of spring were seen?", library).text
    assert "mayor" not in ask("Which signs of spring were seen?", library).text
    assert "ice on the lake" not in ask("When were signs of spring seen?", library).text


def test_what_points_back_and_has_a_word_that_is_asked_for_goes_with_the_sentence_before(library: Library) -> None:
    text = (
        "Brannfjord sells herring, cod and eel at the quay. "
        "A stall for these fish costs ten crowns. Such weather is rare."
    )
    library.add([Article("a", "The quay", text, "a")])
    end = text.index(" A stall")
    quote = Quote("a", 0, end, text[:end])
    reached = reach_on(quote, (), library, ["eel", "stall"])
    assert reached.text == text[: text.index(" Such")]
    assert reach_on(quote, (), library, ["eel"]) == quote
    assert reach_on(reached, (), library, ["stall", "snow"]) == reached


READER = Reader()


def test_who_asks_for_things_by_name_gets_the_sentence_that_names_them(seeds: Library) -> None:
    answer = ask("Which technologies is China putting money into?", seeds, reader=READER)
    assert len(answer.sentences) == 1
    assert "artificial intelligence, biotech, clean energy, and semiconductor manufacturing" in answer.text


def test_who_asks_when_gets_the_date_that_the_reader_sees_and_no_other(seeds: Library) -> None:
    history = [Turn("user", "How much value did the crackdown wipe out?")]
    answer = ask("And when did it begin?", seeds, history, READER)
    assert [sentence.text[:13] for sentence in answer.sentences] == ["In late 2020,"]


def test_a_comparison_is_read_without_its_frame(seeds: Library) -> None:
    question = "Who was hit by the crackdown according to one article and according to the other?"
    answer = ask(question, seeds, reader=READER)
    assert "some of China’s largest companies" in answer.text
    assert len({citation.article_id for citation in answer.citations}) == 2


def test_a_list_that_shares_no_word_with_the_question_is_no_answer(seeds: Library) -> None:
    answer = ask("How will the online retailer be split up?", seeds)
    assert not any(sentence.is_item for sentence in answer.sentences)


@pytest.mark.parametrize(
    ("told", "otherwise"),
    [
        ("Orbix will build its new battery factory in Leeds.", "Orbix will build its new battery factory in Gdansk."),
        ("The bank of Tarnia raised its rate to 4 percent.", "The bank of Tarnia lowered its rate to 4 percent."),
    ],
)
def test_statements_that_differ_in_one_word_are_never_one(library: Library, told: str, otherwise: str) -> None:
    library.add([Article("a", "News", told, "a"), Article("b", "Report", otherwise, "b")])
    answer = ask(f"What is said of {told.split()[0]} {' '.join(told.split()[2:6])}?", library)
    assert all(len(sentence.citations) == 1 for sentence in answer.sentences)
    assert quotes_are_exact(answer, library)


STRIKE = (
    "Dockworkers at Denholm walked out on Monday. The union has three demands:\n\n- a pay rise of 9 percent\n"
    "- a week of 36 hours\n- two nurses on each shift\n\nThe port said that it would talk on Friday."
)


def test_what_announces_a_list_comes_with_its_points_and_a_point_with_what_announces_it(library: Library) -> None:
    library.add([Article("a", "Dock strike", STRIKE, "a")])
    answer = ask("What are the union's demands?", library)
    assert [sentence.text for sentence in answer.sentences] == [
        "The union has three demands:",
        "a pay rise of 9 percent",
        "a week of 36 hours",
        "two nurses on each shift",
    ]
    assert [sentence.is_item for sentence in answer.sentences] == [False, True, True, True]
    point = ask("What pay rise does the union want?", library)
    assert [sentence.text for sentence in point.sentences] == [
        "The union has three demands:",
        "a pay rise of 9 percent",
    ]
    assert quotes_are_exact(answer, library)
    assert quotes_are_exact(point, library)


def test_reasons_told_in_order_are_all_told(library: Library) -> None:
    text = (
        "There are three reasons for the delay of the tram. First, workers found walls under the square. "
        "Second, the rails came late. Third, a lawsuit stopped the works. The mayor is not amused."
    )
    library.add([Article("a", "The tram", text, "a")])
    answer = ask("What are the reasons for the delay of the tram?", library)
    assert answer.citations[0].quote == text[: text.index(" The mayor")]


def test_a_person_called_by_the_last_name_is_the_one_who_is_asked_about(seeds: Library) -> None:
    for reader in (READER, None):
        answer = ask("Why did Jack Ma disappear?", seeds, reader=reader)
        assert "appeared critical of China’s financial regulator" in answer.text


def test_a_yes_or_no_is_answered_by_the_sentence_that_tells(seeds: Library) -> None:
    answer = ask("Is he back now?", seeds, [Turn("user", "Who is Jack Ma?")], READER)
    assert "the recent return of Jack Ma" in answer.sentences[0].text


def test_the_company_is_said_to_be_which(library: Library) -> None:
    text = "Brightwell Foods sold more bread in 2023. The company employs 3,300 people. It is based in Arlen."
    library.add([Article("a", "Results", text, "a")])
    answer = ask("How many people does Brightwell Foods employ?", library)
    assert answer.citations[0].quote == text[: text.index(" It is based")]
    assert ask("What year was Brightwell Foods born?", library).abstained


@pytest.mark.parametrize(
    "question",
    ["How many people does Alibaba employ?", "When does the article expect Alibaba's cloud arm to go public?"],
)
def test_a_sentence_with_a_near_word_and_not_the_figure_is_no_answer(seeds: Library, question: str) -> None:
    assert ask(question, seeds, reader=READER).abstained


def test_what_is_said_of_another_in_the_same_words_is_not_merged(library: Library) -> None:
    library.add(
        [
            Article(place, "News", f"The bakers of {place} met. They made no demands.", place)
            for place in ("Arlen", "Holm")
        ]
    )
    answer = ask("Which demands did the bakers make?", library)
    assert all(len(sentence.citations) == 1 for sentence in answer.sentences)


def test_who_asks_for_a_judgement_gets_what_speaks_against_it(library: Library) -> None:
    text = (
        "The old bridge at Arlen carries lorries again. Engineers say that it is safe to cross at low speed. However,"
        " drivers should keep to the middle lane until May."
    )
    library.add([Article("a", "The bridge at Arlen", text, "a")])
    judged = ask("Is it safe to cross the old bridge at Arlen?", library, reader=Reader())
    assert judged.citations[0].quote.endswith("until May.")
    told = ask("What does the old bridge at Arlen carry?", library)
    assert [citation.quote for citation in told.citations] == ["The old bridge at Arlen carries lorries again."]


def test_two_names_that_are_compared_get_a_part_each(library: Library) -> None:
    library.add(
        [
            Article("a", "Velora fined", "Velora was fined 40 million euros in March. The firm will appeal.", "a"),
            Article("b", "Brightwell settles", "Brightwell agreed to pay a fine of 15 million euros in April.", "b"),
        ]
    )
    answer = ask("Compare the fines of Velora and Brightwell.", library)
    assert [citation.article_id for citation in answer.citations] == ["a", "b"]
    half = ask("What is the difference between Velora and Kumo?", library)
    assert {citation.article_id for citation in half.citations} == {"a"}
    assert half.missing == ("no article mentions Kumo",)
