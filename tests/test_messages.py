"""An answer as a chat message: its words as they stand, and nothing that Markdown or HTML could read into them."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.answer import ABSTENTION, Answer, AnswerSentence, Citation, Conflict
from qa.server.links import span_link
from qa.server.messages import ask, literal, looking, reply
from qa.verify import Standing


def cite(number: int, quote: str, article_id: str = "a", title: str = "Title") -> Citation:
    return Citation(number, article_id, title, "a.txt", "2024-03-01", 0, len(quote), quote)


ANSWER = Answer(
    question="What fell?",
    sentences=(
        AnswerSentence("Apples fell.", (1,)),
        AnswerSentence("Pears fell.", (2, 3), is_item=True),
        AnswerSentence("Plums fell.", (3,), is_item=True),
        AnswerSentence("Nothing rose.", (), supported=False),
    ),
    citations=(cite(1, "Apples fell."), cite(2, "Pears fell.", "b", "Other"), cite(3, "Pears and plums fell.")),
    confidence=0.9,
    read=5,
    timings_ms={"total": 123.4},
)


def texts(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html))


@given(st.text())
def test_a_text_is_one_line_and_comes_back_whole(text: str) -> None:
    """No line end, no tab and no markup is left to be read; a browser reads the very text."""
    written = literal(text)
    assert len(written.splitlines()) <= 1
    assert not re.search(r"[<>\"'\t]", written)
    assert unescape(written) == text.replace("\0", "\0") or re.search(r"[\x00-\x1f\x7f-\x9f]", text)


@given(st.text(), st.text(), st.text())
def test_a_message_is_one_line_of_html(question: str, sentence: str, title: str) -> None:
    """Whatever question, sentence and title hold: one block element from the first character to the last."""
    answer = Answer(question, (AnswerSentence(sentence, (1,)),), (cite(1, sentence, "a", title),), 0.9)
    for content in (ask(question)["content"], reply(answer)["content"]):
        assert len(content.splitlines()) == 1
        assert content.startswith('<section class="fn-')
        assert content.endswith("</section>")
        assert set(re.findall(r"<([a-z0-9]+)", content)) <= {
            "section", "p", "h2", "br", "button", "sup", "a", "span", "h3", "cite", "time", "ol", "li", "q"
        }  # fmt: skip


def test_sentences_lists_and_footnotes() -> None:
    """A worked example: a paragraph, a list, an unsupported sentence that is plainly marked."""
    content = reply(ANSWER)["content"]
    links = [span_link(citation).replace("&", "&amp;") for citation in ANSWER.citations]
    body = re.sub(r'<section class="fn-sources">.*', "", content)
    ref = '<a class="fn-ref" href="{}"><span class="fn-sr">Footnote </span>{}</a>'
    assert body == (
        f'<section class="fn-answer"><p>Apples fell.<sup>{ref.format(links[0], 1)}</sup></p>'
        f"<ul><li>Pears fell.<sup>{ref.format(links[1], 2)}{ref.format(links[2], 3)}</sup></li>"
        f"<li>Plums fell.<sup>{ref.format(links[2], 3)}</sup></li></ul>"
        '<p><span class="fn-unsupported"><small>Not in the articles:</small> Nothing rose.</span></p>'
    )


def test_sources_stand_under_their_articles() -> None:
    """Each article once, in the order it is first cited, with its date; every citation with its whole quote."""
    content = reply(ANSWER)["content"]
    assert re.findall(r"<cite>(.*?)</cite>", content) == ["Title", "Other"]
    assert re.findall(r'"fn-number">(\d)</span><span><q>(.*?)</q>', content) == [
        ("1", "Apples fell."),
        ("3", "Pears and plums fell."),
        ("2", "Pears fell."),
    ]
    assert "<time>2024-03-01</time>" in content
    assert "Quoted word for word from 2 of 5 articles read, in 0.12 s" in content


def test_an_answer_that_comes_in_has_no_sources_yet() -> None:
    """Half an answer is its sentences, and a word that it goes on; sources and tools come with the whole."""
    content = reply(ANSWER, whole=False)["content"]
    assert texts(content).startswith("Apples fell.Footnote 1Pears fell.Footnote 2Footnote 3")
    assert "fn-pending" in content
    assert "fn-source" not in content
    assert "<button" not in content


def test_what_is_being_read_is_named() -> None:
    """While an answer is being found: the titles, as text."""
    content = looking(["Rain", "<b>Snow</b>", ""])["content"]
    assert re.findall("<li>(.*?)</li>", content) == ["Rain", "&lt;b&gt;Snow&lt;/b&gt;", "Untitled"]


def test_a_conflict_stands_side_by_side() -> None:
    """Each side with its date, title, words and footnote; the newest is said to be so."""
    citations = (
        replace(cite(1, "It fell 3 %."), published="2023-01-02"),
        replace(cite(2, "It fell 5 %.", "b", "Other"), published="2024-05-06T07:08:09Z"),
        replace(cite(3, "It fell.", "c", "Third"), published=None),
    )
    answer = replace(ANSWER, citations=citations, conflicts=(Conflict("how far it <fell>", (1, 2, 3)),))
    content = reply(answer)["content"]
    sides = re.findall("<figure>(.*?)</figure>", content)
    assert [texts(side) for side in sides] == [
        "2023-01-02TitleIt fell 3 %.Footnote 1",
        "2024-05-06 newestOtherIt fell 5 %.Footnote 2",
        "no dateThirdIt fell.Footnote 3",
    ]
    assert "how far it &lt;fell&gt;" in content


def test_the_newest_is_told_by_days_however_they_are_written() -> None:
    citations = (
        replace(cite(1, "It fell 3 %."), published="Thu, 04 May 2023 10:00:00 +0000"),
        replace(cite(2, "It fell 5 %.", "b", "Other"), published="Mon, 03 Jun 2024 10:00:00 +0000"),
    )
    content = reply(replace(ANSWER, citations=citations, conflicts=(Conflict("how far", (1, 2)),)))["content"]
    assert ["<b>newest</b>" in side for side in re.findall("<figure>(.*?)</figure>", content)] == [False, True]


def test_what_goes_with_an_answer_is_shown() -> None:
    """How it was understood, notes, what is missing, questions to go on with, and sources that have changed since."""
    answer = replace(ANSWER, understood="What fell? (<Rome>)", notes=("No model.",), follow_ups=("Why?", "When?"))
    now = {1: Standing.REMOVED, 2: Standing.CHANGED}
    content = reply(replace(answer, missing=("the articles give no date",)), changed=now)["content"]
    assert "<q>What fell? (&lt;Rome&gt;)</q>" in content
    assert re.findall('class="fn-next">(.*?)<', content) == ["Why?", "When?"]
    assert "No model." in content
    assert "The articles give no date." in content
    assert content.count("The article has changed since") == 1
    assert content.count("The article has been deleted since") == 1


@pytest.mark.parametrize(
    ("change", "made"),
    [
        ({}, "Quoted word for word from 2 of 5 articles read, in 0.12 s"),
        (
            {"mode": "llm"},
            "Written by a language model from 2 of 5 articles read, 3 of 4 sentences supported, in 0.12 s",
        ),
        ({"mode": "talk"}, "About Footnote and this library, in 0.12 s"),
        ({"abstained": True, "read": 1}, "1 article read in 0.12 s"),
    ],
)  # fmt: skip
def test_an_answer_says_what_it_was_made_of(change: dict[str, Any], made: str) -> None:
    """The mode, the articles and the time; with a model, how many sentences are supported."""
    assert f'<p class="fn-foot">{made}</p>' in reply(replace(ANSWER, **change))["content"]


def test_an_abstention_is_plain_and_offers_the_nearest() -> None:
    """The one constant, what is missing, and the nearest passages as links; no footnotes."""
    answer = Answer("?", (), (), 0.1, abstained=True, nearest=(cite(1, "Near & far."),), missing=("<Lisbon>",))
    content = reply(answer)["content"]
    assert ABSTENTION in content
    assert "&lt;Lisbon&gt;" in content
    assert "<q>Near &amp; far.</q>" in content
    assert "fn-ref" not in content
