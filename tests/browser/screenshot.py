"""Retakes the pictures of the page: `.venv/bin/python -m tests.browser.screenshot docs [NAME...]`, all or those named.

`chat.png` is the README's; `states/NAME-wide.png` and `states/NAME-phone.png`, the latter in dark, are those of
docs/chat.md.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from index import Article, Library
from qa.llm import LLM
from qa.reader import Reader

from ..llm_server import Behaviour, Request, refuses, serving
from .conftest import FLAGS, LIST_QUESTION, SEEDS, Visit, served

LONG = "How many tonnes of grain did Marlow harbour handle, and how many ships did it count in 1990, 1998 and 2006?"
HARBOUR = (
    Article(
        "harbour-2021",
        "Harbour opens after ten years",
        "Marlow harbour opened on Monday. Its new quay is 340 metres long and can take four ships. The works had cost "
        "12 million crowns, the harbour master Ada Quill said. She had planned them for ten years. "
        "In 2021 the harbour had 40 berths.",
        "harbour-2021.txt",
        None,
        "2021-03-04",
    ),
    Article(
        "harbour-2024",
        "What the quay really cost",
        "An audit of Marlow harbour was published on Tuesday. The works had cost 19 million crowns, the auditors said. "
        "Bad weather and a strike were the reasons. In 2021 the harbour had 55 berths, according to their report.",
        "harbour-2024.txt",
        None,
        "2024-05-21",
    ),
)
WRITTEN = (
    "Marlow harbour opened on a Monday [1]. Its new quay is 340 metres long [2]. The works had cost 12 million crowns "
    "[3]. Everyone in Marlow was proud of it. In 2021 the harbour had 40 berths [4]."
)
TOWNS = ("Marlow", "Aldersey", "Brinmouth", "Corvale", "Dunmere", "Eskport", "Fallow Bay", "Garrow")


def _many() -> Iterator[Article]:
    for n in range(1000):
        town, year = TOWNS[n % len(TOWNS)], 1990 + n % 35
        text = (
            f"The harbour of {town} handled {300 + n} tonnes of grain in {year}. The {town} harbour office counted "
            f"{20 + n % 90} ships. Its master was pleased, for in the year before there had been fewer."
        )
        title = f"{town} harbour, report {n + 1}"
        yield Article(f"report-{n}", title, text, f"reports/{town}-{n + 1}.txt", None, f"{year}-{1 + n % 12:02}-15")


def _writes(text: str, stop_after: int) -> Behaviour:
    """Writes up to there at once, and the rest word by word, as slowly as a large model on a small machine."""

    def behave(request: Request) -> None:
        request.start()
        request.send_piece(text[:stop_after])
        for word in text[stop_after:].split(" "):
            request.send_piece(f"{word} ")
            time.sleep(0.5)
        request.send_piece(None, "stop")

    return behave


def _open(page: Page, question: str, number: int) -> None:
    Visit(page).ask(question)
    page.locator(".fn-ref").nth(number).click()
    page.frame_locator("iframe").locator("mark.lit").first.wait_for()


def _ask_all(page: Page, *questions: str) -> None:
    for question in questions:
        Visit(page).ask(question)


def _begin(page: Page, question: str, until: str) -> None:
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    page.locator(until).first.wait_for()


def _shelf(page: Page) -> None:
    page.get_by_role("link", name="Articles", exact=True).first.click()
    page.frame_locator("iframe").locator("#count").wait_for()


def _filter(page: Page) -> None:
    page.get_by_role("button", name="All articles").click()
    page.locator("#fn-filter li").first.wait_for()


def _conversations(page: Page) -> None:
    Visit(page).ask(LIST_QUESTION)
    page.get_by_role("link", name="C").and_(page.locator(".fn-open")).last.click()
    page.frame_locator("iframe").get_by_text("More", exact=True).first.click()


def _lose(page: Page) -> None:
    Visit(page).ask(LIST_QUESTION)
    page.get_by_label("Your question").fill("And who controlled it?")
    page.context.set_offline(True)
    page.keyboard.press("Enter")
    page.locator(".fn-trouble").wait_for()


def _judge(page: Page) -> None:
    Visit(page).ask("Who planned the works?")
    page.get_by_role("button", name="Wrong").click()
    page.locator(".fn-said").wait_for()


@dataclass(frozen=True)
class Scene:
    """The articles, or else those of `seeds/`; how to reach each state in a fresh page; a model where there is one."""

    articles: Sequence[Article] | None
    states: Mapping[str, Callable[[Page], object]]
    model: Behaviour | None = None


SEED_STATES: Mapping[str, Callable[[Page], object]] = {
    "empty": lambda page: page.locator(".fn-open").first.wait_for(),
    "list": lambda page: Visit(page).ask(LIST_QUESTION),
    "open": lambda page: _open(page, LIST_QUESTION, 2),
    "follow-up": lambda page: _ask_all(page, "Why was Ant Group's listing called off?", "And who controlled it?"),
    "two-questions": lambda page: Visit(page).ask(
        "Who is the CEO of Tencent and why was Ant Group's listing called off?"
    ),
    "abstained": lambda page: Visit(page).ask("What fine did Alibaba pay?"),
    "articles": _shelf,
    "conversations": _conversations,
    "lost": _lose,
}
SCENES = (
    Scene((), {"nothing": lambda page: page.locator(".fn-button").first.wait_for()}),
    Scene(
        HARBOUR,
        {
            "conflict": lambda page: Visit(page).ask("How many berths did the harbour have in 2021?"),
            "wrong": _judge,
        },
    ),
    Scene(
        HARBOUR,
        {
            "streaming": lambda page: _begin(page, "How did Marlow harbour open?", ".fn-ref"),
            "written": lambda page: Visit(page).ask("How did Marlow harbour open?"),
        },
        _writes(WRITTEN, 76),
    ),
    Scene(HARBOUR, {"model-down": lambda page: Visit(page).ask("How long is the new quay?")}, refuses(503)),
    Scene(
        tuple(_many()),
        {
            "thousand": lambda page: page.locator(".fn-open").first.wait_for(),
            "thousand-articles": _shelf,
            "thousand-filter": _filter,
            "reading": lambda page: _begin(page, "Which harbour counted the most ships?", ".fn-looking li"),
            "long": lambda page: Visit(page).ask(LONG),
        },
    ),
)


def main(folder: Path, names: Sequence[str]) -> None:
    """Bring the page into each state, or those that are named, and save what a reader sees."""
    (folder / "states").mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
        for scene in (Scene(None, SEED_STATES), *SCENES):
            states = {name: reach for name, reach in scene.states.items() if not names or name in names}
            if states:
                _play(browser, scene, states, folder / "states")
        browser.close()
    (folder / "chat.png").write_bytes((folder / "states" / "open-wide.png").read_bytes())


def _play(browser: Browser, scene: Scene, states: Mapping[str, Callable[[Page], object]], folder: Path) -> None:
    with tempfile.TemporaryDirectory() as kept, ExitStack() as stack:
        library = stack.enter_context(Library.open(Path(kept) / "library", create=True))
        if scene.articles is None:
            library.sync(SEEDS)
        else:
            library.add(scene.articles)
        library.warm_up()
        llm: LLM | None = stack.enter_context(serving(scene.model)).llm(60) if scene.model else None
        address = stack.enter_context(served(library, Reader().load(), llm))
        for name, reach in states.items():
            for size, wide in (("wide", True), ("phone", False)):
                _take(browser, address, reach, folder / f"{name}-{size}.png", wide=wide)


def _take(browser: Browser, address: str, reach: Callable[[Page], object], target: Path, *, wide: bool) -> None:
    size = {"width": 1280, "height": 800} if wide else {"width": 360, "height": 740}
    context = browser.new_context(viewport=size, color_scheme="light" if wide else "dark")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(address)
    page.get_by_label("Your question").wait_for()
    page.locator(".fn-welcome, .fn-answer").first.wait_for()
    page.wait_for_timeout(500)
    reach(page)
    if "reading" not in target.name:  # that is over in an instant
        page.wait_for_timeout(1000)
    page.screenshot(path=str(target))
    context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
