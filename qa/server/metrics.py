"""What the server tells those who watch over it: that it lives, that it may be asked, and numbers without words."""

from __future__ import annotations

import json
import logging
import time
import traceback
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from index import Library

from ..answer import Answer
from .life import Life
from .limits import asks
from .refusals import refuse
from .security import add_headers

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ENDLESS = "/gradio_api/heartbeat/"
_PROBES = ("/healthz", "/readyz", "/metrics")
_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

log = logging.getLogger(__name__)


class Ledger:
    """Counts what is asked. `write` is called with a line for each question where that was asked for."""

    def __init__(self, library: Library, life: Life, write: Callable[[str], object] | None = None) -> None:
        self.write = write
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Counter(
            "footnote_requests", "Requests, by route and status", ["route", "method", "status"], registry=self.registry
        )
        self._request_seconds = Histogram(
            "footnote_request_seconds", "Time to the last byte", ["route"], buckets=_SECONDS, registry=self.registry
        )
        self._answers = Counter("footnote_answers", "Answers", ["mode", "outcome"], registry=self.registry)
        self._answer_seconds = Histogram(
            "footnote_answer_seconds", "Time to answer", ["mode"], buckets=_SECONDS, registry=self.registry
        )
        under_way = Gauge("footnote_requests_under_way", "Requests being answered", registry=self.registry)
        under_way.set_function(lambda: life.under_way)
        passages = Gauge("footnote_passages", "Passages in the library", registry=self.registry)
        passages.set_function(library.passage_count)

    def note(self, answer: Answer) -> None:
        """One more answer."""
        outcome = "abstained" if answer.abstained else "answered"
        milliseconds = answer.timings_ms.get("total", 0.0)
        self._answers.labels(answer.mode, outcome).inc()
        self._answer_seconds.labels(answer.mode).observe(milliseconds / 1000)
        if self.write:
            told = {"question": answer.question, "outcome": outcome, "mode": answer.mode, "ms": milliseconds}
            self.write(json.dumps(told, ensure_ascii=False))

    def note_request(self, route: str, method: str, status: int, seconds: float) -> None:
        """One more request."""
        self._requests.labels(route, method, str(status)).inc()
        self._request_seconds.labels(route).observe(seconds)


class Meter:
    """ASGI, before all else: counts, turns questions away while the server stops, and says 500 without a word of them.

    A traceback would carry what was asked into the log: of a fault, only its kind and its place are written there.
    """

    def __init__(self, app: ASGIApp, ledger: Ledger, life: Life) -> None:
        self.app = app
        self.ledger = ledger
        self.life = life

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status, start = 0, time.perf_counter()

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        counted = not scope["path"].startswith((_ENDLESS, *_PROBES))
        self.life.under_way += counted
        try:
            if self.life.state == "draining" and asks(scope):
                message = "the server is stopping; try again later"
                await _refuse(scope, receive, watched, 503, message, {"Connection": "close"})
            else:
                await self.app(scope, receive, watched)
        except Exception as error:
            log.error("%s while answering %s %s", place_of(error), _method(scope), _route(scope))
            if not status:
                await _refuse(scope, receive, watched, 500, "something went wrong here, which is a fault of Footnote's")
        finally:
            self.life.under_way -= counted
            if status:
                seconds = time.perf_counter() - start
                self.ledger.note_request(_route(scope), _method(scope), status, seconds)


def make_probes(life: Life, ledger: Ledger) -> APIRouter:
    """The routes `/healthz`, `/readyz` and `/metrics`."""
    router = APIRouter(tags=["Watch"])

    @router.get("/healthz", summary="It lives")
    def healthz() -> dict[str, str]:
        """Open even where a token is needed."""
        return {"status": "ok"}

    @router.get("/readyz", summary="It may be asked", responses={503: {"description": "It starts, or it stops"}})
    async def readyz() -> Response:
        """`ready`, else `starting` or `draining` with 503: from the moment that it is told to stop."""
        return JSONResponse({"status": life.state}, 200 if life.state == "ready" else 503)

    @router.get("/metrics", summary="Numbers for Prometheus", response_class=PlainTextResponse)
    def metrics() -> Response:
        """Requests, answers, times, memory; never a word of a question or an article."""
        return Response(generate_latest(ledger.registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return router


async def _refuse(
    scope: Scope, receive: Receive, send: Send, status: int, message: str, headers: Mapping[str, str] | None = None
) -> None:
    refusal = refuse(scope["path"], status, message, headers)
    add_headers(refusal.headers)
    await refusal(scope, receive, send)


def _route(scope: Scope) -> str:
    """The pattern of the route that was taken: never the path, which may hold what somebody typed."""
    route = scope.get("route")
    return str(getattr(route, "path", "") or "(other)")


def _method(scope: Scope) -> str:
    method: str = scope["method"]
    return method if method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH") else "(other)"


def place_of(error: BaseException) -> str:
    """Kind and place of an error without its words, which may be those of a question."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {frame.filename}:{frame.lineno}"
