"""How the pages look in a real browser: nothing too wide, nothing too faint, nothing of Gradio."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from evals.page import as_page
from tests.made_runs import outcome, run_of

from .conftest import EXAMPLE, LIST_QUESTION, UNANSWERABLE, Visitor, marked


def scrolls_sideways(page: Page) -> bool:
    wider: bool = page.evaluate(
        "[document.documentElement, document.body, document.querySelector('.panel-wrap')]"
        ".some(e => e && (e.scrollWidth > e.clientWidth || e.scrollLeft > 0))"
    )
    return wider


def test_no_page_is_wider_than_a_phone(visit: Visitor, seeds_address: str) -> None:
    """Nothing scrolls sideways at 360 pixels: an answer, an article, the lists, the API's page, what is not there."""
    visited = visit(seeds_address, width=360, height=740)
    page = visited.page
    visited.ask(LIST_QUESTION)
    assert not scrolls_sideways(page)
    cited = page.locator("a.fn-source").first.get_attribute("href") or ""
    for path in (cited[1:], "articles", "articles?q=zebra", "conversations", "drafts", "api", "logout"):
        page.goto(seeds_address + path)
        assert not scrolls_sideways(page), path


CONTRAST = """
selector => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (color, under) => {
    canvas.fillStyle = under; canvas.fillRect(0, 0, 1, 1);
    canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const css = c => `rgb(${c.join(",")})`;
  const ground = e => {
    const stack = [];
    for (; e; e = e.parentElement) stack.unshift(getComputedStyle(e).backgroundColor);
    return stack.reduce((under, color) => css(rgba(color, under)), "white");
  };
  const light = c => c.map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  return [...document.querySelectorAll(selector)].filter(e => e.getClientRects().length).map(e => {
    const under = ground(e);
    const [a, b] = [light(rgba(getComputedStyle(e).color, under)), light(rgba(under, "white"))];
    return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.outerHTML.slice(0, 80)];
  });
}
"""


CHAT_TEXTS = (
    "#fn-header h1, #fn-header a, #fn-clear, .fn-welcome *, .fn-next, #fn-question textarea, #fn-question button, "
    ".fn-question h2, .fn-answer p, .fn-answer li, a.fn-ref, .fn-sources *, .fn-foot, .fn-reader-bar *"
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(visit: Visitor, seeds_address: str, scheme: str) -> None:
    """Text stands out 4.5:1 from its ground, in both schemes, in chat and reader; dark is dark and light is light."""
    visited = visit(seeds_address, scheme=scheme)
    page = visited.page
    assert_readable(page.evaluate(CONTRAST, CHAT_TEXTS))
    visited.ask(EXAMPLE)
    visited.ask(UNANSWERABLE)
    page.locator("a.fn-ref").first.click()
    marked(page)
    page.wait_for_timeout(1000)  # the mark fades in
    assert_readable(page.evaluate(CONTRAST, CHAT_TEXTS))
    frame = page.frame("fn-reader")
    assert frame is not None
    assert_readable(frame.evaluate(CONTRAST, "h1, h2, p, li, a, mark, span"))
    grounds = [
        page.evaluate("getComputedStyle(document.body).backgroundColor"),
        frame.evaluate("getComputedStyle(document.body).backgroundColor"),
    ]
    for ground in grounds:
        level = sum(map(int, re.findall(r"\d+", ground)[:3])) / 3
        assert level < 60 if scheme == "dark" else level > 200


def assert_readable(measured: list[tuple[float, str]]) -> None:
    assert measured
    assert [(round(ratio, 2), element) for ratio, element in measured if ratio < 4.5] == []


def test_the_report_of_a_run_keeps_its_figures_whole_on_a_phone(chromium: Browser, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(as_page(run_of([outcome(number) for number in range(3)])), "utf-8")
    page = chromium.new_page(viewport={"width": 360, "height": 740})
    page.goto(file.as_uri())
    table = page.locator(".metrics")
    figures = table.locator("td:nth-child(2)")
    assert figures.first.inner_text() == "1.000"
    lines = "cells => cells.map(c => [new Range()].map(r => r.selectNodeContents(c) || r.getClientRects().length)[0])"
    assert set(figures.evaluate_all(lines)) == {1}
    assert table.evaluate("t => t.scrollWidth <= t.clientWidth")
    assert not scrolls_sideways(page)
    page.close()


def test_nothing_of_gradio_shows(visit: Visitor, seeds_address: str) -> None:
    """No footer, no links out, no API page, and no address of another host in the page's source."""
    page = visit(seeds_address).page
    expect(page.locator("footer")).to_have_count(0)
    assert page.evaluate("[...document.links].map(a => a.origin).filter(o => o !== location.origin)") == []
    source = page.request.get(seeds_address).text()
    assert re.findall(r"https?://(?!127\.0\.0\.1)[\w.-]+", source) == []
    assert page.evaluate("document.documentElement.lang") == "en"
