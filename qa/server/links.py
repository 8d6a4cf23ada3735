"""Where a footnote leads: the address of a span in the reader; and how its date is written."""

from __future__ import annotations

import hashlib
from urllib.parse import quote, urlencode

from ..answer import Citation

READER = "/read/"
ORIGINAL = "/original/"
SHELF = "/articles"
DRAFTS = "/drafts"
SPAN_ID = "span"
"""The HTML id of the highlighted span, so that a link's fragment scrolls it into view."""


def article_link(article_id: str, below: str = READER, **query: str) -> str:
    """The reader's address of an article, whatever characters its id holds; or that of its file, below ORIGINAL.

    >>> article_link("news/1", s="0")
    '/read/news%2F1?s=0'
    """
    if article_id in ("", ".", ".."):  # a browser would resolve these away
        path, query = below, {"id": article_id, **query}
    else:
        path = below + quote(article_id, safe="")
    return f"{path}?{urlencode(query)}" if query else path


def span_link(citation: Citation) -> str:
    """The reader's address of a cited span. `v` tells the reader when the article has changed since."""
    span = {"s": str(citation.start), "e": str(citation.end), "v": stamp(citation.quote)}
    return f"{article_link(citation.article_id, **span)}#{SPAN_ID}"


def stamp(quoted: str) -> str:
    """Eight hexadecimal digits that stand for a quote."""
    return hashlib.sha256(quoted.encode("utf-8", "replace")).hexdigest()[:8]


def day(published: str) -> str:
    """A date without its time of day, where it is an ISO 8601 one; any other as the source wrote it.

    >>> day("2024-03-05T07:30:00Z"), day("March 2024")
    ('2024-03-05', 'March 2024')
    """
    return published[:10] if published[10:11] in ("T", " ") and published[:4].isdecimal() else published
