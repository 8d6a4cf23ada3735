"""The shelf: every article is on it and can be found."""

from __future__ import annotations

import re
from html import unescape

from fastapi import FastAPI
from fastapi.testclient import TestClient

from index import Article, Library
from qa.inbox import Inbox
from qa.server import reader, shelf

ODD_IDS = ["a b", "a/b/../c", "..", ".", "50%", "ü?#&=+", '"><script>', "漢字"]


def test_the_shelf_lists_every_article(library: Library) -> None:
    """One link an article, each to its page."""
    library.add(Article(odd, f"Number {n}", f"This is article {n}.", f"{n}.txt") for n, odd in enumerate(ODD_IDS))
    app = FastAPI()
    app.include_router(reader.make_router(library))
    app.include_router(shelf.make_shelf(library, Inbox(library)))
    client = TestClient(app)
    page = client.get("/articles").text
    assert f"{len(ODD_IDS)} articles" in page
    links = re.findall(r'<li><a href="([^"]*)"', page)
    assert len(links) == len(ODD_IDS)
    for href in links:
        assert client.get(unescape(href)).status_code == 200
