"""A small web site on this machine, for tests of fetching."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from index.fetch import Address

PAGE = b"<html><head><title>Ice</title></head><body><p>The harbour froze.</p></body></html>"


class Site(ThreadingHTTPServer):
    """A web site: `answers` says what each path gives; `asked` holds the requests, with their headers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def permits(self, address: Address, port: int) -> bool:
        """This site and no other."""
        return (str(address), port) == ("127.0.0.1", self.port)

    def give(self, path: str, content: bytes = PAGE, media_type: str = "text/html", **headers: str) -> str:
        """Answer `path` with this content; the address to ask."""
        headers = {"Content-Type": media_type, "Content-Length": str(len(content))} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        self.answers[path] = lambda request: respond(request, 200, headers, content)
        return self.url + path

    def redirect(self, path: str, target: str, status: int = 302) -> str:
        self.answers[path] = lambda request: respond(request, status, {"Location": target, "Content-Length": "0"}, b"")
        return self.url + path

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is what many of these tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.server.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        answer = self.server.answers.get(self.path.partition("?")[0])
        if answer:
            answer(self)
        else:
            self.send_error(404)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        pass


def respond(request: BaseHTTPRequestHandler, status: int, headers: dict[str, str], content: bytes) -> None:
    request.send_response(status)
    for name, value in headers.items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(content)


@contextmanager
def serving(site: Site) -> Iterator[Site]:
    thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.shutdown()
        site.server_close()
        thread.join()
