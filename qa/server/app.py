"""The whole web app: the chat, the reader, the probe, and what guards them."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.routing import Route

from index import Library
from index.errors import FootnoteError

from ..inbox import Inbox
from ..llm import LLM
from ..reader import Reader
from .access import AccessFile
from .api import make_api
from .auth import Door, Keeper, make_login
from .conversations import make_conversations
from .desk import Desk
from .drafts import make_drafts
from .events import Events
from .life import Life
from .limits import Turnstile
from .mcp import PATH, Endpoint
from .metrics import Ledger, Meter, make_probes
from .openai import make_openai
from .page import FinishedPage
from .reader import make_router
from .reference import make_reference
from .refusals import fault, refuse, status_of
from .security import Guard
from .shelf import make_shelf

STATIC = Path(__file__).parent / "static"
# Gradio looks outside unless told not to, and reads this at import.
_OFFLINE = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}


def create_app(
    library: Library,
    reader: Reader | None = None,
    llm: LLM | None = None,
    *,
    hosts: Collection[str] = (),
    closed: bool = False,
    rate: float = 0,
    life: Life | None = None,
    write: Callable[[str], object] | None = None,
) -> FastAPI:
    """The app over one library, with or without the reader and a language model to write the answers.

    `hosts` are the names it may be called by; none means any.
    Where the library has a password or tokens, or it is `closed`, one of them is needed. `rate` is how often a caller
    may ask in a minute, 0 any number; `life` says when the server starts and stops; `write` gets a line a question.
    Sets the environment variables that keep Gradio from looking outside, and imports it: three seconds.
    """
    os.environ.update(_OFFLINE)
    life = life or Life()
    ledger = Ledger(library, life, write)
    desk = Desk(library, reader, ledger.note, llm)
    keeper = Keeper(AccessFile(library.folder), required=closed)
    tools = Endpoint(desk)
    inbox = Inbox(library)
    inbox.resume()

    @asynccontextmanager
    async def running(_: object) -> AsyncIterator[None]:
        async with tools.running(_):
            yield
        await run_in_threadpool(inbox.close)

    app = FastAPI(title="Footnote", openapi_url=None, docs_url=None, redoc_url=None, lifespan=running)
    pages = (make_router(library), make_shelf(library, inbox), make_conversations(library), make_drafts(library))
    for router in (*pages, make_api(desk, inbox), make_openai(desk), make_probes(life, ledger)):
        app.include_router(router)
    app.include_router(make_login(keeper))
    app.include_router(make_reference(app))
    app.router.routes.append(Route(PATH, tools, methods=["POST"]))
    app.mount("/ui", StaticFiles(directory=STATIC))

    @app.get("/favicon.ico", include_in_schema=False)
    def favicon() -> FileResponse:
        return FileResponse(STATIC / "icon.svg", media_type="image/svg+xml")

    _answer_errors(app)
    own = tuple(app.routes)  # what Gradio adds to them is another matter
    page = _mount_chat(app, library, reader, ledger, llm)
    # The last one added is the first one asked. Gradio leaves cross-origin rules to its parent where the parent has
    # some: no other origin may read answers.
    app.add_middleware(CORSMiddleware)
    app.add_middleware(FinishedPage)
    app.add_middleware(Events, sizes={number: len(event.inputs) for number, event in page.fns.items()})
    if rate:
        app.add_middleware(Turnstile, per_minute=rate)
    app.add_middleware(Door, keeper=keeper)
    app.add_middleware(Guard, routes=own, hosts=hosts)
    app.add_middleware(Meter, ledger=ledger, life=life)
    return app


def _answer_errors(app: FastAPI) -> None:
    """One line for everything that goes wrong; what was sent is not sent back, and not logged."""

    @app.exception_handler(FootnoteError)
    def refused(request: Request, error: FootnoteError) -> Response:
        return refuse(request.url.path, status_of(error), str(error))

    @app.exception_handler(RequestValidationError)
    def not_understood(request: Request, error: RequestValidationError) -> Response:
        return refuse(request.url.path, 422, "; ".join(fault(e) for e in error.errors()[:3]))

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> Response:
        return refuse(request.url.path, error.status_code, str(error.detail), error.headers)


def _mount_chat(app: FastAPI, library: Library, reader: Reader | None, ledger: Ledger, llm: LLM | None) -> Any:
    """Gradio's page, at `/`."""
    import gradio as gr

    from .chat import build_page

    page = build_page(library, reader, ledger.note, llm)
    gr.mount_gradio_app(
        app,
        page,
        "/",
        app_kwargs={"openapi_url": None},
        theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        show_error=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        max_file_size="1kb",
    )
    return page
