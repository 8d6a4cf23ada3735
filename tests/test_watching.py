"""The server as those see it who watch over it: probes, numbers, an orderly end, logs without a word of a question."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from index import Article, Library
from index.encoder import Encoder
from qa.server.app import create_app
from qa.server.life import Life
from qa.server.metrics import Ledger, Meter

from .conftest import REPOSITORY
from .llm_server import ModelServer, Request, hangs, says, serving

SECRET = "Xyzzyquux"  # noqa: S105
SLOWLY = "Lisbon Slowly"
"""In a question: the model begins to answer it, and never ends."""
SERVE = """
import sys
from pathlib import Path
from index import Library
from qa.llm import open_llm
from qa.server import serve
with Library(Path(sys.argv[1])) as library:
    serve(library, "127.0.0.1", 0, llm=open_llm(sys.argv[2], {}))
"""


@pytest.fixture
def secret_library(tmp_path: Path, encoder: Encoder) -> Path:
    folder = tmp_path / "library"
    with Library(folder, create=True, encoder=encoder) as library:
        library.add([Article("s", f"{SECRET} Corp", f"{SECRET} was founded in Lisbon in 1987 by Ada Quill.", "s.txt")])
    return folder


@pytest.fixture
def model() -> Iterator[ModelServer]:
    """A language model that writes what no article says."""

    def behave(request: Request) -> None:
        (hangs("Ada ") if SLOWLY in request.prompt else says("It was Queen Victoria."))(request)

    with serving(behave) as running:
        yield running


@pytest.fixture
def server(secret_library: Path, tmp_path: Path, model: ModelServer) -> Iterator[subprocess.Popen[str]]:
    """A server in a process of its own, with temporary files of its own and a key that is none of its business."""
    (tmp_path / "tmp").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, secret_library, f"{model.url}#model"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
        env={**os.environ, "TMPDIR": str(tmp_path / "tmp"), "OPENAI_API_KEY": "sk-nobodys"},
    )
    yield process
    process.kill()
    process.communicate()


def wrongly(address: str) -> None:
    """Ask in every way there is, right and wrong, with a word that must not be kept."""
    q = f"When was {SECRET} founded?"
    join = {"fn_index": 0, "session_hash": "a"}
    posts: list[tuple[str, Any]] = [
        ("/api/ask", {"question": q}), ("/api/ask", {"question": SECRET * 500}), ("/api/ask", {SECRET: q}),
        ("/api/ask", {"question": q, "history": [{SECRET: 1}]}), ("/api/search", {"query": q}),
        ("/api/articles", {"articles": [{"id": SECRET, "text": 7}]}), ("/api/articles", {"urls": [f"ftp://{SECRET}"]}),
        ("/v1/chat/completions", {"model": "footnote", "messages": [{"role": "user", "content": q}], "stream": True}),
        ("/v1/chat/completions", {"model": SECRET, "messages": [{"role": "user", "content": q}]}),
        ("/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": SECRET, "arguments": {}}}),
        ("/gradio_api/queue/join", {**join, "data": [q]}), ("/gradio_api/queue/join", {**join, "data": [q] * 9}),
        ("/gradio_api/queue/join", {**join, "fn_index": 99, "data": [q]}),
        ("/login", {"password": SECRET}), (f"/{SECRET}", {}),
    ]  # fmt: skip
    for path, body in posts:
        assert httpx.post(address + path, json=body).status_code < 500, path
    for path in (f"/api/search?q={SECRET}", f"/api/articles/{SECRET}", f"/read/{SECRET}", f"/{SECRET}?{SECRET}"):
        assert httpx.get(address + path, headers={SECRET: SECRET, "Cookie": f"a={SECRET}"}).status_code < 500, path
    with suppress(httpx.RemoteProtocolError):  # Gradio breaks off a stream that nobody has begun
        httpx.get(address + "/gradio_api/queue/data", params={"session_hash": SECRET})
    assert httpx.post(address + "/api/ask", content=SECRET.encode() + b"{").status_code == 422


def files_with(secret: str, folder: Path) -> list[Path]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if secret.encode() in path.read_bytes() or secret in path.name]


def test_it_ends_in_order_and_keeps_nothing(server: subprocess.Popen[str], tmp_path: Path) -> None:
    """Told to stop, it says so first, answers what is under way, and ends with 0 in ten seconds; no word is left."""
    assert server.stdout is not None
    address = server.stdout.readline().strip().rstrip("/")
    deadline = time.monotonic() + 60
    while httpx.get(f"{address}/readyz").status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    wrongly(address)
    counted = httpx.get(f"{address}/metrics").text
    assert 'footnote_answers_total{mode="extractive",outcome="answered"} ' in counted
    assert 'footnote_requests_total{method="POST",route="/api/ask",status="200"} 1.0' in counted
    assert SECRET not in counted

    beating, writing = threading.Event(), threading.Event()

    def keep_a_page_open() -> None:
        with httpx.stream("GET", f"{address}/gradio_api/heartbeat/page", timeout=30) as response:
            for _ in response.iter_raw():
                beating.set()

    def ask(_: int) -> int:
        try:
            return httpx.post(f"{address}/api/ask", json={"question": f"Who founded {SECRET}?"}, timeout=30).status_code
        except httpx.ConnectError:  # after the end
            return 0

    def ask_slowly() -> None:
        question = {"question": f"Who founded {SECRET} in {SLOWLY}?", "stream": True}
        with httpx.stream("POST", f"{address}/api/ask", json=question, timeout=60) as response:
            for _ in response.iter_raw():
                writing.set()

    with ThreadPoolExecutor(22) as pool:
        page, slow = pool.submit(keep_a_page_open), pool.submit(ask_slowly)
        assert beating.wait(20)
        assert writing.wait(20)
        asked = [pool.submit(ask, n) for n in range(20)]
        asked[0].result()
        start = time.monotonic()
        server.send_signal(signal.SIGTERM)
        states = set()
        while time.monotonic() - start < 10:
            try:
                states.add(httpx.get(f"{address}/readyz").json()["status"])
            except httpx.TransportError:
                break
        out, errors = server.communicate(timeout=10)
        assert time.monotonic() - start < 10
        for cut in (page, slow):
            assert cut.exception() is None or isinstance(cut.exception(), httpx.TransportError)
    assert server.returncode == 0
    assert "draining" in states
    assert {job.result() for job in asked} <= {200, 503, 0}
    assert SECRET not in out + errors
    assert "sk-nobodys" not in out + errors
    assert "Traceback" not in errors
    assert files_with(SECRET, tmp_path / "tmp") == []


def test_questions_are_written_down_where_that_is_asked_for(secret_library: Path, encoder: Encoder) -> None:
    """A line of JSON each, from every way of asking."""
    lines: list[str] = []
    with (
        Library(secret_library, encoder=encoder) as library,
        TestClient(create_app(library, write=lines.append)) as client,
    ):
        client.post("/api/ask", json={"question": f"Who founded {SECRET}?"})
        message = {"role": "user", "content": "What do zebras eat?"}
        client.post("/v1/chat/completions", json={"model": "footnote", "messages": [message]})
    told = [json.loads(line) for line in lines]
    assert [line["question"] for line in told] == [f"Who founded {SECRET}?", "What do zebras eat?"]
    assert [line["outcome"] for line in told] == ["answered", "abstained"]


def test_a_server_that_stops_takes_no_question(seeds: Library) -> None:
    """Probes and pages still answer; a server that starts says that, too."""
    life = Life(ready=False)
    client = TestClient(create_app(seeds, life=life))
    assert (client.get("/readyz").status_code, client.get("/readyz").json()) == (503, {"status": "starting"})
    life.ready = True
    assert client.get("/readyz").json() == {"status": "ready"}
    life.drain()
    assert (client.get("/readyz").status_code, client.get("/readyz").json()) == (503, {"status": "draining"})
    for path in ("/api/ask", "/v1/chat/completions", "/gradio_api/queue/join"):
        refused = client.post(path, json={})
        assert (refused.status_code, refused.headers["connection"]) == (503, "close")
        assert refused.headers["x-content-type-options"] == "nosniff"
    assert client.get("/healthz").status_code == 200
    assert client.get("/articles").status_code == 200


def test_a_fault_of_ours_is_told_without_what_was_asked(seeds: Library, caplog: pytest.LogCaptureFixture) -> None:
    """500 in one line to the caller; in the log its kind and place, and nothing of the request."""
    life = Life()
    app = FastAPI()

    @app.get("/broken/{word}")
    def broken(word: str) -> None:
        raise RuntimeError(word)

    app.add_middleware(Meter, ledger=Ledger(seeds, life), life=life)
    answer = TestClient(app).get(f"/broken/{SECRET}")
    assert answer.status_code == 500
    assert "Traceback" not in answer.text
    assert SECRET not in answer.text + caplog.text
    assert "RuntimeError in" in caplog.text
    assert "GET /broken/{word}" in caplog.text
    assert life.under_way == 0
