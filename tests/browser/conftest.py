"""A real server over a real library, and a real browser that may talk to nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, FrameLocator, Page, Request, expect, sync_playwright

from index import Library
from qa.llm import LLM
from qa.reader import Reader

from ..served import served as serving

SEEDS = Path(__file__).parents[2] / "seeds"
EXAMPLE = "How much value did the crackdown wipe out?"
LIST_QUESTION = "What is China doing to bring investors back?"
UNANSWERABLE = "What do zebras eat in winter?"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass
class Visit:
    """A page in a browser context of its own, and everything that it asked for or complained of."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def ask(self, question: str) -> None:
        """Type a question, press Enter, wait for the whole answer."""
        answers = self.page.locator(".fn-foot").count()
        box = self.page.get_by_label("Your question")
        box.fill(question)
        box.press("Enter")
        self.page.wait_for_timeout(50)
        while box.input_value() == question:  # Gradio is not yet done with the answer before, and passes over a key
            self.page.wait_for_timeout(500)
            if box.input_value() == question:
                box.press("Enter")
        self.page.locator(".fn-foot").nth(answers).wait_for()


def reader(page: Page) -> FrameLocator:
    return page.frame_locator("#fn-reader iframe")


def marked(page: Page) -> str:
    """The highlighted words, once the reader has loaded them."""
    expect(reader(page).locator("mark.lit").first).to_be_visible()
    return "".join(reader(page).locator("mark.lit").evaluate_all("marks => marks.map(mark => mark.textContent)"))


def quotes(page: Page) -> dict[str, str]:
    """Address of a source to its quote, over all answers on the page."""
    rows: list[tuple[str, str]] = page.locator("a.fn-source").evaluate_all(
        "links => links.map(a => [a.getAttribute('href'), a.querySelector('q').textContent])"
    )
    return dict(rows)


def complaint(error: Error) -> list[str]:
    """What a page complains of. Gradio cuts off its own requests as its page is left, and that is none."""
    return [] if error.name == "AbortError" else [str(error)]


@contextmanager
def served(library: Library, reader: Reader | None = None, llm: LLM | None = None) -> Iterator[str]:
    """The address of the page over `library`. Close what visits it first: a browser complains of a cut stream."""
    with serving(library, reader, llm) as address:
        yield f"{address}/"


@pytest.fixture(scope="session")
def seeds_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with Library.open(tmp_path_factory.mktemp("seeds"), create=True) as library:
        library.sync(SEEDS)
        library.warm_up()
        with served(library, Reader().load()) as address:
            yield address


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        pytest.skip("no Chromium here (chromium, chromium-browser or google-chrome): the browser tests cannot run")
    with sync_playwright() as playwright:
        expect.set_options(timeout=20_000)  # a busy machine is no fault of the page's
        browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        yield browser
        browser.close()


Visitor = Callable[..., Visit]


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visitor]:
    """Opens an address in a fresh context; at the end, no page may have asked anyone but the server for anything."""
    contexts: list[BrowserContext] = []
    visits: list[Visit] = []

    def open_page(
        address: str, *, width: int = 1280, height: int = 800, scheme: str = "light", **options: Any
    ) -> Visit:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,  # type: ignore[arg-type]
            **options,
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        visited = Visit(context.new_page())
        visits.append(visited)

        def note_request(request: Request) -> None:
            if not request.url.startswith(("data:", "blob:")):
                visited.requests.append(request.url)

        context.on("request", note_request)
        visited.page.on("dialog", lambda dialog: visited.complaints.append(f"a dialog says {dialog.message}"))
        visited.page.on("pageerror", lambda error: visited.complaints.extend(complaint(error)))
        visited.page.on("console", lambda m: visited.complaints.append(m.text) if m.type == "error" else None)
        visited.page.goto(address)
        visited.page.get_by_label("Your question").wait_for()
        visited.page.locator(".fn-welcome, .fn-answer").first.wait_for()
        return visited

    yield open_page
    for context in contexts:
        context.close()
    for visited in visits:
        assert [url for url in visited.requests if not url.startswith("http://127.0.0.1:")] == []
        assert visited.complaints == []
