"""The web app as a process: takes the port first, loads second, stops when told. Light to import."""

from __future__ import annotations

import contextlib
import gc
import ipaddress
import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from index.errors import FootnoteError

from .access import load_access
from .life import Life

if TYPE_CHECKING:
    from types import FrameType

    from fastapi import FastAPI

    from index import Library

    from ..llm import LLM
    from ..reader import Reader

GRACE_S = 2
"""How long what is left may take once the server ends."""
CONNECTIONS = 500
"""At the same time; a page that is open holds one."""
KEEP_ALIVE_S = 75
"""How long a connection may idle: longer than clients keep theirs (often 5 s; nginx 60), or one is closed here just as
a question comes on it, and that question fails."""
RATE = 120
"""Questions and changes that a caller may send a minute, where others can reach the server."""
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


class PortInUse(FootnoteError):
    """The web app cannot have the address it was given."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(f"cannot serve on {host} port {port} ({reason}); choose another with --host or --port")


class NoPassword(FootnoteError):
    """Others could reach the server, and nothing would be asked of them."""

    def __init__(self, host: str, folder: Path) -> None:
        super().__init__(
            f"others can reach {host}, and the library has no password; set one with"
            f" `footnote password --library {folder}` first"
        )


def check_port(host: str, port: int) -> None:
    """Raise PortInUse if the address cannot be had. Loads nothing: to be called before anything slow."""
    listen(host, port).close()


def check_host(host: str, folder: Path) -> None:
    """Raise NoPassword where others could reach the server and the library in `folder` asks nothing of them."""
    if not is_loopback(host) and not load_access(folder):
        raise NoPassword(host, folder)


def serve(
    library: Library,
    host: str,
    port: int,
    announce: Callable[[str], object] = click.echo,
    reader: Reader | None = None,
    llm: LLM | None = None,
    *,
    names: Sequence[str] = (),
    rate: float | None = None,
    write: Callable[[str], object] | None = None,
) -> None:
    """Run the web app until Ctrl-C or SIGTERM; `announce` is called with its address once it answers.

    Port 0 takes a free one. `names` are others that it goes by, such as a proxy's. `rate` is how often a caller may ask
    in a minute: none is RATE where others can reach the server, else any number. `write` gets a line a question.
    Raises PortInUse and NoPassword before anything slow is loaded.
    """
    check_host(host, library.folder)
    listener = listen(host, port)
    life = Life(ready=False)
    if rate is None:
        rate = 0 if is_loopback(host) else RATE
    with contextlib.closing(listener), _clean_stop():
        # The encoder and Chroma load while Gradio is being imported: most of it is outside Python's lock.
        threading.Thread(target=_warm_up, args=[library, life], daemon=True).start()
        from .app import create_app

        app = create_app(
            library,
            reader,
            llm,
            hosts=_names(host, names),
            closed=not is_loopback(host),
            rate=rate,
            life=life,
            write=write,
        )
        _run(app, life, listener, lambda port: announce(address(host, port)))


def address(host: str, port: int) -> str:
    """The address a browser reaches the server by.

    >>> address("0.0.0.0", 7860), address("::1", 80)
    ('http://127.0.0.1:7860/', 'http://[::1]:80/')
    """
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}/"


def listen(host: str, port: int) -> socket.socket:
    """A listening socket at the address; port 0 takes a free one. Raises PortInUse."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise PortInUse(host, port, reason.partition(" (while")[0].lower()) from error


def _warm_up(library: Library, life: Life) -> None:
    try:
        with contextlib.suppress(FootnoteError):  # the first question meets it again, and says so
            library.warm_up()
    finally:
        life.ready = True


def _run(app: FastAPI, life: Life, listener: socket.socket, announce: Callable[[int], object]) -> None:
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                announce(listener.getsockname()[1])

        def handle_exit(self, number: int, frame: FrameType | None) -> None:
            if number == signal.SIGTERM and life.state != "draining":
                life.drain()
            else:  # Ctrl-C, or told twice
                super().handle_exit(number, frame)

        async def on_tick(self, counter: int) -> bool:
            return await super().on_tick(counter) or life.is_over()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            # Pages that are open hold a connection each, which is cut now: nothing that anybody should hear of.
            logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
            await super().shutdown(sockets)

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            # Uvicorn would raise the signal again once stopped, and so end with a traceback or a bad exit code.
            with _handling(self.handle_exit):
                yield

    config = uvicorn.Config(
        app,
        log_level="error",
        access_log=False,
        server_header=False,
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
    )
    Server(config).run([listener])
    gc.freeze()  # or Python looks at each of a million objects again before it ends: seconds, where it is busy


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server there.

    >>> is_loopback("localhost"), is_loopback("127.0.0.2"), is_loopback("0.0.0.0"), is_loopback("")
    (True, True, False, False)
    """
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _names(host: str, more: Sequence[str]) -> tuple[str, ...]:
    """The names that the server may be called by; none is any, where other machines may reach it."""
    return (*_LOOPBACK, host, *more) if is_loopback(host) else tuple(more)


@contextlib.contextmanager
def _clean_stop() -> Iterator[None]:
    """Ctrl-C and SIGTERM end the block quietly, also while modules are still being imported."""
    with contextlib.suppress(KeyboardInterrupt), _handling(lambda *_: sys.exit(0)):
        yield


@contextlib.contextmanager
def _handling(handler: Callable[..., object]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)
