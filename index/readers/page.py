"""An HTML page: its main text without menus and adverts, and what it says of itself.

trafilatura tells which text is the page's own and reads title, author, date and link. It drops the headings and
lists of plain pages, though, so the text is then taken, whole, from the smallest part of the page that holds it.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from ..articles import Article
from ..errors import ArticleError
from .canonical import language, web_link
from .document import Document
from .markup import is_hidden, parse_html, text_of

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_BYTES = 10_000_000
"""The longest pages of the web have a tenth of this."""
_WIDER = 1.6
"""The part of the page that holds trafilatura's text may be longer by this factor; beyond it are menus and adverts."""

_ASIDES = frozenset(["nav", "aside", "footer", "form", "dialog", "menu"])
_ASIDE_ROLES = frozenset(["navigation", "banner", "complementary", "contentinfo", "search", "dialog", "alert"])
# Names that pages give, in class or id, to what is no part of the article.
_ASIDE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:ads?|adverts?|advertising|advertisements?|adsense|sponsor(?:ed|s)?|promos?|promotions?|outbrain|taboola"
    r"|cookies?|consent|gdpr|newsletter|subscribe|paywall|shar(?:e|ing)|social|related|recommended|recommendations"
    r"|most-read|trending|breadcrumbs?|comments?|comment-list|disqus|sidebar|navbar|navigation|menu|skip-link|byline"
    r"|pagination|popup|modal)(?:$|[\s_-])",
    re.IGNORECASE,
)
_ASIDE_SHARE = 0.3
"""An aside is small: an element with more of the page's text than this is kept, whatever its name."""

_CHARSET = re.compile(
    rb"""<(?:meta[^>]{0,200}?charset|\?xml[^>]{0,100}?encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", re.IGNORECASE
)
_MARKER = re.compile(r"^(?:- |\d{1,3}\. )")
# As browsers do: pages that declare these mean their extensions.
_NO_CHARSETS = {"punycode", "idna", "unicode-escape", "raw-unicode-escape"}
"""Codecs of Python's that no page is in, and that take a time quadratic in its length."""
_WIDER_CHARSETS = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "iso8859-9": "cp1254",
    "tis-620": "cp874",
    "utf-16": "utf-8",
}


def read(document: Document) -> Iterator[Article | ArticleError]:
    """One article: the page's main text."""
    content = document.content(MAX_BYTES)
    if content.startswith(b"%PDF-"):
        raise document.error("is a PDF, not a web page; name it .pdf")
    yield page_article(document, content)


def page_article(document: Document, content: bytes, charset: str | None = None) -> Article:
    """The article of a page; `charset` is what the server said. Raises ArticleError."""
    with document.parsing("a web page"):
        tree = parse_html(decode(content, charset))
        facts = _facts(tree)
        link = _own_link(_canonical(tree) or facts.url, document.origin)
        body = tree.find("body")
        text = main_text(body if body is not None else tree)
    return document.article(
        text,
        content,
        title=facts.title or "",
        author=facts.author,
        published=facts.date,
        language=next(filter(None, map(language, _language_tags(tree))), None),
        url=link,
    )


def decode(content: bytes, charset: str | None = None) -> str:
    """The page's characters: by byte order mark, else what the server says, else what the page says, else UTF-8."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return content.decode(name, errors="replace")
    declared = _CHARSET.search(content[:4096])
    for label in (charset, declared[1].decode("ascii") if declared else None, "utf-8"):
        try:
            name = codecs.lookup(label or "").name
            if name in _NO_CHARSETS:
                continue
            return content.decode(_WIDER_CHARSETS.get(name, name))
        except (LookupError, ValueError):
            continue
    return content.decode("cp1252", errors="replace")


def main_text(body: _Element) -> str:
    """The text of the page's article; of all that is no aside where none is found."""
    import trafilatura

    _remove_asides(body)
    found: Any = trafilatura.bare_extraction(
        body, favor_recall=True, include_comments=False, include_tables=True, with_metadata=False
    )
    everything = text_of(body)
    if found is None or found.body is None:
        return everything
    own = text_of(found.body)
    if not own:
        return everything
    around = text_of(_smallest_around(body, own))
    return around if len(own) <= len(around) <= _WIDER * len(own) else own


def _facts(tree: _Element) -> Any:
    """Title, author, date and link as the page gives them."""
    import copy
    import logging

    for name in ("trafilatura", "htmldate"):  # they log what they make of a page; users are told by Footnote
        logging.getLogger(name).setLevel(logging.CRITICAL)
    from trafilatura.metadata import extract_metadata

    return extract_metadata(copy.deepcopy(tree), extensive=False)


def _language_tags(tree: _Element) -> Iterator[str | None]:
    for element in (tree, tree.find("body")):
        if element is not None:
            yield element.get("lang")
            yield element.get("xml:lang")


def _canonical(tree: _Element) -> str | None:
    """The address that the page gives as its own, perhaps without its host."""
    links = (link for link in tree.iter("link") if "canonical" in (link.get("rel") or "").lower().split())
    return next((link.get("href") for link in links), None)


def _own_link(claimed: str | None, origin: str | None) -> str | None:
    """The page's canonical link. A fetched page speaks for its own host alone: it could claim to be any other."""
    if origin is None:
        return web_link(claimed)
    link = web_link(urljoin(origin, claimed or ""))
    return link if link and _host(link) == _host(origin) else origin


def _host(link: str) -> str:
    return (urlsplit(link).hostname or "").removeprefix("www.")


def _remove_asides(body: _Element) -> None:
    """Take menus, adverts and what is hidden out of the page, unless it would take a good part of the text."""
    elements = list(body.iter())
    sizes: dict[_Element, int] = {}
    for element in reversed(elements):  # children come before their parents
        sizes[element] = len(element.text or "") + sum(sizes[child] + len(child.tail or "") for child in element)
    limit = _ASIDE_SHARE * sizes[body]
    for element in elements[1:]:
        if is_hidden(element) or (_is_aside(element) and sizes[element] <= limit):
            element.drop_tree()


def _is_aside(element: _Element) -> bool:
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return element.tag in _ASIDES or element.get("role") in _ASIDE_ROLES or bool(_ASIDE_NAMES.search(names[:1000]))


def _smallest_around(body: _Element, own: str) -> _Element:
    """The smallest element that holds nine tenths of the text `own`, known by how its lines begin."""
    wanted = {_beginning([line]): len(line) for line in own.split("\n") if line}
    elements = list(body.iter())
    weights: dict[_Element, int] = {}
    for element in reversed(elements):
        inside = sum(weights[child] for child in element)
        weights[element] = max(inside, wanted.get(_beginning(element.itertext()), 0))
    enough = 0.9 * sum(wanted.values())
    around, inner = body, [body]
    while inner:
        around = inner[0]
        inner = [child for child in around if weights[child] >= enough]
    return around


def _beginning(texts: Iterable[str]) -> str:
    """The first letters and digits, without a list marker."""
    beginning = ""
    for text in texts:
        beginning += "".join(c for c in _MARKER.sub("", text[:200]) if c.isalnum())
        if len(beginning) >= 30:
            break
    return beginning[:30]
