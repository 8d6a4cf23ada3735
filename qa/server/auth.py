"""The door: where the library has a password or tokens, nothing but the sign-in and the probe is open without one."""

from __future__ import annotations

import base64
import hashlib
import math
import secrets
import time
from collections import OrderedDict
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import anyio
from anyio import to_thread
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection

from .access import MAX_PASSWORD, Access, AccessError, AccessFile
from .forms import read_form
from .limits import Pace, caller
from .places import Busy
from .refusals import refuse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

LOGIN = "/login"
LOGOUT = "/logout"
COOKIE = "footnote_session"
OPEN = (LOGIN, "/healthz")
"""What needs nothing."""
SIGNED_IN = "footnote.signed_in"
"""Set in the scope of a request that was let in through a closed door."""
SESSION_S = 7 * 24 * 3600
TRIES_PER_MINUTE = 5
_SESSIONS = 10_000
_HASHING = 2
_POLICY = "default-src 'none'; style-src '{style}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_DOOR = """
.fn-sheet .fn-door { max-width: 24rem; padding-top: 18vh; }
.fn-door .fn-button { width: 100%; margin-top: var(--fn-3); }
"""


class Keeper:
    """Knows who may come in: the library's access file, and who has signed in since this process began.

    `required` is set where others can reach the server: then the door stays shut even if the file goes.
    """

    def __init__(self, file: AccessFile, *, required: bool = False) -> None:
        self.file = file
        self.required = required
        self.tries = Pace(TRIES_PER_MINUTE, TRIES_PER_MINUTE)
        self._hashing = anyio.CapacityLimiter(_HASHING)
        self._sessions: OrderedDict[str, tuple[float, str]] = OrderedDict()

    def is_closed(self) -> bool:
        """Whether one has to sign in; raises AccessError."""
        return self.required or bool(self.file.current())

    def admits(self, request: HTTPConnection) -> bool:
        """Whether a request brings a token or the cookie of a session; raises AccessError."""
        access = self.file.current()
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and access.token(given.strip()):
            return True
        until, key = self._sessions.get(_digest(request.cookies.get(COOKIE, "")), (0.0, ""))
        return time.time() < until and key in _keys(access)

    async def sign_in(self, given: str) -> str | None:
        """The cookie of a new session where this is the password or a token; raises Busy where many try at once."""
        access = self.file.current()
        token = access.token(given)
        if token is None:
            if self._hashing.statistics().tasks_waiting >= 4 * _HASHING:
                raise Busy
            if not await to_thread.run_sync(access.knows_password, given[: MAX_PASSWORD + 1], limiter=self._hashing):
                return None
        cookie = secrets.token_urlsafe(32)
        self._sessions[_digest(cookie)] = (time.time() + SESSION_S, token.digest if token else access.password)
        if len(self._sessions) > _SESSIONS:
            self._sessions.popitem(last=False)
        return cookie

    def sign_out(self, cookie: str) -> None:
        """End the session."""
        self._sessions.pop(_digest(cookie), None)


class Door:
    """ASGI: lets in whom the keeper admits, shows others to the sign-in, and tells programs 401."""

    def __init__(self, app: ASGIApp, keeper: Keeper) -> None:
        self.app = app
        self.keeper = keeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        refusal = self._refusal(scope) if scope["type"] == "http" and scope["path"] not in OPEN else None
        await (refusal or self.app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        try:
            if not self.keeper.is_closed():
                return None
            if self.keeper.admits(HTTPConnection(scope)):
                scope[SIGNED_IN] = True
                return None
        except AccessError as error:
            return refuse(scope["path"], 503, str(error))
        if scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", ""):
            query = scope["query_string"].decode("latin-1")
            wanted = scope["path"] + (f"?{query}" if query else "")
            return RedirectResponse(f"{LOGIN}?{urlencode({'next': wanted})}", 303)
        message = "this needs a token: send `Authorization: Bearer TOKEN`; `footnote token NAME` makes one"
        return refuse(scope["path"], 401, message, {"WWW-Authenticate": "Bearer"})


def make_login(keeper: Keeper) -> APIRouter:
    """The pages `/login` and `/logout`, which need no script."""
    router = APIRouter(include_in_schema=False)

    @router.get(LOGIN)
    def login(request: Request, next: str = "/") -> Response:  # noqa: A002
        if not keeper.is_closed() or keeper.admits(request):
            return RedirectResponse(_inside(next), 303)
        return _login_page(next)

    @router.post(LOGIN)
    async def sign_in(request: Request) -> Response:
        form = await read_form(request)
        wanted = form.get("next", "/")
        if seconds := keeper.tries.wait(caller(request.scope)):
            note = f"Too many tries; wait {math.ceil(seconds)} seconds."
            return _login_page(wanted, note, 429, {"Retry-After": str(math.ceil(seconds))})
        cookie = await keeper.sign_in(form.get("password", ""))
        if cookie is None:
            return _login_page(wanted, "That is not the password.", 403)
        keeper.tries.forgive(caller(request.scope))
        response = RedirectResponse(_inside(wanted), 303)
        is_secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, cookie, max_age=SESSION_S, httponly=True, samesite="lax", secure=is_secure)
        return response

    @router.get(LOGOUT)
    def ask_to_leave() -> Response:
        return _page(
            "Sign out",
            f'<form method="post" action="{LOGOUT}"><button class="fn-button primary">Sign out</button></form>',
        )

    @router.post(LOGOUT)
    def leave(request: Request) -> Response:
        keeper.sign_out(request.cookies.get(COOKIE, ""))
        # What the page kept in this browser goes too: the next person at it may be another.
        response = RedirectResponse(LOGIN, 303, headers={"Clear-Site-Data": '"cache", "storage"'})
        response.delete_cookie(COOKIE)
        return response

    return router


def _keys(access: Access) -> set[str]:
    """What a session may have been opened with, so that it ends with its password or token."""
    return {access.password, *(token.digest for token in access.tokens)} - {""}


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()


def _inside(address: str) -> str:
    """The address where it is a path of this server's, else the start page.

    >>> _inside("/read/a?s=1"), _inside("//evil.example"), _inside("https://evil.example")
    ('/read/a?s=1', '/', '/')
    """
    is_path = address.startswith("/") and address.isprintable() and not address.startswith(("//", "/\\"))
    return address if is_path else "/"


def _login_page(wanted: str, note: str = "", status: int = 200, headers: dict[str, str] | None = None) -> Response:
    noted = f'<p class="fn-note problem" role="alert">{escape(note)}</p>' if note else ""
    form = (
        f'{noted}<form method="post" action="{LOGIN}"><input type="hidden" name="next" value="{escape(wanted)}">'
        '<label class="fn-label" for="password">Password or token</label><input class="fn-field" id="password"'
        ' name="password" type="password" autocomplete="current-password" required autofocus>'
        '<button class="fn-button primary">Sign in</button></form>'
    )
    return _page("Sign in", form, status, headers)


def _page(title: str, body: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    style = _style()
    page = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} · Footnote</title><style>{style}</style></head>"
        f'<body class="fn-sheet"><main class="fn-door"><h1>Footnote</h1>{body}</main></body></html>\n'
    )
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = {"Content-Security-Policy": _POLICY.format(style=f"sha256-{digest}"), "Cache-Control": "no-store"}
    return HTMLResponse(page, status, headers={**policy, **(headers or {})})


@cache
def _style() -> str:
    """The stylesheet stands in the page: below `/ui/` it is closed here."""
    return (Path(__file__).parent / "static" / "base.css").read_text(encoding="utf-8") + _DOOR
