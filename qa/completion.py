"""A conversation with a model's server: one request of OpenAI's chat completions, and what comes back, piece by piece.

With httpx alone. llama-index's client takes three to four seconds to import where a question takes one, and it and the
`openai` package under it read a dozen environment variables (keys, organisation, base address, headers), retry past a
deadline, and cannot be stopped while they wait. What is needed of them is one request and one kind of line.
"""

from __future__ import annotations

import asyncio
import codecs
import json
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from index.errors import FootnoteError

from .endpoint import Endpoint

if TYPE_CHECKING:
    import httpx

CONNECT_S = 5.0
"""Seconds for a connection."""
POLL_S = 0.05
"""Seconds after which it is looked at again whether an answer is still wanted."""
MAX_LINE = 1_000_000
"""Bytes of a line of the stream."""
MAX_BYTES = 8_000_000
"""Bytes of a stream."""


class LLMError(FootnoteError):
    """A language model that did not answer as it should; the message says why, in one line."""


class LLMTooLong(LLMError):
    """It wrote until it was stopped: what it wrote is good but for its end."""


def converse(
    endpoint: Endpoint,
    body: bytes,
    until: float,
    stopped: threading.Event,
    put: Callable[[str | LLMError | None], None],
) -> None:
    """Send the body and put every piece of text that comes; then None, or the LLMError that ended it.

    Blocks until `until` (of `time.monotonic`) at most, or until `stopped` is set: it is to run in a thread, and has an
    event loop of its own, as only there waiting can be called off. Raises nothing.
    """
    try:
        asyncio.run(_watch(endpoint, body, until, stopped, put))
        put(None)
    except LLMError as error:
        put(error)
    except TimeoutError:
        put(LLMError(f"{endpoint.name} was not done in time"))
    except Exception as error:  # whatever a server may cause ends in an answer, not in a silent thread
        put(LLMError(f"{endpoint.name} could not be asked ({type(error).__name__})"))


async def _watch(
    endpoint: Endpoint,
    body: bytes,
    until: float,
    stopped: threading.Event,
    put: Callable[[str | LLMError | None], None],
) -> None:
    async def read() -> None:
        async for piece in _ask(endpoint, body):
            put(piece)

    async with asyncio.timeout(until - time.monotonic()):
        reading = asyncio.create_task(read())
        try:
            while not reading.done():
                await asyncio.wait({reading}, timeout=POLL_S)
                if stopped.is_set():
                    return
            await reading
        finally:
            reading.cancel()
            with suppress(asyncio.CancelledError, LLMError):
                await reading


async def _ask(endpoint: Endpoint, body: bytes) -> AsyncIterator[str]:
    """The pieces of text in the server's answer; raises LLMError."""
    import httpx

    headers = {"Content-Type": "application/json", "Accept": "text/event-stream"}
    if endpoint.key is not None:
        headers["Authorization"] = f"Bearer {endpoint.key}"
    waits = httpx.Timeout(None, connect=CONNECT_S)
    try:
        async with (
            # No proxies, no .netrc, no redirects: what is asked goes where the user said, and nowhere else.
            httpx.AsyncClient(trust_env=False, timeout=waits, follow_redirects=False) as client,
            client.stream("POST", f"{endpoint.url}/chat/completions", content=body, headers=headers) as response,
        ):
            if response.status_code != 200:
                raise LLMError(f"{endpoint.name} {_refusal(response.status_code, endpoint)}")
            async for piece in _pieces(response, endpoint):
                yield piece
    except httpx.ConnectTimeout as error:
        raise LLMError(f"{endpoint.name} cannot be reached: no connection in {CONNECT_S:g} seconds") from error
    except httpx.ConnectError as error:
        raise LLMError(f"{endpoint.name} cannot be reached (is its server running?)") from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise LLMError(f"{endpoint.name} was cut off ({type(error).__name__})") from error


def _refusal(status: int, endpoint: Endpoint) -> str:
    """What a status means. The server's own words are not repeated: nothing of them is known to be true or harmless."""
    said = {
        400: "cannot take this request",
        401: "refused the key" if endpoint.key else "wants a key; see FOOTNOTE_LLM_KEY_ENV in docs/llm.md",
        403: "refused the key" if endpoint.key else "refused",
        404: "knows no such model or address",
        429: "is busy",
    }
    return f"{said.get(status, 'failed' if status >= 500 else 'did not answer')} (HTTP {status})"


async def _pieces(response: httpx.Response, endpoint: Endpoint) -> AsyncIterator[str]:
    """The text in a stream of `data:` lines, or in the one object of a server that does not stream."""
    finish = ""
    async for line in _lines(response, endpoint):
        data = line.removeprefix("data:").strip()
        if data == "[DONE]":
            finish = finish or "stop"
            break
        if not data or not (line.startswith("data:") or data.startswith("{")):
            continue  # empty lines, and comments such as `: ping`
        text, finish_here = _read_event(data, endpoint)
        finish = finish_here or finish
        if text:
            yield text
    if finish == "length":
        raise LLMTooLong(f"{endpoint.name} wrote more than it was asked for")
    if not finish:
        raise LLMError(f"{endpoint.name} was cut off before its end")


async def _lines(response: httpx.Response, endpoint: Endpoint) -> AsyncIterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    held, total = "", 0
    try:
        async for chunk in response.aiter_bytes():
            total += len(chunk)
            *lines, held = (held + decoder.decode(chunk)).split("\n")
            for line in lines:
                yield line
            if len(held) > MAX_LINE or total > MAX_BYTES:
                raise LLMError(f"{endpoint.name} sent more than any answer takes")
        yield held + decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise LLMError(f"{endpoint.name} sent something that is not UTF-8 text") from error


def _read_event(data: str, endpoint: Endpoint) -> tuple[str, str]:
    """The text in one event, and why the model stopped, if it did."""
    try:
        event = json.loads(data)
        if event.get("error"):
            raise LLMError(f"{endpoint.name} stopped with an error")
        if not event["choices"]:  # the count of tokens comes so
            return "", ""
        choice = event["choices"][0]
        said = choice.get("delta") or choice.get("message") or {}
        text, finish = said.get("content") or "", choice.get("finish_reason") or ""
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise LLMError(f"{endpoint.name} does not answer as OpenAI's chat completions do") from error
    if not isinstance(text, str) or not isinstance(finish, str):
        raise LLMError(f"{endpoint.name} does not answer as OpenAI's chat completions do")
    return text, finish
