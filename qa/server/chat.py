"""The chat, as a Gradio page: it asks, streams the answer and keeps the conversation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr

from index import Library
from index.errors import FootnoteError

from ..ask import ask, check
from ..conversation import Turn, contextualise, read_history
from ..reader import Reader
from . import messages
from .links import SHELF
from .messages import literal
from .turns import dump_turns, load_turns, show_turns, spoken
from .welcome import greeting

TITLE = "Footnote"
LOOKED_AT = 8
"""Passages whose articles are named while they are being read."""
QUEUE = 32
"""Questions that may wait; a further one is told that the queue is full."""
AT_ONCE = 4
"""Questions that are answered at the same time."""
FAILED = "Something went wrong here, which is a fault of Footnote's; the terminal it runs in says more."

_HEADER = (
    '<header class="fn-header"><h1>Footnote<sup>1</sup></h1>'
    f'<nav><a class="fn-open" href="{SHELF}">Articles</a>'
    '<button type="button" class="fn-keys">Keys</button></nav></header>'
)
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

Update = tuple[Any, Any, Any, Any]
"""New values of the question, the chat, the conversation that the browser keeps, and the note."""


class Chat:
    """What happens on the page, for one library."""

    def __init__(self, library: Library, reader: Reader | None = None) -> None:
        self.library = library
        self.reader = reader

    def open(self, kept: object) -> tuple[Any, str]:
        """The page as it is loaded: the conversation that this browser kept, or a greeting."""
        try:
            articles = self.library.articles()
        except FootnoteError as error:
            return gr.Chatbot(show_turns(load_turns(kept))), _note(str(error))
        return gr.Chatbot(show_turns(load_turns(kept)), placeholder=greeting(articles)), ""

    def answer(self, question: str | None, kept: object) -> Iterator[Update]:
        """The question at once, then its answer sentence by sentence."""
        if not question or not any(character.isalnum() for character in question):
            yield gr.skip(), gr.skip(), gr.skip(), _note("Type a question first.")
            return
        turns = load_turns(kept)
        said = show_turns(turns)
        asked = [*said, messages.ask(question)]
        yield gr.Textbox("", submit_btn=False, stop_btn="Stop"), [*asked, messages.looking(())], gr.skip(), ""
        try:
            history = read_history(spoken(turns))
            yield gr.skip(), [*asked, messages.looking(self._nearest(question, history))], gr.skip(), gr.skip()
            found = ask(question, self.library, history, self.reader)
        except FootnoteError as error:
            yield gr.Textbox(question, submit_btn="Ask", stop_btn=False), said, gr.skip(), _note(str(error))
            return
        yield _ready(), [*asked, messages.reply(found)], dump_turns([*turns, found]), ""

    def stop(self, kept: object) -> tuple[Any, list[messages.Message], str]:
        """The page without the answer that was coming in; our script gives the question back."""
        return _ready(), show_turns(load_turns(kept)), _note("Stopped. The question is in the box again.")

    def _nearest(self, question: str, history: Sequence[Turn]) -> list[str]:
        """The titles of the articles that the answer will be looked for in, best first: in a few milliseconds."""
        hits = self.library.search(contextualise(check(question), history), LOOKED_AT)
        return list(dict.fromkeys(hit.title for hit in hits))


def build_page(library: Library, reader: Reader | None = None) -> gr.Blocks:
    """The page, ready to be mounted."""
    chat = Chat(library, reader)
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_height=True) as page:
        kept = gr.BrowserState([], storage_key="footnote", secret="footnote")  # noqa: S106 (kept, not secret)
        with gr.Row(elem_id="fn-top"):
            gr.Markdown(_HEADER, latex_delimiters=[], elem_id="fn-header")
            clear = gr.Button("New chat", elem_id="fn-clear", size="sm")
        chatbot = _chatbot()
        note = gr.Markdown("", latex_delimiters=[], elem_id="fn-note")
        question = _question()
        outputs = [question, chatbot, kept, note]
        running = question.submit(chat.answer, [question, kept], outputs, **_QUIET)
        running.failure(lambda: (_ready(), _note(FAILED)), None, [question, note], **_QUIET)
        question.stop(chat.stop, [kept], [question, chatbot, note], cancels=[running], **_QUIET)
        clear.click(lambda: ([], [], ""), None, [chatbot, kept, note], cancels=running, **_QUIET)
        page.load(chat.open, [kept], [chatbot, note], **_QUIET)
    page.queue(api_open=False, max_size=QUEUE, default_concurrency_limit=AT_ONCE)
    return page


def _chatbot() -> gr.Chatbot:
    return gr.Chatbot(
        label="Conversation",
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
