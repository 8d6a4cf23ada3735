"""Asking in a real browser: keys, filter, edited and stopped questions, a model, conversations, and what is said of
an answer."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from index import Article, Library
from qa.answer import Answer, AnswerSentence, Citation
from qa.conversations import Conversations
from qa.server.desk import AT_ONCE
from qa.server.desk import WAITING as WAITING_PLACES
from qa.server.messages import WAITING

from ..llm_server import Behaviour, ModelServer, hangs, says, serving
from .conftest import EXAMPLE, LIST_QUESTION, Visit, Visitor, reader, served

ARTICLES = [
    Article("z", "Zorblatt", "Zorblatt was founded in Lisbon in 1987 by Ada Quill. It sells umbrellas.", "a/z.txt"),
    Article(
        "q", "Quorvex", "Quorvex was founded in Oslo in 1999 by Bo Lindt. It sells boats.", "b/q.txt", None, "2024"
    ),
]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path, create=True) as opened:
        opened.add(ARTICLES)
        yield opened


def test_keys_go_through_the_footnotes(visit: Visitor, seeds_address: str) -> None:
    """A number opens its footnote, arrows go on, without loading the article again; in a field they are only typed."""
    visited = visit(seeds_address)
    page = visited.page
    visited.ask(LIST_QUESTION)
    page.keyboard.type("2")
    expect(page.get_by_label("Your question")).to_have_value("2")
    expect(page.locator("#fn-reader")).to_be_hidden()
    page.keyboard.press("Escape")
    page.keyboard.press("3")
    place = page.locator(".fn-place")
    expect(place).to_have_text("Footnote 3 of 6")
    expect(reader(page).locator("mark.lit")).to_contain_text("Encouraging innovation")
    expect(reader(page).locator("mark:not(.lit)")).to_have_count(5)
    expect(page.locator("#fn-reader iframe")).to_have_attribute("title", re.compile("China Wooing"))  # it has loaded
    frame = page.frame("fn-reader")
    assert frame is not None
    loaded = frame.evaluate("performance.timeOrigin")
    page.keyboard.press("ArrowRight")
    expect(place).to_have_text("Footnote 4 of 6")
    expect(reader(page).locator("mark.lit")).to_contain_text("Foreign investment")
    assert frame.evaluate("performance.timeOrigin") == loaded
    page.get_by_role("button", name="Previous").click()
    expect(reader(page).locator("mark.lit")).to_contain_text("Encouraging innovation")
    expect(page.locator("a.fn-ref[aria-current]")).to_have_text("Footnote 3")

    page.keyboard.press("?")
    page.get_by_label("Numbers, arrows").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("6")
    expect(place).to_have_text("Footnote 3 of 6")


QUESTIONS = (
    EXAMPLE,
    "Why was Ant Group's listing called off?",
    LIST_QUESTION,
    "Who founded Alibaba?",
    "When did Jack Ma vanish from public view?",
)
WAITS = """
selectors => {
  const start = performance.now(), log = document.querySelector("#fn-conversation");
  const before = selectors.map(selector => log.querySelectorAll(selector).length);
  window.waits = selectors.map(() => null);
  const look = () => selectors.forEach((selector, n) => {
    if (window.waits[n] === null && log.querySelectorAll(selector).length > before[n])
      window.waits[n] = performance.now() - start;
  });
  window.watch?.disconnect();
  window.watch = new MutationObserver(look);
  window.watch.observe(log, { subtree: true, childList: true });
}
"""


def test_the_articles_that_are_read_come_before_the_answer(visit: Visitor, seeds_address: str) -> None:
    """And the answer soon after: from the key to the page, as a reader has it. Prints the times."""
    visited = visit(seeds_address)
    waits: list[list[float]] = []
    for n in range(int(os.environ.get("FOOTNOTE_ASKS", "2"))):
        visited.page.evaluate(WAITS, [".fn-looking li", ".fn-foot"])
        visited.ask(QUESTIONS[n % len(QUESTIONS)])
        waits.append(visited.page.evaluate("window.waits"))
    for what, times in zip(("articles", "answer"), zip(*waits, strict=True), strict=True):
        inside = sorted(times)
        p50, p95 = inside[len(inside) // 2], inside[int(len(inside) * 0.95)]
        print(f"{what}: p50 {p50:.0f} ms, p95 {p95:.0f} ms of {len(inside)} questions")  # noqa: T201
    assert all(articles <= answer for articles, answer in waits)


def test_a_filter_holds_until_it_is_taken_away(visit: Visitor, library: Library) -> None:
    """Chosen by source, kept over a reload, said in the answer; without it everything is asked again."""
    with served(library) as address:
        visited = visit(address)
        page = visited.page
        page.get_by_role("button", name="All articles").click()
        page.get_by_label("Source").select_option("b (1)")
        expect(page.locator("#fn-filter li")).to_have_count(1)
        page.get_by_label("Quorvex").check()
        page.get_by_role("button", name="Done").click()
        page.reload()
        expect(page.get_by_role("button", name="Only 1 article")).to_be_visible()
        visited.ask("Who founded the company?")
        expect(page.locator(".fn-sources cite")).to_have_text(["Quorvex"])
        expect(page.locator(".fn-remark")).to_contain_text("Asked only of")
        page.get_by_role("button", name="Only 1 article").click()
        page.get_by_role("button", name="Ask all articles").click()
        page.get_by_role("button", name="Done").click()
        visited.ask("Who founded Zorblatt?")
        expect(page.locator(".fn-answer").last).to_contain_text("Ada Quill")
        page.context.close()


def test_a_question_is_edited_and_asked_again(visit: Visitor, library: Library) -> None:
    """The last one in its place, or once more below; how a follow-up was understood can be edited as well."""
    with served(library) as address:
        visited = visit(address)
        page = visited.page
        box = page.get_by_label("Your question")
        visited.ask("Who founded Zorblat?")
        page.get_by_role("button", name="Edit question").click()
        expect(page.get_by_text("Editing the last question")).to_be_visible()
        expect(box).to_have_value("Who founded Zorblat?")
        box.fill("Who founded Zorblatt?")
        box.press("Enter")
        expect(page.locator(".fn-question")).to_have_text(["Who founded Zorblatt?"])
        expect(page.locator(".fn-answer")).to_contain_text("Ada Quill")
        expect(page.get_by_text("Editing the last question")).to_be_hidden()

        page.get_by_role("button", name="Ask again").click()
        page.locator(".fn-foot").nth(1).wait_for()
        expect(page.locator(".fn-question")).to_have_text(["Who founded Zorblatt?"] * 2)
        visited.ask("When was it founded?")
        expect(page.locator(".fn-understood")).to_contain_text("Zorblatt")
        page.locator(".fn-understood button").click()
        expect(box).to_have_value(re.compile("When was it founded.*Zorblatt"))
        page.context.close()


@pytest.mark.parametrize(
    ("behaviour", "kept"),
    [(hangs("Zorblatt was founded by Ada Quill [1]. And "), True), (hangs(), False)],
    ids=["after a sentence", "before any"],
)
def test_stop_stops_within_two_seconds(visit: Visitor, library: Library, behaviour: Behaviour, kept: bool) -> None:
    """What the model had written stays, and is said to be no whole; of nothing, the question is back in the box. A
    reload in the midst of it hangs up as well, and loses neither the conversation nor the question."""
    with serving(behaviour) as server, served(library, llm=server.llm(60)) as address:
        visited = visit(address)
        page = visited.page
        begin(page, "Who founded Zorblatt?", server)
        if kept:
            page.locator(".fn-answer p", has_text="Ada Quill").first.wait_for()
        start = time.monotonic()
        page.get_by_role("button", name="Stop").click()
        page.get_by_role("button", name="Ask", exact=True).wait_for()
        assert time.monotonic() - start < 2
        assert server.hung_up.wait(3)
        if kept:
            expect(page.locator(".fn-remark")).to_have_text("Stopped before its end.")
            begin(page, "When was Zorblatt founded?", server)
            page.locator(".fn-answer").nth(1).locator("p", has_text="Ada Quill").wait_for()
            server.hung_up.clear()
            start = time.monotonic()
            page.reload()
            assert server.hung_up.wait(3)
            assert time.monotonic() - start < 2 + 1  # the page itself takes some of it
            expect(page.locator(".fn-remark")).to_have_text(["Stopped before its end."] * 2)
        else:
            expect(page.locator(".fn-answer")).to_have_count(0)
            expect(page.get_by_label("Your question")).to_have_value("Who founded Zorblatt?")
            begin(page, "Who founded Zorblatt?", server)
            page.reload()
            expect(page.get_by_label("Your question")).to_have_value("Who founded Zorblatt?")
        visited.complaints.clear()  # Gradio's own, of a stream that was cut by the reload
        page.context.close()


def test_enter_while_an_answer_comes_in_asks_once_it_is_there(visit: Visitor, library: Library) -> None:
    """What was typed stays in the box until then; what is changed meanwhile is not asked."""
    behaviour = hangs("Zorblatt was founded by Ada Quill [1]. And ")
    with serving(behaviour) as server, served(library, llm=server.llm(60)) as address:
        page = visit(address).page
        begin(page, "Who founded Zorblatt?", server)
        page.locator(".fn-answer p", has_text="Ada Quill").first.wait_for()
        box = page.get_by_label("Your question")
        box.fill("Where was Zorblatt founded?")
        box.press("Enter")
        page.wait_for_timeout(1000)
        expect(box).to_have_value("Where was Zorblatt founded?")
        expect(page.locator(".fn-question")).to_have_count(1)
        page.get_by_role("button", name="Stop").click()
        expect(page.locator(".fn-question")).to_have_text(["Who founded Zorblatt?", "Where was Zorblatt founded?"])
        expect(box).to_have_value("")
        page.locator(".fn-answer").nth(1).locator("p", has_text="Ada Quill").wait_for()
        box.fill("What does it sell?")
        box.press("Enter")
        box.press("Backspace")
        page.get_by_role("button", name="Stop").click()
        page.get_by_role("button", name="Ask", exact=True).wait_for()
        page.wait_for_timeout(1000)
        expect(page.locator(".fn-question")).to_have_count(2)
        expect(box).to_have_value("What does it sell")
        page.context.close()


def begin(page: Page, question: str, server: ModelServer) -> None:
    """Ask, and wait until the model has been asked."""
    before = len(server.asked)
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    while len(server.asked) == before:
        page.wait_for_timeout(20)


def test_who_has_to_wait_sees_it_and_who_cannot_is_told(visit: Visitor, library: Library) -> None:
    """With all places taken a question waits, says so, and can be stopped; with all who may wait waiting, the next one
    hears it at once, and keeps its words."""
    with serving(hangs()) as server, served(library, llm=server.llm(60)) as address:
        page = visit(address).page
        join(address, AT_ONCE)
        while len(server.asked) < AT_ONCE:
            page.wait_for_timeout(20)
        box = page.get_by_label("Your question")
        box.fill("When was Zorblatt founded?")
        box.press("Enter")
        expect(page.locator(".fn-pending")).to_have_text(WAITING)
        page.get_by_role("button", name="Stop").click()
        expect(box).to_have_value("When was Zorblatt founded?")
        join(address, WAITING_PLACES)
        page.wait_for_timeout(500)
        start = time.monotonic()
        box.press("Enter")
        expect(page.locator("#fn-note")).to_contain_text("Too many questions are being asked here")
        assert time.monotonic() - start < 1
        expect(box).to_have_value("When was Zorblatt founded?")
        page.context.close()


def join(address: str, count: int) -> None:
    """Ask as so many other pages do."""
    config = httpx.get(f"{address}config").json()
    number = next(event["id"] for event in config["dependencies"] if len(event["inputs"]) == 3)
    for n in range(count):
        data = ["Who founded Zorblatt?", "new", ""]
        body = {"data": data, "fn_index": number, "session_hash": f"{count}-{n}", "event_data": None}
        assert httpx.post(f"{address}gradio_api/queue/join", json=body).status_code == 200


def test_two_tabs_of_one_conversation_lose_nothing(visit: Visitor, library: Library) -> None:
    """Each keeps its own conversation over a reload; the question that one edits replaces nothing that the other has
    asked since."""
    with served(library) as address:
        visited = visit(address)
        page = visited.page
        visited.ask("Who founded Zorblatt?")
        expect(page).to_have_url(re.compile(r"/\?c=[0-9a-f]{32}$"))
        other = Visit(page.context.new_page())
        other.page.goto(page.url)
        other.page.locator(".fn-foot").wait_for()
        other.ask("Who founded Quorvex?")
        page.get_by_role("button", name="Edit question").click()
        visited.ask("When was Zorblatt founded?")
        other.page.get_by_role("button", name="New chat").click()
        expect(other.page).to_have_url(address)
        expect(other.page.locator(".fn-answer")).to_have_count(0)
        other.ask("What does Quorvex sell?")
        page.reload()
        expect(page.locator(".fn-question")).to_have_text(
            ["Who founded Zorblatt?", "Who founded Quorvex?", "When was Zorblatt founded?"]
        )
        page.get_by_label("Your question").fill("What I had begun to")
        page.go_back()
        page.go_forward()
        expect(page.get_by_label("Your question")).to_have_value("What I had begun to")
        page.context.close()


def test_a_lost_server_is_said_in_our_words_and_found_again(visit: Visitor, library: Library) -> None:
    """The page goes on by itself, with the conversation and what was being typed; Gradio's own message is not seen."""
    with served(library) as address:
        visited = visit(address)
        page = visited.page
        visited.ask("Who founded Zorblatt?")
        page.context.set_offline(True)
        page.get_by_label("Your question").fill("Who founded Quorvex?")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert").filter(has_text="Footnote does not answer")).to_be_visible()
        expect(page.get_by_text("Connection to the server was lost")).to_be_hidden()
        page.context.set_offline(False)
        expect(page.get_by_text("Footnote does not answer")).to_have_count(0)
        page.locator(".fn-foot").wait_for()
        expect(page.get_by_label("Your question")).to_have_value("Who founded Quorvex?")
        visited.complaints.clear()  # the browser's own, of a server that was not there
        page.context.close()


def test_a_model_writes_where_it_is_wanted(visit: Visitor, library: Library) -> None:
    """What no article says is marked by a word; switched off, the model is not asked; without one, nothing speaks of
    it."""
    with serving(says("Zorblatt was founded by Ada Quill [1]. It was sold for nine dollars in Rome [1].")) as server:
        with served(library, llm=server.llm()) as address:
            visited = visit(address)
            page = visited.page
            visited.ask("Who founded Zorblatt?")
            expect(page.locator(".fn-foot")).to_contain_text("Written by a language model")
            expect(page.locator(".fn-unsupported")).to_contain_text("Not in the articles: It was sold")
            asked = len(server.asked)
            page.get_by_role("button", name="Written by test/model").click()
            page.get_by_role("button", name="Quoted word for word").wait_for()
            visited.ask("Who founded Quorvex?")
            expect(page.locator(".fn-foot").last).to_contain_text("Quoted word for word")
            assert len(server.asked) == asked
            page.context.close()
        with served(library) as address:
            page = visit(address).page
            assert not re.search(
                "model|key|openai", page.locator("body").inner_text().replace("Shortcuts", ""), re.IGNORECASE
            )
            page.context.close()


def test_a_kept_conversation_opens_from_the_list(visit: Visitor, library: Library) -> None:
    """With footnotes that lead to their words, follow-ups as buttons, and a place to go on from."""
    citation = Citation(1, "z", "Zorblatt", "z.txt", None, 0, 52, ARTICLES[0].text[:52])
    sentences = (AnswerSentence(citation.quote, (1,)),)
    answer = Answer("Who founded Zorblatt?", sentences, (citation,), 0.9, follow_ups=("Who founded Quorvex?",))
    conversations = Conversations(library.folder)
    conversations.append(conversations.create(), answer)
    with served(library) as address:
        page = visit(address).page
        page.get_by_role("link", name="Conversations").click()
        reader(page).get_by_role("link", name="Who founded Zorblatt?").click()
        page.locator(".fn-foot").wait_for()
        page.locator("a.fn-ref").click()
        expect(reader(page).locator("mark.lit")).to_have_text(citation.quote)
        page.get_by_role("button", name="Who founded Quorvex?").click()
        expect(page.locator(".fn-answer").last).to_contain_text("Bo Lindt")
        page.reload()
        expect(page.locator(".fn-answer")).to_have_count(2)
        page.context.close()


def test_a_wrong_answer_becomes_a_case(visit: Visitor, library: Library) -> None:
    """With the words that were selected in the article as what should have been cited."""
    with served(library) as address:
        visited = visit(address)
        page = visited.page
        visited.ask("Who founded Zorblatt?")
        page.get_by_role("button", name="Wrong").click()
        page.get_by_role("button", name="These are the right words").click()
        expect(page.locator(".fn-said")).to_contain_text("Select the right words")
        page.locator("a.fn-ref").first.click()
        reader(page).locator("article p").first.select_text()
        page.get_by_role("button", name="These are the right words").click()
        expect(page.locator(".fn-said")).to_have_text("Kept, with the right words.")
        (case,) = [json.loads(line) for line in (library.folder / "feedback.jsonl").read_text().splitlines()]
        assert case["relevant"] == [{"article_id": "z", "quote": ARTICLES[0].text}]
        page.context.close()
