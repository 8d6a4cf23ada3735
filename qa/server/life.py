"""Whether the server starts, serves or stops. Light to import."""

from __future__ import annotations

import time

NOTICE_S = 1.0
"""How long `/readyz` says that the server stops before it does, for what sends it requests to look elsewhere."""
DRAIN_S = 6.0
"""How long answers under way may take once the server is told to stop."""


class Life:
    """Whether the server may be asked, and how much it is about. `under_way` counts requests that have an end."""

    def __init__(self, *, ready: bool = True) -> None:
        self.ready = ready
        self.under_way = 0
        self._told_at: float | None = None

    @property
    def state(self) -> str:
        """In a word: starting, ready or draining."""
        return "draining" if self._told_at is not None else "ready" if self.ready else "starting"

    def drain(self) -> None:
        """Take no further question, and end once those under way are answered."""
        self._told_at = self._told_at or time.monotonic()

    def is_over(self) -> bool:
        """Whether it is time to end: all is answered and notice was given, or it has taken too long."""
        if self._told_at is None:
            return False
        since = time.monotonic() - self._told_at
        return since >= (DRAIN_S if self.under_way else NOTICE_S)
