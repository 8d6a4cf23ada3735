"""The question's box: what is typed there is lost by nothing that happens meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import expect

from index import Article, Library
from qa.reader import Reader, Reading, Text

from .conftest import Visitor, served

FIRST, NEXT = "Where did it rain?", "What did it cost?"


class SlowReader(Reader):
    """Takes as long over each reading as it is told to."""

    seconds = 0.0

    def read(self, question: str, passages: Sequence[Text]) -> list[Reading]:
        time.sleep(self.seconds)
        return super().read(question, passages)


@pytest.fixture(scope="module")
def reader() -> SlowReader:
    return SlowReader()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, reader: SlowReader) -> Iterator[str]:
    with Library.open(tmp_path_factory.mktemp("box"), create=True) as library:
        library.add([Article("a", "Rain", "It rained in Rome on Monday. The rain cost $3 million.", "a.txt")])
        with served(library, reader) as at:
            reader.load()
            yield at


@pytest.fixture(autouse=True)
def at_once(reader: SlowReader) -> None:
    reader.seconds = 0.0


def test_what_is_typed_while_an_answer_comes_in_stays(visit: Visitor, address: str, reader: SlowReader) -> None:
    """Right behind the question that is asked, and by a reload in the middle of its answer."""
    page = visit(address).page
    reader.seconds = 1.5
    box = page.get_by_label("Your question")
    box.press_sequentially(FIRST)
    page.keyboard.press("Enter")
    page.keyboard.type(NEXT)
    page.locator(".fn-foot").wait_for()
    expect(box).to_have_value(NEXT)
    page.reload()
    expect(box).to_have_value(NEXT)


def test_a_stopped_question_comes_back_to_an_empty_box_alone(visit: Visitor, address: str, reader: SlowReader) -> None:
    page = visit(address).page
    reader.seconds = 3.0
    box, stop = page.get_by_label("Your question"), page.get_by_role("button", name="Stop", exact=True)
    for typed, kept in (("", FIRST), (NEXT, NEXT)):
        box.fill(FIRST)
        page.keyboard.press("Enter")
        stop.wait_for()
        expect(box).to_have_value("")
        page.keyboard.type(typed)
        stop.click()
        expect(page.locator("#fn-note")).to_contain_text("Stopped")
        expect(box).to_have_value(kept)


def test_asking_another_again_keeps_the_draft_and_the_last_question(visit: Visitor, address: str) -> None:
    """While the last question is being edited, the first is asked again: it comes last, the edited words are back."""
    visited = visit(address)
    page = visited.page
    visited.ask(FIRST)
    visited.ask(NEXT)
    page.get_by_role("button", name="Edit question").last.click()
    page.get_by_label("Your question").fill("What did it cost in all?")
    page.get_by_role("button", name="Ask again").first.click()
    page.locator(".fn-foot").nth(2).wait_for()
    assert page.locator(".fn-question h2").all_inner_texts() == [FIRST, NEXT, FIRST]
    expect(page.get_by_label("Your question")).to_have_value("What did it cost in all?")


def test_a_filter_on_what_is_deleted_is_none(visit: Visitor, tmp_path: Path) -> None:
    with Library(tmp_path, create=True) as library:
        library.add([Article("a", "Rain", "It rained in Rome.", "a.txt"), Article("b", "Snow", "It snowed.", "b.txt")])
        with served(library) as at:
            visited = visit(at)
            page = visited.page
            page.get_by_role("button", name="All articles").click()
            page.get_by_label("Snow").check()
            page.keyboard.press("Escape")
            library.remove(["b"])
            page.get_by_role("button", name="Only 1 article").click()
            page.locator("#fn-filter li").first.wait_for()
            page.keyboard.press("Escape")
            page.get_by_role("button", name="All articles").wait_for()
            visited.ask(FIRST)
            expect(page.locator(".fn-answer")).to_contain_text("It rained in Rome.")
            page.context.close()
