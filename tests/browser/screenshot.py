"""Retakes the pictures of the page: `.venv/bin/python -m tests.browser.screenshot docs`.

`chat.png` is the README's; `states/NAME-wide.png` and `states/NAME-phone.png`, the latter in dark, are those of
docs/chat.md.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from index import Library
from qa.reader import Reader

from .conftest import FLAGS, SEEDS, Visit, served

LIST = "What is China doing to bring investors back?"


def _open(page: Page, question: str, number: int) -> None:
    Visit(page).ask(question)
    page.locator(".fn-ref").nth(number).click()
    page.frame_locator("iframe").locator("mark.lit").first.wait_for()


def _follow_up(page: Page) -> None:
    Visit(page).ask("Why was Ant Group's listing called off?")
    Visit(page).ask("And who controlled it?")


STATES: Mapping[str, Callable[[Page], object]] = {
    "empty": lambda page: page.locator(".fn-open").first.wait_for(),
    "list": lambda page: Visit(page).ask(LIST),
    "open": lambda page: _open(page, LIST, 2),
    "follow-up": _follow_up,
    "two-questions": lambda page: Visit(page).ask(
        "Who is the CEO of Tencent and why was Ant Group's listing called off?"
    ),
    "abstained": lambda page: Visit(page).ask("What fine did Alibaba pay?"),
    "articles": lambda page: page.get_by_role("link", name="Articles", exact=True).first.click(),
}


def main(folder: Path) -> None:
    """Bring the page into each state, and save what a reader sees."""
    (folder / "states").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as kept, sync_playwright() as playwright:
        library = Library.open(Path(kept) / "library", create=True)
        library.sync(SEEDS)
        with served(library, Reader().load()) as address:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
            for name, reach in STATES.items():
                for size, wide in (("wide", True), ("phone", False)):
                    _take(browser, address, reach, folder / "states" / f"{name}-{size}.png", wide=wide)
            browser.close()
    (folder / "chat.png").write_bytes((folder / "states" / "open-wide.png").read_bytes())


def _take(browser: Browser, address: str, reach: Callable[[Page], object], target: Path, *, wide: bool) -> None:
    size = {"width": 1280, "height": 800} if wide else {"width": 360, "height": 740}
    context = browser.new_context(viewport=size, color_scheme="light" if wide else "dark")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(address)
    page.get_by_label("Your question").wait_for()
    page.wait_for_timeout(1500)
    reach(page)
    page.wait_for_timeout(1000)
    page.screenshot(path=str(target))
    context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
