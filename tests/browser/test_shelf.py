"""The shelf and the conversations in a real browser, from the first upload to the last undo."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, Locator, Page, expect

from index import Article, Library
from qa.answer import Answer, Citation
from qa.conversations import Conversations

from .conftest import Visitor, served

DOCUMENTS = Path(__file__).parents[1] / "documents"
HOSTILE = "<img src=x onerror=alert(1)>.txt"
NARROW = {"width": 360, "height": 800, "scheme": "dark"}
ASTRAL = Article("a/ü", "Signs", "# Signs\n\nThe 🦔 ate.\n\n- One 🐌 point\n- Two\n\nThe end 🦊 came.", "signs.md")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library", create=True) as opened:
        opened.add([ASTRAL])
        yield opened


@pytest.fixture
def address(library: Library) -> Iterator[str]:
    with served(library) as found:
        yield found


def pane(page: Page, link: str) -> FrameLocator:
    page.get_by_role("link", name=link).or_(page.get_by_role("button", name=link)).first.click()
    return page.frame_locator("#fn-reader iframe")


def choose(page: Page, button: Locator, files: list[Path]) -> None:
    with page.expect_file_chooser() as chooser:
        button.click()
    chooser.value.set_files(files)


def drop(page: Page, place: Locator, folder: Path) -> None:
    """As the mouse does, with a folder from the file manager."""
    box = place.bounding_box()
    assert box is not None
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        data = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
        at = {"x": box["x"] + 20, "y": box["y"] + 20}
        session.send("Input.dispatchDragEvent", {"type": kind, **at, "data": data})


def test_articles_are_uploaded_asked_about_deleted_and_brought_back(
    address: str, tmp_path: Path, visit: Visitor
) -> None:
    """Beside the chat: what fails is named with its reason, whatever its name; the list follows by itself."""
    hostile, broken = tmp_path / HOSTILE, tmp_path / "broken.pdf"
    hostile.write_text("Title: <img src=x onerror=alert(2)>\n\nMoles dig tunnels of two hundred metres in one day.")
    broken.write_bytes(b"%PDF-1.7")
    visited = visit(address)
    shelf = pane(visited.page, "Articles")
    expect(shelf.locator("#count")).to_have_text("1 article")
    choose(visited.page, shelf.get_by_role("button", name="Choose files"), [hostile, broken, DOCUMENTS / "harbour.md"])
    expect(shelf.locator("#count")).to_have_text("3 articles", timeout=60_000)
    expect(shelf.locator("#intake .failed")).to_contain_text("broken.pdf")
    expect(shelf.locator("#intake .failed")).to_contain_text("Not added: ")
    visited.ask("How long are the tunnels that moles dig in one day?")
    expect(visited.page.locator(".fn-answer").last).to_contain_text("two hundred metres")

    shelf.get_by_label("Search titles and sources").fill("onerror=alert(2)")
    expect(shelf.locator("#count")).to_have_text("1 article")
    shelf.get_by_role("button", name="Delete “<img src=x onerror=alert(2)>”").click()
    expect(shelf.locator(".undo")).to_contain_text("“<img src=x onerror=alert(2)>” is deleted.")
    expect(shelf.locator("#list")).to_contain_text("No title or source holds")
    shelf.get_by_role("button", name="Undo").click()
    expect(shelf.locator("#count")).to_have_text("1 article")


def test_a_folder_is_dropped_and_an_article_replaced(address: str, tmp_path: Path, visit: Visitor) -> None:
    """Of a folder what can be read is taken, by the mouse or a picker; nothing is wider than a phone."""
    (tmp_path / "notes" / "deep").mkdir(parents=True)
    for name in ("a.txt", "deep/b.md", "deep/.hidden.txt", "photo.jpg"):
        (tmp_path / "notes" / name).write_text(f"Title: Note {Path(name).stem}\n\nWords of {name}.")
    page = visit(address, **NARROW).page
    page.goto(f"{address}articles")
    drop(page, page.locator("#drop"), tmp_path / "notes")
    expect(page.locator("#count")).to_have_text("3 articles", timeout=60_000)
    expect(page.locator("#uploads li")).to_have_count(0)
    expect(page.locator("#list")).to_contain_text(re.compile(r"added 20\d\d-\d\d-\d\d"))
    choose(page, page.get_by_role("button", name="Choose a folder"), [tmp_path / "notes"])
    expect(page.locator("#intake")).to_contain_text("4 of 4 added", timeout=60_000)
    expect(page.locator("#count")).to_have_text("3 articles")
    (tmp_path / "new.txt").write_text("Title: Note c\n\nOther words.")
    choose(page, page.get_by_role("button", name="Replace “Note a”"), [tmp_path / "new.txt"])
    expect(page.locator("#list")).to_contain_text("Note c", timeout=60_000)
    expect(page.locator("#count")).to_have_text("3 articles")
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_conversations_are_renamed_taken_away_and_brought_back(
    address: str, library: Library, visit: Visitor, chromium: Browser, tmp_path: Path
) -> None:
    """By keyboard and pointer, at 360 pixels; what was taken away opens from the disk."""
    kept = Conversations(library.folder)
    citation = Citation(1, ASTRAL.id, ASTRAL.title, "signs.md", None, 9, 19, "The 🦔 ate.")
    kept.append(kept.create(), Answer("What did <b>it</b> do?", (), (), 0.1, abstained=True, nearest=(citation,)))
    page = visit(address, **NARROW).page
    page.goto(f"{address}conversations")
    page.get_by_text("More", exact=True).press("Enter")
    page.get_by_label("Title").fill("The <i>meal</i>")
    page.keyboard.press("Enter")
    expect(page.locator("#list")).to_contain_text("The <i>meal</i>")
    page.get_by_text("More", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Web page").click()
    download.value.save_as(tmp_path / "meal.html")
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("#list")).to_contain_text("No conversations yet")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#count")).to_have_text("1 conversation")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    elsewhere = chromium.new_page(java_script_enabled=False)
    elsewhere.goto((tmp_path / "meal.html").as_uri())
    expect(elsewhere.get_by_role("blockquote")).to_have_text("The 🦔 ate.")
    elsewhere.close()


def test_selected_words_are_a_span_of_the_article(address: str, visit: Visitor) -> None:
    """In characters as Python counts them, over headings, lists and paragraphs: for feedback on a wrong passage."""
    page = visit(address).page
    page.evaluate(
        """() => { const frame = document.createElement("iframe"); frame.id = "try"; frame.src = "/read/a%2F%C3%BC";
        document.body.append(frame); return new Promise((done) => frame.addEventListener("load", done)); }"""
    )
    for first, last in (("ate", "One"), ("🐌", "Two"), ("The end", "came."), ("Signs", "🦔")):
        span = page.evaluate(
            """async ([first, last]) => {
              const { selectedSpan } = await import("/ui/feedback.js");
              const frame = document.querySelector("#try");
              const inside = frame.contentDocument;
              const walker = inside.createTreeWalker(inside.querySelector("article"), NodeFilter.SHOW_TEXT);
              const range = inside.createRange();
              let begun = false;
              for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                if (!begun && node.data.includes(first)) {
                  range.setStart(node, node.data.indexOf(first));
                  begun = true;
                }
                if (begun && node.data.includes(last)) {
                  range.setEnd(node, node.data.indexOf(last) + last.length);
                  break;
                }
              }
              frame.contentWindow.getSelection().removeAllRanges();
              frame.contentWindow.getSelection().addRange(range);
              return selectedSpan(frame);
            }""",
            [first, last],
        )
        start = ASTRAL.text.index(first)
        end = ASTRAL.text.index(last, start) + len(last)
        assert span == {"article_id": ASTRAL.id, "start": start, "end": end}, (first, last)
