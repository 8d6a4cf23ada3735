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
from index.sentences import split_sentences
from qa.answer import Citation
from qa.server.layout import Span
from qa.server.links import ORIGINAL, article_link, span_link
from qa.server.reader import find_mark, make_router

APPLES = Article(
    id="fruit/apples & 'pears'? #1",
    title="Apples <b>&</b> pears",
    text="Apples are red. Pears are <green>.\n\nBoth fell 5% in “March”.",
    source="/home/me/apples.txt",
    url="https://example.org/fruit?a=1&b=2",
    published="2024-03-01",
)
DOCUMENTS = Path(__file__).parent / "documents"
ODD_IDS = ["a b", "a/b/../c", "..", ".", "/etc/passwd", "50%", "ü?#&=+", '"><script>', "漢字", "a\\b", "a//b"]
# An id with %2F in it is left to the browser tests: the test client decodes a path twice.


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("library"), create=True) as opened:
        opened.add([APPLES])
        opened.add([Article("damaged", "Damaged", "This is one.", "a.jsonl", url="http://[x")])
        opened.add(Article(odd, f"Number {n}", f"This is article {n}.", f"{n}.txt") for n, odd in enumerate(ODD_IDS))
        yield opened


@pytest.fixture(scope="module")
def client(library: Library) -> TestClient:
    app = FastAPI()
    app.include_router(make_router(library))
    return TestClient(app)


def marked(page: str) -> str:
    return unescape("".join(re.findall(r"<mark[^>]*>(.*?)</mark>", page, re.DOTALL)))


def test_an_address_that_is_none_is_no_link(client: TestClient) -> None:
    page = client.get("/read/damaged")
    assert (page.status_code, 'href="http://[x' in page.text) == (200, False)


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
    """Other words in the span now: the mark follows words that moved; where they are gone, the reader is told."""
    then, now = "It rained on Monday. It was cold.", "It snowed all of Sunday. It rained on Monday."
    link = span_link(Citation(1, "a", "", "", None, 0, 20, then[0:20]))
    version = re.search(r"v=(\w+)", link)
    assert version is not None
    assert find_mark(then, "0", "20", version[1]).span == Span(0, 20)
    moved = find_mark(now, "0", "20", version[1], "3", split_sentences(now))
    assert now[moved.span.start : moved.span.end] == then[0:20]
    assert moved.span.number == 3
    assert "moved" in moved.note
    gone = find_mark("It snowed.", "0", "20", version[1], "", split_sentences("It snowed."))
    assert (gone.span, gone.status) == (Span(), 200)
    assert "no longer holds" in gone.note


def test_the_other_spans_of_an_answer_are_marked_too(client: TestClient) -> None:
    """Each with its number, the one asked for alone lit; what is no span is passed over."""
    page = client.get(f"{article_link(APPLES.id)}?s=0&e=15&n=2&also=1.16.34,3.0.9999,x,4.5.5,5.-1.3").text
    assert '<mark id="span" class="lit" data-n="2" data-ends="2">Apples are red.</mark>' in page
    assert '<mark data-n="1" data-ends="1">Pears are &lt;green&gt;.</mark>' in page
    assert page.count("<mark") == 2


def test_a_pdf_opens_at_the_page(tmp_path: Path) -> None:
    """The page of the quote is said, its original opens there, and pages are signed in the text."""
    with Library.open(tmp_path, create=True) as library:
        library.add_files([DOCUMENTS / "harbour-writer.pdf", DOCUMENTS / "page.html", DOCUMENTS / "harbour.md"])
        app = FastAPI()
        app.include_router(make_router(library))
        client = TestClient(app)
        by_suffix = {Path(library.original(a.id)[1]).suffix: a.id for a in library.articles()}  # type: ignore[index]
        article = library.show(by_suffix[".pdf"])
        start = article.pages[2] + 5
        page = client.get(article_link(article.id, s=str(start), e=str(start + 20))).text
        assert "Page 3 of 4" in page
        assert f'href="/original/{article.id}#page=3"' in page
        assert re.findall(r'data-page="(\d)"', page) == ["2", "3", "4"]
        for suffix, kind, disposition in (
            (".pdf", "application/pdf", "inline"),
            (".html", "application/octet-stream", "attachment"),
            (".md", "text/plain; charset=utf-8", "inline"),
        ):
            original = client.get(article_link(by_suffix[suffix], ORIGINAL))
            assert original.headers["content-type"] == kind
            assert original.headers["content-disposition"].startswith(disposition)
            assert "default-src 'none'" in original.headers["content-security-policy"]
            assert original.content == library.original(by_suffix[suffix])[0].read_bytes()  # type: ignore[index]
    assert client.get("/original/none").status_code == 404


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
    assert re.findall(r'href="([^"]*)"', page) == ["/ui/base.css", "/ui/reader.css", "/", "/articles"]


def test_a_page_of_its_own_leads_to_the_chat(client: TestClient) -> None:
    """In the pane beside the chat it need not, and a browser says when it asks for that."""
    address = article_link(APPLES.id)
    alone, beside = (client.get(address, headers={"Sec-Fetch-Dest": kind}) for kind in ("document", "iframe"))
    assert 'href="/"' in alone.text
    assert 'href="/"' not in beside.text
    assert alone.headers["vary"] == beside.headers["vary"] == "Sec-Fetch-Dest"
    assert int(beside.headers["content-length"]) == len(beside.content) < len(alone.content)
