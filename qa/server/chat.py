"""The chat, as a Gradio page: it asks, streams the answer and keeps the conversation."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from index import Library
from index.errors import FootnoteError

from ..answer import Answer
from ..ask import ask
from ..conversation import read_history
from ..reader import Reader
from . import messages
from .links import SHELF
from .messages import literal
from .turns import dump_turns, load_turns, show_turns, spoken
from .welcome import examples, greeting

TITLE = "Footnote"
PACE_S = 0.06
"""Between two sentences of an answer: it is there at once, and arrives so that the eye can follow."""
QUEUE = 32
"""Questions that may wait; a further one is told that the queue is full."""
AT_ONCE = 4
"""Questions that are answered at the same time."""
FAILED = "Something went wrong here, which is a fault of Footnote's; the terminal it runs in says more."

_HEADER = (
    '<header class="fn-header"><h1>Footnote<sup>1</sup></h1>'
    f'<nav><a class="fn-open" href="{SHELF}">Articles</a></nav></header>'
)
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

Update = tuple[Any, Any, Any, Any]
"""New values of the question, the chat, the conversation that the browser keeps, and the note."""
Note = Callable[[Answer], object]


class Chat:
    """What happens on the page, for one library."""

    def __init__(self, library: Library, reader: Reader | None = None, note: Note = lambda _: None) -> None:
        self.library = library
        self.reader = reader
        self.note = note

    def open(self, kept: object) -> tuple[Any, str]:
        """The page as it is loaded: the conversation that this browser kept, or a greeting."""
        try:
            articles = self.library.articles()
        except FootnoteError as error:
            return gr.Chatbot(show_turns(load_turns(kept))), _note(str(error))
        choices = [{"text": question} for question in examples(articles)]
        return gr.Chatbot(show_turns(load_turns(kept)), placeholder=greeting(articles), examples=choices), ""

    def answer(self, question: str | None, kept: object) -> Iterator[Update]:
        """The question at once, then its answer sentence by sentence."""
        if not question or not any(character.isalnum() for character in question):
            yield gr.skip(), gr.skip(), gr.skip(), _note("Type a question first.")
            return
        turns = load_turns(kept)
        said = show_turns(turns)
        asked = [*said, messages.ask(question)]
        yield gr.Textbox("", submit_btn=False, stop_btn="Stop"), asked, gr.skip(), ""
        try:
            found = ask(question, self.library, read_history(spoken(turns)), self.reader)
        except FootnoteError as error:
            yield gr.Textbox(question, submit_btn="Ask", stop_btn=False), said, gr.skip(), _note(str(error))
            return
        self.note(found)
        stored = dump_turns([*turns, found])  # before the first sentence: stopping it does not lose the answer
        for shown in range(1, len(found.sentences)):
            yield gr.skip(), [*asked, messages.reply(found, shown)], stored if shown == 1 else gr.skip(), gr.skip()
            time.sleep(PACE_S)
        yield _ready(), [*asked, messages.reply(found)], stored, ""

    def answer_example(self, kept: object, event: gr.SelectData) -> Iterator[Update]:
        """The answer to an example that was clicked."""
        chosen = event.value if isinstance(event.value, dict) else {}
        yield from self.answer(str(chosen.get("text", "")), kept)


def build_page(library: Library, reader: Reader | None = None, note: Note = lambda _: None) -> gr.Blocks:
    """The page, ready to be mounted; `note` is called with every answer."""
    chat = Chat(library, reader, note)
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_height=True) as page:
        kept = gr.BrowserState([], storage_key="footnote", secret="footnote")  # noqa: S106 (kept, not secret)
        with gr.Row(elem_id="fn-top"):
            gr.Markdown(_HEADER, latex_delimiters=[], elem_id="fn-header")
            clear = gr.Button("New chat", elem_id="fn-clear", size="sm")
        chatbot = _chatbot()
        note = gr.Markdown("", latex_delimiters=[], elem_id="fn-note")
        question = _question()
        outputs = [question, chatbot, kept, note]
        running = [
            question.submit(chat.answer, [question, kept], outputs, **_QUIET),
            chatbot.example_select(chat.answer_example, [kept], outputs, **_QUIET),
        ]
        question.stop(_ready, None, question, cancels=running, **_QUIET)
        for event in running:
            event.failure(lambda: (_ready(), _note(FAILED)), None, [question, note], **_QUIET)
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
