"""Retakes the picture of a run's report: `.venv/bin/python -m tests.browser.screenshot_report RUN docs/report.png`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from evals.folder import read_run
from evals.page import as_page

from .conftest import FLAGS


def main(run: Path, target: Path) -> None:
    """Save what a reader sees of the report at its top, the plots whole, on a screen 1280 pixels wide."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page_file = Path(folder) / "report.html"
        page_file.write_text(as_page(read_run(run)), "utf-8")
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(page_file.as_uri())
        plots = page.locator(".plots").bounding_box()
        assert plots is not None
        height = plots["y"] + plots["height"] + 24
        page.screenshot(path=str(target), full_page=True, clip={"x": 0, "y": 0, "width": 1280, "height": height})
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
