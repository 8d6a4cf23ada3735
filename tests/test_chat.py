"""What happens on the page, without a browser: streaming, follow-ups, polite refusals, the kept conversation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from index import Article, Library
from qa.server.app import create_app
from qa.server.turns import load_turns

ARTICLES = [
    Article("z", "Zorblatt", "Zorblatt was founded in Lisbon in 1987 by Ada Quill. It sells umbrellas.", "z.txt"),
    Article("q", "Quorvex", "Quorvex was founded in Oslo in 1999 by Bo Lindt. It sells boats.", "q.txt"),
]


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with Library.open(tmp_path_factory.mktemp("library"), create=True) as library:
        library.add(ARTICLES)
        create_app(library)  # tells Gradio to stay offline before it is imported
        from qa.server.chat import Chat

        yield Chat(library)


def ask(chat: Any, question: str | None, kept: object = ()) -> list[tuple[Any, Any, Any, Any]]:
    return list(chat.answer(question, kept))


def test_the_question_is_there_at_once_and_the_answer_follows(chat: Any) -> None:
    """First the question; then the articles that are read; then the answer, its sources and what it was made of."""
    first, reading, last = ask(chat, "Who founded Zorblatt, and what does it sell?")
    assert [message["role"] for message in first[1]] == ["user", "assistant"]
    assert "Zorblatt" in reading[1][-1]["content"]
    assert "fn-foot" not in reading[1][-1]["content"]
    assert "fn-foot" in last[1][-1]["content"]
    assert "Ada Quill" in last[1][-1]["content"]
    assert load_turns(last[2])[0].question == "Who founded Zorblatt, and what does it sell?"


def test_a_stopped_question_leaves_no_trace(chat: Any) -> None:
    """The conversation is as it was before it."""
    kept = ask(chat, "Who founded Zorblatt?")[-1][2]
    _, shown, note = chat.stop(kept)
    assert len(shown) == 2
    assert "Stopped" in note


@pytest.mark.parametrize(("name", "article_id", "year"), [("Zorblatt", "z", "1987"), ("Quorvex", "q", "1999")])
def test_a_follow_up_knows_what_was_said(chat: Any, name: str, article_id: str, year: str) -> None:
    """ "It" is what the question before was about."""
    kept = ask(chat, f"Who founded {name}?")[-1][2]
    turns = load_turns(ask(chat, "When was it founded?", kept)[-1][2])
    assert len(turns) == 2
    assert turns[1].citations[0].article_id == article_id
    assert year in turns[1].text


@pytest.mark.parametrize("question", ["", "  ", "?!", None])
def test_an_empty_question_is_a_line(chat: Any, question: str | None) -> None:
    """Nothing changes but the note."""
    ((box, shown, kept, note),) = ask(chat, question)
    assert box == shown == kept
    assert "Type a question first." in note


def test_a_question_that_cannot_be_asked_is_given_back(chat: Any) -> None:
    """Too long: the box has it again, the conversation is as it was, the note says why."""
    question = "why " * 600
    *_, (box, shown, _, note) = ask(chat, question)
    assert box.value == question
    assert shown == []
    assert "2,000" in note


def test_a_page_opens_with_what_was_kept(chat: Any) -> None:
    """The conversation of this browser, or a greeting with examples."""
    chatbot, _ = chat.open(None)
    assert "2 articles" in chatbot.placeholder
    kept = ask(chat, "Who founded Zorblatt?")[-1][2]
    chatbot, _ = chat.open(kept)
    assert len(chatbot.value) == 2
