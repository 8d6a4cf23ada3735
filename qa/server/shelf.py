"""The shelf: the page `/articles`, which lists them."""

from __future__ import annotations

from html import escape

from fastapi import APIRouter, Response

from index import Library, Summary

from .links import SHELF, article_link
from .sheet import sheet

SHELF_LIMIT = 1000
"""Titles on the shelf's page: more would be slow to lay out and no help to find one."""


def make_shelf(library: Library) -> APIRouter:
    """The page `/articles`."""
    router = APIRouter()

    @router.get(SHELF)
    def shelf() -> Response:
        return sheet(_shelf(library.articles()), "Articles", styles=["reader.css"])

    return router


def _shelf(articles: list[Summary]) -> str:
    if not articles:
        return (
            "<header><h1>Articles</h1></header><p>The library is empty. Add articles with "
            "<code>footnote add PATH</code> and reload this page.</p>"
        )
    count = f"{len(articles):,} article{'s' if len(articles) > 1 else ''}"
    rows = "".join(_row(article) for article in articles[:SHELF_LIMIT])
    rest = len(articles) - SHELF_LIMIT
    more = f"<p>… and {rest:,} more; <code>footnote articles</code> lists them all.</p>" if rest > 0 else ""
    return f'<header><h1>Articles</h1><p class="fn-meta">{count}</p></header><ul class="fn-rows">{rows}</ul>{more}'


def _row(article: Summary) -> str:
    date = f"<time>{escape(article.published)}</time> · " if article.published else ""
    words = max(1, round(article.characters / 6 / 220))  # 6 characters a word, 220 words a minute
    title = _link(article_link(article.id), article.title or "Untitled")
    return f'<li>{title}<span class="fn-meta">{date}{words} min read</span></li>'


def _link(address: str, text: str) -> str:
    return f'<a href="{escape(address)}">{escape(text)}</a>'
