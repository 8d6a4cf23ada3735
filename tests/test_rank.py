from __future__ import annotations

from dataclasses import replace

import pytest

from index import Library
from qa import rank as rank_module
from qa.ask import ask
from qa.rank import FIRST, rank, search
from qa.reader import Reader
from qa.server.messages import reply

QUESTION = "How much value did the crackdown wipe out?"


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader().load()


def test_without_a_reader_the_order_is_that_of_retrieval(seeds: Library) -> None:
    hits = seeds.search(QUESTION, 30)
    ranked = rank(QUESTION, hits, None)
    assert [read.hit for read in ranked] == list(hits)
    assert all(read.reading is None for read in ranked)
    assert rank(QUESTION, [], None) == []


def test_every_hit_is_kept_once_and_search_cuts_at_k(seeds: Library, reader: Reader) -> None:
    hits = seeds.search(QUESTION, 30)
    ranked = rank(QUESTION, hits, reader)
    assert sorted(read.hit.start for read in ranked) == sorted(hit.start for hit in hits)
    assert [read.hit for read in ranked][:2] == search(QUESTION, seeds, 2, reader)


def test_where_the_first_are_clear_the_rest_stays_unread_and_comes_last(
    monkeypatch: pytest.MonkeyPatch, seeds: Library, reader: Reader
) -> None:
    hits = list(seeds.search(QUESTION, 30)) * 3
    monkeypatch.setattr(rank_module, "CLEAR", -100.0)
    ranked = rank(QUESTION, hits, reader)
    assert [read.reading is not None for read in ranked] == [True] * FIRST + [False] * (len(hits) - FIRST)
    assert [read.hit for read in ranked[FIRST:]] == hits[FIRST:]


def test_of_a_follow_up_and_a_statement_the_reader_has_less_to_say(seeds: Library, reader: Reader) -> None:
    """It sees neither what was said before, nor was it taught statements."""
    readings = [(r.reading.relevance, r.hit) for r in rank(QUESTION, seeds.search(QUESTION, 30), reader) if r.reading]
    (least, far), *_, (most, near) = sorted(readings, key=lambda pair: pair[0])
    hits = [replace(far, score=0.5), replace(near, score=0.5 - 0.07 * (most - least))]
    assert [read.hit for read in rank(QUESTION, hits, reader)] == [hits[1], hits[0]]
    assert [read.hit for read in rank(QUESTION, hits, reader, follows=True)] == hits
    statement = "The crackdown wiped out $1 trillion."
    stated = [rank(statement, hits, reader, follows=follows) for follows in (False, True)]
    assert [read.hit for read in stated[0]] == [read.hit for read in stated[1]]


def test_the_short_answer_lies_in_its_sentence_and_is_bold_on_the_page(seeds: Library, reader: Reader) -> None:
    answer = ask(QUESTION, seeds, (), reader)
    (sentence, *_) = answer.sentences
    assert sentence.short is not None
    short = sentence.text[slice(*sentence.short)]
    assert "$1 trillion" in short
    assert len(short.split()) <= 4
    assert f"<b>{short}</b>" in reply(answer)["content"]
    assert ask(QUESTION, seeds).sentences[0].short is None


def test_the_same_question_gives_the_same_answer(seeds: Library, reader: Reader) -> None:
    assert ask(QUESTION, seeds, (), reader) == ask(QUESTION, seeds, (), Reader())
