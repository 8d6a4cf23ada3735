"""Every page, in light and dark, for everyone: axe finds nothing serious."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from index import Library
from qa.answer import Answer, AnswerSentence, Citation, Conflict
from qa.conversations import Conversations

from .conftest import EXAMPLE, SEEDS, Visitor, reader, served

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
RUN = "axe.run(document, {resultTypes: ['violations'], iframes: false})"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("access"), create=True) as opened:
        opened.sync(SEEDS)
        yield opened


@pytest.fixture(scope="module")
def address(library: Library) -> Iterator[str]:
    with served(library) as at:
        yield at


def every_part(library: Library) -> Answer:
    """An answer with everything that an answer can have."""
    article = library.show(library.articles()[0].id)
    first, second = article.text[200:260], article.text[300:350]
    citations = (
        Citation(1, article.id, article.title, article.source, "2023-05-04", 200, 260, first, 3),
        Citation(2, article.id, "Another title", article.source, "2024-01-02", 300, 350, second),
    )
    sentences = (
        AnswerSentence("A sentence of the answer.", (1,), 0.9, short=(2, 10)),
        AnswerSentence("Nothing says this.", (), 0.1, supported=False),
        AnswerSentence("A line of a list.", (2,), is_item=True),
    )
    return Answer(
        "What is in every part?",
        sentences,
        citations,
        0.8,
        mode="llm",
        conflicts=(Conflict("how much it was", (1, 2)),),
        missing=("the articles give no date",),
        understood="What is in every part of it?",
        notes=("A note.",),
        follow_ups=("And then?",),
        read=2,
    )


def assert_accessible(page: Page) -> None:
    page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate(RUN)
    problems = [
        (rule["id"], rule["impact"], [node["html"][:120] for node in rule["nodes"]][:3])
        for rule in found["violations"]
        if rule["impact"] in ("serious", "critical")
    ]
    assert problems == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_chat_is_for_everyone(visit: Visitor, library: Library, address: str, scheme: str) -> None:
    """Empty; with every part of an answer, and the article open; abstained; with the filter and the keys open."""
    page = visit(address, scheme=scheme).page
    assert_accessible(page)
    conversations = Conversations(library.folder)
    kept = conversations.create()
    nearest = every_part(library).citations
    conversations.append(kept, Answer("What else?", (), (), 0.1, abstained=True, nearest=nearest, missing=("no Rome",)))
    conversations.append(kept, every_part(library))
    page.goto(f"{address}?c={kept}")
    page.locator(".fn-foot").nth(1).wait_for()
    page.locator("a.fn-ref").first.click()
    page.frame_locator("#fn-reader iframe").locator("mark.lit").first.wait_for()
    page.wait_for_timeout(300)
    assert_accessible(page)
    page.get_by_role("button", name="All articles").click()
    page.locator("#fn-filter li").first.wait_for()
    assert_accessible(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Shortcuts").click()
    assert_accessible(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_other_page_is_for_everyone(visit: Visitor, library: Library, address: str, scheme: str) -> None:
    """An article with its marks, the articles, the conversations, and the API's page."""
    page = visit(address, scheme=scheme, bypass_csp=True).page  # in a page where no script may run, axe could not
    article = library.articles()[0].id
    for path in (f"read/{article}?s=200&e=260&n=1&also=2.300.350", "articles", "conversations", "api"):
        page.goto(address + path)
        page.wait_for_timeout(1000 if "s=" in path else 100)  # the mark fades in
        assert_accessible(page)


def test_nothing_moves_where_less_motion_is_wanted(visit: Visitor, address: str, library: Library) -> None:
    """No animation and no transition runs, on the page and in the article."""
    page = visit(address).page
    page.emulate_media(reduced_motion="reduce")
    article = library.articles()[0].id
    page.goto(f"{address}read/{article}?s=200&e=260")
    assert page.evaluate("document.getAnimations().length") == 0
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    page.goto(address)
    page.locator(".fn-welcome").wait_for()
    assert page.evaluate("getComputedStyle(document.querySelector('#fn-reader')).transitionDuration") in ("0s", "")


FOCUSED = """
() => {
  let element = document.activeElement, frame = null;
  if (element?.tagName === "IFRAME") [frame, element] = [element, element.contentDocument.activeElement];
  if (!element || element.tagName === "BODY") return null;
  const inside = element.ownerDocument;
  const line = element.getClientRects()[0];
  const hit = inside.elementFromPoint(line.x + line.width / 2, line.y + line.height / 2);
  const seen = !!hit && (element.contains(hit) || hit.contains(element)) && (!frame || frame.checkVisibility());
  const parts = ["#fn-top", "#fn-conversation", "#fn-question", "#fn-bar", ".fn-reader-bar", ".fn-reader-steps"];
  const part = frame ? "article" : parts.find((name) => element.closest(name)) ?? "page";
  let top = line.y;
  for (let up = element; up; up = up.parentElement) top += up.scrollTop;
  const name = element.ariaLabel || element.innerText || element.labels?.[0]?.innerText || "";
  return { part, seen, name, top, bottom: top + line.height, left: line.x };
}
"""


def walk(page: Page) -> list[dict[str, Any]]:
    """What Tab goes through, from the first in the page until it is there again.

    Nothing is in focus at the end of a round, and for a moment on the way into the article's frame: the first stop
    alone tells where a round is over.
    """
    page.evaluate("document.body.tabIndex = -1; document.body.focus()")
    stops: list[dict[str, Any]] = []
    for _ in range(80):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop and stops and stop == stops[0]:
            return stops
        if stop:
            stops.append(stop)
    raise AssertionError(f"Tab does not come back to where it began: {stops}")


def assert_follows_the_eye(stops: list[dict[str, Any]], parts: list[str]) -> None:
    """Each stop can be seen and has a name; within a part of the page none is above or left of the one before."""
    assert [stop["name"] for stop in stops if not stop["seen"]] == []
    assert all(stop["name"].strip() for stop in stops), stops
    assert list(dict.fromkeys(stop["part"] for stop in stops)) == parts
    for one, other in pairwise(stops):
        if one["part"] == other["part"]:
            below = other["top"] >= one["bottom"] - 1
            assert below or (other["bottom"] > one["top"] and other["left"] > one["left"]), (one, other)


CHAT = ["#fn-top", "#fn-conversation", "#fn-question", "#fn-bar"]
READER = [".fn-reader-bar", "article", ".fn-reader-steps"]


@pytest.mark.parametrize("width", [1280, 360])
def test_tab_goes_as_the_eye_does(visit: Visitor, library: Library, address: str, width: int) -> None:
    """Through all that can be seen and nothing else; past an open article and out of it, which Escape closes."""
    visited = visit(address, width=width, height=900, reduced_motion="reduce")  # what comes into view does at once
    page = visited.page
    visited.ask(EXAMPLE)
    assert_follows_the_eye(walk(page), CHAT)
    ref = page.locator("a.fn-ref").first
    ref.focus()
    page.keyboard.press("Enter")
    reader(page).locator("mark.lit").first.wait_for()
    assert_follows_the_eye(walk(page), (CHAT if width > 800 else []) + READER[:2])
    reader(page).get_by_role("link", name="All articles").focus()
    page.keyboard.press("Escape")
    expect(ref).to_be_focused()
    for path in ("articles", "conversations", "api", f"read/{library.articles()[0].id}?s=200&e=260"):
        page.goto(address + path)
        assert_follows_the_eye(walk(page), ["page"])
