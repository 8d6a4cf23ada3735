"""What Gradio's queue is told: only events that the page has, in the shape that it sends them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from starlette.requests import Request

from .refusals import refuse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

JOIN = "/gradio_api/queue/join"


class Events:
    """ASGI: refuses an event that is none of the page's, where Gradio would fail and write its values into the log.

    `sizes` has the number of values that each event takes, by its number.
    """

    def __init__(self, app: ASGIApp, sizes: Mapping[int, int]) -> None:
        self.app = app
        self.sizes = sizes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] != "http" or scope["path"] != JOIN:
            await self.app(scope, receive, send)
            return
        body = await Request(scope, receive).body()
        if not self._is_event(body):
            await refuse(JOIN, 422, "the page has no such event")(scope, receive, send)
            return
        sent = False

        async def again() -> Message:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, again, send)

    def _is_event(self, body: bytes) -> bool:
        try:
            event: Any = json.loads(body)
        except (ValueError, RecursionError):
            return False
        if not isinstance(event, dict) or not isinstance(event.get("data"), list):
            return False
        number = event.get("fn_index")
        is_known = type(number) is int and self.sizes.get(number) == len(event["data"])
        return is_known and isinstance(event.get("session_hash"), str) and bool(event["session_hash"])
