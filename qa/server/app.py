"""The whole web app: the chat, the reader, the probe, and what guards them."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

from index import Library

from ..reader import Reader
from .page import FinishedPage
from .reader import make_router
from .security import Guard

STATIC = Path(__file__).parent / "static"
# Gradio looks outside unless told not to, and reads this at import.
_OFFLINE = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}


def create_app(library: Library, reader: Reader | None = None, *, hosts: Collection[str] = ()) -> FastAPI:
    """The app over one library, with or without the reader. `hosts` are the names it may be called by; none means any.

    Sets the environment variables that keep Gradio from looking outside, and imports it: three seconds.
    """
    os.environ.update(_OFFLINE)
    app = FastAPI(title="Footnote", openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(make_router(library))
    app.mount("/ui", StaticFiles(directory=STATIC))

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/favicon.ico")
    def favicon() -> FileResponse:
        return FileResponse(STATIC / "icon.svg", media_type="image/svg+xml")

    own = tuple(app.routes)  # what Gradio adds to them is another matter
    _mount_chat(app, library, reader)
    # Gradio leaves cross-origin rules to its parent where the parent has some: no other origin may read answers.
    app.add_middleware(CORSMiddleware)
    app.add_middleware(FinishedPage)
    app.add_middleware(Guard, routes=own, hosts=hosts)
    return app


def _mount_chat(app: FastAPI, library: Library, reader: Reader | None) -> None:
    import gradio as gr

    from .chat import build_page

    gr.mount_gradio_app(
        app,
        build_page(library, reader),
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
