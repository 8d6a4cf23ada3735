"""Where the programs' questions are asked: a few at a time, some waiting, the rest turned away at once."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Callable, Sequence
from functools import partial
from typing import TypeVar

import anyio
from anyio import to_thread

from index import EVERYTHING, Hit, Library, Scope

from ..answer import Answer
from ..ask import check
from ..conversation import Turn
from ..llm import LLM
from ..rank import search
from ..reader import Reader
from ..stream import stream
from .places import Busy, Places

T = TypeVar("T")

AT_ONCE = 4
"""Questions that are answered at the same time."""
WAITING = 32
"""Questions that may wait for their turn."""
MAX_K = 1000
"""Passages of one search."""


class Desk:
    """Asks and searches one library for many callers; each call runs in a thread of its own.

    `note` is called with every answer.
    """

    def __init__(
        self,
        library: Library,
        reader: Reader | None = None,
        note: Callable[[Answer], object] = lambda _: None,
        llm: LLM | None = None,
        *,
        at_once: int = AT_ONCE,
        waiting: int = WAITING,
    ) -> None:
        self.library = library
        self.reader = reader
        self.note = note
        self.llm = llm
        self.waiting = waiting
        self.places = Places(at_once, waiting)
        self._threads = anyio.CapacityLimiter(at_once)
        self._writer = anyio.CapacityLimiter(1)

    async def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        scope: Scope = EVERYTHING,
        *,
        extractive: bool = False,
    ) -> Answer:
        """The answer to a question; raises what `qa.ask.ask` does, and Busy."""
        async for answer in self.stream(question, history, scope, extractive=extractive):
            last = answer
        return last

    async def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        scope: Scope = EVERYTHING,
        *,
        extractive: bool = False,
    ) -> AsyncGenerator[Answer]:
        """Answers that grow, the last one whole; `extractive` leaves out the language model. Raises as `ask` does.

        Closed or cancelled, it lets go of its place, and the model is hung up on.
        """
        check(question)  # before it takes a place
        left = threading.Event()
        llm = None if extractive else self.llm
        async with self.places.take():
            answers = stream(question, self.library, history, self.reader, llm, scope=scope, cancelled=left.is_set)
            try:
                answer = last = await self._run(partial(next, answers))
                while answer is not None:
                    yield answer
                    last, answer = answer, await self._run(partial(next, answers, None))
            finally:
                left.set()
        self.note(last)

    async def search(self, query: str, k: int, scope: Scope = EVERYTHING) -> list[Hit]:
        """The k best passages; raises QuestionError and Busy."""
        query = check(query)
        async with self.places.take():
            return await self._run(partial(search, query, self.library, k, self.reader, scope))

    async def change(self, work: Callable[[], T]) -> T:
        """What `work` gives, which writes to the library: one at a time; raises Busy where many wait."""
        if self._writer.statistics().tasks_waiting >= self.waiting:
            raise Busy
        return await to_thread.run_sync(work, limiter=self._writer)

    async def _run(self, work: Callable[[], T]) -> T:
        return await to_thread.run_sync(work, limiter=self._threads, abandon_on_cancel=True)
