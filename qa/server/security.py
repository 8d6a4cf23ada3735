"""What stands in front of the app: who may be called, how much may be sent, and the headers of every answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.routing import BaseRoute, Match

from .refusals import refuse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 2_000_000
"""Bytes of a request: a kept conversation of forty long answers is a quarter of it."""

MAX_UPLOAD = 100_000_000
"""Bytes of a request that brings articles."""
UPLOADS = ("/articles", "/api/articles", "/api/files")
"""Where, and below which, a request may hold MAX_UPLOAD."""

# Of Gradio's routes, those that the page asks for. Its others (uploads, a proxy, file access, its monitor) stay closed.
_GRADIO = ("/", "/config", "/gradio_api/app_id", "/manifest.json", "/robots.txt", "/theme.css")
_GRADIO_BELOW = (
    "/assets/",
    "/static/",
    "/gradio_api/queue/",
    "/gradio_api/heartbeat/",
    "/gradio_api/cancel",
    "/gradio_api/reset",
    "/gradio_api/startup-events",
)
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",  # asked for again, not loaded again: files carry an ETag
}


class Guard:
    """ASGI: refuses what nobody should ask for.

    Our own routes are open, whatever a router declares; of Gradio's only those that are named here are.
    `hosts` are the names this server goes by; a page elsewhere cannot reach it by pointing a name of its own at it.
    """

    def __init__(self, app: ASGIApp, routes: Sequence[BaseRoute], hosts: Collection[str] = ()) -> None:
        self.app = app
        self.routes = tuple(routes)
        self.hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            add_headers(refusal.headers)
            await refusal(scope, receive, send)
            return
        await self.app(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope) -> Response | None:
        path, headers = scope["path"], Headers(scope=scope)
        if self.hosts and _host_name(headers.get("host", "")) not in self.hosts:
            return refuse(path, 421, "this server does not go by that name")
        match = max((route.matches(scope)[0] for route in self.routes), key=lambda m: m.value, default=Match.NONE)
        if match is Match.PARTIAL:  # the right path by a wrong method, which must not fall through to Gradio
            return refuse(path, 405, "this path is not asked in that way")
        if match is Match.NONE and not is_gradio_open(path):
            return refuse(path, 404, "there is nothing here")
        if scope["method"] not in _SAFE_METHODS and not _is_same_origin(headers):
            return refuse(path, 403, "another site's page may not ask for this")
        if "transfer-encoding" in headers:  # of unknown length; no browser sends one
            return refuse(path, 411, "a request must say how long it is")
        length, limit = headers.get("content-length", "0"), max_body(path)
        if not _is_within(length, limit):
            return refuse(path, 413, f"a request may hold {limit:,} bytes")
        return None


def is_gradio_open(path: str) -> bool:
    """Whether the page asks Gradio for this path.

    >>> is_gradio_open("/gradio_api/upload")
    False
    """
    return path in _GRADIO or path.startswith(_GRADIO_BELOW)


def max_body(path: str) -> int:
    """Bytes that a request to this path may hold.

    >>> max_body("/api/ask"), max_body("/articles/upload")
    (2000000, 100000000)
    """
    return MAX_UPLOAD if path.startswith(UPLOADS) else MAX_BODY


def _is_within(length: str, limit: int) -> bool:
    return length.isdecimal() and len(length) < 20 and int(length) <= limit


def _is_same_origin(headers: Headers) -> bool:
    """Whether a request comes from a page of ours, or from no page: browsers say which, and pages cannot change it.

    A proxy may have changed the Host header, but not what the browser says of the site.
    """
    if site := headers.get("sec-fetch-site"):
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is None or origin.partition("://")[2].lower() == headers.get("host", "").lower()


def _host_name(host: str) -> str:
    """A Host header without its port.

    >>> _host_name("[::1]:7860"), _host_name("localhost")
    ('[::1]', 'localhost')
    """
    return (host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]).lower()


def _with_headers(send: Send) -> Send:
    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            add_headers(MutableHeaders(scope=message))
        await send(message)

    return with_headers


def add_headers(headers: MutableHeaders) -> None:
    """What every answer carries, where it does not say otherwise itself."""
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)
