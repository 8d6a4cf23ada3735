"""The reader: one page an article, without a script, that shows exactly which words a footnote stands for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path, PurePath
from urllib.parse import urlsplit

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse

from index import Article, Library
from index.errors import UnknownArticle
from index.readers.canonical import web_link
from index.sentences import Sentence

from .inline import styles
from .layout import NOTHING, Span, article_html
from .links import ORIGINAL, READER, SHELF, article_link, day, stamp
from .sheet import sheet

MAX_OTHERS = 100
"""Spans that are marked besides the one that an address asks for."""
MAX_QUOTE = 5_000
"""Characters of a quote that is looked for where it is no longer in its place."""
_STYLES = ("reader.css",)
_MARKDOWN = (".md", ".markdown")
_OTHER = re.compile(r"(\d{1,3})\.(\d{1,9})\.(\d{1,9})", re.ASCII)
# A browser draws a PDF in a process of its own. What else it could draw is given as plain text, or to be saved.
_INLINE = {".pdf": "application/pdf"} | dict.fromkeys((".txt", ".text", *_MARKDOWN), "text/plain; charset=utf-8")

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
    """The pages `/read/ID?s=START&e=END` and the files `/original/ID`."""
    router = APIRouter()

    @router.get(READER + "{article_id:path}")
    def read(
        article_id: str,
        s: str = "",
        e: str = "",
        v: str = "",
        n: str = "",
        also: str = "",
        id: str = "",  # noqa: A002
    ) -> Response:
        try:
            article = library.show(article_id or id)
        except UnknownArticle:
            return sheet(_MISSING, "Not found", 404, styles=_STYLES)
        sentences = library.sentences(article.id)
        mark = find_mark(article.text, s, e, v, n, sentences)
        others = find_others(article.text, also) if mark.span else ()
        file = library.original(article.id)
        marked_up = styles(article.text) if file and file[0].suffix in _MARKDOWN else ()
        text = article_html(article.text, sentences, mark.span, others, article.pages, marked_up)
        body = _article(article, mark, text, file)
        return sheet(body, article.title, mark.status, styles=_STYLES)

    @router.get(ORIGINAL + "{article_id:path}")
    def original(article_id: str, id: str = "") -> Response:  # noqa: A002
        found = library.original(article_id or id)
        return _file(*found) if found and found[0].is_file() else sheet(_MISSING, "Not found", 404, styles=_STYLES)

    return router


def find_mark(
    text: str, start: str, end: str, version: str = "", number: str = "", sentences: Sequence[Sentence] = ()
) -> Mark:
    """The span that an address asks for; `version` is the stamp of the words that were there when it was made.

    Words that have moved since, to where another of the sentences begins, are found there.

    >>> find_mark("It rained.", "3", "9").span
    Span(start=3, end=9, number=0)
    """
    if not start and not end:
        return Mark()
    if not (start.isdecimal() and end.isdecimal() and len(start + end) < 24):
        return Mark(note="The address names no passage of this article.", status=400)
    footnote = int(number) if number.isdecimal() and len(number) < 4 else 0
    span = Span(int(start), int(end), footnote)
    if span and version and stamp(text[span.start : span.end]) != version:
        return _moved(text, span, version, sentences)
    if not span or span.end > len(text):
        return Mark(note="The passage that the address names is not in this article.", status=400)
    return Mark(span)


def find_others(text: str, also: str) -> tuple[Span, ...]:
    """The spans of `also`, which lists footnotes as NUMBER.START.END; what is none, or not in the text, is left out.

    >>> find_others("It rained.", "2.0.2,3.3.99,x")
    (Span(start=0, end=2, number=2),)
    """
    found = (_OTHER.fullmatch(part) for part in also.split(",")[:MAX_OTHERS])
    spans = (Span(int(match[2]), int(match[3]), int(match[1])) for match in found if match)
    return tuple(span for span in spans if span and span.end <= len(text))


def _moved(text: str, span: Span, version: str, sentences: Sequence[Sentence]) -> Mark:
    length = span.end - span.start
    for sentence in sentences if length <= MAX_QUOTE else ():
        if stamp(text[sentence.start : sentence.start + length]) == version:
            note = "This article has changed since it was cited; the quoted words have moved here."
            return Mark(Span(sentence.start, sentence.start + length, span.number), note)
    return Mark(note="This article has changed since it was cited, and no longer holds the quoted words.")


def _file(path: Path, name: str) -> FileResponse:
    kind = _INLINE.get(path.suffix)
    sandbox = "" if kind == _INLINE[".pdf"] else "sandbox; "  # no browser draws a PDF in a sandbox
    return FileResponse(
        path,
        media_type=kind or "application/octet-stream",
        filename=name,
        content_disposition_type="inline" if kind else "attachment",
        headers={"Content-Security-Policy": f"{sandbox}default-src 'none'; frame-ancestors 'self'"},
    )


def _article(article: Article, mark: Mark, text: str, original: tuple[Path, str] | None) -> str:
    noted = f'<p class="fn-note" role="status">{escape(mark.note)}</p>' if mark.note else ""
    page = article.page_of(mark.span.start) if mark.span else None
    return (
        f'<header><p class="fn-meta">{_link(SHELF, "All articles")}</p>'
        f"<h1>{escape(article.title or 'Untitled')}</h1>"
        f'<p class="fn-meta">{_origin(article)}{_original(article, page, original)}</p>{noted}</header>'
        f"<article>{text}</article>"
    )


def _original(article: Article, page: int | None, original: tuple[Path, str] | None) -> str:
    """A way to the file that the article was read from; a PDF opens at the page of the quote."""
    if original is None:
        return ""
    label = "Open the file" if original[0].suffix in _INLINE else "Save the file"
    address = article_link(article.id, ORIGINAL)
    place = ""
    if page:
        place = f"<span>Page {page} of {len(article.pages)}</span>"
        label, address = f"Open the PDF at page {page}", f"{address}#page={page}"
    return f'{place}<a href="{escape(address)}" target="_blank" rel="noopener">{label}</a>'


def _origin(article: Article) -> str:
    origin = article.origin
    if web_link(origin):
        source = (
            f'<a href="{escape(origin)}" target="_blank" rel="noopener noreferrer">{escape(urlsplit(origin).netloc)}'
            '<span class="fn-sr"> (opens the source)</span></a>'
        )
    else:
        source = f'<span title="{escape(origin)}">{escape(PurePath(origin).name or origin)}</span>'
    date = f"<time>{escape(day(article.published))}</time>" if article.published else ""
    return source + date


def _link(address: str, text: str) -> str:
    return f'<a href="{escape(address)}">{escape(text)}</a>'
