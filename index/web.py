"""From a web address to articles: a page, a PDF or a text is one article, a feed one for each of its entries."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from .articles import Article, content_id
from .errors import ArticleError
from .fetch import Download, Permits, fetch, is_public
from .readers import read_document
from .readers.document import Document
from .readers.feed import Entry, entries
from .readers.page import page_article

FOLLOW_SECONDS = 300.0
"""For all the links of one feed: entries that come later keep their summaries."""

_FEED = re.compile(rb"<(?:rss|feed|rdf:RDF)[\s>]")
_SUFFIXES = {"application/pdf": ".pdf", "text/plain": ".txt", "text/markdown": ".md"}

log = logging.getLogger(__name__)


def read_address(url: str, permits: Permits = is_public) -> Iterator[Article | ArticleError]:
    """The articles at `url`; what cannot be fetched or read comes as an ArticleError. `permits` is for tests.

    An article is known by the address that it was fetched from: fetched again, a page that has changed is the same
    article with another text.
    """
    try:
        download = fetch(url, permits)
        document = _document(url, download)
        if _FEED.search(download.content[:2000]):
            yield from _entries(document, download, permits)
        else:
            yield _article(document, download)
    except ArticleError as error:
        yield error


def _document(url: str, download: Download) -> Document:
    """What was fetched, under a file's name: the end of its address, and the suffix that its type asks for."""
    parts = urlsplit(download.url)
    name = re.sub(r"[^\w.-]+", "-", unquote(parts.path).strip("/").rpartition("/")[2]).strip(".-")[:100]
    name = name or re.sub(r"[^\w.-]+", "-", parts.hostname or "page")
    suffix = ".pdf" if download.content.startswith(b"%PDF-") else _SUFFIXES.get(download.media_type, ".html")
    if not name.lower().endswith((suffix, suffix.replace(".html", ".htm"))):
        name += suffix
    return Document.of_bytes(url, name, download.content, origin=download.url)


def _article(document: Document, download: Download) -> Article:
    """The one article of a page, PDF or text; raises ArticleError."""
    if document.suffix in (".html", ".htm"):
        article = page_article(document, document.content(), download.charset)
    else:
        (read,) = read_document(document)
        if isinstance(read, ArticleError):
            raise read
        article = read
    return replace(article, id=content_id(download.url, ""), url=article.url or download.url)


def _entries(document: Document, download: Download, permits: Permits) -> Iterator[Article | ArticleError]:
    deadline = time.monotonic() + FOLLOW_SECONDS
    for entry in entries(document, download.content):
        article = _own(document, download, entry)
        if entry.url and (entry.is_summary or not entry.text) and time.monotonic() < deadline:
            try:
                article = _followed(article, entry, permits)
            except ArticleError as error:
                if not entry.text:
                    yield document.error(f"{entry.title or entry.url}: {str(error).removeprefix(f'{entry.url}: ')}")
                    continue
                log.info("only the summary of an entry is kept: %s", error)
        yield article if article.text else document.error(f"{entry.title or entry.id or 'an entry'}: has no text")


def _own(document: Document, download: Download, entry: Entry) -> Article:
    """What the feed itself holds of an entry."""
    return Article(
        content_id(download.url, entry.id),
        entry.title or entry.url or document.title,
        entry.text,
        source=document.source,
        url=entry.url,
        published=entry.published,
        author=entry.author,
        language=entry.language,
    )


def _followed(article: Article, entry: Entry, permits: Permits) -> Article:
    """The article that an entry's link leads to, under the entry's name; raises ArticleError."""
    download = fetch(entry.url or "", permits)
    if _FEED.search(download.content[:2000]):
        raise ArticleError(download.url, "is a feed, not an article")
    found = _article(_document(entry.url or "", download), download)
    if len(found.text) < len(entry.text):
        raise ArticleError(download.url, "holds less than the feed's own summary")
    return replace(
        found,
        id=article.id,
        title=entry.title or found.title,
        source=article.source,
        published=article.published or found.published,
        author=article.author or found.author,
        language=found.language or article.language,
    )
