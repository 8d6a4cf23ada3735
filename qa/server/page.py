"""Gradio's HTML page, finished: our style and title, no outside names, and a policy that knows its scripts by hash."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING

from .auth import SIGNED_IN

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEAD = (
    "<title>Footnote</title>"
    '<meta name="description" content="Ask your articles. Every sentence of an answer carries a footnote.">'
    '<meta name="color-scheme" content="light dark">'
    '<link rel="stylesheet" href="/ui/base.css"><link rel="stylesheet" href="/ui/chat.css">'
    '<script type="module" src="/ui/chat.js"></script>'
)
# Previews that name Gradio and an image on another host.
_SOCIAL = re.compile(r'\s*<meta\s+(?:property="og:|name="twitter:)[^>]*>')
_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)


def finish(page: str, *, signed_in: bool = False) -> str:
    """Gradio's page with our head and without its previews; the way out is shown to whom `signed_in`."""
    root = '<html class="fn-signed-in"' if signed_in else "<html"
    return _SOCIAL.sub("", page).replace("<html", root, 1).replace("</head>", f"{HEAD}</head>", 1)


def policy(page: str) -> str:
    """What the page may do: run its own scripts and nothing else, talk to this server and to no other."""
    hashes = [
        base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in _INLINE_SCRIPT.findall(page)
    ]
    scripts = " ".join(["'self'", *(f"'sha256-{digest}'" for digest in hashes)])
    return (
        f"default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
    )


class FinishedPage:
    """ASGI: finishes the HTML that Gradio answers to `/` with, and lets everything else through untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"] != "/":
            await self.app(scope, receive, send)
            return
        # A compressed page could not be read here.
        plain = {**scope, "headers": [(k, v) for k, v in scope["headers"] if k != b"accept-encoding"]}
        start: Message = {}
        chunks: list[bytes] = []

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            elif message["type"] == "http.response.body":
                chunks.append(message.get("body", b""))
                if not message.get("more_body", False):
                    page = finish(b"".join(chunks).decode(), signed_in=SIGNED_IN in scope)
                    await _send_finished(start, page, scope["method"] == "HEAD", send)

        await self.app(plain, receive, collect)


async def _send_finished(start: Message, page: str, bodiless: bool, send: Send) -> None:
    finished = page.encode()
    dropped = (b"content-length", b"etag")
    headers = [(k, v) for k, v in start["headers"] if k.lower() not in dropped]
    headers.append((b"content-security-policy", policy(page).encode()))
    headers.append((b"cache-control", b"no-store"))
    headers.append((b"content-length", str(len(finished)).encode()))
    await send({**start, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if bodiless else finished})
