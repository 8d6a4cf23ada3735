"""A sheet: one of the server's own pages, which opens in the pane beside the chat or in a tab."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from fastapi.responses import HTMLResponse
from starlette.datastructures import Headers

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; {scripts}base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'self'"
)
_SCRIPTS = "script-src 'self'; connect-src 'self'; "
# Where nothing may run, the browser is told so twice.
_SCRIPTLESS = (
    "sandbox allow-same-origin allow-forms allow-downloads allow-popups allow-popups-to-escape-sandbox "
    "allow-top-navigation-by-user-activation; "
)
_HOME = '<nav class="fn-home" aria-label="Footnote"><a href="/" target="_top">Footnote</a></nav>'


class _Sheet(HTMLResponse):
    """With a way to the chat, except in the pane beside it: browsers say for what they ask."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if Headers(scope=scope).get("sec-fetch-dest") == "iframe":
            self.body = bytes(self.body).replace(_HOME.encode(), b"", 1)
            self.headers["content-length"] = str(len(self.body))
        await super().__call__(scope, receive, send)


def sheet(
    body: str, title: str, status: int = 200, *, styles: Sequence[str] = (), scripts: Sequence[str] = ()
) -> HTMLResponse:
    """A page around `body`, which is HTML of ours in which every text from outside is escaped.

    `styles` and `scripts` are names in `static/`, besides `base.css`. Without scripts, none can run.
    """
    links = "".join(f'<link rel="stylesheet" href="/ui/{name}">' for name in ("base.css", *styles))
    modules = "".join(f'<script type="module" src="/ui/{name}"></script>' for name in scripts)
    page = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title or 'Untitled')} · Footnote</title>{links}{modules}</head>"
        f'<body class="fn-sheet">{_HOME}<main>{body}</main></body></html>\n'
    )
    policy = _POLICY.format(scripts=_SCRIPTS if scripts else _SCRIPTLESS)
    return _Sheet(page, status, headers={"Content-Security-Policy": policy, "Vary": "Sec-Fetch-Dest"})
