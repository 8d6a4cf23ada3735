"""Footnote addresses survive any article id."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from qa.answer import Citation
from qa.server.links import article_link, span_link

printable = st.text(st.characters(exclude_categories=["C"]), min_size=1)


@given(printable)
def test_an_address_gives_the_id_back(article_id: str) -> None:
    """The id is in the path, or in the query where a browser would resolve the path away."""
    address = urlsplit(article_link(article_id))
    assert unquote(address.path).removeprefix("/read/") == article_id or parse_qs(address.query)["id"] == [article_id]
    assert address.path.count("/") == 2


@given(printable, st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_span_link_names_its_span(article_id: str, start: int, end: int) -> None:
    """Start and end come back as they went in, whatever the id holds."""
    link = span_link(Citation(1, article_id, "T", "s", None, start, end, "quote"))
    query = parse_qs(urlsplit(link).query)
    assert (query["s"], query["e"]) == ([str(start)], [str(end)])
    assert urlsplit(link).fragment == "span"
