"""The reader: one page an article, without a script, that shows exactly which words a footnote stands for."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import PurePath
from urllib.parse import urlsplit

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from index import Article, Library, Summary
from index.errors import UnknownArticle

from .layout import NOTHING, Span, article_html
from .links import READER, article_link, stamp

SHELF = "/articles"
SHELF_LIMIT = 1000
"""Titles on the shelf's page: more would be slow to lay out and no help to find one."""
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


@dataclass(frozen=True, slots=True)
class Mark:
    """What an address asks to highlight, checked against the article: a span, or a note on why there is none."""

    span: Span = NOTHING
    note: str = ""
    status: int = 200


def make_router(library: Library) -> APIRouter:
    """The pages `/read/ID?s=START&e=END` and `/articles`."""
    router = APIRouter()

    @router.get(READER + "{article_id:path}")
    def read(
        article_id: str,
        s: str = "",
        e: str = "",
        v: str = "",
        theme: str = "",
        id: str = "",  # noqa: A002
    ) -> HTMLResponse:
        try:
            article = library.show(article_id or id)
        except UnknownArticle:
            return _response(_missing(theme), theme, "Not found", 404)
        mark = find_mark(article.text, s, e, v)
        sentences = library.sentences(article.id)
        body = _article(article, article_html(article.text, sentences, mark.span), mark.note, theme)
        return _response(body, theme, article.title, mark.status)

    @router.get(SHELF)
    def shelf(theme: str = "") -> HTMLResponse:
        return _response(_shelf(library.articles(), theme), theme, "Articles")

    return router


def find_mark(text: str, start: str, end: str, version: str = "") -> Mark:
    """The span that an address asks for; `version` is the stamp of the words that were there when it was made.

    >>> find_mark("It rained.", "3", "9").span
    Span(start=3, end=9)
    """
    if not start and not end:
        return Mark()
    if not (start.isdecimal() and end.isdecimal() and len(start + end) < 24):
        return Mark(note="The address names no passage of this article.", status=400)
    span = Span(int(start), int(end))
    if not span or span.end > len(text):
        note = "The passage that the address names is not in this article."
        return Mark(note=note, status=200 if version else 400)
    if version and stamp(text[span.start : span.end]) != version:
        return Mark(note="This article has changed since it was cited; the quoted words are no longer in that place.")
    return Mark(span)


def _article(article: Article, text: str, note: str, theme: str) -> str:
    noted = f'<p class="note" role="status">{escape(note)}</p>' if note else ""
    return (
        f'<header><p class="back">{_link(_themed(SHELF, theme), "All articles")}</p>'
        f"<h1>{escape(article.title or 'Untitled')}</h1>{_origin(article)}{noted}</header>"
        f"<article>{text}</article>"
    )


def _origin(article: Article) -> str:
    origin = article.origin
    address = urlsplit(origin) if origin.lower().startswith(("http://", "https://")) else None
    if address and address.netloc:
        source = (
            f'<a href="{escape(origin)}" target="_blank" rel="noopener noreferrer">{escape(address.netloc)}'
            '<span class="hint"> (opens the source)</span></a>'
        )
    else:
        source = f'<span title="{escape(origin)}">{escape(PurePath(origin).name or origin)}</span>'
    date = f"<time>{escape(article.published)}</time>" if article.published else ""
    return f'<p class="origin">{source}{date}</p>'


def _shelf(articles: list[Summary], theme: str) -> str:
    if not articles:
        return (
            "<header><h1>Articles</h1></header><p>The library is empty. Add articles with "
            "<code>footnote add PATH</code> and reload this page.</p>"
        )
    count = f"{len(articles):,} article{'s' if len(articles) > 1 else ''}"
    rows = "".join(_row(article, theme) for article in articles[:SHELF_LIMIT])
    rest = len(articles) - SHELF_LIMIT
    more = f"<p>… and {rest:,} more; <code>footnote articles</code> lists them all.</p>" if rest > 0 else ""
    return f'<header><h1>Articles</h1><p class="origin">{count}</p></header><ul class="shelf">{rows}</ul>{more}'


def _row(article: Summary, theme: str) -> str:
    date = f"<time>{escape(article.published)}</time> · " if article.published else ""
    words = max(1, round(article.characters / 6 / 220))  # 6 characters a word, 220 words a minute
    title = _link(_themed(article_link(article.id), theme), article.title or "Untitled")
    return f'<li>{title}<p class="origin">{date}{words} min read</p></li>'


def _missing(theme: str) -> str:
    return (
        "<header><h1>No such article</h1></header><p>The library holds no article under this address. It may have been "
        f"removed since it was cited.</p><p>{_link(_themed(SHELF, theme), 'All articles')}</p>"
    )


def _link(address: str, text: str) -> str:
    return f'<a href="{escape(address)}">{escape(text)}</a>'


def _themed(address: str, theme: str) -> str:
    if theme not in ("dark", "light"):
        return address
    return f"{address}{'&' if '?' in address else '?'}theme={theme}"


def _response(body: str, theme: str, title: str, status: int = 200) -> HTMLResponse:
    chosen = f' data-theme="{theme}"' if theme in ("dark", "light") else ""
    page = (
        f'<!doctype html>\n<html lang="en"{chosen}><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} · Footnote</title>"
        '<link rel="stylesheet" href="/ui/reader.css"></head>'
        f"<body><main>{body}</main></body></html>\n"
    )
    return HTMLResponse(page, status, headers={"Content-Security-Policy": CSP})
