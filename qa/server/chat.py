"""The chat, as a Gradio page: it asks, shows the answer as it comes in, and keeps it in the conversation."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import anyio
import gradio as gr
from anyio import to_thread

from index import Library
from index.errors import FootnoteError
from index.scope import EVERYTHING, Scope

from ..answer import Answer, Citation
from ..ask import check
from ..conversation import Turn, contextualise
from ..conversations import CannotKeep, Conversations, UnknownConversation, new_id
from ..llm import LLM
from ..reader import Reader
from ..verify import verify
from . import messages
from .conversations import CONVERSATIONS, open_link
from .desk import Desk
from .links import SHELF
from .messages import Message, literal
from .metrics import place_of
from .options import Options, read_options
from .welcome import greeting

log = logging.getLogger(__name__)

TITLE = "Footnote"
LOOKED_AT = 8
"""Passages whose articles are named while they are being read."""
SHOWN = 40
"""Answers of a conversation that are shown: a page's worth of scrolling."""
COMING_IN_S = 3.0
"""How long a page that is opened waits for an answer that is coming in to its conversation."""
QUEUE = 200
"""Events of all pages that may wait for Gradio. Questions do not wait there, but at the desk."""
NEW = "new"
"""In place of a conversation's id where there is none yet. An empty text would not be kept by Gradio."""
STOPPED = "Stopped before its first sentence."
FAILED = "Something went wrong here, which is a fault of Footnote's; the terminal it runs in says more."

_HEADER = (
    '<header class="fn-header"><h1>Footnote</h1>'
    f'<nav><a class="fn-open" href="{SHELF}">Articles</a><a class="fn-open" href="{CONVERSATIONS}">'
    '<span class="fn-long">Conversations</span><span class="fn-short">Chats</span></a>'
    '<button type="button" class="fn-keys">Shortcuts</button>'
    '<button type="button" class="fn-sign-out">Sign out</button></nav></header>'
)
_OPENING = '<section class="fn-opening"><p class="fn-pending">Opening your articles</p></section>'
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

Update = tuple[Any, Any, Any, Any]
"""New values of the question, the chat, the conversation's id that the browser keeps, and the note."""
Note = Callable[[Answer], object]


@dataclass(slots=True)
class _Run:
    """An answer that is coming in: what there is of it, in place of which answer of the conversation it will stand, and
    whether it is still wanted. Only its own event writes to the page: two that end at once would write over each other.
    """

    kept: str
    at: int | None = None
    new: bool = False
    answer: Answer | None = None
    stopped: bool = False
    left: bool = False
    _step: anyio.CancelScope = field(default_factory=anyio.CancelScope)

    async def next(self, answers: AsyncGenerator[Answer]) -> bool:
        """Take the next answer; False where there is none, or once it is no longer waited for."""
        if self.stopped:
            return False
        with anyio.CancelScope() as self._step:
            found = await anext(answers, None)
            self.answer = found or self.answer
            return found is not None
        return False

    def stop(self) -> None:
        """Wait for nothing more."""
        self.stopped = True
        self._step.cancel()


class Chat:
    """What happens on the page, for one library."""

    def __init__(
        self, library: Library, reader: Reader | None = None, note: Note = lambda _: None, llm: LLM | None = None
    ) -> None:
        self.library = library
        self.desk = Desk(library, reader, note, llm)
        self.conversations = Conversations(library.folder)
        self._runs: dict[str, _Run] = {}  # by the session of the page
        self._opened: set[str] = set()  # sessions of pages
        self._gone_on: set[str] = set()  # those that have asked or left, which may be before they were opened

    async def open(self, kept: object, request: gr.Request) -> tuple[Any, Any, Any]:
        """The page as it is loaded: the conversation of the address (`?c=ID`) or of this browser, or a greeting.
        Of these the greeting alone where a question was asked meanwhile: its answer shows the conversation, too.
        """
        asked_for = request.query_params.get("c", "")
        coming_in = asked_for or str(kept)
        with anyio.move_on_after(COMING_IN_S):  # a page that is loaded anew finds the answer that was coming in
            while coming_in != NEW and any(run.kept == coming_in for run in self._runs.values()):
                await anyio.sleep(0.05)
        shown = None if request.query_params.get("all") else SHOWN
        chatbot, conversation_id, note = await to_thread.run_sync(self._open, asked_for, str(kept), shown)
        self._opened.add(request.session_hash or "")
        if request.session_hash in self._gone_on:
            return gr.Chatbot(placeholder=chatbot.placeholder), gr.skip(), gr.skip()
        return chatbot, conversation_id, note

    def _open(self, asked_for: str, kept: str, shown: int | None) -> tuple[Any, str, str]:
        conversation_id, note = asked_for or kept, ""
        try:
            answers = self._answers(conversation_id)
        except CannotKeep as error:
            answers, note = (), _note(str(error))
        try:
            if asked_for and not answers and not note:
                conversation_id, note = NEW, _note("That conversation is not here; it may have been deleted.")
            said = self._show(answers, conversation_id, shown)
            return gr.Chatbot(said, placeholder=greeting(self.library.articles())), conversation_id, note
        except FootnoteError as error:
            return gr.Chatbot([]), conversation_id, _note(str(error))

    async def answer(self, question: str | None, kept: object, how: str, request: gr.Request) -> AsyncIterator[Update]:
        """The question at once, then the articles that are read, then its answer as it grows."""
        if not question or not any(character.isalnum() for character in question):
            yield gr.skip(), gr.skip(), gr.skip(), _note("Type a question first.")
            return
        said, session = gr.skip(), request.session_hash or ""
        asked_for = "" if session in self._opened else request.query_params.get("c", "")
        conversation_id = asked_for or str(kept)
        run = self._runs[session] = _Run(conversation_id)  # before anything slow: a new chat may be wanted meanwhile
        try:
            self.desk.places.check()  # before anything slow: who is turned away hears it at once
            options = read_options(how)
            run.kept, before, run.new = await to_thread.run_sync(self._before, conversation_id)
            said = await to_thread.run_sync(self._show, before, conversation_id)
            last = int(options.replaces is not None and options.replaces == len(before) - 1)
            run.at = options.replaces if last else None
            asked = [*said[: len(said) - 2 * last], messages.ask(question)]
            self._gone_on.add(session)
            if not run.left:
                box = gr.Textbox(submit_btn=False, stop_btn="Stop")  # our script empties it
                yield box, [*asked, messages.looking(())], run.kept, ""
            history = _spoken(before[: len(before) - last])
            updates = self._run(run, check(question), history, options, asked, session)
            async with aclosing(updates):
                async for update in updates:
                    yield update
        except FootnoteError as error:
            yield _given_back(run, said, str(error))
        except Exception as error:  # Gradio would print its words, and those may be the question's
            log.error("%s while the page asked", place_of(error))
            yield _given_back(run, said, FAILED)
        finally:
            if self._runs.get(session) is run:
                del self._runs[session]

    async def stop(self, request: gr.Request) -> None:
        """Have the answer that is coming in end where it is."""
        if run := self._runs.get(request.session_hash or ""):
            run.stop()

    async def leave(self, request: gr.Request) -> tuple[Any, str, str]:
        """A new chat, whatever is coming in."""
        self._gone_on.add(request.session_hash or "")
        if run := self._runs.get(request.session_hash or ""):
            run.left = True
            run.stop()
        return await to_thread.run_sync(self._open, "", NEW, None)

    async def close(self, request: gr.Request) -> None:
        """The page is closed or loaded anew: a model need not go on; what is there by then is kept."""
        self._gone_on.discard(request.session_hash or "")
        self._opened.discard(request.session_hash or "")
        if (run := self._runs.get(request.session_hash or "")) and run.answer:
            run.stop()

    async def _run(
        self, run: _Run, question: str, history: Sequence[Turn], options: Options, asked: list[Message], session: str
    ) -> AsyncGenerator[Update]:
        try:
            waits = self.desk.places.are_taken
            titles = await to_thread.run_sync(self._nearest, contextualise(question, history), options.scope)
            if not run.left:
                yield gr.skip(), [*asked, messages.looking(titles, waits=waits)], gr.skip(), gr.skip()
            async with aclosing(self._stream(question, history, options)) as answers:
                while await run.next(answers):
                    if self.desk.llm and run.answer:
                        yield gr.skip(), [*asked, messages.reply(run.answer, whole=False)], gr.skip(), gr.skip()
            update = await to_thread.run_sync(self._end, run, asked)
        except GeneratorExit:  # nobody is there to take more
            run.stopped = True
            self._end(run, asked)
            raise
        finally:
            self._runs.pop(session, None)
        yield update

    def _end(self, run: _Run, asked: list[Message]) -> Update:
        """The page once nothing more comes in. What was stopped before its first sentence leaves no trace; our script
        gives its question back."""
        if run.left:
            return _ready(), [], NEW, ""
        found = run.answer
        if run.stopped and found is not None:
            found = replace(found, notes=(*found.notes, "Stopped before its end.")) if found.sentences else None
        if found is None:
            return _ready(), self._show(self._before(run.kept)[1], run.kept), run.kept, _note(STOPPED)
        conversation_id, place, note = self._keep(run, found)
        return _ready(), [*asked, messages.reply(found, place=place)], conversation_id, note

    async def _stream(self, question: str, history: Sequence[Turn], options: Options) -> AsyncGenerator[Answer]:
        """Answers that grow; each says of which articles alone it was asked."""
        scope = options.scope
        asked_of = (f"Asked only of the articles {scope}.",) if scope != EVERYTHING else ()
        answers = self.desk.stream(question, history, scope, extractive=options.quotes_only)
        async with aclosing(answers):
            async for answer in answers:
                yield replace(answer, notes=(*answer.notes, *asked_of))

    def _nearest(self, question: str, scope: Scope) -> list[str]:
        """The titles of the articles that the answer will be looked for in, best first: in a few milliseconds."""
        return list(dict.fromkeys(hit.title for hit in self.library.search(question, LOOKED_AT, scope)))

    def _keep(self, run: _Run, answer: Answer) -> tuple[str, str, str]:
        """Put the answer in its conversation, or a new one: the conversation's id, the answer's place, and no note;
        or a note on why it could not be kept."""
        conversation_id = run.kept
        try:
            try:
                position = self.conversations.append(conversation_id, answer, run.at)
            except UnknownConversation:
                conversation_id = self.conversations.create(conversation_id=run.kept if run.new else "")
                position = self.conversations.append(conversation_id, answer)
        except CannotKeep as error:
            return conversation_id, "", _note(str(error))
        return conversation_id, f"{conversation_id}-{position}", ""

    def _answers(self, conversation_id: str) -> tuple[Answer, ...]:
        try:
            return self.conversations.load(conversation_id).answers
        except UnknownConversation:
            return ()

    def _before(self, conversation_id: str) -> tuple[str, tuple[Answer, ...], bool]:
        """The conversation, or the id of one that is to be made, which the page keeps from the start so that a reload
        finds it; what was said before, as far as it can be read; and whether it is new."""
        try:
            return conversation_id, self.conversations.load(conversation_id).answers, False
        except UnknownConversation:
            return new_id(), (), True
        except CannotKeep:  # asking goes on without, and says so once it cannot keep
            return conversation_id, (), False

    def _show(self, answers: Sequence[Answer], conversation_id: str, shown: int | None = SHOWN) -> list[Message]:
        """The last answers of the conversation, or all, as chat messages; citations that no longer hold say so."""
        first = max(0, len(answers) - shown) if shown else 0
        checked = iter(verify([citation for answer in answers[first:] for citation in _cited(answer)], self.library))
        said = [messages.earlier(first, open_link(conversation_id, whole=True))] if first else []
        for position, answer in enumerate(answers[first:], start=first):
            now = {one.citation.number: one.standing for one in islice(checked, len(_cited(answer)))}
            place = f"{conversation_id}-{position}"
            said += [messages.ask(answer.question), messages.reply(answer, changed=now, place=place)]
        return said


def _given_back(run: _Run, said: Any, why: str) -> Update:
    """The page as it was before a question that cannot be answered; our script puts it in the box again."""
    return (_ready(), [], NEW, "") if run.left else (_ready(), said, run.kept, _note(why))


def _cited(answer: Answer) -> tuple[Citation, ...]:
    return (*answer.citations, *answer.nearest)


def _spoken(answers: Sequence[Answer]) -> list[Turn]:
    """What was said, for a follow-up to be understood by."""
    return [turn for answer in answers for turn in (Turn("user", answer.question), Turn("assistant", answer.text))]


def build_page(
    library: Library, reader: Reader | None = None, note: Note = lambda _: None, llm: LLM | None = None
) -> gr.Blocks:
    """The page, ready to be mounted; `note` is called with every answer."""
    chat = Chat(library, reader, note, llm)
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_height=True) as page:
        kept = gr.BrowserState(NEW, storage_key="footnote", secret="footnote")  # noqa: S106 (kept, not secret)
        with gr.Row(elem_id="fn-top"):
            gr.Markdown(_HEADER, latex_delimiters=[], elem_id="fn-header")
            clear = gr.Button("New chat", elem_id="fn-clear", size="sm")
        chatbot = _chatbot()
        line = gr.Markdown("", latex_delimiters=[], elem_id="fn-note")
        question = _question()
        gr.Markdown(_bar(llm), latex_delimiters=[], elem_id="fn-bar")
        how = gr.Textbox("", label="How to ask", show_label=False, container=False, elem_id="fn-how")  # filter.js's
        outputs = [question, chatbot, kept, line]
        running = question.submit(chat.answer, [question, kept, how], outputs, concurrency_limit=None, **_QUIET)
        running.failure(lambda: (_ready(), _note(FAILED)), None, [question, line], **_QUIET)
        question.stop(chat.stop, None, None, **_QUIET)
        clear.click(chat.leave, None, [chatbot, kept, line], **_QUIET)
        page.load(chat.open, [kept], [chatbot, kept, line], concurrency_limit=None, **_QUIET)
        page.unload(chat.close)
    page.queue(api_open=False, max_size=QUEUE)
    return page


def _bar(llm: LLM | None) -> str:
    """How the next question will be asked. A model is only spoken of where there is one."""
    mode = f'<button type="button" class="fn-mode">Written by {literal(llm.name)}</button>' if llm else ""
    return (
        f'<section class="fn-bar"><button type="button" class="fn-filter">All articles</button>{mode}'
        '<span class="fn-editing" hidden>Editing the last question '
        '<button type="button" class="fn-unedit">Cancel</button></span>'
        '<button type="button" class="fn-sign-out">Sign out</button></section>'
    )


def _chatbot() -> gr.Chatbot:
    return gr.Chatbot(
        label="Conversation",
        placeholder=_OPENING,
        show_label=False,
        container=False,
        height="100%",
        layout="panel",
        buttons=[],
        latex_delimiters=[],
        allow_tags=False,
        feedback_options=None,
        autoscroll=False,  # our script keeps the question in view, not the end of the sources
        elem_id="fn-conversation",
    )


def _ready() -> gr.Textbox:
    """The question's box as it is while nothing is being answered."""
    return gr.Textbox(submit_btn="Ask", stop_btn=False)


def _question() -> gr.Textbox:
    return gr.Textbox(
        label="Your question",
        show_label=False,
        container=False,
        placeholder="Ask your articles …",
        lines=1,
        max_lines=6,
        autofocus=True,
        submit_btn="Ask",
        elem_id="fn-question",
    )


def _note(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return f'<section class="fn-note"><p>{literal(text)}</p></section>'
