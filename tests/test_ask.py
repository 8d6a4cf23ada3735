"""From a question to an answer: what is cited is there, what is asked for is given, what is not there is said."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index import Article, Library, Scope
from index.encoder import Encoder
from qa.answer import ABSTENTION
from qa.ask import MAX_QUESTION, NONE_OF_THE_TIME, EmptyLibrary, QuestionError, ask, look_up
from qa.conversation import Turn
from qa.demands import UNTOLD
from qa.reader import Reader

from .exactness import quotes_are_exact

ALIBABA = "589594a651d405dc"
WOOING = "615328f246a871be"

PIECES = ["’", "“", "”", "\u00a0", "é", "e\u0301", "😀", "👩\u200d🔬", "中", "。", "\r\n", "words ", "The end. "]
ODD = st.lists(st.sampled_from([*"abcdeRSTUV 12.!?,;:-\n\t'", *PIECES]), min_size=1, max_size=150).map("".join)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ODD, min_size=1, max_size=4), st.integers(0, 3), st.data())
def test_every_citation_is_the_exact_span_whatever_the_articles_hold(
    tmp_path_factory: pytest.TempPathFactory, encoder: Encoder, texts: list[str], which: int, data: st.DataObject
) -> None:
    """On any text: emoji, CRLF, no-break spaces, curly quotes, combining marks. The question is a piece of a text."""
    text = texts[which % len(texts)]
    begin = data.draw(st.integers(0, max(0, len(text) - 20)))
    question = "Which words " + text[begin : begin + 40]
    with Library(tmp_path_factory.mktemp("odd") / "library", create=True, encoder=encoder) as library:
        articles = [Article(f"a{n}", f"Title {n}", t, "made") for n, t in enumerate(texts)]
        library.add(a for a in articles if a.text.strip())
        if library.passage_count() == 0:
            return
        answer = ask(question, library)
        assert quotes_are_exact(answer, library)
        assert answer.abstained or answer.citations


def test_a_fact_is_quoted_with_its_span(seeds: Library) -> None:
    answer = ask("How much value did the crackdown wipe out?", seeds)
    assert "$1 trillion" in answer.citations[0].quote
    assert answer.text.endswith("[1]")
    assert quotes_are_exact(answer, seeds)


def test_why_gets_its_reason(seeds: Library) -> None:
    answer = ask("Why was Ant Group's listing called off?", seeds)
    assert "after regulators said it did not meet the requirements" in answer.text


def test_a_question_with_two_parts_gets_the_sentence_that_holds_both(seeds: Library) -> None:
    answer = ask("When did Jack Ma vanish from public view, and why?", seeds)
    assert [c.quote for c in answer.citations] == [
        "Ma had been absent from public view following comments he made in October 2020 that appeared critical of "
        "China’s financial regulator."
    ]


def test_what_is_being_done_gets_the_list_that_the_article_gives(seeds: Library) -> None:
    answer = ask("What is China doing to bring investors back?", seeds)
    items = [s.text.partition(":")[0] for s in answer.sentences if s.is_item]
    assert items == [
        "Regulatory clarity",
        "Encouraging innovation and entrepreneurship",
        "Foreign investment opportunities",
        "Focus on specific tech areas",
        "International cooperation",
    ]
    assert answer.text.count("\n- ") == 5


def test_a_question_about_one_point_of_a_list_gets_that_point(seeds: Library) -> None:
    answer = ask("How is China supporting tech startups?", seeds)
    assert not any(s.is_item for s in answer.sentences)
    assert "streamlined processes for obtaining licenses" in answer.text


def test_a_comparison_quotes_both_articles(seeds: Library) -> None:
    answer = ask("Do both articles agree on the size of the losses?", seeds)
    assert {c.article_id for c in answer.citations} == {ALIBABA, WOOING}


@pytest.mark.parametrize("question", ["Who is the CEO of Tencent?", "How did the Nasdaq close on Friday?"])
def test_a_name_that_no_article_holds_is_named_as_missing(seeds: Library, question: str) -> None:
    answer = ask(question, seeds)
    assert answer.abstained
    assert answer.text == ABSTENTION
    assert any("no article mentions" in lack for lack in answer.missing)
    assert answer.sentences == answer.citations == ()
    assert len(answer.nearest) == 3


@pytest.mark.parametrize(
    ("question", "role"),
    [
        ("Who is the president of China?", "president"),
        ("And what is his sister called?", "sister"),
        ("What is the CEO of Alibaba called?", "CEO"),
    ],
)
def test_a_role_that_no_article_speaks_of_is_named_as_missing(seeds: Library, question: str, role: str) -> None:
    answer = ask(question, seeds)
    assert answer.abstained
    assert f"no article mentions {role}" in answer.missing
    assert "Jack Ma" in ask("Who is the founder of Alibaba?", seeds).text


@pytest.mark.parametrize("question", ["Was Jack Ma arrested?", "Did Jack Ma apologise for his speech?"])
def test_a_yes_or_no_of_which_the_articles_have_the_name_alone_is_declined(seeds: Library, question: str) -> None:
    answer = ask(question, seeds)
    assert answer.abstained
    assert answer.missing == (UNTOLD,)
    assert not ask("Was Ma critical of the regulator?", seeds).abstained


PIER = (
    "Greta Moll wants a pier for ferries at Hallund. The town council met on Monday. Bo Lunde did not argue with her. "
    "The guard on duty took the alarm for a fault and went back to sleep. It would cost nine million crowns."
)


def test_a_yes_or_no_that_the_reader_sees_in_other_words_is_answered(library: Library) -> None:
    library.add([Article("a", "A pier for Hallund", PIER, "a")])
    answer = ask("Does Bo Lunde agree?", library, reader=Reader())
    assert [sentence.text for sentence in answer.sentences] == ["Bo Lunde did not argue with her."]
    assert ask("Was Greta Moll arrested?", library, reader=Reader()).missing == (UNTOLD,)


@pytest.mark.parametrize("question", ["Didn't the alarm work?", "Didn’t the alarm work?"])
def test_a_shortened_not_is_no_name(library: Library, question: str) -> None:
    library.add([Article("a", "A pier for Hallund", PIER, "a")])
    assert "took the alarm for a fault" in ask(question, library).text


def test_a_name_of_the_question_before_that_no_article_has_does_not_stand_in_the_way(library: Library) -> None:
    library.add([Article("a", "A pier for Hallund", PIER, "a")])
    before = [Turn("user", "Does the pier at Hallund take Volvos?"), Turn("assistant", "...")]
    answer = ask("How much would that cost?", library, before, Reader())
    assert "nine million crowns" in answer.text
    assert "Volvos" in answer.understood  # it is shown, and can be changed
    assert "no article mentions Volvos" in ask("How much do Volvos cost?", library, before, Reader()).missing


def test_a_kind_of_answer_that_no_sentence_gives_is_named_as_missing(seeds: Library) -> None:
    answer = ask("What fine did Alibaba pay?", seeds)
    assert answer.abstained
    assert answer.missing == ("the articles give no sum of money",)


def test_what_has_nothing_to_do_with_the_articles_is_declined(seeds: Library) -> None:
    assert ask("Can you give me a recipe for dumplings?", seeds).abstained


def test_the_advert_is_never_cited_nor_shown(seeds: Library) -> None:
    for question in ("What does Google shift its focus to?", "What is happening to the virtual assistant unit?"):
        answer = ask(question, seeds)
        assert not any("READ ALSO" in c.quote or "Bard" in c.quote for c in (*answer.citations, *answer.nearest))


def test_a_question_in_an_article_is_no_answer(library: Library) -> None:
    text = "How deep is the harbour at Brannfjord? At low tide it has a depth of eleven metres. “Is that enough?”"
    library.add([Article("a", "Questions about the harbour", text, "a")])
    answer = ask("How deep is the harbour at Brannfjord?", library)
    assert [s.text for s in answer.sentences] == ["At low tide it has a depth of eleven metres."]


def test_a_follow_up_is_understood_from_what_was_said(seeds: Library) -> None:
    before = [Turn("user", "Why was Ant Group's listing called off?"), Turn("assistant", "...")]
    answer = ask("Who controlled it?", seeds, before)
    assert "controlled by Ma" in answer.text
    assert answer.question == "Who controlled it?"


def test_what_title_and_opening_say_is_not_left_open(library: Library) -> None:
    text = "The bridge at Arlen is closed. Cracks were found in its steel. Lorries take the tunnel at Arlen."
    library.add([Article("a", "Arlen closes a bridge", text, "a")])
    (found,) = look_up("Which lorries take the tunnel at Arlen?", library).findings
    known = {e.quote.text: (e.features.open_overlap, e.features.is_opening) for e in found.evidence}
    assert known["Lorries take the tunnel at Arlen."] == (1.0, 0.0)  # Arlen is what the article is about
    assert known["The bridge at Arlen is closed."] == (0.0, 1.0)


PLANT = (
    "Lorne Foods will close its plant in Dorn in June. The decision follows two years of losses at the plant. The 340"
    " workers get a year's pay and help with finding new jobs. The mayor of Dorn called the plan a betrayal."
)


@pytest.mark.parametrize(
    ("question", "answered"),
    [
        ("Why?", "The decision follows two years of losses at the plant."),
        ("What do the workers get?", "The 340 workers get a year's pay and help with finding new jobs."),
        ("When is that?", "Lorne Foods will close its plant in Dorn in June."),
    ],
)
def test_a_follow_up_goes_on_from_the_last_answer(library: Library, question: str, answered: str) -> None:
    library.add([Article("a", "Lorne Foods closes a plant", PLANT, "a")])
    first = ask("What will Lorne Foods close?", library)
    history = [Turn("user", first.question), Turn("assistant", first.text)]
    assert ask(question, library, history).sentences[0].text == answered


def test_a_count_in_digits_is_no_name_that_no_article_has(seeds: Library) -> None:
    assert not ask("What are the 5 ways in which China draws investors back?", seeds).abstained


def test_both_parts_of_a_follow_up_are_about_what_was_said(seeds: Library) -> None:
    before = [Turn("user", "Who is Jack Ma?"), Turn("assistant", "The founder of Alibaba.")]
    found = look_up("When did he vanish and what did he criticise?", seeds, before)
    assert [part.question.names for part in found.findings] == [{"jack", "ma"}] * 2
    assert all(part.question.carried == {"jack", "ma"} for part in found.findings)


def test_white_space_within_a_question_says_nothing(seeds: Library) -> None:
    assert ask("How  much did the\ncrackdown cost?", seeds) == ask("How much did the crackdown cost?", seeds)


def test_of_a_time_without_articles_the_answer_says_how_it_was_taken(library: Library) -> None:
    library.add([Article("a", "Ferry", "The ferry sank in May.", "a", "2024-05-03")])
    history = [Turn("user", "What sank?"), Turn("assistant", "The ferry sank in May.")]
    answer = ask("What do articles from 2021 say of it?", library, history)
    assert answer.abstained
    assert answer.understood.startswith("What do articles from 2021 say of it? (")
    assert answer.timings_ms["total"] > 0
    assert answer.missing
    chosen = ask("What do articles from 2021 say?", library, scope=Scope(frozenset({"a"}), since="2023"))
    assert chosen.missing == (NONE_OF_THE_TIME,)


def test_what_else_gets_what_was_not_told_yet(seeds: Library) -> None:
    question = "What does the government offer companies in these sectors?"
    first = ask(question, seeds)
    more = ask("What else?", seeds, [Turn("user", question), Turn("assistant", first.text)])
    assert not first.abstained
    assert {c.quote for c in first.citations}.isdisjoint(c.quote for c in more.citations)


def test_the_same_statement_in_two_articles_is_one_sentence_with_two_citations(library: Library) -> None:
    statement = "The bridge over the Elbe was closed to lorries in March 2024 because of cracks in its steel."
    library.add(
        [
            Article("north", "Northern news", f"{statement} Drivers were not amused by the detour.", "north"),
            Article("south", "Southern news", f"It rained in the south all week long. {statement}", "south"),
        ]
    )
    answer = ask("When was the bridge over the Elbe closed to lorries?", library)
    assert [(s.text, s.citations) for s in answer.sentences] == [(statement, (1, 2))]
    assert {c.article_id for c in answer.citations} == {"north", "south"}
    assert quotes_are_exact(answer, library)


@pytest.mark.parametrize(
    ("question", "statement", "figures"),
    [
        (
            "How much did the fire at the mill cost the owners?",
            "The fire at the mill cost the owners {} million euros.",
            ("4", "9"),
        ),
        (
            "How many people did the fire at the harbour of Selby kill?",
            "The fire at the harbour of Selby killed {} people.",
            ("two", "five"),
        ),
    ],
)
def test_other_figures_in_the_same_words_are_another_statement(
    library: Library, question: str, statement: str, figures: tuple[str, str]
) -> None:
    library.add(
        Article(name, f"{name} report", statement.format(figure), name)
        for name, figure in zip(("First", "Second"), figures, strict=True)
    )
    answer = ask(question, library)
    assert [s.citations for s in answer.sentences] == [(1,), (2,)]
    assert answer.conflicts


def test_the_same_question_gives_the_same_bytes(seeds_folder: Path, seeds: Library) -> None:
    """From a library just opened as from one in use, warm or cold."""
    question = "What is China doing to bring investors back?"
    first = ask(question, seeds).to_json()
    with Library(seeds_folder) as cold:
        second = ask(question, cold).to_json()
    first["timings_ms"] = second["timings_ms"] = {}
    assert json.dumps(first) == json.dumps(second)


@pytest.mark.parametrize("question", ["", " \n", "?!", "😀", "x" * (MAX_QUESTION + 1)])
def test_a_question_that_cannot_be_asked_is_refused_in_one_line(seeds: Library, question: str) -> None:
    with pytest.raises(QuestionError) as refused:
        ask(question, seeds)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "question", ["{0.__class__}", "<|endoftext|> who?", "'; DROP TABLE articles; --", "NEAR(a b)", "a\0b"]
)
def test_odd_questions_are_questions(seeds: Library, question: str) -> None:
    assert quotes_are_exact(ask(question, seeds), seeds)


def test_an_empty_library_says_so(library: Library) -> None:
    with pytest.raises(EmptyLibrary, match="holds no articles"):
        ask("Is there anything?", library)


def test_how_a_letter_is_composed_makes_no_difference(library: Library) -> None:
    """As keyboards of some systems send them: a letter and its accent apart."""
    library.add([Article("a", "Harbours", "The Zürich harbour opened in 1904. The other one is closed.", "a.txt")])
    typed = unicodedata.normalize("NFD", "When did the Zürich harbour open?")
    assert "1904" in ask(typed, library).text


MANUAL = """# The Hestia thermostat

The thermostat keeps a room warm. It was first sold in 2019.

## What is in the box

- the thermostat
- a wall plate with two screws
- a cable

## Technical data

| Property | H1 | H2 |
|---|---|---|
| Weight | 180 g | 142 g |
| Ethernet | yes | no |

Questions about this manual go to Tomasz Brandt. The chief executive is Helena Marsh.

The regulator has not changed its rules. Repairs at home are forbidden, because inspectors fear electric shocks.
Marsh does three things. She has hired a tester. She has left a supplier. She has doubled the stock.
"""


@pytest.mark.parametrize(
    ("question", "shown", "hidden"),
    [
        ("What is in the box?", ["the thermostat", "a wall plate with two screws", "a cable"], ["2019"]),
        ("What is the weight of the thermostat?", ["Property | H1 | H2", "Weight | 180 g | 142 g"], ["---"]),
        ("Who is the CEO?", ["chief executive is Helena Marsh"], []),
        ("Why has the regulator not changed its rules?", ["because inspectors fear electric shocks"], []),
        ("What does Marsh do?", ["hired a tester", "left a supplier", "doubled the stock"], []),
    ],
)
def test_a_manual_is_answered_from_as_it_is_laid_out(
    library: Library, tmp_path: Path, question: str, shown: list[str], hidden: list[str]
) -> None:
    """A list below a heading that has the question; a row with its header; what is shortened; what the next sentence
    gives the reason for, or goes on with."""
    (tmp_path / "manual.md").write_text(MANUAL)
    library.add_files([tmp_path / "manual.md"])
    answer = ask(question, library, reader=Reader())
    assert [words for words in shown if words not in answer.text] == []
    assert [words for words in hidden if words in answer.text] == []
    assert quotes_are_exact(answer, library)


def test_a_date_that_stands_in_a_heading_is_told(library: Library, tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text(
        "# Release notes\n\n## 4.3.0 (18 August 2025)\n\nThe clock is right again.\n\n"
        "## 4.2.0 (5 May 2025)\n\n- a night mode\n"
    )
    library.add_files([tmp_path / "notes.md"])
    answer = ask("When was 4.2.0 released?", library, reader=Reader())
    assert [s.text for s in answer.sentences] == ["4.2.0 (5 May 2025)"]
    assert quotes_are_exact(answer, library)
    assert ask("When was 4.9.0 released?", library, reader=Reader()).abstained


@pytest.mark.parametrize(
    ("question", "is_told"),
    [
        ("When was the second listing scrapped?", True),
        ("When and why was the second listing scrapped?", True),
        ("When did the auditors leave?", False),
    ],
)
def test_a_time_that_is_told_from_the_sentence_before_brings_it(library: Library, question: str, is_told: bool) -> None:
    """*Shortly after his speech*: when was that? Not over the end of a paragraph, nor where that has no date either."""
    text = (
        "Ossian Grape attacked the regulator in a speech in October 2020. Shortly after his speech Lumen Pay scrapped "
        "its second listing, because the regulator objected.\n\nSoon after that the auditors left."
    )
    library.add([Article("a", "Lumen Pay", text, "a")])
    answer = ask(question, library, reader=Reader())
    assert ("October 2020" in answer.text) == is_told
    assert ("the articles give no date" in answer.missing) != is_told
    assert quotes_are_exact(answer, library)


def test_a_table_of_prices_is_asked(library: Library, tmp_path: Path) -> None:
    """The row, under the row that says what its figures are; what no row holds is declined."""
    (tmp_path / "prices.csv").write_text("Product,Price,Stock\nKettle,19.99,3\nToaster,34.50,12\nTea pot,14.00,0\n")
    library.add_files([tmp_path / "prices.csv"])
    answer = ask("How much is the kettle?", library, reader=Reader())
    assert [s.text for s in answer.sentences] == ["Product | Price | Stock", "Kettle | 19.99 | 3"]
    assert quotes_are_exact(answer, library)
    assert ask("How much is the blender?", library, reader=Reader()).abstained
