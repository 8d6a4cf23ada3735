"""Retakes the README's picture: `.venv/bin/python -m tests.browser.screenshot docs/chat.png`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from index import Library
from qa.reader import Reader

from .conftest import FLAGS, SEEDS, served

QUESTION = "What is China doing to bring investors back?"


def main(target: Path) -> None:
    """Ask, open the third footnote, and save what a reader sees."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        library = Library.open(Path(folder) / "library", create=True)
        library.sync(SEEDS)
        with served(library, Reader().load()) as address:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.goto(address)
            page.get_by_label("Your question").fill(QUESTION)
            page.keyboard.press("Enter")
            page.locator(".fn-foot").wait_for()
            page.locator(".fn-ref").nth(2).click()
            page.frame_locator("iframe").locator("mark.lit").first.wait_for()
            page.wait_for_timeout(800)
            page.screenshot(path=str(target))
            browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
