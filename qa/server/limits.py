"""How often a caller may come."""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from .refusals import refuse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

BURST_S = 10
"""Seconds' worth of a minute's requests that may come at once."""
_CALLERS = 10_000
_ASKING = ("/api/", "/v1/", "/mcp")


class Pace:
    """A token bucket a caller: `burst` at once, then `per_minute`. Who came longest ago is forgotten first."""

    def __init__(self, burst: float, per_minute: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.burst = burst
        self.per_second = per_minute / 60
        self.clock = clock
        self._spent: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, caller: str) -> float:
        """0, with one request spent, where the caller may go on; else the seconds until it may."""
        now = self.clock()
        spent, at = self._spent.get(caller, (0.0, now))
        spent = max(0.0, spent - (now - at) * self.per_second) + 1
        if spent > self.burst:
            return (spent - self.burst) / self.per_second
        self._spent[caller] = (spent, now)
        self._spent.move_to_end(caller)
        if len(self._spent) > _CALLERS:
            self._spent.popitem(last=False)
        return 0.0

    def forgive(self, caller: str) -> None:
        """Forget what this caller has spent."""
        self._spent.pop(caller, None)


class Turnstile:
    """ASGI: turns away who asks or changes more than `per_minute` times a minute, with 429."""

    def __init__(self, app: ASGIApp, per_minute: float) -> None:
        self.app = app
        self.pace = Pace(max(1.0, per_minute * BURST_S / 60), per_minute)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] == "http" and asks(scope) and (seconds := self.pace.wait(caller(scope))):
            message = "you ask more often than this server allows; try again later"
            await refuse(scope["path"], 429, message, {"Retry-After": str(math.ceil(seconds))})(scope, receive, send)
            return
        await self.app(scope, receive, send)


def asks(scope: Scope) -> bool:
    """Whether a request asks or changes something, and not just looks at a page."""
    path: str = scope["path"]
    return path.startswith(_ASKING) or scope["method"] == "POST"


def caller(scope: Scope) -> str:
    """Who asks: an IPv4 address, or the network of an IPv6 address, of which one household has plenty.

    >>> caller({"client": ("2001:db8::1:2:3:4", 5)})
    '2001:db8::/64'
    """
    host = (scope.get("client") or ("",))[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return str(host)
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))
    return str(address)
