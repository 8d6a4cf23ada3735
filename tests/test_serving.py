"""The web app as a process: the port first, quick to say so, and quiet when stopped."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from qa.server import PortInUse, check_port

SERVE = """
import sys
from index import Article, Library
from qa.server import serve
library = Library.open(sys.argv[1], create=True)
library.add([Article("a", "Rain", "It rained.", "a.txt")])
serve(library, "127.0.0.1", int(sys.argv[2]))
"""


def start(library: Path, port: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SERVE, str(library), str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent.parent,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_and_stops_when_told(tmp_path: Path, number: signal.Signals) -> None:
    """The address on standard output once it answers; a signal ends it with 0 and without a word."""
    process = start(tmp_path, 0)
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    assert httpx.get(f"{address}healthz").json() == {"status": "ok"}
    process.send_signal(number)
    _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, "")


def test_a_connection_that_idled_longer_than_clients_keep_theirs_still_answers(tmp_path: Path) -> None:
    process = start(tmp_path, 0)
    assert process.stdout is not None
    connection = http.client.HTTPConnection(httpx.URL(process.stdout.readline().strip()).netloc.decode())
    try:
        for idle_s in (0, 6):
            time.sleep(idle_s)
            connection.request("GET", "/healthz")
            assert connection.getresponse().read() == b'{"status":"ok"}'
    finally:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, "")


def test_a_port_in_use_is_one_line_at_once(tmp_path: Path) -> None:
    """Before Gradio is loaded, and with a way out."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortInUse, match=rf"port {port} .*address already in use.*--port"):
            check_port("127.0.0.1", port)


@pytest.mark.parametrize(("host", "port"), [("no.such.host.invalid", 7860), ("127.0.0.1", 99999), ("256.1.1.1", 80)])
def test_an_address_that_cannot_be_is_one_line(host: str, port: int) -> None:
    """Whatever is wrong with it."""
    with pytest.raises(PortInUse) as raised:
        check_port(host, port)
    assert "\n" not in str(raised.value)


def test_importing_it_loads_nothing_heavy() -> None:
    """The command line may import the server to check a port, and pays nothing for it."""
    code = "import sys, qa.server; sys.exit(any(name in sys.modules for name in ('gradio', 'fastapi', 'uvicorn')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
