"""OpenAI's chat completions over the articles, so that any client of that protocol can ask them.

The last user message is the question and the turns before it are its history; system messages steer nothing, for an
answer is made of the articles alone. Citations come twice: as `citations`, the objects of `ask --json`, and as
`annotations` of the message, which lead to the cited span in the reader.
"""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from ..answer import Answer
from ..ask import QuestionError
from ..conversation import Turn, read_history
from .desk import Desk
from .links import span_link
from .refusals import refuse
from .schema import ChatRequest, Message

MODEL = "footnote"
"""The library, asked."""
EXTRACTIVE = "footnote-extractive"
"""The same without its language model; there where one is configured."""

_CREATED = 1767225600  # 2026-01-01: clients want a date
_EXTRAS = ("citations", "nearest", "abstained", "confidence", "mode", "conflicts", "notes")
_CHUNK = "chat.completion.chunk"
_MARKER = re.compile(r"\[(\d+)\]")


def make_openai(desk: Desk) -> APIRouter:
    """The routes below `/v1/`."""
    router = APIRouter(prefix="/v1", tags=["OpenAI"])
    names = [MODEL, EXTRACTIVE] if desk.llm else [MODEL]

    @router.get("/models", summary="The models")
    def models() -> dict[str, Any]:
        """`footnote`; where a language model is configured, `footnote-extractive` as well, which does without it."""
        return {"object": "list", "data": [_model(name) for name in names]}

    @router.get("/models/{name}", summary="One model")
    def model(name: str, request: Request) -> Response:
        """What is known of it."""
        return JSONResponse(_model(name)) if name in names else _no_model(request, name)

    @router.post("/chat/completions", summary="An answer as a chat completion, streamed or whole")
    async def complete(asked: ChatRequest, request: Request) -> Any:
        """The last user message is the question; the answer's `citations` and annotations say where it stands."""
        if asked.model not in names:
            return _no_model(request, asked.model)
        question, history = read_messages(asked.messages)
        completion = Completion(asked.model, question, str(request.base_url), desk.library.encoder.count)
        answers = desk.stream(question, history, extractive=asked.model == EXTRACTIVE)
        if not asked.stream:
            async for answer in answers:
                last = answer
            return JSONResponse(await to_thread.run_sync(completion.whole, last))
        first = await anext(answers)  # what goes wrong before it is still a status, not an event
        with_usage = bool(asked.stream_options and asked.stream_options.include_usage)
        return StreamingResponse(completion.events(first, answers, with_usage), media_type="text/event-stream")

    return router


def read_messages(messages: Sequence[Message]) -> tuple[str, tuple[Turn, ...]]:
    """The last user message, and the turns before it; raises QuestionError where there is none."""
    place = max((n for n, message in enumerate(messages) if message.role == "user"), default=None)
    if place is None:
        raise QuestionError("there is no user message; the last one is the question")
    spoken = [{"role": m.role, "content": m.text} for m in messages[:place] if m.text]
    return messages[place].text, read_history(spoken)


class Completion:
    """One chat completion: what its objects have in common. `base` is the server's address, `count` counts tokens."""

    def __init__(self, model: str, question: str, base: str, count: Callable[[Sequence[str]], list[int]]) -> None:
        self.question = question
        self.base = base
        self.count = count
        self.shared = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time()), "model": model}

    def whole(self, answer: Answer) -> dict[str, Any]:
        """The completion in one object."""
        message = {
            "role": "assistant",
            "content": answer.text,
            "refusal": None,
            "annotations": url_citations(answer, self.base),
        }
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        return {
            **self.shared,
            "object": "chat.completion",
            "choices": [choice],
            "usage": self._usage(answer),
            **_extras(answer),
        }

    async def events(self, first: Answer, rest: AsyncIterator[Answer], with_usage: bool) -> AsyncIterator[str]:
        """The completion as server-sent events: pieces of text, then the annotations and citations, then the usage."""
        yield self._event({"role": "assistant", "content": ""})
        for piece in _pieces(first.text):
            yield self._event({"content": piece})
        said, shift, answer = first.text, 0, first
        async for answer in rest:
            if answer.text.startswith(said):
                piece = answer.text.removeprefix(said)
            else:  # what the model wrote did not stand: the articles answer in its place
                piece, shift = f"\n\n{answer.text}", shift + len(said) + 2
            yield self._event({"content": piece})
            said = answer.text
        last = {"annotations": url_citations(answer, self.base, shift)}
        yield self._event(last, finish_reason="stop", **_extras(answer))
        if with_usage:
            usage = await to_thread.run_sync(self._usage, answer)
            yield _data({**self.shared, "object": _CHUNK, "choices": [], "usage": usage})
        yield "data: [DONE]\n\n"

    def _event(self, delta: dict[str, Any], finish_reason: str | None = None, **extras: Any) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return _data({**self.shared, "object": _CHUNK, "choices": [choice], **extras})

    def _usage(self, answer: Answer) -> dict[str, int]:
        prompt, completion = self.count([self.question, answer.text])
        return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def url_citations(answer: Answer, base: str, shift: int = 0) -> list[dict[str, Any]]:
    """A url_citation for each footnote number in the answer's text; its address opens the article at the cited span.

    `shift` is where the answer's text begins in the message.
    """
    by_number = {citation.number: citation for citation in answer.citations}
    return [
        {
            "type": "url_citation",
            "url_citation": {
                "start_index": shift + marker.start(),
                "end_index": shift + marker.end(),
                "title": citation.title,
                "url": base.rstrip("/") + span_link(citation),
            },
        }
        for marker in _MARKER.finditer(answer.text)
        if (citation := by_number.get(int(marker[1])))
    ]


def _extras(answer: Answer) -> dict[str, Any]:
    """What no other model has to say of its answer, under the names that `ask --json` has for it."""
    told = answer.to_json()
    return {name: told[name] for name in _EXTRAS}


def _pieces(text: str) -> list[str]:
    """The text, cut after each sentence's footnotes."""
    return re.findall(r".+?\](?!\[)|.+", text, re.DOTALL)


def _data(value: dict[str, Any]) -> str:
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n"


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": _CREATED, "owned_by": "footnote"}


def _no_model(request: Request, name: str) -> Response:
    return refuse(request.url.path, 404, f"there is no model {name[:60]!r} here; ask {MODEL!r}")
