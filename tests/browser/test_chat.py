"""The chat in a real browser, from the first example to a fault of ours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import expect

from index import Article, Library
from index.encoder import Encoder, Vectors

from .conftest import EXAMPLE, LIST_QUESTION, SEEDS, Visitor, marked, quotes, reader, served


def test_an_example_is_answered_with_footnotes(visit: Visitor, seeds_address: str) -> None:
    """A click on an example asks it; every sentence of the answer has a footnote, each with its source below."""
    page = visit(seeds_address).page
    expect(page).to_have_title("Footnote")
    expect(page.locator(".fn-welcome")).to_contain_text("2 articles")
    page.get_by_role("button", name=EXAMPLE).click()
    page.locator(".fn-foot").wait_for()

    expect(page.locator(".fn-question")).to_have_text(EXAMPLE)
    expect(page.locator(".fn-answer")).to_contain_text("$1 trillion")
    refs = page.locator("a.fn-ref").evaluate_all("links => links.map(a => a.getAttribute('href'))")
    assert refs
    assert set(refs) == set(quotes(page))
    expect(page.locator(".fn-foot")).to_have_text(
        re.compile(r"Quoted word for word from 1 of 2 articles read, in \d+\.\d\d s")
    )


def test_a_reload_loses_nothing(visit: Visitor, seeds_address: str) -> None:
    """Conversation and open article are there again after a reload; New chat empties both for good."""
    visited = visit(seeds_address)
    page = visited.page
    visited.ask(EXAMPLE)
    visited.ask("And why was Ant Group’s listing called off?")
    answers = page.locator(".fn-answer").all_text_contents()
    page.locator("a.fn-ref").first.click()
    words = marked(page)

    page.reload()
    page.locator(".fn-foot").nth(1).wait_for()
    assert page.locator(".fn-answer").all_text_contents() == answers
    assert marked(page) == words

    page.get_by_role("button", name="New chat").click()
    expect(page.locator(".fn-answer")).to_have_count(0)
    page.wait_for_timeout(300)
    page.reload()
    page.locator(".fn-welcome").wait_for()
    expect(page.locator(".fn-answer")).to_have_count(0)


def test_an_answer_is_copied_with_its_sources(visit: Visitor, seeds_address: str) -> None:
    """Plain text: the sentences with their numbers, then each number with title and quote."""
    visited = visit(seeds_address)
    page = visited.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visited.ask(LIST_QUESTION)
    page.get_by_role("button", name="Copy with footnotes").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    body, sources = copied.split("\n\n")
    assert re.fullmatch(r"[^\n]+\[1\](\n- [^\n]+\[\d\]){5}", body)
    assert sources.count("China Wooing Tech Investments") == 6
    assert sources.startswith("[1] ")


def test_a_bad_question_gets_a_polite_line(visit: Visitor, seeds_address: str) -> None:
    """An empty or over-long question is kept, explained in one line, and is no turn of the conversation."""
    page = visit(seeds_address).page
    box = page.get_by_label("Your question")
    box.fill("   ")
    box.press("Enter")
    expect(page.locator("#fn-note")).to_have_text("Type a question first.")
    box.fill("why " * 600)
    box.press("Enter")
    expect(page.locator("#fn-note")).to_contain_text("2,000")
    expect(box).to_have_value("why " * 600)
    expect(page.locator(".fn-question")).to_have_count(0)


def test_an_empty_library_says_how_to_fill_it(visit: Visitor, tmp_path: Path) -> None:
    """With no articles, the page says so and names the command; asking is answered by a line, not an error. What is
    then added is greeted at once."""
    with Library.open(tmp_path, create=True) as library, served(library) as address:
        page = visit(address).page
        expect(page.locator(".fn-welcome")).to_contain_text("The library is empty")
        expect(page.locator(".fn-welcome")).to_contain_text("footnote add PATH")
        expect(page.locator(".fn-next")).to_have_count(0)
        page.get_by_label("Your question").fill("Who?")
        page.keyboard.press("Enter")
        expect(page.locator("#fn-note")).to_contain_text("no articles")
        page.get_by_role("link", name="Add articles").click()
        with page.expect_file_chooser() as chooser:
            reader(page).get_by_role("button", name="Choose files").click()
        chooser.value.set_files([SEEDS / "003_d2dc321e20d6810b.txt"])
        expect(page.locator(".fn-welcome")).to_contain_text("In this library: 1 article", timeout=60_000)
        page.context.close()


class FailingEncoder(Encoder):
    """The real one, until it is told to fail."""

    failing = False

    def encode(self, texts: Sequence[str]) -> Vectors:
        if self.failing:
            raise RuntimeError("an inner secret")
        return super().encode(texts)


def test_a_fault_of_ours_is_said_and_the_page_goes_on(visit: Visitor, tmp_path: Path) -> None:
    """An error that nobody foresaw leaves the question in the box, the box ready, and no detail on the page."""
    encoder = FailingEncoder()
    with Library(tmp_path, create=True, encoder=encoder) as library:
        library.add([Article("a", "Rain", "It rained in Rome on Monday.", "a.txt")])
        with served(library) as address:
            page = visit(address).page
            encoder.failing = True
            page.get_by_label("Your question").fill("Where did it rain?")
            page.keyboard.press("Enter")
            expect(page.locator("#fn-note")).to_contain_text("Something went wrong here")
            expect(page.get_by_label("Your question")).to_have_value("Where did it rain?")
            expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
            expect(page.get_by_text("an inner secret")).to_have_count(0)
            page.context.close()
