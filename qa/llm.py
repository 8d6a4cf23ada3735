"""A language model that can be asked, with a deadline, and left alone for a while where it keeps failing."""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from .completion import POLL_S, LLMError, LLMTooLong, converse
from .endpoint import Endpoint, LLMSettingError, read_setting

DEADLINE_S = 60.0
"""Seconds for an answer of a model; a follow-up has a third of it more, to be made whole."""
ANSWER_TOKENS = 512
"""Tokens that a model may write, in its own count."""
FAILURES = 3
"""Failures in a row after which a model is left alone for a while: each may cost a whole deadline."""
REST_S = 60.0
"""Seconds for which it is; then one question tries it, and if that fails it is left alone again."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to a model. `role` is `system`, `user` or `assistant`."""

    role: str
    content: str


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
        threading.Thread(target=converse, args=arguments, daemon=True, name="footnote-llm").start()
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
