"""What happens on the page, without a browser: follow-ups, polite refusals, stopping, the kept conversation."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from index import Article, Library
from qa.answer import Answer
from qa.conversations import Conversations
from qa.reader import Reader, Reading, Text
from qa.server.app import create_app

from . import loops

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


def request(session: str = "a page", **query: str) -> Any:
    import gradio as gr

    return gr.Request(query_params=query, session_hash=session)


Update = tuple[Any, Any, Any, Any]


def ask(chat: Any, question: str | None, kept: object = "new", **how: object) -> list[Update]:
    async def all_of_it() -> list[Update]:
        return [update async for update in chat.answer(question, kept, json.dumps(how), request())]

    return loops.run(all_of_it())


def leave_off(chat: Any, question: str, kept: object, how: Callable[[Any], Any]) -> list[Update]:
    """What comes once the answer is being looked for, and then `how` ends it."""

    async def until_then() -> list[Update]:
        coming = chat.answer(question, kept, "", request())
        await anext(coming), await anext(coming)
        await how(request())
        return [update async for update in coming]

    return loops.run(until_then())


def opened(chat: Any, kept: str, session: str = "another page", **query: str) -> tuple[Any, Any, Any]:
    async def open_page() -> tuple[Any, Any, Any]:
        return tuple(await chat.open(kept, request(session, **query)))  # type: ignore[return-value]

    return loops.run(open_page())


def answers(chat: Any, kept: str) -> tuple[Answer, ...]:
    return Conversations(chat.library.folder).load(kept).answers


def test_the_question_is_there_at_once_and_the_answer_follows(chat: Any) -> None:
    """First the question; then the articles that are read; then the answer, its sources and what it was made of."""
    first, reading, last = ask(chat, "Who founded Zorblatt, and what does it sell?")
    assert [message["role"] for message in first[1]] == ["user", "assistant"]
    assert "Zorblatt" in reading[1][-1]["content"]
    assert "fn-foot" not in reading[1][-1]["content"]
    assert "fn-foot" in last[1][-1]["content"]
    assert "Ada Quill" in last[1][-1]["content"]
    assert [a.question for a in answers(chat, last[2])] == ["Who founded Zorblatt, and what does it sell?"]


@pytest.mark.parametrize(("name", "article_id", "year"), [("Zorblatt", "z", "1987"), ("Quorvex", "q", "1999")])
def test_a_follow_up_knows_what_was_said(chat: Any, name: str, article_id: str, year: str) -> None:
    """ "It" is what the question before was about."""
    kept = ask(chat, f"Who founded {name}?")[-1][2]
    assert ask(chat, "When was it founded?", kept)[-1][2] == kept
    _, followed = answers(chat, kept)
    assert followed.citations[0].article_id == article_id
    assert year in followed.text


def test_a_fault_of_ours_is_told_without_the_words_of_the_question(chat: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Kind and place go to the terminal; what was asked may be nobody's business there."""

    class Faulty(Reader):
        def read(self, question: str, passages: Sequence[Text]) -> list[Reading]:
            raise RuntimeError(question)

    *_, (_, shown, _, note) = ask(type(chat)(chat.library, Faulty()), "Who founded Zorblatt?")
    assert (shown, "Something went wrong" in note) == ([], True)
    assert "RuntimeError" in caplog.text
    assert "Zorblatt" not in caplog.text + note


def test_an_edited_question_takes_the_place_of_the_last(chat: Any) -> None:
    """What came before stays, on the page and in the library."""
    kept = ask(chat, "Who founded Zorblatt?")[-1][2]
    ask(chat, "When was it fonded?", kept)
    *_, last = ask(chat, "When was it founded?", kept, replaces=1)
    assert len(last[1]) == 4
    assert [a.question for a in answers(chat, kept)] == ["Who founded Zorblatt?", "When was it founded?"]


def test_an_edited_question_replaces_nothing_that_another_tab_has_asked(chat: Any) -> None:
    """The question that was edited is no longer the last: both stay, and the edited one comes after them."""
    kept = ask(chat, "Who founded Zorblatt?")[-1][2]
    ask(chat, "Who founded Quorvex?", kept)
    *_, last = ask(chat, "When was Zorblatt founded?", kept, replaces=0)
    assert len(last[1]) == 6
    assert len(answers(chat, kept)) == 3


def test_a_page_that_is_closed_keeps_what_was_found(chat: Any) -> None:
    """An answer that is nearly there is kept, and a page that is opened meanwhile waits for it."""
    kept = ask(chat, "Who founded Zorblatt?")[-1][2]
    leave_off(chat, "When was it founded?", kept, chat.close)
    assert len(answers(chat, kept)) == 2


def test_a_long_conversation_says_what_it_does_not_show(chat: Any) -> None:
    """The last answers, and above them a way to the whole of it."""
    kept = chat.conversations.create()
    for n in range(45):
        chat.conversations.append(kept, Answer(f"Question {n}?", (), (), 0.1, abstained=True))
    shown = opened(chat, kept)[0].value
    assert len(shown) == 81
    assert "5 earlier answers" in str(shown[0])
    assert f"/?c={kept}&amp;all=1" in str(shown[0])
    assert len(opened(chat, "new", c=kept, all="1")[0].value) == 90


def test_only_the_chosen_articles_are_asked(chat: Any) -> None:
    """The filter holds for what is read and for what is answered, and the answer says that it was there."""
    _, reading, last = ask(chat, "When was it founded, and by whom?", articles=["q"])
    assert "Zorblatt" not in reading[1][-1]["content"]
    (answer,) = answers(chat, last[2])
    assert {citation.article_id for citation in answer.citations} <= {"q"}
    assert "Asked only of the articles among the 1 chosen." in answer.notes
    *_, (_, _, _, note) = ask(chat, "Who?", since="soon")
    assert "is no date" in note


@pytest.mark.parametrize("question", ["", "  ", "?!", None])
def test_an_empty_question_is_a_line(chat: Any, question: str | None) -> None:
    """Nothing changes but the note."""
    ((box, shown, kept, note),) = ask(chat, question)
    assert box == shown == kept
    assert "Type a question first." in note


def test_a_question_that_cannot_be_asked_is_given_back(chat: Any) -> None:
    """Too long: nothing empties the box, the conversation is as it was, the note says why."""
    question = "why " * 600
    *_, (box, shown, _, note) = ask(chat, question)
    assert "value" not in box._constructor_args[0]
    assert shown == []
    assert "2,000" in note


def test_a_stopped_question_leaves_no_trace(chat: Any) -> None:
    """The conversation is as it was before it, whatever is still being computed."""
    kept = ask(chat, "Who founded Zorblatt?")[-1][2]
    ((_, shown, stopped, note),) = leave_off(chat, "When was it founded?", kept, chat.stop)
    assert (len(shown), stopped) == (2, kept)
    assert "Stopped" in note
    assert len(answers(chat, kept)) == 1


def test_a_new_chat_leaves_what_is_coming_in(chat: Any) -> None:
    """The answer that ends later does not come back onto the new page."""
    kept = ask(chat, "Who founded Zorblatt?")[-1][2]
    ((_, shown, now_kept, _),) = leave_off(chat, "When was it founded?", kept, chat.leave)
    assert (shown, now_kept) == ([], "new")
    assert len(answers(chat, kept)) == 1


def test_a_page_opens_with_what_was_kept(chat: Any) -> None:
    """The conversation of this browser or of the address, or a greeting; one that is gone is said to be."""
    chatbot, kept, note = opened(chat, "new")
    assert "2 articles" in chatbot.placeholder
    assert (kept, note) == ("new", "")
    conversation = ask(chat, "Who founded Zorblatt?")[-1][2]
    assert len(opened(chat, conversation)[0].value) == 2
    other = ask(chat, "Who founded Quorvex?")[-1][2]
    chatbot, kept, _ = opened(chat, conversation, c=other)
    assert kept == other
    assert "Quorvex" in str(chatbot.value[0])
    chatbot, kept, note = opened(chat, conversation, c="'; no such thing")
    assert (chatbot.value, kept) == ([], "new")
    assert "not here" in note


def test_a_page_that_opens_late_wipes_out_no_answer(chat: Any) -> None:
    """Who asks before the greeting is there keeps answer and conversation; a page of its own opens as ever."""
    *_, (_, shown, kept, _) = ask(chat, "Who founded Zorblatt?")
    chatbot, *rest = opened(chat, "new", "a page")
    assert "value" not in chatbot._constructor_args[0]  # what Gradio will send
    assert all(update == {"__type__": "update"} for update in rest)
    assert len(opened(chat, kept)[0].value) == len(shown) == 2


def test_who_asks_before_the_page_has_opened_asks_in_the_conversation_of_its_address(chat: Any) -> None:
    """Whatever this browser had open last."""
    named, other = (ask(chat, "Who founded Zorblatt?")[-1][2] for _ in range(2))

    async def asked() -> list[Update]:
        early = request("an early page", c=named)
        return [update async for update in chat.answer("When was it founded?", other, "", early)]

    assert loops.run(asked())[-1][2] == named
    assert [len(answers(chat, kept)) for kept in (named, other)] == [2, 1]


def test_a_conversation_has_its_name_before_its_first_answer(chat: Any) -> None:
    """A page that is loaded anew meanwhile finds it."""
    first, *_, last = ask(chat, "Who founded Zorblatt?")
    assert first[2] == last[2] != "new"


def test_a_new_chat_at_once_is_a_new_chat(chat: Any) -> None:
    """Before the page has opened, and before the question that was asked last has reached the library."""
    kept = ask(chat, "Who founded Zorblatt?")[-1][2]

    async def left() -> tuple[Any, Any, list[Update]]:
        early = request("a hasty page")
        coming = chat.answer("When was it founded?", kept, "", early)
        await anext(coming)
        await chat.leave(early)
        updates = [update async for update in coming]
        return *(await chat.open(kept, early))[:2], updates

    chatbot, conversation, updates = loops.run(left())
    assert "value" not in chatbot._constructor_args[0]
    assert conversation == {"__type__": "update"}
    assert all((shown, now) == ([], "new") for _, shown, now, _ in updates)
    assert len(answers(chat, kept)) == 1


def test_an_old_answer_says_that_its_article_has_changed(tmp_path: Any) -> None:
    """The old quote stays, with a word that the article no longer holds it."""
    with Library.open(tmp_path, create=True) as library:
        library.add(ARTICLES)
        create_app(library)
        from qa.server.chat import Chat

        chat = Chat(library)
        kept = ask(chat, "Who founded Zorblatt?")[-1][2]
        library.add([Article("z", "Zorblatt", "Zorblatt was founded by Cy Brand, it turns out.", "z.txt")])
        (_, reply) = opened(chat, kept)[0].value
        assert "Ada Quill" in str(reply)
        assert "The article has changed since" in str(reply)


def test_where_nothing_can_be_kept_asking_goes_on(tmp_path: Any) -> None:
    """A damaged file of conversations is said to be so, is not overwritten, and keeps nobody from an answer."""
    with Library.open(tmp_path, create=True) as library:
        library.add(ARTICLES)
        (tmp_path / "conversations.sqlite3").write_bytes(b"no database at all" * 99)
        create_app(library)
        from qa.server.chat import Chat

        chat = Chat(library)
        chatbot, _, note = opened(chat, "a" * 32)
        assert "2 articles" in chatbot.placeholder
        assert "damaged" in note
        *_, (_, shown, _, note) = ask(chat, "Who founded Zorblatt?")
        assert "Ada Quill" in shown[-1]["content"]
        assert "damaged" in note
        assert (tmp_path / "conversations.sqlite3").read_bytes().startswith(b"no database")
