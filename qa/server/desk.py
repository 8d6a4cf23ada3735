"""Where the programs' questions are asked: a few at a time, some waiting, the rest turned away at once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar

import anyio
from anyio import to_thread

from index import EVERYTHING, Hit, Library, Scope
from index.errors import FootnoteError

from ..answer import Answer
from ..ask import ask, check
from ..conversation import Turn
from ..rank import search
from ..reader import Reader

T = TypeVar("T")

AT_ONCE = 4
"""Questions that are answered at the same time."""
WAITING = 32
"""Questions that may wait for their turn."""
PATIENCE_S = 20.0
"""How long one may wait."""
MAX_K = 1000
"""Passages of one search."""


class Busy(FootnoteError):
    """More questions are being asked than can be answered."""

    def __init__(self) -> None:
        super().__init__("too many questions are being asked here; try again in a few seconds")


class Desk:
    """Asks and searches one library for many callers; each call runs in a thread of its own.

    `note` is called with every answer.
    """

    def __init__(
        self,
        library: Library,
        reader: Reader | None = None,
        note: Callable[[Answer], object] = lambda _: None,
        *,
        at_once: int = AT_ONCE,
        waiting: int = WAITING,
    ) -> None:
        self.library = library
        self.reader = reader
        self.note = note
        self.waiting = waiting
        self._places = anyio.CapacityLimiter(at_once)
        self._threads = anyio.CapacityLimiter(at_once)
        self._writer = anyio.CapacityLimiter(1)

    async def ask(self, question: str, history: Sequence[Turn] = (), scope: Scope = EVERYTHING) -> Answer:
        """The answer to a question; raises what `qa.ask.ask` does, and Busy."""
        check(question)  # before it takes a place
        async with self._place():
            answer = await self._run(partial(ask, question, self.library, history, self.reader, scope=scope))
        self.note(answer)
        return answer

    async def stream(self, question: str, history: Sequence[Turn] = ()) -> AsyncIterator[Answer]:
        """Answers that grow; the last one is the whole. Raises as `ask` does, before the first."""
        yield await self.ask(question, history)

    async def search(self, query: str, k: int, scope: Scope = EVERYTHING) -> list[Hit]:
        """The k best passages; raises QuestionError and Busy."""
        query = check(query)
        async with self._place():
            return await self._run(partial(search, query, self.library, k, self.reader, scope))

    async def change(self, work: Callable[[], T]) -> T:
        """What `work` gives, which writes to the library: one at a time; raises Busy where many wait."""
        if self._writer.statistics().tasks_waiting >= self.waiting:
            raise Busy
        return await to_thread.run_sync(work, limiter=self._writer)

    async def _run(self, work: Callable[[], T]) -> T:
        return await to_thread.run_sync(work, limiter=self._threads)

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        """One of the places, after a wait where all are taken; raises Busy where the wait would be long."""
        if self._places.statistics().tasks_waiting >= self.waiting:
            raise Busy
        caller = object()
        with anyio.move_on_after(PATIENCE_S) as wait:
            await self._places.acquire_on_behalf_of(caller)
        if wait.cancelled_caught:
            raise Busy
        try:
            yield
        finally:
            self._places.release_on_behalf_of(caller)
