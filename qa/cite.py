"""A citation made: the one place where a span of an article becomes a footnote."""

from __future__ import annotations

from index import Library

from .answer import Citation


def cite(number: int, article_id: str, start: int, end: int, library: Library) -> Citation:
    """The footnote `number` to `text[start:end]` of an article; raises UnknownArticle."""
    article = library.show(article_id)
    quote, page = article.text[start:end], article.page_of(start)
    return Citation(number, article.id, article.title, article.origin, article.published, start, end, quote, page)
