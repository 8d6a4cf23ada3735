"""The API where a language model writes the answers: streamed as they grow, taken over where they do not stand."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx
import openai

from index import Library
from qa.ask import ask

from .llm_server import hangs, says, serving
from .served import served
from .test_stream import HELD, QUESTION, SAID, quoting


def test_what_the_model_writes_comes_as_it_grows(seeds: Library) -> None:
    """By OpenAI's client and by our own events: the same text, each footnote at its place; or without the model."""
    said = "{SAID} [{n}]. {SAID} in November [{n}]."
    with serving(quoting(HELD, said)) as model, served(seeds, llm=model.llm()) as address:
        client = openai.OpenAI(base_url=f"{address}/v1", api_key="none")
        assert [known.id for known in client.models.list()] == ["footnote", "footnote-extractive"]
        message: Any = {"role": "user", "content": QUESTION}
        chunks = list(client.chat.completions.create(model="footnote", messages=[message], stream=True))
        pieces = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices[0].delta.content]
        assert len(pieces) >= 2
        assert "".join(pieces).startswith(f"{SAID}. [1]")
        last = chunks[-1].choices[0].delta.model_extra
        assert last is not None
        for annotation in last["annotations"]:
            cited = annotation["url_citation"]
            assert "".join(pieces)[cited["start_index"] : cited["end_index"]] == "[1]"
        with httpx.stream("POST", f"{address}/api/ask", json={"question": QUESTION, "stream": True}) as response:
            events = [json.loads(line.removeprefix("data: ")) for line in response.iter_lines() if line]
        assert events[-1]["answer"] == "".join(pieces)
        assert events[-1]["mode"] == "llm"
        own = ask(QUESTION, seeds).text
        plain = client.chat.completions.create(model="footnote-extractive", messages=[message])
        assert plain.choices[0].message.content == own
        asked = httpx.post(f"{address}/api/ask", json={"question": QUESTION, "extractive": True}).json()
        assert asked["answer"] == own


def test_what_does_not_stand_is_followed_by_the_articles_own_words(seeds: Library) -> None:
    """It has been sent and cannot be taken back: it is marked, and the footnotes that follow are in their places."""
    with (
        serving(says("Queen Victoria bought it in 1851. She sold it.")) as model,
        served(seeds, llm=model.llm()) as address,
    ):
        client = openai.OpenAI(base_url=f"{address}/v1", api_key="none")
        message: Any = {"role": "user", "content": QUESTION}
        chunks = list(client.chat.completions.create(model="footnote", messages=[message], stream=True))
        text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
        assert text.endswith("\n\n" + ask(QUESTION, seeds).text)
        assert "in 1851. [no source says this]" in text
        last = chunks[-1].choices[0].delta.model_extra
        assert last is not None
        assert last["annotations"]
        for annotation in last["annotations"]:
            cited = annotation["url_citation"]
            assert text[cited["start_index"] : cited["end_index"]].strip("[]").isdecimal()
        whole = client.chat.completions.create(model="footnote", messages=[message])
        assert whole.choices[0].message.content == ask(QUESTION, seeds).text


def test_who_leaves_is_not_written_for(seeds: Library) -> None:
    """The model is hung up on within two seconds, and the place is free for the next."""
    body = {"question": QUESTION, "stream": True}
    with serving(hangs("Ant Group ")) as model, served(seeds, llm=model.llm()) as address:
        for times in range(1, 7):  # more than there are places
            with httpx.stream("POST", f"{address}/api/ask", json=body, timeout=30):
                while len(model.asked) < times:
                    time.sleep(0.02)
            start = time.monotonic()
            assert model.hung_up.wait(5)
            assert time.monotonic() - start < 2
            model.hung_up.clear()
        assert httpx.post(f"{address}/api/ask", json={"question": QUESTION, "extractive": True}).status_code == 200
