"""The conversation that the browser keeps: it comes back as it went, and rubbish comes back as nothing."""

from __future__ import annotations

import json

import pytest

from qa.answer import Answer, AnswerSentence, Citation
from qa.server.turns import LIMIT, dump_turns, load_turns, show_turns, spoken

CITATION = Citation(1, "a", "A", "a.txt", None, 0, 9, "It rained")
ANSWER = Answer("Did it rain?", (AnswerSentence("It rained", (1,)),), (CITATION,), 0.9, timings_ms={"total": 1.5})


def test_a_conversation_survives_the_browser() -> None:
    """Through JSON and back, answers are equal."""
    assert load_turns(json.loads(json.dumps(dump_turns([ANSWER, ANSWER])))) == (ANSWER, ANSWER)


@pytest.mark.parametrize(
    "stored",
    [None, "x", 7, {}, [1], [{"question": "?"}], [{**dump_turns([ANSWER])[0], "citations": [{"number": "<b>"}]}]],
)
def test_what_is_no_conversation_is_an_empty_one(stored: object) -> None:
    """The browser's word is checked, not trusted."""
    assert load_turns(stored) == ()


def test_what_the_browser_sends_is_rendered_anew() -> None:
    """Markup in a stored answer is shown as text."""
    stored = dump_turns([ANSWER])
    stored[0]["sentences"][0]["text"] = "<img src=x onerror=alert(1)>"
    (_, reply) = show_turns(load_turns(stored))
    assert "<img" not in reply["content"]
    assert "&lt;img" in reply["content"]


def test_an_old_conversation_is_let_go() -> None:
    """Only the last answers are kept."""
    assert len(load_turns(dump_turns([ANSWER] * (LIMIT + 5)))) == LIMIT


def test_a_follow_up_hears_plain_text() -> None:
    """Question and answer as they were said, without markup."""
    assert spoken([ANSWER]) == [
        {"role": "user", "content": "Did it rain?"},
        {"role": "assistant", "content": "It rained [1]"},
    ]
