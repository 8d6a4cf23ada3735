"""What stands in front of the app: who may be called, how much may be sent, and the headers of every answer."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 2_000_000
"""Bytes of a request: a kept conversation of forty long answers is a quarter of it."""

_OPEN = ("/", "/healthz", "/articles", "/config", "/favicon.ico", "/manifest.json", "/robots.txt", "/theme.css")
_OPEN_BELOW = (
    "/read/",
    "/ui/",
    "/assets/",
    "/static/",
    "/gradio_api/queue/",
    "/gradio_api/heartbeat/",
    "/gradio_api/cancel",
    "/gradio_api/reset",
    "/gradio_api/startup-events",
)
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",  # asked for again, not loaded again: files carry an ETag
}


class Guard:
    """ASGI: refuses what the page never asks for.

    Gradio brings routes of its own (uploads, a proxy, file access, its monitor): all that is not named here is closed.
    `hosts` are the names this server goes by; a page elsewhere cannot reach it by pointing a name of its own at it.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str] = ()) -> None:
        self.app = app
        self.hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            _add_headers(refusal.headers)
            await refusal(scope, receive, send)
            return
        await self.app(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        if self.hosts and _host_name(headers.get("host", "")) not in self.hosts:
            return PlainTextResponse("This server does not go by that name.\n", 421)
        if not is_open(scope["path"]):
            return PlainTextResponse("Not found\n", 404)
        if "transfer-encoding" in headers:  # of unknown length; no browser sends one
            return PlainTextResponse("A request must say how long it is.\n", 411)
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > MAX_BODY:
            return PlainTextResponse(f"A request may hold {MAX_BODY:,} bytes.\n", 413)
        return None


def is_open(path: str) -> bool:
    """Whether the page, the reader or a probe asks for this path.

    >>> is_open("/gradio_api/upload")
    False
    """
    return path in _OPEN or path.startswith(_OPEN_BELOW)


def _host_name(host: str) -> str:
    """A Host header without its port.

    >>> _host_name("[::1]:7860"), _host_name("localhost")
    ('[::1]', 'localhost')
    """
    return (host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]).lower()


def _with_headers(send: Send) -> Send:
    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            _add_headers(MutableHeaders(scope=message))
        await send(message)

    return with_headers


def _add_headers(headers: MutableHeaders) -> None:
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)
