"""The shelf: the page `/articles`, where articles are found, added, replaced and deleted.

It works as plain forms; `static/shelf.js` adds what they cannot do, which is to upload with progress.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import PurePath
from typing import Annotated
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse, RedirectResponse

from index import ArticleError, Library, Summary
from index.dates import day_of
from index.errors import FootnoteError
from index.readers import READERS

from ..delivery import Delivery, State, Status
from ..inbox import Inbox
from ..tray import MAX_FILE
from .drafts import waiting
from .forms import read_form, sentence
from .links import SHELF, article_link
from .refusals import status_of
from .sheet import sheet
from .welcome import greeting

PER_PAGE = 50
TOLD = 60
"""Deliveries of a kind that are named one by one; the others are counted."""
AT_WORK = 3
"""Of those that are being indexed."""
SORTS = {"title": "By title", "date": "Newest first", "added": "Added last", "passages": "Longest first"}

_FORGET = f'<form method="post" action="{SHELF}/forget"><button class="fn-button quiet">Clear this list</button></form>'
_SIGNS = {State.INDEXING: "Indexing", State.FAILED: "Not added"}


@dataclass(frozen=True, slots=True)
class View:
    """Which articles the page shows: those whose title or source holds all words, in an order, a page of them."""

    words: str = ""
    sort: str = "title"
    page: int = 1

    @classmethod
    def of(cls, words: str, sort: str, page: str) -> View:
        """A view as an address asks for it, whatever that says."""
        number = int(page) if page.isdecimal() and len(page) < 8 else 1
        return cls(words.strip()[:200], sort if sort in SORTS else "title", max(number, 1))

    def link(self, **other: str) -> str:
        """The page's address with this view, or with something else in it."""
        query = {"q": self.words, "sort": self.sort if self.sort != "title" else "", "page": str(self.page), **other}
        query = {name: value for name, value in query.items() if value and (name, value) != ("page", "1")}
        return f"{SHELF}?{urlencode(query)}" if query else SHELF


class Listing:
    """The articles in the orders that they are asked for; looked up again when the library has changed."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._kept: tuple[int, Sequence[Summary]] = (-1, ())

    def find(self, view: View) -> list[Summary]:
        """All articles that the view is of, on whatever page, in its order."""
        words = view.words.casefold().split()
        found = [a for a in self._articles() if all(word in f"{a.title}\n{a.source}".casefold() for word in words)]
        match view.sort:
            case "date":
                return sorted(found, key=lambda a: day_of(a.published) or "", reverse=True)
            case "added":
                return sorted(found, key=lambda a: a.number, reverse=True)
            case "passages":
                return sorted(found, key=lambda a: a.passages, reverse=True)
        return sorted(found, key=lambda a: a.title.casefold())

    def _articles(self) -> Sequence[Summary]:
        revision = self._library.revision
        if self._kept[0] != revision:
            self._kept = (revision, self._library.articles())
        return self._kept[1]


def make_shelf(library: Library, inbox: Inbox) -> APIRouter:
    """The page `/articles` and what its forms and script ask for, all below it."""
    router = APIRouter(include_in_schema=False)
    listing = Listing(library)

    def page(view: View, removed: str = "", problem: str = "", status: int = 200) -> Response:
        body = _page(view, listing.find(view), inbox, _notice(view, removed, problem, inbox), _can_write(library))
        return sheet(body + waiting(library), "Articles", status, styles=["shelf.css"], scripts=["shelf.js"])

    @router.get(SHELF)
    def shelf(
        q: str = "", sort: str = "", page_number: Annotated[str, Query(alias="page")] = "1", removed: str = ""
    ) -> Response:
        return page(View.of(q, sort, page_number), removed)

    @router.get(f"{SHELF}/intake")
    def intake() -> Response:
        return Response(_intake(inbox.status()), media_type="text/html")

    @router.get(f"{SHELF}/greeting")
    def greet() -> Response:
        """What the empty chat says, as the library is now."""
        return Response(greeting(library.articles()), media_type="text/html")

    @router.post(f"{SHELF}/files")
    async def receive(request: Request, name: str = "", replaces: str = "") -> Response:
        try:
            await deliver(request, inbox, name, replaces)
        except FootnoteError as error:
            return _refusal(error)
        return Response(status_code=202)

    @router.post(f"{SHELF}/address")
    async def add_address(request: Request) -> Response:
        form = await read_form(request)
        try:
            await run_in_threadpool(inbox.add_address, form.get("url", ""))
        except FootnoteError as error:
            return await run_in_threadpool(page, View(), "", sentence(error), status_of(error))
        return RedirectResponse(SHELF, 303)

    @router.post(f"{SHELF}/remove")
    async def remove(request: Request) -> Response:
        form = await read_form(request)
        view = View.of(form.get("q", ""), form.get("sort", ""), form.get("page", ""))
        try:
            key = await run_in_threadpool(inbox.discard, [form.get("id", "")])
        except FootnoteError as error:
            return await run_in_threadpool(page, view, "", sentence(error), status_of(error))
        return RedirectResponse(view.link(removed=key), 303)

    @router.post(f"{SHELF}/restore")
    async def restore(request: Request) -> Response:
        form = await read_form(request)
        view = View.of(form.get("q", ""), form.get("sort", ""), form.get("page", ""))
        try:
            await run_in_threadpool(inbox.restore, form.get("key", ""))
        except FootnoteError as error:
            return await run_in_threadpool(page, view, form.get("key", ""), sentence(error), status_of(error))
        return RedirectResponse(view.link(), 303)

    @router.post(f"{SHELF}/forget")
    def forget() -> Response:
        inbox.forget()
        return RedirectResponse(SHELF, 303)

    return router


async def deliver(request: Request, inbox: Inbox, name: str, replaces: str = "") -> Delivery:
    """The body of a request, as a file in the inbox; raises FootnoteError. Of a caller who goes nothing is left."""
    reception = await run_in_threadpool(inbox.receive, name, replaces)
    accepted = False
    try:
        async for part in request.stream():
            await run_in_threadpool(reception.write, part)
        delivery = await run_in_threadpool(reception.accept)
        accepted = True
    finally:
        if not accepted:
            reception.abandon()
    return delivery


def _refusal(error: FootnoteError) -> Response:
    reason = error.reason if isinstance(error, ArticleError) else str(error)
    return PlainTextResponse(reason, status_of(error), headers={"Connection": "close"})


def _can_write(library: Library) -> bool:
    return os.access(library.folder, os.W_OK)


# -- the page ----------------------------------------------------------------------------------------------------------


def _page(view: View, found: Sequence[Summary], inbox: Inbox, notice: str, can_write: bool) -> str:
    count = f"{len(found):,} article{'' if len(found) == 1 else 's'}"
    if can_write:
        adding = _adding()
    else:
        adding = '<p class="fn-note">This library cannot be written: asking works, adding and deleting do not.</p>'
    return (
        f'<header><h1>Articles</h1></header>{notice}{adding}<div id="intake">{_intake(inbox.status())}</div>'
        f'<section id="shelf" aria-label="All articles">{_finder(view, count)}'
        f'<div id="list">{_list(view, found, can_write)}</div></section>'
    )


def _adding() -> str:
    suffixes = ",".join(READERS)
    return (
        f'<section id="add" aria-label="Add articles" data-limit="{MAX_FILE}" data-suffixes="{suffixes}">'
        '<div id="drop" hidden><p>Drop files or a folder here, or</p><p class="choose">'
        '<button type="button" class="fn-button primary" id="choose-files">Choose files</button> '
        '<button type="button" class="fn-button" id="choose-folder">Choose a folder</button></p>'
        f'<p class="fn-meta">PDF, Word, web pages, EPUB, Markdown, text, CSV, JSON lines and zips of them, up to '
        f"{MAX_FILE // 1_000_000} MB each</p></div>"
        "<noscript><p>To upload files here, let this page run its script; or add them with "
        "<code>footnote add PATH</code>.</p></noscript>"
        f'<form method="post" action="{SHELF}/address" class="line">'
        '<label class="fn-label" for="url">A web page, or an RSS or Atom feed</label>'
        '<input class="fn-field" id="url" name="url" type="url" required maxlength="2000" placeholder="https://">'
        '<button class="fn-button">Add</button></form>'
        '<ul class="fn-rows" id="uploads" aria-label="Uploads"></ul></section>'
    )


def _notice(view: View, removed: str, problem: str, inbox: Inbox) -> str:
    """What has just been done or gone wrong, and the way back."""
    lines = f'<p class="fn-note problem" role="alert">{escape(problem)}</p>' if problem else ""
    titles = inbox.in_trash(removed) if removed else ()
    if titles:
        title = escape(titles[0] or "Untitled")
        lines += (
            f'<form method="post" action="{SHELF}/restore" class="fn-note undo" role="status"><span>“{title}” is '
            f'deleted.</span>{_hidden(view, key=removed)}<button class="fn-button">Undo</button></form>'
        )
    return lines


def _finder(view: View, count: str) -> str:
    options = "".join(
        f'<option value="{name}"{" selected" if name == view.sort else ""}>{label}</option>'
        for name, label in SORTS.items()
    )
    return (
        f'<form id="find" action="{SHELF}" class="line" role="search"><label class="fn-sr" for="q">Search titles and '
        f'sources</label><input class="fn-field" id="q" name="q" type="search" value="{escape(view.words)}" '
        'placeholder="Search titles and sources"><label class="fn-sr" for="sort">Order</label>'
        f'<select class="fn-field" id="sort" name="sort">{options}</select>'
        f'<button class="fn-button plain">Show</button></form><p class="fn-meta" id="count" role="status">{count}</p>'
    )


def _list(view: View, found: Sequence[Summary], can_write: bool) -> str:
    if not found and view.words:
        return f'<p class="fn-empty">No title or source holds all of “{escape(view.words)}”.</p>'
    if not found:
        return '<p class="fn-empty">The library is empty. Add an article, and ask it something.</p>'
    pages = -(-len(found) // PER_PAGE)
    page = min(view.page, pages)
    shown = found[(page - 1) * PER_PAGE : page * PER_PAGE]
    rows = "".join(_row(view, article, can_write) for article in shown)
    return f'<ul class="fn-rows">{rows}</ul>{_pager(view, page, pages)}'


def _row(view: View, article: Summary, can_write: bool) -> str:
    title = escape(article.title or "Untitled")
    minutes = max(1, round(article.characters / 6 / 220))  # 6 characters a word, 220 words a minute
    facts = [
        f"<time>{escape(day_of(article.published) or article.published)}</time>" if article.published else "",
        f"<span>{escape(_source(article.source))}</span>",
        f"<span>{minutes} min</span>",
        f"<span>{article.passages:,} passage{'' if article.passages == 1 else 's'}</span>",
        f'<span class="added">added {article.added}</span>' if article.added else "",
    ]
    actions = ""
    if can_write:
        actions = (
            f'<div class="fn-actions"><button type="button" class="fn-button quiet replace" hidden '
            f'data-id="{escape(article.id)}" aria-label="Replace “{title}”">Replace</button>'
            f'<form method="post" action="{SHELF}/remove">{_hidden(view, id=article.id)}'
            f'<button class="fn-button quiet danger" aria-label="Delete “{title}”">Delete</button></form></div>'
        )
    return (
        f'<li><div><a href="{escape(article_link(article.id))}">{title}</a>'
        f'<div class="fn-meta facts">{"".join(facts)}</div></div>{actions}</li>'
    )


def _source(source: str) -> str:
    """The host of a web address, or the name of a file.

    >>> _source("https://example.org/a/b"), _source("/home/me/notes.txt")
    ('example.org', 'notes.txt')
    """
    if source.lower().startswith(("http://", "https://")):
        try:
            return urlsplit(source).netloc or source
        except ValueError:
            return source
    return PurePath(source).name or source


def _pager(view: View, page: int, pages: int) -> str:
    if pages < 2:
        return ""
    before = _turn(view, page - 1, "Previous", "prev") if page > 1 else ""
    after = _turn(view, page + 1, "Next", "next") if page < pages else ""
    here = f'<span class="fn-meta">Page {page} of {pages}</span>'
    return f'<nav class="pager" aria-label="Pages">{before}{here}{after}</nav>'


def _turn(view: View, page: int, text: str, rel: str) -> str:
    return f'<a class="fn-button" rel="{rel}" href="{escape(view.link(page=str(page)))}">{text}</a>'


def _hidden(view: View, **fields: str) -> str:
    """The view as fields of a form, and others."""
    values = {**fields, "q": view.words, "sort": view.sort, "page": str(view.page)}
    return "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in values.items())


# -- what is being added -----------------------------------------------------------------------------------------------


def _intake(status: Status) -> str:
    """The deliveries; `data-left` tells the script whether to ask again."""
    if not status.deliveries:
        return '<div data-left="0"></div>'
    total, left = len(status.deliveries), status.left
    newest_first = status.deliveries[::-1]
    failed = [delivery for delivery in newest_first if delivery.state is State.FAILED]
    done = [delivery for delivery in newest_first if delivery.state.is_done and delivery.state is not State.FAILED]
    now = [delivery for delivery in newest_first if delivery.state is State.INDEXING]
    passages = f", {status.passages:,} passages stored" if status.passages else ""
    line, bar = f"{len(done):,} of {total:,} added", _FORGET
    if left:
        line = f"{total - left:,} of {total:,} done{passages}. You can ask meanwhile."
        bar = f'<progress max="{total}" value="{total - left}" aria-label="Indexing"></progress>'
    waits = f'<p class="fn-note problem">{escape(_waits(status.hindrance))}</p>' if status.hindrance and left else ""
    problems = _told(failed, TOLD)
    if failed:
        problems = f'<h2 class="fn-label">{len(failed):,} could not be added</h2>{problems}'
    shown = " open" if any(delivery.replaced for delivery in done) else ""
    added = f"<details{shown}><summary>What was added</summary>{_told(done, TOLD)}</details>" if done else ""
    return (
        f'<div data-left="{left}"><div class="progress"><p class="fn-meta" role="status">{line}</p>{bar}</div>{waits}'
        f"{problems}{_told(now, AT_WORK)}{added}</div>"
    )


def _waits(hindrance: str) -> str:
    return f"Waiting: {hindrance.partition(';')[0]}. It goes on by itself as soon as it can."


def _told(deliveries: Sequence[Delivery], most: int) -> str:
    rows = "".join(_delivery(delivery) for delivery in deliveries[:most])
    if len(deliveries) > most:
        rows += f'<li class="fn-meta">and {len(deliveries) - most:,} more</li>'
    return f'<ul class="fn-rows">{rows}</ul>' if rows else ""


def _delivery(delivery: Delivery) -> str:
    name = escape(delivery.name)
    if len(delivery.articles) == 1:
        name = f'<a href="{escape(article_link(delivery.articles[0]))}">{name}</a>'
    sign = _SIGNS.get(delivery.state, "")
    line = escape(": ".join(part for part in (sign, delivery.line) if part))
    undo = ""
    if delivery.replaced:
        undo = (
            f'<form method="post" action="{SHELF}/restore"><input type="hidden" name="key" value="{delivery.replaced}">'
            '<button class="fn-button quiet">Bring the old one back</button></form>'
        )
    line = f'<div class="fn-meta">{line[:1].upper()}{line[1:]}</div>'
    return f'<li class="{delivery.state}"><div>{name}{line}</div>{undo}</li>'
