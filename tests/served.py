"""A real server over a real library, in a thread of this process."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from index import Library
from qa.server.app import create_app
from qa.server.serving import listen


@contextmanager
def served(library: Library, *arguments: Any, **options: Any) -> Iterator[str]:
    """The address of the web app that `create_app` makes of these, without a slash at its end."""
    listener = listen("127.0.0.1", 0)
    app = create_app(library, *arguments, **options)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, args=[[listener]], daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
