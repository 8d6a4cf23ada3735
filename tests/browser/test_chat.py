"""The chat in a real browser: footnotes that open the exact words, on every screen, with hostile articles too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from playwright.sync_api import FrameLocator, Locator, Page, expect

from index import Article, Library
from index.encoder import Encoder, Vectors

from .conftest import SEEDS, Visit, Visitor, served

EXAMPLE = "How much value did the crackdown wipe out?"
LIST_QUESTION = "What is China doing to bring investors back?"
UNANSWERABLE = "What do zebras eat in winter?"

HOSTILE = Article(
    id="a/b c?'\"#%2F<é>",
    title='Zorblatt </title><script>window.pwned=1</script> [x](javascript:alert(1)) "quoted"',
    text=(
        "Zorblatt was founded in 1987 by Ada Quill ![pixel](http://evil.example/x.png) in Lisbon. Zorblatt was fined "
        '$$4$$ million dollars <img src="http://evil.example/y" onerror="window.pwned=1"> for spam.\n\n'
        "Ada Quill left Zorblatt in 2003 because [click](javascript:window.pwned=1) `rm -rf` </section><h1>big</h1> "
        "bored her.\n\n<script>window.pwned=1</script><iframe src=http://evil.example/z></iframe>"
    ),
    source="javascript:window.pwned=1",
)


@pytest.fixture(scope="module")
def hostile_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with Library.open(tmp_path_factory.mktemp("hostile"), create=True) as library:
        library.add([HOSTILE])
        with served(library) as address:
            yield address


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


def is_in_view(mark: Locator) -> bool:
    """Whether the whole mark lies inside what its frame shows."""
    inside: bool = mark.evaluate(
        "m => { const r = m.getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight && r.width > 0; }"
    )
    return inside


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


def test_hover_and_focus_show_the_card(visit: Visitor, seeds_address: str) -> None:
    """Pointer or keyboard on a footnote shows its quote and title; Escape hides it; Enter opens the article."""
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


def scrolls_sideways(page: Page) -> bool:
    wider: bool = page.evaluate(
        "[document.documentElement, document.body, document.querySelector('.panel-wrap')]"
        ".some(e => e && (e.scrollWidth > e.clientWidth || e.scrollLeft > 0))"
    )
    return wider


CONTRAST = """
selector => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (color, under) => {
    canvas.fillStyle = under; canvas.fillRect(0, 0, 1, 1);
    canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const css = c => `rgb(${c.join(",")})`;
  const ground = e => {
    const stack = [];
    for (; e; e = e.parentElement) stack.unshift(getComputedStyle(e).backgroundColor);
    return stack.reduce((under, color) => css(rgba(color, under)), "white");
  };
  const light = c => c.map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  return [...document.querySelectorAll(selector)].filter(e => e.getClientRects().length).map(e => {
    const under = ground(e);
    const [a, b] = [light(rgba(getComputedStyle(e).color, under)), light(rgba(under, "white"))];
    return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.outerHTML.slice(0, 80)];
  });
}
"""
CHAT_TEXTS = (
    "#fn-header h1, #fn-header a, #fn-clear, .fn-welcome *, .fn-next, #fn-question textarea, #fn-question button, "
    ".fn-question h2, .fn-answer p, .fn-answer li, a.fn-ref, .fn-sources *, .fn-foot, .fn-reader-bar *"
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(visit: Visitor, seeds_address: str, scheme: str) -> None:
    """Text stands out 4.5:1 from its ground, in both schemes, in chat and reader; dark is dark and light is light."""
    visited = visit(seeds_address, scheme=scheme)
    page = visited.page
    assert_readable(page.evaluate(CONTRAST, CHAT_TEXTS))
    visited.ask(EXAMPLE)
    visited.ask(UNANSWERABLE)
    page.locator("a.fn-ref").first.click()
    marked(page)
    page.wait_for_timeout(1000)  # the mark fades in
    assert_readable(page.evaluate(CONTRAST, CHAT_TEXTS))
    frame = page.frame("fn-reader")
    assert frame is not None
    assert_readable(frame.evaluate(CONTRAST, "h1, h2, p, li, a, mark, span"))
    grounds = [
        page.evaluate("getComputedStyle(document.body).backgroundColor"),
        frame.evaluate("getComputedStyle(document.body).backgroundColor"),
    ]
    for ground in grounds:
        level = sum(map(int, re.findall(r"\d+", ground)[:3])) / 3
        assert level < 60 if scheme == "dark" else level > 200


def assert_readable(measured: list[tuple[float, str]]) -> None:
    assert measured
    assert [(round(ratio, 2), element) for ratio, element in measured if ratio < 4.5] == []


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


def test_nothing_of_gradio_shows(visit: Visitor, seeds_address: str) -> None:
    """No footer, no links out, no API page, and no address of another host in the page's source."""
    page = visit(seeds_address).page
    expect(page.locator("footer")).to_have_count(0)
    assert page.evaluate("[...document.links].map(a => a.origin).filter(o => o !== location.origin)") == []
    source = page.request.get(seeds_address).text()
    assert re.findall(r"https?://(?!127\.0\.0\.1)[\w.-]+", source) == []
    assert page.evaluate("document.documentElement.lang") == "en"


def test_a_hostile_article_does_nothing(visit: Visitor, hostile_address: str) -> None:
    """Scripts, images and links in title and text run nothing, load nothing (see `visit`) and show as they stand."""
    visited = visit(hostile_address)
    page = visited.page
    expect(page.locator(".fn-welcome")).to_contain_text(HOSTILE.title)
    assert f"What does “{HOSTILE.title}” say?" in page.locator(".fn-next").all_text_contents()[0]
    shown = ""
    for question in ("Who founded Zorblatt?", "How much was Zorblatt fined?", "Why did Ada Quill leave Zorblatt?"):
        visited.ask(question)
        shown = " ".join(page.locator(".fn-answer").all_text_contents())
    for piece in (
        "![pixel](http://evil.example/x.png)",
        "$$4$$",
        'onerror="window.pwned=1">',
        "`rm -rf` </section><h1>",
    ):
        assert piece in shown
    assert page.locator(".fn-answer img, .fn-answer h1, .fn-answer code, .fn-answer script").count() == 0
    page.locator("a.fn-ref").first.hover()
    expect(page.get_by_role("tooltip")).to_contain_text(HOSTILE.title)
    for link in page.locator("a.fn-ref").all():
        assert_opens_its_span(visited, link)
    expect(reader(page).locator("h1")).to_have_text(HOSTILE.title)
    assert reader(page).locator("script, img, iframe, a[href^=javascript]").count() == 0
    assert page.evaluate("window.pwned") is None
    assert [frame.evaluate("window.pwned") for frame in page.frames] == [None] * len(page.frames)


def assert_opens_its_span(visited: Visit, link: Locator) -> None:
    """The link names the article whatever its id, and marks exactly the span that it names."""
    address = urlsplit(link.get_attribute("href") or "")
    assert unquote(address.path) == f"/read/{HOSTILE.id}"
    query = parse_qs(address.query)
    link.click()
    words = HOSTILE.text[int(query["s"][0]) : int(query["e"][0])]
    expect(reader(visited.page).locator("mark.lit").first).to_have_text(" ".join(words.split()))
    assert marked(visited.page) == words


def test_a_hostile_question_is_only_text(visit: Visitor, seeds_address: str) -> None:
    """What is asked is shown as typed, markup and all."""
    question = 'Is <img src="http://evil.example/q" onerror="window.pwned=1"> **bold** ![x](http://evil.example/r)?'
    visited = visit(seeds_address)
    visited.ask(question)
    expect(visited.page.locator(".fn-question")).to_have_text(question)
    assert visited.page.evaluate("window.pwned") is None


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
    """An error that nobody foresaw leaves the conversation in sight, the box ready, and no detail on the page."""
    encoder = FailingEncoder()
    with Library(tmp_path, create=True, encoder=encoder) as library:
        library.add([Article("a", "Rain", "It rained in Rome on Monday.", "a.txt")])
        with served(library) as address:
            page = visit(address).page
            encoder.failing = True
            page.get_by_label("Your question").fill("Where did it rain?")
            page.keyboard.press("Enter")
            expect(page.locator("#fn-note")).to_contain_text("Something went wrong here")
            expect(page.locator(".fn-question")).to_be_visible()
            expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
            expect(page.get_by_text("an inner secret")).to_have_count(0)
            page.context.close()
