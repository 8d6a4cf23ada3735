"""How the web app says no: a status and one line, in the shape that the caller of each path expects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, PlainTextResponse, Response

from index.errors import ArticleError, FootnoteError, LibraryError, ModelError, ReadOnlyLibrary, UnknownArticle

from ..ask import EmptyLibrary
from ..conversations import UnknownConversation
from ..inbox import InboxFull
from .access import AccessError
from .places import Busy

OPENAI = "/v1/"
_JSON = ("/api/", "/mcp", "/healthz", "/readyz", "/metrics")
_RETRY_S = {503: "2", 429: "10"}
_OPENAI_KINDS = {401: "authentication_error", 404: "not_found_error", 429: "rate_limit_error"}


def refuse(path: str, status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """The answer to a request that is refused: OpenAI's error object below `/v1/`, else `{"error"}`, else a text."""
    sent = dict(headers or {})
    if status in _RETRY_S:
        sent.setdefault("Retry-After", _RETRY_S[status])
    if path.startswith(OPENAI):
        kind = "server_error" if status >= 500 else _OPENAI_KINDS.get(status, "invalid_request_error")
        error: Any = {"message": message, "type": kind, "param": None, "code": None}
        return JSONResponse({"error": error}, status, sent)
    if path.startswith(_JSON):
        return JSONResponse({"error": message}, status, sent)
    return PlainTextResponse(message + "\n", status, sent)


def status_of(error: FootnoteError) -> int:
    """The HTTP status of an error of ours: the caller's fault is 4xx, ours or a passing one is 503."""
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 400)


def fault(error: Mapping[str, Any]) -> str:
    """One of pydantic's errors as a line: where, and what; without what was sent.

    >>> fault({"loc": ("body", "question"), "msg": "Field required", "input": {}})
    'question: Field required'
    """
    where = ".".join(str(part) for part in error["loc"] if part != "body")
    return f"{where[:100] or 'the body'}: {error['msg']}"


_STATUSES: tuple[tuple[type[FootnoteError], int], ...] = (
    (UnknownArticle, 404),
    (UnknownConversation, 404),
    (EmptyLibrary, 409),
    (ReadOnlyLibrary, 403),
    (ArticleError, 422),
    (Busy, 503),
    (InboxFull, 503),
    (AccessError, 503),
    (LibraryError, 503),
    (ModelError, 503),
)
