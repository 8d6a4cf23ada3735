"""The page `/conversations`, where kept conversations are found, renamed, taken away and deleted; and feedback on them.

It works as plain forms; `static/conversations.js` searches while one types.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from index import Library
from index.errors import FootnoteError

from ..conversations import CannotKeep, Conversations, Entry
from ..export import MEDIA_TYPES, Format, export, file_name
from ..feedback import Feedback, RightSpan, Verdict
from ..verify import changes
from .forms import read_form, sentence
from .refusals import status_of
from .sheet import sheet

CONVERSATIONS = "/conversations"
PER_PAGE = 50
_FORMATS = {Format.MARKDOWN: "Markdown", Format.HTML: "Web page", Format.JSON: "JSON"}


@dataclass(frozen=True, slots=True)
class Said:
    """Feedback as the page sends it: the answer at a position (from 0) of a conversation, and what is said of it."""

    conversation: str
    answer: int
    verdict: Verdict
    right: RightSpan | None = None


def open_link(conversation_id: str, *, whole: bool = False) -> str:
    """Where the chat opens a kept conversation: its last answers, or the whole of it."""
    return f"/?{urlencode({'c': conversation_id, **({'all': '1'} if whole else {})})}"


def make_conversations(library: Library) -> APIRouter:
    """The page `/conversations`, what its forms ask for, the exports, and `POST /feedback`."""
    router = APIRouter(include_in_schema=False)
    kept = Conversations(library.folder)
    feedback = Feedback(library)

    def page(words: str = "", number: int = 1, removed: str = "", problem: str = "", status: int = 200) -> Response:
        try:
            found = kept.search(words) if words else kept.list()
        except CannotKeep as error:
            found, problem, status = (), problem or sentence(error), status_of(error)
        body = _page(words, number, found, _notice(removed, words) + _problem(problem))
        return sheet(body, "Conversations", status, styles=["shelf.css"], scripts=["conversations.js"])

    @router.get(CONVERSATIONS)
    def conversations(q: str = "", number: Annotated[str, Query(alias="page")] = "1", removed: str = "") -> Response:
        return page(q.strip()[:200], int(number) if number.isdecimal() and len(number) < 8 else 1, removed)

    @router.get(f"{CONVERSATIONS}/{{conversation_id}}/export")
    def take_away(conversation_id: str, form: Annotated[Format, Query(alias="format")] = Format.MARKDOWN) -> Response:
        conversation = kept.load(conversation_id)
        changed = [checked for answer in conversation.answers for checked in changes(answer, library)]
        name = quote(file_name(conversation, form))
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-store"}
        return Response(export(conversation, form, changed), media_type=MEDIA_TYPES[form], headers=headers)

    @router.post(f"{CONVERSATIONS}/{{conversation_id}}/{{what}}")
    async def change(request: Request, conversation_id: str, what: str) -> Response:
        form = await read_form(request)
        words = form.get("q", "")
        try:
            match what:
                case "rename":
                    await run_in_threadpool(kept.rename, conversation_id, form.get("title", ""))
                case "delete":
                    await run_in_threadpool(kept.delete, conversation_id)
                    return RedirectResponse(_address(q=words, removed=conversation_id), 303)
                case "restore":
                    await run_in_threadpool(kept.restore, conversation_id)
                case _:
                    return Response(status_code=404)
        except FootnoteError as error:
            return await run_in_threadpool(page, words, 1, "", sentence(error), status_of(error))
        return RedirectResponse(_address(q=words), 303)

    @router.post("/feedback", status_code=204)
    def say(said: Said) -> Response:
        feedback.give(kept.load(said.conversation), said.answer, said.verdict, said.right)
        return Response(status_code=204)

    return router


def _address(**query: str) -> str:
    query = {name: value for name, value in query.items() if value}
    return f"{CONVERSATIONS}?{urlencode(query)}" if query else CONVERSATIONS


# -- the page ----------------------------------------------------------------------------------------------------------


def _page(words: str, number: int, found: Sequence[Entry], notice: str) -> str:
    count = f"{len(found):,} conversation{'' if len(found) == 1 else 's'}"
    return (
        f'<header><h1>Conversations</h1></header>{notice}<form id="find" action="{CONVERSATIONS}" class="line" '
        'role="search"><label class="fn-sr" for="q">Search questions and answers</label><input class="fn-field" '
        f'id="q" name="q" type="search" value="{escape(words)}" placeholder="Search questions and answers">'
        f'<button class="fn-button plain">Show</button></form><p class="fn-meta" id="count" role="status">{count}</p>'
        f'<div id="list">{_list(words, number, found)}</div>'
    )


def _list(words: str, number: int, found: Sequence[Entry]) -> str:
    if not found and words:
        return f'<p class="fn-empty">No conversation holds all of “{escape(words)}”.</p>'
    if not found:
        return '<p class="fn-empty">No conversations yet. What you ask is kept here, in the library.</p>'
    pages = -(-len(found) // PER_PAGE)
    number = min(max(number, 1), pages)
    shown = found[(number - 1) * PER_PAGE : number * PER_PAGE]
    rows = "".join(_row(entry, words) for entry in shown)
    return f'<ul class="fn-rows stacked">{rows}</ul>{_pager(words, number, pages)}'


def _row(entry: Entry, words: str) -> str:
    title, own = escape(entry.title), f"{CONVERSATIONS}/{quote(entry.id)}"
    when = (
        f'<time datetime="{escape(entry.changed)}">{escape(entry.changed[:10])}, {escape(entry.changed[11:16])}</time>'
    )
    answers = f"{entry.answers:,} answer{'' if entry.answers == 1 else 's'}"
    exports = "".join(
        f'<a class="fn-button" download href="{own}/export?format={form}">{label}</a>'
        for form, label in _FORMATS.items()
    )
    query = f'<input type="hidden" name="q" value="{escape(words)}">'
    return (
        f'<li><div><a target="_top" href="{open_link(entry.id)}">{title}</a>'
        f'<div class="fn-meta facts">{when}<span>{answers}</span></div></div>'
        f'<details><summary aria-label="More on “{title}”">More</summary>'
        f'<form method="post" action="{own}/rename" class="line">{query}<label class="fn-label">Title<input '
        f'class="fn-field" name="title" value="{title}" maxlength="120"></label>'
        f'<button class="fn-button">Rename</button></form>'
        f'<p class="fn-label">Save as</p><p class="fn-actions">{exports}</p>'
        f'<form method="post" action="{own}/delete">{query}<button class="fn-button danger">Delete</button></form>'
        "</details></li>"
    )


def _pager(words: str, number: int, pages: int) -> str:
    if pages < 2:
        return ""
    turns = {"Previous": number - 1 if number > 1 else 0, "Next": number + 1 if number < pages else 0}
    before, after = (
        f'<a class="fn-button" href="{escape(_address(q=words, page=str(other)))}">{text}</a>' if other else ""
        for text, other in turns.items()
    )
    here = f'<span class="fn-meta">Page {number} of {pages}</span>'
    return f'<nav class="pager" aria-label="Pages">{before}{here}{after}</nav>'


def _notice(removed: str, words: str) -> str:
    if not removed:
        return ""
    return (
        f'<form method="post" action="{CONVERSATIONS}/{quote(removed)}/restore" class="fn-note undo" role="status">'
        f'<span>The conversation is deleted.</span><input type="hidden" name="q" value="{escape(words)}">'
        '<button class="fn-button">Undo</button></form>'
    )


def _problem(problem: str) -> str:
    return f'<p class="fn-note problem" role="alert">{escape(problem)}</p>' if problem else ""
