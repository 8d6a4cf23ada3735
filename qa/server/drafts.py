"""The page `/drafts`: the library's drafted questions, to be accepted, corrected or dropped. Plain forms, no script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from index import Library
from index.errors import FootnoteError

from ..drafts import FILE, QUESTION_LIMIT, accept, drafts_of, drop
from .forms import read_form, sentence
from .links import DRAFTS, SPAN_ID, article_link, stamp
from .refusals import status_of
from .sheet import sheet

SHOWN = 20
"""Drafts on the page; the next ones follow when these are decided on."""


def make_drafts(library: Library) -> APIRouter:
    """The page, and what its forms ask for."""
    router = APIRouter(include_in_schema=False)
    path = library.folder / FILE

    def page(problem: str = "", status: int = 200) -> Response:
        drafts = drafts_of(path)
        notice = f'<p class="fn-note problem" role="alert">{escape(problem)}</p>' if problem else ""
        rows = "".join(_row(draft, library) for draft in drafts[:SHOWN])
        listed = f'<ul class="fn-rows">{rows}</ul>' if drafts else _EMPTY
        count = f'<p class="fn-meta" role="status">{len(drafts):,} to go through</p>' if drafts else ""
        body = f"<header><h1>Drafted questions</h1></header>{notice}{_WHY}{count}{listed}"
        return sheet(body, "Drafted questions", status, styles=["drafts.css"])

    @router.get(DRAFTS)
    def drafted() -> Response:
        return page()

    @router.post(DRAFTS)
    async def decide(request: Request) -> Response:
        form = await read_form(request)
        try:
            if form.get("do") == "drop":
                await run_in_threadpool(drop, path, form.get("id", ""))
            else:
                await run_in_threadpool(accept, path, form.get("id", ""), form.get("question", ""))
        except FootnoteError as error:
            return await run_in_threadpool(page, sentence(error), status_of(error))
        return RedirectResponse(DRAFTS, 303)

    return router


def waiting(library: Library) -> str:
    """How many drafts wait, as a link to their page; nothing where there are none."""
    count = len(drafts_of(library.folder / FILE))
    drafted = f"{count:,} drafted question{'' if count == 1 else 's'}"
    return f'<p class="fn-meta"><a href="{DRAFTS}">{drafted}</a> to go through</p>' if count else ""


_WHY = (
    '<p class="fn-meta">Rules wrote these from single sentences of the articles. What is accepted counts when '
    "<code>footnote eval run</code> asks the set.</p>"
)
_EMPTY = (
    '<p class="fn-empty">There are no drafts. <code>footnote eval suggest</code> with '
    f"<code>--out LIBRARY/{FILE}</code> makes some.</p>"
)


def _row(draft: Mapping[str, Any], library: Library) -> str:
    identity, question = str(draft.get("id", "")), str(draft.get("question", ""))
    answers = draft.get("answers")
    expected = " / ".join(map(str, answers)) if isinstance(answers, list) and answers else "no answer"
    said = "".join(f'<div class="fn-meta">Asked before: {escape(text)}</div>' for text in _said(draft))
    evidence = "".join(_evidence(*piece, library) for piece in _pieces(draft))
    name = escape(identity)
    return (
        f'<li><form method="post" action="{DRAFTS}" class="draft">{said}<label class="fn-label" for="q-{name}">Question'
        f'</label><textarea class="fn-field" id="q-{name}" name="question" maxlength="{QUESTION_LIMIT}" rows="2" '
        f'required>\n{escape(question)}</textarea><div class="fn-meta">Expected: {escape(expected)}</div>{evidence}'
        f'<input type="hidden" name="id" value="{name}"><div class="fn-actions">'
        f'<button class="fn-button primary" name="do" value="accept">Accept</button>'
        f'<button class="fn-button quiet danger" name="do" value="drop" formnovalidate>Drop</button></div></form></li>'
    )


def _said(draft: Mapping[str, Any]) -> Iterator[str]:
    for turn in draft.get("history") or ():
        if isinstance(turn, dict):
            yield str(turn.get("content", ""))


def _pieces(draft: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for piece in draft.get("relevant") or ():
        if isinstance(piece, dict):
            yield str(piece.get("article_id", "")), str(piece.get("quote", ""))


def _evidence(article_id: str, quote: str, library: Library) -> str:
    """The quote, as a link to where it stands."""
    try:
        start = library.show(article_id).text.find(quote)
    except FootnoteError:
        start = -1
    if start < 0:
        return f'<div class="fn-meta">“{escape(quote)}” stands in no article any more.</div>'
    place = article_link(article_id, s=str(start), e=str(start + len(quote)), v=stamp(quote))
    return f'<div class="fn-meta"><a href="{escape(place)}#{SPAN_ID}">“{escape(quote)}”</a></div>'
