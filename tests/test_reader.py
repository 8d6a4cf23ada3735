"""The reader's pages: any id, any offsets, no script, nothing from outside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from index import Article, Library
from qa.answer import Citation
from qa.server.links import article_link, span_link
from qa.server.reader import find_mark, make_router

APPLES = Article(
    id="fruit/apples & 'pears'? #1",
    title="Apples <b>&</b> pears",
    text="Apples are red. Pears are <green>.\n\nBoth fell 5% in “March”.",
    source="/home/me/apples.txt",
    url="https://example.org/fruit?a=1&b=2",
    published="2024-03-01",
)
ODD_IDS = ["a b", "a/b/../c", "..", ".", "/etc/passwd", "50%", "ü?#&=+", '"><script>', "漢字", "a\\b", "a//b"]
# An id with %2F in it is left to the browser tests: the test client decodes a path twice.


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("library"), create=True) as opened:
        opened.add([APPLES])
        opened.add(Article(odd, f"Number {n}", f"This is article {n}.", f"{n}.txt") for n, odd in enumerate(ODD_IDS))
        yield opened


@pytest.fixture(scope="module")
def client(library: Library) -> TestClient:
    app = FastAPI()
    app.include_router(make_router(library))
    return TestClient(app)


def marked(page: str) -> str:
    return unescape("".join(re.findall(r"<mark[^>]*>(.*?)</mark>", page, re.DOTALL)))


def test_a_citation_opens_at_its_words(client: TestClient) -> None:
    """The page of a citation marks exactly its quote, and gives title, date and source."""
    start = APPLES.text.index("Pears are")
    quote = APPLES.text[start : start + 18]
    page = client.get(span_link(Citation(1, APPLES.id, APPLES.title, "", None, start, start + 18, quote)))
    assert page.status_code == 200
    assert marked(page.text) == quote == "Pears are <green>."
    assert "<h1>Apples &lt;b&gt;&amp;&lt;/b&gt; pears</h1>" in page.text
    assert 'href="https://example.org/fruit?a=1&amp;b=2" target="_blank" rel="noopener noreferrer"' in page.text
    assert "2024-03-01" in page.text


@pytest.mark.parametrize("article_id", ODD_IDS)
def test_any_id_has_a_page(client: TestClient, library: Library, article_id: str) -> None:
    """Slashes, dots, quotes, percent signs: each id leads to its own article."""
    page = client.get(article_link(article_id, s="0", e="4"))
    assert page.status_code == 200
    assert f"<h1>{library.show(article_id).title}</h1>" in page.text
    assert marked(page.text) == "This"


def test_an_unknown_article_is_a_page_too(client: TestClient) -> None:
    """404, in words, with a way back; what was asked for is not repeated."""
    page = client.get("/read/%3Cscript%3Enothing")
    assert page.status_code == 404
    assert "No such article" in page.text
    assert "script" not in page.text


@pytest.mark.parametrize(
    "query", ["s=5", "s=5&e=x", "s=-1&e=4", "s=9&e=4", "s=4&e=4", "s=0&e=99999", "s=1e3&e=5", f"s=0&e={'9' * 500}"]
)
def test_bad_offsets_show_the_article_unmarked(client: TestClient, query: str) -> None:
    """400 with the article and a line that says why nothing is marked."""
    page = client.get(f"{article_link(APPLES.id)}?{query}")
    assert page.status_code == 400
    assert "<mark" not in page.text
    assert 'class="fn-note"' in page.text
    assert "Apples are red." in page.text


def test_a_changed_article_is_not_marked_in_the_wrong_place() -> None:
    """A stamp of other words than those in the span now: no mark, and the reader is told."""
    then, now = "It rained on Monday.", "It snowed on Monday, all day long."
    link = span_link(Citation(1, "a", "", "", None, 3, 9, then[3:9]))
    version = re.search(r"v=(\w+)", link)
    assert version is not None
    assert find_mark(then, "3", "9", version[1]).span.end == 9
    changed = find_mark(now, "3", "9", version[1])
    assert not changed.span
    assert "changed" in changed.note
    assert find_mark(now[:5], "3", "9", version[1]).status == 200


def test_no_page_can_run_or_load_anything(client: TestClient) -> None:
    """Every page, the missing ones too: no script, no style of its own, and a policy that lets nothing in."""
    for address in (article_link(APPLES.id), "/read/none"):
        page = client.get(address)
        assert "default-src 'none'; style-src 'self'" in page.headers["content-security-policy"]
        assert not re.search(r"<script|<style|\son\w+=|\sstyle=|<img", page.text)


@pytest.mark.parametrize("origin", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "/home/me/a.txt"])
def test_only_web_addresses_become_links(tmp_path: Path, origin: str) -> None:
    """A source of another kind is shown, not linked."""
    app = FastAPI()
    with Library.open(tmp_path, create=True) as library:
        library.add([Article("a", "A", "Some words.", "a.txt", url=origin)])
        app.include_router(make_router(library))
        page = TestClient(app).get("/read/a").text
    assert f'title="{origin}"' in page
    assert re.findall(r'href="([^"]*)"', page) == ["/ui/base.css", "/ui/reader.css", "/articles"]
