"""Answers that a language model writes: each sentence is held against the articles, and every fault ends in their own.

The model is a small server that says what a test wants; all the rest is real.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from index import Article, Library
from qa.answer import ABSTENTION, UNSUPPORTED, Answer
from qa.ask import ask
from qa.cli import footnote
from qa.llm import FAILURES
from qa.stream import MAX_SENTENCES, stream

from .llm_server import (
    Behaviour,
    ModelServer,
    Request,
    given,
    hangs,
    is_silent,
    never_ends,
    number_of,
    refuses,
    says,
    sends,
    serving,
)

QUESTION = "Why was Ant Group's listing called off?"
HELD = "after regulators said"
"""In the sentence of the articles that answers."""
SAID = "Ant Group, the financial technology affiliate of Alibaba that was controlled by Ma, was forced to scrap"
"""Words of that sentence, which no support check can fail to find in it."""


def answers(library: Library, behaviour: Behaviour, question: str = QUESTION, **options: float) -> list[Answer]:
    with serving(behaviour) as server:
        return list(stream(question, library, llm=server.llm(**options)))


def quoting(words: str, say: str) -> Behaviour:
    """Says something, in which {n} stands for the number of the sentence that holds these words."""
    return says(lambda request: say.format(n=number_of(request, words), SAID=SAID))


def test_without_a_model_it_is_what_ask_gives(seeds: Library) -> None:
    (answer,) = stream(QUESTION, seeds)
    assert answer == ask(QUESTION, seeds)


def test_a_sentence_that_the_cited_one_bears_out_is_shown_with_its_span(seeds: Library) -> None:
    said = "{SAID} [{n}]."
    *_, answer = answers(seeds, quoting(HELD, said))
    assert (answer.mode, answer.abstained, answer.notes) == ("llm", False, ())
    assert [(s.text, s.citations, s.supported) for s in answer.sentences] == [(f"{SAID}.", (1,), True)]
    (citation,) = answer.citations
    assert HELD in citation.quote
    assert seeds.show(citation.article_id).text[citation.start : citation.end] == citation.quote
    assert answer.text.endswith("to scrap. [1]")


def test_what_is_only_said_again_is_left_out(seeds: Library) -> None:
    said = "{SAID} [{n}]. However, the article also mentions that {SAID} [{n}]."
    *_, answer = answers(seeds, quoting(HELD, said))
    assert [s.text for s in answer.sentences] == [f"{SAID}."]


def test_that_the_articles_tell_nothing_is_marked_however_it_begins(seeds: Library) -> None:
    said = "{SAID} [{n}]. However, the article does not provide any information about the listing [{n}]."
    *_, answer = answers(seeds, quoting(HELD, said))
    assert [s.supported for s in answer.sentences] == [True, False]


def test_where_a_model_writes_of_something_else_the_articles_answer(seeds: Library) -> None:
    *_, answer = answers(seeds, says(lambda request: next(f"{t} [{n}]" for n, t in given(request) if "Ant" not in t)))
    assert answer.mode == "extractive"
    assert HELD in answer.text
    assert "wrote of something else" in answer.notes[-1]


def test_a_sentence_that_nothing_bears_out_is_marked(seeds: Library) -> None:
    said = "{SAID} [{n}]. Queen Victoria bought the company in 1851 [{n}]."
    *_, answer = answers(seeds, quoting(HELD, said))
    assert [s.supported for s in answer.sentences] == [True, False]
    assert answer.sentences[1].citations == ()
    assert answer.text.endswith(f"in 1851. {UNSUPPORTED}")


def test_an_answer_grows_sentence_by_sentence(seeds: Library) -> None:
    said = "{SAID} [{n}]. Ma was fond of tulips. It was called off."
    grown = answers(seeds, quoting(HELD, said))
    assert [len(answer.sentences) for answer in grown][:4] == [0, 1, 2, 3]
    for before, after in pairwise(grown):
        assert after.sentences[: len(before.sentences)] == before.sentences
        assert after.citations[: len(before.citations)] == before.citations


@pytest.mark.parametrize("marker", ["[99]", "[0]", "", "[99, 0]", "[1000000]", "[ ]"])
def test_a_number_that_does_not_exist_is_dropped_and_the_right_one_found(seeds: Library, marker: str) -> None:
    *_, answer = answers(seeds, says(f"{SAID} {marker}."))
    assert answer.sentences[0].supported
    assert answer.sentences[0].citations == (1,)
    assert HELD in answer.citations[0].quote
    assert marker not in answer.text or not marker


def test_what_two_sentences_bear_out_together_is_cited_to_both(tmp_path: Path) -> None:
    text = "The harbour of Bergen was opened on Monday. The new quay of the harbour measures 340 metres. It rained."

    def behave(request: Request) -> str:
        opened, quay = number_of(request, "opened on Monday"), number_of(request, "340 metres")
        return f"The harbour of Bergen was opened on Monday and its new quay measures 340 metres [{opened}][{quay}]."

    with Library.open(tmp_path / "l", create=True) as library:
        library.add([Article("a", "The harbour", text, "a.txt")])
        *_, answer = answers(library, says(behave), "When was the harbour of Bergen opened, and how long is its quay?")

    (sentence,) = answer.sentences
    quotes = " ".join(citation.quote for citation in answer.citations)
    assert sentence.supported
    assert "Monday" in quotes
    assert "340" in quotes


def test_a_citation_that_has_nothing_to_do_with_the_sentence_is_replaced(seeds: Library) -> None:
    def behave(request: Request) -> str:
        right = number_of(request, HELD)
        wrong = next(int(n) for n, _ in given(request) if int(n) != right)
        return f"{SAID} [{wrong}]."

    *_, answer = answers(seeds, says(behave))
    assert answer.mode == "llm"
    assert answer.sentences[0].supported
    assert HELD in answer.citations[0].quote


@pytest.mark.parametrize("shape", ["[{n}, {m}]", "[{n}][{m}]", "［{n}］【{m}】", "[{n}-{n}] [^{m}]"])
def test_of_several_numbers_those_that_say_it_are_kept(seeds: Library, shape: str) -> None:
    def behave(request: Request) -> str:
        right = number_of(request, HELD)
        other = next(int(n) for n, text in given(request) if "regulators" not in text)
        return f"{SAID} {shape.format(n=right, m=other)}."

    *_, answer = answers(seeds, says(behave))
    assert answer.mode == "llm"
    assert answer.sentences[0].supported
    assert HELD in answer.citations[answer.sentences[0].citations[0] - 1].quote
    assert len(answer.citations) == 1


def test_what_the_articles_do_not_answer_is_never_asked_of_a_model(seeds: Library) -> None:
    with serving(says("Anything.")) as server:
        (answer,) = stream("Who is the CEO of Tencent?", seeds, llm=server.llm())
    assert answer.abstained
    assert server.asked == []


@pytest.mark.parametrize(
    "said",
    [
        "NO ANSWER.",
        "The provided sentences do not mention that.",
        "I'm sorry, but I cannot answer this from the articles. There is no information on it.",
    ],
)
def test_a_model_that_finds_no_answer_is_believed(seeds: Library, said: str) -> None:
    *_, answer = answers(seeds, says(said))
    assert (answer.abstained, answer.text, answer.mode) == (True, ABSTENTION, "llm")
    assert answer.nearest
    assert "found no answer" in answer.notes[0]


def test_a_model_that_finds_one_after_all_is_heard(seeds: Library) -> None:
    found = "Regulators said it did not meet the requirements to go public."
    *_, answer = answers(seeds, says(f"The articles do not say so directly. {found}"))
    assert not answer.abstained
    assert [(sentence.text, sentence.supported) for sentence in answer.sentences] == [(found, True)]


FAULTS: dict[str, tuple[Behaviour, str]] = {
    "busy": (refuses(429), "is busy"),
    "broken": (refuses(500), "failed"),
    "no key": (refuses(401), "wants a key"),
    "no model": (refuses(404), "knows no such model"),
    "redirect": (refuses(302), "did not answer"),
    "cut off": (sends(b'data: {"choices":[{"delta":{"content":"The listing"}}]}\n\n'), "cut off"),
    "closed": (lambda request: request.connection.close(), "cut off"),
    "garbage": (sends(b"data: \x7b]]\n\ndata: 7\n\n"), "does not answer as"),
    "not a completion": (lambda request: request.send_json({"pong": [1]}), "does not answer as"),
    "error in the stream": (sends(b'data: {"error": {"message": "http://evil.example"}}\n\n'), "stopped with an error"),
    "no UTF-8": (sends(b'data: {"choices":[{"delta":{"content":"\xff\xfe"}}]}\n\n'), "not UTF-8"),
    "empty": (says(""), "nothing that the articles bear out"),
    "nothing at all": (sends(b""), "cut off"),
    "white space": (says(" \n " * 50), "nothing that the articles bear out"),
    "untrue": (says("Queen Victoria bought it for a song [1]. She liked it."), "nothing that the articles bear out"),
    "an endless line": (sends(b"x" * 3_000_000), "more than any answer takes"),
    "a megabyte": (says("word " * 200_000, size=50_000), "nothing that the articles bear out"),
}


def test_a_server_that_sends_null_for_no_error_is_heard(seeds: Library) -> None:
    said = b'{"error": null, "choices": [{"delta": {"content": "Regulators said it did not meet the requirements."}}]}'
    *_, answer = answers(seeds, sends(b"data: " + said + b"\n\ndata: [DONE]\n\n"))
    assert answer.mode == "llm"


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_is_wrong_with_the_model_the_articles_answer_and_say_so(seeds: Library, fault: str) -> None:
    behaviour, reason = FAULTS[fault]
    own = ask(QUESTION, seeds)
    with serving(behaviour) as server:
        *_, answer = stream(QUESTION, seeds, llm=server.llm())
        assert (answer.sentences, answer.citations, answer.mode) == (own.sentences, own.citations, "extractive")
        assert len(answer.notes) == 1
        assert reason in answer.notes[0]
        assert "evil" not in str(answer)
        server.behaviour = quoting(HELD, "{SAID} [{n}].")
        *_, following = stream(QUESTION, seeds, llm=server.llm())
    assert following.mode == "llm"


@pytest.mark.parametrize(
    ("behaviour", "deadline_s"),
    [(hangs(), 1.0), (is_silent, 1.0), (hangs("The listing was called off"), 1.0), (never_ends("!? "), 1.0)],
)
def test_a_model_that_takes_too_long_is_left_at_the_deadline(
    seeds: Library, behaviour: Behaviour, deadline_s: float
) -> None:
    with serving(behaviour) as server:
        start = time.monotonic()
        *_, answer = stream(QUESTION, seeds, llm=server.llm(deadline_s))
        taken = time.monotonic() - start
        assert server.hung_up.wait(5) or not server.asked  # on a busy machine the time may be over before it is asked
    assert answer.mode == "extractive"
    assert "was not done in time" in answer.notes[0]
    assert taken < deadline_s + 5


def test_a_server_that_is_not_there_is_named(seeds: Library) -> None:
    with serving(says("")) as server:
        llm = server.llm()
    *_, answer = stream(QUESTION, seeds, llm=llm)
    assert answer.mode == "extractive"
    assert "cannot be reached" in answer.notes[0]


def test_an_endless_answer_is_told_to_stop(seeds: Library) -> None:
    """It says something else each time, so that nothing else ends it."""

    def behave(request: Request) -> None:
        request.start()
        number = number_of(request, HELD)
        for count in range(100_000):
            request.send_piece(f"{SAID}{f' {count} times' if count else ''} [{number}]. ")

    with serving(behave) as server:
        *_, answer = stream(QUESTION, seeds, llm=server.llm())
        assert server.hung_up.wait(5)
    assert len(answer.sentences) == MAX_SENTENCES


def test_an_answer_cut_at_the_limit_of_its_length_keeps_what_was_complete(seeds: Library) -> None:
    def behave(request: Request) -> str:
        return f"{SAID} [{number_of(request, HELD)}]. The regula"

    *_, answer = answers(seeds, says(behave, finish="length"))
    assert [s.text for s in answer.sentences] == [f"{SAID}."]
    assert "the end is left out" in answer.notes[0]


def test_a_server_that_does_not_stream_is_understood(seeds: Library) -> None:
    def behave(request: Request) -> None:
        text = f"{SAID} [{number_of(request, HELD)}]."
        request.send_json({"choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": "stop"}]})

    *_, answer = answers(seeds, behave)
    assert answer.sentences[0].supported


@pytest.mark.parametrize("when", ["asked", "writing", "closed"])
def test_an_answer_that_nobody_waits_for_is_not_written(seeds: Library, when: str) -> None:
    """The page's Stop, and a tab that is closed: the model's server sees the line cut within two seconds."""
    gone = False
    with serving(hangs("" if when == "asked" else "The listing was called off. Then")) as server:

        def cancelled() -> bool:
            return gone and bool(server.asked)

        answers = stream(QUESTION, seeds, llm=server.llm(), cancelled=cancelled)
        assert next(answers).sentences == ()
        if when != "asked":
            assert len(next(answers).sentences) == 1
        start = time.monotonic()
        if when == "closed":
            answers.close()  # type: ignore[attr-defined]
        else:
            gone = True
            assert list(answers) == []
        assert server.hung_up.wait(2)
        assert time.monotonic() - start < 2


def test_the_prompt_stays_within_its_budget(library: Library) -> None:
    long = " ".join(
        f"The mill at the river burned for the {n}th time, said witness {n} of the fire." for n in range(400)
    )
    library.add([Article(f"a{n}", "Mill " * 200, f"{n} {long}", "a") for n in range(3)])
    with serving(says("NO ANSWER")) as server:
        list(stream("Why did the mill at the river burn?", library, llm=server.llm()))
    (asked,) = server.asked
    assert sum(library.encoder.count([message["content"] for message in asked["messages"]])) < 2_000
    assert asked["max_tokens"] <= 512


def test_a_list_that_answers_is_given_whole(library: Library) -> None:
    points = ["a pay rise of 9 percent", "a week of 36 hours", "new cranes", "a canteen", "two nurses on each shift"]
    text = "Dockworkers walked out. The union has five demands:\n\n" + "".join(f"- {point}\n" for point in points)
    others = [f"The union of bakers in town {n} met on Monday. It made no demands." for n in range(12)]
    library.add(Article(str(n), "News", t, str(n)) for n, t in enumerate([text, *others]))
    with serving(says("NO ANSWER")) as server:
        list(stream("Which demands does the union of the dockworkers have?", library, llm=server.llm()))
    assert all(point in str(server.asked[0]) for point in points)


def test_copies_of_one_statement_are_one_witness(library: Library) -> None:
    statement = "The bridge over the Elbe was closed to lorries in March 2024 because of cracks in its steel."
    library.add([Article(f"a{n}", f"Paper {n}", f"Day {n} was wet. {statement}", "a") for n in range(6)])
    with serving(says("NO ANSWER")) as server:
        list(stream("When was the bridge over the Elbe closed to lorries?", library, llm=server.llm()))
    assert str(server.asked[0]).count("cracks in its steel") == 1


@pytest.fixture
def server_of(seeds: Library) -> Callable[[ModelServer], list[Answer]]:
    return lambda server: list(stream(QUESTION, seeds, llm=server.llm(key="k-123")))


def test_the_key_goes_to_the_server_and_into_nothing_else(
    server_of: Callable[[ModelServer], list[Answer]],
) -> None:
    with serving(refuses(401)) as server:
        *_, answer = server_of(server)
    assert server.headers[0]["authorization"] == "Bearer k-123"
    assert "k-123" not in str(answer) + repr(server.llm(key="k-123").endpoint)


def test_a_model_that_keeps_failing_is_left_alone_for_a_while_and_then_tried_again(seeds: Library) -> None:
    with serving(refuses(500)) as server:
        llm = server.llm(rest_s=2.0)
        notes = [list(stream(QUESTION, seeds, llm=llm))[-1].notes[-1] for _ in range(FAILURES + 1)]
        assert len(server.asked) == FAILURES
        assert "HTTP 500" in notes[FAILURES - 1]
        assert f"failed {FAILURES} times in a row" in notes[FAILURES]
        while llm.rests:
            time.sleep(0.05)
        server.behaviour = quoting(HELD, "{SAID} its listing [{n}].")
        assert list(stream(QUESTION, seeds, llm=llm))[-1].mode == "llm"
        server.behaviour = refuses(500)
        assert "HTTP 500" in list(stream(QUESTION, seeds, llm=llm))[-1].notes[-1]
        assert not llm.rests  # what went well has ended the row


def test_a_batch_says_once_that_the_model_is_left_alone(seeds_folder: Path, tmp_path: Path) -> None:
    asked = [{"id": n, "question": QUESTION} for n in range(FAILURES + 2)]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(line) + "\n" for line in asked))
    with serving(refuses(500)) as server:
        files = ["--batch", str(tmp_path / "in.jsonl"), "--out", str(tmp_path / "out.jsonl")]
        options = [*files, "--library", str(seeds_folder), "--llm", f"{server.url}#m", "--no-reader"]
        done = CliRunner().invoke(footnote, ["ask", *options])
        assert done.exit_code == 0
        assert done.stderr.count("times in a row") == 1
        assert len(server.asked) == FAILURES
    answers = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [answer["mode"] for answer in answers] == ["extractive"] * len(asked)
    assert all(HELD in answer["answer"] and answer["notes"] for answer in answers)
