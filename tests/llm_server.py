"""A model server for tests: it speaks OpenAI's chat completions, and has every fault that such a server can have."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from qa.endpoint import Endpoint
from qa.llm import LLM

Asked = dict[str, Any]
Behaviour = Callable[["Request"], None]
"""What the server does with one request."""


class ModelServer(ThreadingHTTPServer):
    """Answers chat completions with `behaviour`; `asked` holds the bodies of the requests, `headers` theirs."""

    daemon_threads = True

    def __init__(self, behaviour: Behaviour) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.behaviour = behaviour
        self.asked: list[Asked] = []
        self.headers: list[dict[str, str]] = []
        self.models: bytes | None = json.dumps({"data": [{"id": "qwen3:4b"}, {"id": "llama3.2"}]}).encode()
        """What it says that it offers; None where it never says."""
        self.hung_up = threading.Event()
        """Set once a client has gone before its answer was done."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def llm(self, deadline_s: float = 20.0, key: str | None = None, rest_s: float = 60.0) -> LLM:
        """The client that asks this server."""
        return LLM(Endpoint("test/model", self.url, "model", key), deadline_s=deadline_s, rest_s=rest_s)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is what some of these tests are about."""


class Request(BaseHTTPRequestHandler):
    """One request, and the ways to answer it."""

    server: ModelServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(body)
        self.server.headers.append({name.lower(): value for name, value in self.headers.items()})
        try:
            self.server.behaviour(self)
        except OSError:
            self.server.hung_up.set()

    def do_GET(self) -> None:
        if self.server.models is None:
            is_silent(self)
        else:
            self.send_bytes(self.server.models, media_type="application/json")

    @property
    def prompt(self) -> str:
        """All that the model was told."""
        return "\n".join(message["content"] for message in self.server.asked[-1]["messages"])

    def send_json(self, content: object, status: int = 200) -> None:
        self.send_bytes(json.dumps(content).encode(), status, "application/json")

    def send_bytes(self, content: bytes, status: int = 200, media_type: str = "text/event-stream") -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def start(self) -> None:
        """The head of a stream that ends when the connection does."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()

    def send_piece(self, text: str | None, finish: str | None = None) -> None:
        choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
        self.wfile.write(f"data: {json.dumps({'choices': [choice]})}\n\n".encode())
        self.wfile.flush()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        pass


@contextmanager
def serving(behaviour: Behaviour) -> Iterator[ModelServer]:
    """A model server on this machine, for the length of a block."""
    server = ModelServer(behaviour)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def says(text: str | Callable[[Request], str], *, size: int = 7, finish: str = "stop") -> Behaviour:
    """Writes this text in pieces, and is done."""

    def behave(request: Request) -> None:
        said = text if isinstance(text, str) else text(request)
        request.start()
        for start in range(0, len(said), size):
            request.send_piece(said[start : start + size])
        request.send_piece(None, finish)
        request.wfile.write(b"data: [DONE]\n\n")

    return behave


def refuses(status: int) -> Behaviour:
    """An HTTP status in place of an answer, with words that no one is to see."""
    return lambda request: request.send_json({"error": {"message": "see http://evil.example/?key=1"}}, status)


def sends(content: bytes) -> Behaviour:
    """These bytes as they are, and then the end of the connection."""

    def behave(request: Request) -> None:
        request.start()
        request.wfile.write(content)

    return behave


def hangs(text: str = "") -> Behaviour:
    """Writes this, and then nothing more, until the client has gone."""

    def behave(request: Request) -> None:
        request.start()
        if text:
            request.send_piece(text)
        while True:
            time.sleep(0.02)
            request.wfile.write(b": still there\n\n")
            request.wfile.flush()

    return behave


def is_silent(request: Request) -> None:
    """Takes the request and says nothing at all, until the client has gone."""
    request.connection.settimeout(30)
    if request.connection.recv(1) == b"":
        request.server.hung_up.set()


def never_ends(text: str) -> Behaviour:
    """Writes the same thing over and over."""

    def behave(request: Request) -> None:
        request.start()
        while True:
            request.send_piece(text)
            time.sleep(0.002)

    return behave


NUMBERED = re.compile(r"^\[(\d+)\] (.*)$", re.MULTILINE)


def given(request: Request) -> list[tuple[str, str]]:
    """The numbers and sentences that the model was given."""
    return NUMBERED.findall(request.prompt)


def number_of(request: Request, words: str) -> int:
    """The number under which the model was given the sentence that holds these words."""
    return next(int(number) for number, text in given(request) if words in text)
