"""The reader: one page an article, without a script, that shows exactly which words a footnote stands for."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import PurePath
from urllib.parse import urlsplit

from fastapi import APIRouter, Response

from index import Article, Library
from index.errors import UnknownArticle

from .layout import NOTHING, Span, article_html
from .links import READER, SHELF, stamp
from .sheet import sheet

_STYLES = ("reader.css",)

_MISSING = (
    "<header><h1>No such article</h1></header><p>The library holds no article under this address. It may have been "
    f'removed since it was cited.</p><p><a href="{SHELF}">All articles</a></p>'
)


@dataclass(frozen=True, slots=True)
class Mark:
    """What an address asks to highlight, checked against the article: a span, or a note on why there is none."""

    span: Span = NOTHING
    note: str = ""
    status: int = 200


def make_router(library: Library) -> APIRouter:
    """The pages `/read/ID?s=START&e=END`."""
    router = APIRouter()

    @router.get(READER + "{article_id:path}")
    def read(article_id: str, s: str = "", e: str = "", v: str = "", id: str = "") -> Response:  # noqa: A002
        try:
            article = library.show(article_id or id)
        except UnknownArticle:
            return sheet(_MISSING, "Not found", 404, styles=_STYLES)
        mark = find_mark(article.text, s, e, v)
        text = article_html(article.text, library.sentences(article.id), mark.span)
        return sheet(_article(article, text, mark.note), article.title, mark.status, styles=_STYLES)

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


def _article(article: Article, text: str, note: str) -> str:
    noted = f'<p class="fn-note" role="status">{escape(note)}</p>' if note else ""
    return (
        f'<header><p class="back">{_link(SHELF, "All articles")}</p>'
        f"<h1>{escape(article.title or 'Untitled')}</h1>{_origin(article)}{noted}</header>"
        f"<article>{text}</article>"
    )


def _origin(article: Article) -> str:
    origin = article.origin
    address = urlsplit(origin) if origin.lower().startswith(("http://", "https://")) else None
    if address and address.netloc:
        source = (
            f'<a href="{escape(origin)}" target="_blank" rel="noopener noreferrer">{escape(address.netloc)}'
            '<span class="fn-sr"> (opens the source)</span></a>'
        )
    else:
        source = f'<span title="{escape(origin)}">{escape(PurePath(origin).name or origin)}</span>'
    date = f"<time>{escape(article.published)}</time>" if article.published else ""
    return f'<p class="fn-meta">{source}{date}</p>'


def _link(address: str, text: str) -> str:
    return f'<a href="{escape(address)}">{escape(text)}</a>'
