"""The web app as a process: takes the port first, loads second, stops when told. Light to import."""

from __future__ import annotations

import contextlib
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import click

from index.errors import FootnoteError

if TYPE_CHECKING:
    from index import Library

    from ..reader import Reader

GRACE_S = 2
"""How long answers under way may take once the server is told to stop."""
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


class PortInUse(FootnoteError):
    """The web app cannot have the address it was given."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(f"cannot serve on {host} port {port} ({reason}); choose another with --host or --port")


def check_port(host: str, port: int) -> None:
    """Raise PortInUse if the address cannot be had. Loads nothing: to be called before anything slow."""
    listen(host, port).close()


def serve(
    library: Library,
    host: str,
    port: int,
    announce: Callable[[str], object] = click.echo,
    reader: Reader | None = None,
) -> None:
    """Run the web app until Ctrl-C or SIGTERM; `announce` is called with its address once it answers.

    Port 0 takes a free one. Raises PortInUse before anything slow is loaded.
    """
    listener = listen(host, port)
    if not _names(host):
        click.echo("There is no password: whoever can reach this machine can read the articles here.", err=True)
    with contextlib.closing(listener), _clean_stop():
        # The encoder and Chroma load while Gradio is being imported: most of it is outside Python's lock.
        threading.Thread(target=_warm_up, args=[library], daemon=True).start()
        _run(library, reader, host, listener, announce)


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


def _warm_up(library: Library) -> None:
    with contextlib.suppress(FootnoteError):  # the first question meets it again, and says so
        library.warm_up()


def _run(
    library: Library, reader: Reader | None, host: str, listener: socket.socket, announce: Callable[[str], object]
) -> None:
    import uvicorn

    from .app import create_app

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                announce(address(host, listener.getsockname()[1]))

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            # Uvicorn would raise the signal again once stopped, and so end with a traceback or a bad exit code.
            with _handling(self.handle_exit):
                yield

    app = create_app(library, reader, hosts=_names(host))
    config = uvicorn.Config(
        app, log_level="error", access_log=False, server_header=False, timeout_graceful_shutdown=GRACE_S
    )
    Server(config).run([listener])


def _names(host: str) -> tuple[str, ...]:
    """The names that a browser may call the server by; none (any) where other machines may reach it."""
    return _LOOPBACK if f"[{host}]" in _LOOPBACK or host in _LOOPBACK else ()


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
