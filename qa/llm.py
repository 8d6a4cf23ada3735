"""A language model behind any server that speaks OpenAI's chat completions: Ollama, LM Studio, llama.cpp, vLLM, OpenAI.

Asked with httpx alone. llama-index's client takes three to four seconds to import where a question takes one, and it
and the `openai` package under it read a dozen environment variables (keys, organisation, base address, headers), retry
past a deadline, and cannot be stopped while they wait. What is needed of them is one request and one kind of line.
"""

from __future__ import annotations

import asyncio
import codecs
import ipaddress
import json
import queue
import threading
import time
from collections.abc import AsyncIterator, Callable, Generator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from index.errors import FootnoteError

if TYPE_CHECKING:
    import httpx

DEADLINE_S = 60.0
"""Seconds for an answer of a model; a follow-up has a third of it more, to be made whole."""
CONNECT_S = 5.0
"""Seconds for a connection."""
POLL_S = 0.05
"""Seconds after which it is looked at again whether an answer is still wanted."""
ANSWER_TOKENS = 512
"""Tokens that a model may write, in its own count."""
MAX_LINE = 1_000_000
"""Bytes of a line of the stream."""
MAX_BYTES = 8_000_000
"""Bytes of a stream."""
FAILURES = 3
"""Failures in a row after which a model is left alone for a while: each may cost a whole deadline."""
REST_S = 60.0
"""Seconds for which it is; then one question tries it, and if that fails it is left alone again."""


class LLMSettingError(FootnoteError):
    """A language model that is not named as it should be, or whose key cannot be had or may not be sent."""


class LLMError(FootnoteError):
    """A language model that did not answer as it should; the message says why, in one line."""


class LLMTooLong(LLMError):
    """It wrote until it was stopped: what it wrote is good but for its end."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to a model. `role` is `system`, `user` or `assistant`."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Vendor:
    """A kind of model server: where it listens unless told otherwise, and what it wants to be asked."""

    name: str
    title: str
    url: str
    limit: str = "max_tokens"
    body: Mapping[str, Any] = field(default_factory=lambda: {"temperature": 0})


# To think aloud takes a small model's whole minute, and leaves nothing that is shown: it is turned off where it can be.
_NO_THINKING = {"temperature": 0, "chat_template_kwargs": {"enable_thinking": False}}
VENDORS = (
    Vendor("ollama", "Ollama", "http://127.0.0.1:11434/v1", body={"temperature": 0, "reasoning_effort": "none"}),
    Vendor("lmstudio", "LM Studio", "http://127.0.0.1:1234/v1"),
    Vendor("llamacpp", "llama.cpp", "http://127.0.0.1:8080/v1", body=_NO_THINKING),
    Vendor("vllm", "vLLM", "http://127.0.0.1:8000/v1", body=_NO_THINKING),
    # Its newer models take no other limit, and no temperature.
    Vendor("openai", "OpenAI", "https://api.openai.com/v1", limit="max_completion_tokens", body={}),
)
_OTHER = Vendor("", "", "")
_FORMS = "like ollama/qwen3:4b, lmstudio/MODEL, llamacpp/MODEL, vllm/MODEL, openai/MODEL, http://HOST:PORT/v1#MODEL"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A model and the address of its server, up to `/v1`. The key stays out of what is printed.

    `server` is one that runs in this process, and ends when nothing holds it any more.
    """

    name: str
    url: str
    model: str
    key: str | None = field(default=None, repr=False)
    vendor: Vendor = _OTHER
    server: object = field(default=None, repr=False, compare=False)


def read_setting(setting: str, environment: Mapping[str, str]) -> Endpoint:
    """The endpoint that a setting such as `ollama/qwen3:4b` names; raises LLMSettingError.

    A key is taken from the variable that FOOTNOTE_LLM_KEY_ENV names, and from nowhere else.

    >>> read_setting("ollama/qwen3:4b", {}).url
    'http://127.0.0.1:11434/v1'
    """
    vendor, url, model = _parse(setting)
    key = _key(environment)
    if vendor.name == "openai" and key is None:
        raise LLMSettingError(
            "OpenAI wants a key: put the name of the variable that holds it into FOOTNOTE_LLM_KEY_ENV"
        )
    host = urlsplit(url).hostname or ""
    if key is not None and not url.startswith("https:") and not is_loopback(host):
        raise LLMSettingError(f"a key is not sent to {host} over plain http, where others can read it; use https")
    return Endpoint(setting, url, model, key, vendor)


def _parse(setting: str) -> tuple[Vendor, str, str]:
    """Which kind of server, its address, and the model."""
    if "://" in setting:
        url, _, model = setting.partition("#")
        return _OTHER, _checked_url(url), _checked_model(model, setting)
    name, _, model = setting.partition("/")
    vendor = next((vendor for vendor in VENDORS if vendor.name == name), None)
    if vendor is None:
        raise LLMSettingError(f"{setting[:80]!r} names no language model; write it {_FORMS} or gguf:FILE")
    return vendor, vendor.url, _checked_model(model, setting)


def _checked_model(model: str, setting: str) -> str:
    if not model or not model.isprintable() or len(model) > 200:
        raise LLMSettingError(f"{setting[:80]!r} names no model; write it {_FORMS}")
    return model


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise LLMSettingError(f"{url[:80]!r} is no address ({error})") from error
    if parts.username is not None or parts.password is not None:  # not repeated: it may be a password
        raise LLMSettingError("the model's address holds a name or password; use FOOTNOTE_LLM_KEY_ENV for a key")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or not url.isprintable():
        raise LLMSettingError(f"{url[:80]!r} is no address of a model server; write it like http://127.0.0.1:8080/v1")
    return url.rstrip("/")


def _key(environment: Mapping[str, str]) -> str | None:
    name = environment.get("FOOTNOTE_LLM_KEY_ENV", "").strip()
    if not name:
        return None
    key = environment.get(name, "").strip()
    if not key:
        raise LLMSettingError(f"FOOTNOTE_LLM_KEY_ENV names {name[:80]!r}, which holds no key")
    if not key.isascii() or not key.isprintable():
        raise LLMSettingError(f"the key in {name[:80]!r} has characters that no key has")
    return key


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by what it is called: nothing is looked up.

    >>> is_loopback("localhost"), is_loopback("127.0.0.1.example.com")
    (True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class LLM:
    """A language model that can be asked. Safe from several threads: every question is a request of its own."""

    def __init__(self, endpoint: Endpoint, *, deadline_s: float = DEADLINE_S, rest_s: float = REST_S) -> None:
        self.endpoint = endpoint
        self.deadline_s = deadline_s
        self.rest_s = rest_s
        self._failures = 0  # in a row
        self._rests_until = 0.0

    @property
    def name(self) -> str:
        """What the user calls it."""
        return self.endpoint.name

    @property
    def rests(self) -> str:
        """Why it is not to be asked just now, in one line: it failed too often in a row. Empty where it may be."""
        if time.monotonic() >= self._rests_until:
            return ""
        return f"{self.name} failed {self._failures} times in a row and is not asked for {self.rest_s:.0f} seconds"

    def _count(self, *, failed: bool) -> None:
        self._failures = self._failures + 1 if failed else 0
        if self._failures >= FAILURES:
            self._rests_until = time.monotonic() + self.rest_s

    def write(
        self,
        messages: Sequence[Message],
        until: float,
        cancelled: Callable[[], bool] = lambda: False,
        tokens: int = ANSWER_TOKENS,
    ) -> Generator[str, None, None]:
        """What the model writes, piece by piece, until it is done, or `until` (of `time.monotonic`), or cancelled.

        Ends quietly when cancelled; closing the iterator hangs up on the server. Raises LLMError and LLMTooLong.
        """
        pieces: queue.SimpleQueue[str | LLMError | None] = queue.SimpleQueue()
        stopped = threading.Event()
        body = self._body(messages, tokens)
        arguments = (self.endpoint, body, until, stopped, pieces.put)
        threading.Thread(target=_converse, args=arguments, daemon=True, name="footnote-llm").start()
        try:
            while not cancelled():
                with suppress(queue.Empty):
                    piece = pieces.get(timeout=POLL_S)
                    if piece is None or isinstance(piece, LLMTooLong):
                        self._count(failed=False)
                    elif isinstance(piece, LLMError):
                        self._count(failed=True)
                    if piece is None:
                        return
                    if isinstance(piece, LLMError):
                        raise piece
                    yield piece
        finally:
            stopped.set()

    def _body(self, messages: Sequence[Message], tokens: int) -> bytes:
        vendor = self.endpoint.vendor
        body = {
            "model": self.endpoint.model,
            "messages": [asdict(message) for message in messages],
            "stream": True,
            vendor.limit: tokens,
            **vendor.body,
        }
        return json.dumps(body).encode()


def open_llm(setting: str, environment: Mapping[str, str]) -> LLM:
    """The model that a setting names, ready to be asked; nothing is sent yet. Raises LLMSettingError.

    A `gguf:` file is loaded into this process, which takes a while. FOOTNOTE_LLM_SECONDS is a question's deadline.
    """
    deadline = _seconds(environment.get("FOOTNOTE_LLM_SECONDS", ""))
    if setting.startswith("gguf:"):
        from .gguf import serve

        return LLM(serve(Path(setting.removeprefix("gguf:"))), deadline_s=deadline)
    return LLM(read_setting(setting, environment), deadline_s=deadline)


def _seconds(text: str) -> float:
    try:
        seconds = float(text) if text.strip() else DEADLINE_S
    except ValueError:
        seconds = 0.0
    if not 1 <= seconds <= 3600:
        raise LLMSettingError(f"FOOTNOTE_LLM_SECONDS is {text[:40]!r}; give seconds from 1 to 3600")
    return seconds


# -- the conversation with the server, in a thread and an event loop of its own: only there can waiting be called off --


def _converse(
    endpoint: Endpoint,
    body: bytes,
    until: float,
    stopped: threading.Event,
    put: Callable[[str | LLMError | None], None],
) -> None:
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
        if "error" in event:
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
