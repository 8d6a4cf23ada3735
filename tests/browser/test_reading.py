"""Reading in a real browser: footnotes that open the exact words, on every screen."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, expect

from index import Article, Library

from .conftest import EXAMPLE, LIST_QUESTION, UNANSWERABLE, Visitor, marked, quotes, reader, served
from .test_look import scrolls_sideways


def is_in_view(mark: Locator) -> bool:
    """Whether the whole mark lies inside what its frame shows."""
    inside: bool = mark.evaluate(
        "m => { const r = m.getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight && r.width > 0; }"
    )
    return inside


def test_a_click_opens_the_exact_words_in_view(visit: Visitor, seeds_address: str) -> None:
    """Each footnote marks exactly the words of its citation, inside the reader's view; Close brings the chat back."""
    visited = visit(seeds_address)
    page = visited.page
    visited.ask(LIST_QUESTION)
    expect(page.locator(".fn-answer > ul > li")).to_have_count(5)
    cited = quotes(page)
    for ref in page.locator("a.fn-ref").all()[:3]:
        ref.click()
        expect(ref).to_have_attribute("aria-current", "true")
        href = ref.get_attribute("href") or ""
        expect(page.locator("#fn-reader iframe")).to_be_visible()
        expect(reader(page).locator("mark.lit").first).to_have_text(cited[href])
        assert marked(page) == cited[href]
        page.wait_for_timeout(600)  # the reader scrolls smoothly
        assert is_in_view(reader(page).locator("mark.lit").first)
    page.get_by_role("button", name="Close the article").click()
    expect(page.locator("#fn-reader")).to_be_hidden()


def test_the_link_works_alone_in_a_tab(visit: Visitor, seeds_address: str) -> None:
    """The same address, opened by itself and reloaded, shows the same words, without the chat."""
    visited = visit(seeds_address)
    page = visited.page
    visited.ask(EXAMPLE)
    (href, quote), *_ = quotes(page).items()
    for _ in range(2):
        page.goto(seeds_address.rstrip("/") + href)
        expect(page.locator("#span")).to_have_text(quote)
        page.wait_for_timeout(600)
        assert is_in_view(page.locator("#span"))


def test_hover_and_focus_show_the_card(visit: Visitor, seeds_address: str) -> None:
    """Pointer or keyboard on a footnote shows its quote and title; Escape hides it; Enter opens the article, and who
    closes that is back at the footnote, without its card."""
    visited = visit(seeds_address)
    page = visited.page
    visited.ask(EXAMPLE)
    ref = page.locator("a.fn-ref").first
    quote = quotes(page)[ref.get_attribute("href") or ""]
    card = page.get_by_role("tooltip")

    ref.hover()
    expect(card).to_contain_text(quote)
    expect(card).to_contain_text("China Wooing Tech Investments")
    page.mouse.move(5, 300)
    expect(card).to_be_hidden()

    page.get_by_role("button", name="New chat").focus()
    page.keyboard.press("Tab")
    expect(ref).to_be_focused()
    expect(card).to_contain_text(quote)
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    page.keyboard.press("Enter")
    assert marked(page) == quote
    page.mouse.move(5, 5)
    page.keyboard.press("Escape")
    expect(ref).to_be_focused()
    expect(card).to_be_hidden()  # or it would lie over the buttons below the answer


def test_a_narrow_screen_slides_the_reader_over(visit: Visitor, seeds_address: str) -> None:
    """At 360 pixels nothing scrolls sideways; the reader covers the chat, takes the focus and gives it back."""
    visited = visit(seeds_address, width=360, height=740)
    page = visited.page
    assert not scrolls_sideways(page)
    visited.ask(LIST_QUESTION)
    assert not scrolls_sideways(page)
    ref = page.locator("a.fn-ref").first
    ref.click()
    close = page.get_by_role("button", name="Close the article")
    expect(close).to_be_focused()
    assert marked(page) == quotes(page)[ref.get_attribute("href") or ""]
    page.wait_for_timeout(600)
    box = page.locator("#fn-reader").bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, 360)
    assert not scrolls_sideways(page)
    assert is_in_view(reader(page).locator("#span"))
    close.click()
    expect(page.locator("#fn-reader")).to_be_hidden()
    expect(ref).to_be_focused()
    ref.click()
    expect(page.locator("#fn-reader")).to_be_visible()
    page.go_back()
    expect(page.locator("#fn-reader")).to_be_hidden()
    expect(page.locator(".fn-answer")).to_be_visible()


def test_it_says_what_the_articles_do_not_say(visit: Visitor, seeds_address: str) -> None:
    """An abstention is plain, has no footnotes, and offers the nearest passages to be opened."""
    visited = visit(seeds_address)
    page = visited.page
    visited.ask(UNANSWERABLE)
    expect(page.locator(".fn-answer")).to_contain_text("The articles do not answer this.")
    expect(page.locator("a.fn-ref")).to_have_count(0)
    nearest = page.locator("a.fn-source").first
    nearest.click()
    assert marked(page) == quotes(page)[nearest.get_attribute("href") or ""]


def test_an_article_that_is_deleted_and_brought_back(visit: Visitor, tmp_path: Path) -> None:
    """Its quote stays in the answer, which says so; the pane shows the article as it is now, whenever it is opened."""
    article = Article("z", "Zorblatt", "Zorblatt was founded in Lisbon in 1987 by Ada Quill.", "z.txt")
    with Library.open(tmp_path, create=True) as library, served(library) as address:
        library.add([article, Article("q", "Quorvex", "Quorvex sells boats in Oslo.", "q.txt")])
        visited = visit(address)
        page = visited.page
        visited.ask("Who founded Zorblatt?")
        page.locator("a.fn-ref").click()
        marked(page)
        library.remove(["z"])
        page.reload()
        expect(page.locator(".fn-source")).to_contain_text("The article has been deleted since")
        expect(page.locator(".fn-source q")).to_have_text(article.text)
        expect(reader(page).locator("h1")).to_have_text("No such article")
        library.add([article])
        page.keyboard.press("Escape")
        page.locator("a.fn-ref").click()
        assert marked(page) == article.text
        visited.complaints.clear()  # the browser's own, of an article that was not there
        page.context.close()
