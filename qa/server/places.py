"""Places at a counter: a few are served at once, some wait for their turn, the rest are turned away."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio

from index.errors import FootnoteError

SOON_S = 10.0
"""Who would wait longer than this, going by the last answers, is turned away at once."""
PATIENCE_S = 20.0
"""How long one waits at most, where the answers take longer than those before them did."""
_FIRST_S = 3.0
"""How long a place is taken to be held before any has been given back: much, for then all come at once."""
_LAST = 10
"""About so many of the last times make the mean."""


class Busy(FootnoteError):
    """More questions are being asked than can be answered."""

    def __init__(self) -> None:
        super().__init__("too many questions are being asked here; try again in a few seconds")


class Places:
    """`at_once` places, and room for `waiting` callers more, who get theirs in the order in which they came."""

    def __init__(self, at_once: int, waiting: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.waiting = waiting
        self.clock = clock
        self._limiter = anyio.CapacityLimiter(at_once)
        self._since: dict[object, float] = {}
        self._mean_s = _FIRST_S
        self._given_back = 0

    @property
    def are_taken(self) -> bool:
        """Whether one who comes now has to wait."""
        return self._limiter.available_tokens < 1

    @property
    def wait_s(self) -> float:
        """The seconds that one who comes now may expect to wait."""
        if not self.are_taken:
            return 0.0
        so_far_s = sum(self.clock() - since for since in self._since.values()) / self._limiter.total_tokens
        held_s = max(self._mean_s, so_far_s)  # where the model hangs, no answer has told it yet
        return (self._limiter.statistics().tasks_waiting + 1) * held_s / self._limiter.total_tokens

    def check(self) -> None:
        """Raise Busy where one who comes now would have to wait long."""
        if self._limiter.statistics().tasks_waiting >= self.waiting or self.wait_s > SOON_S:
            raise Busy

    @asynccontextmanager
    async def take(self) -> AsyncIterator[None]:
        """One of the places, after a wait where all are taken; raises Busy as `check` does, and after PATIENCE_S."""
        self.check()
        caller = object()
        with anyio.move_on_after(PATIENCE_S) as wait:
            await self._limiter.acquire_on_behalf_of(caller)
        if wait.cancelled_caught:
            raise Busy
        self._since[caller] = self.clock()
        try:
            yield
        finally:
            self._note(self.clock() - self._since.pop(caller))
            self._limiter.release_on_behalf_of(caller)

    def _note(self, held_s: float) -> None:
        self._given_back += 1
        self._mean_s += (held_s - self._mean_s) / min(self._given_back, _LAST)
