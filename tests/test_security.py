"""The app from outside: what is closed stays closed, what is too large is refused, every answer has its headers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from index import Article, Library
from qa.server.app import create_app
from qa.server.security import MAX_BODY


@pytest.fixture(scope="module")
def library_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("library")


@pytest.fixture(scope="module")
def client(library_folder: Path) -> Iterator[TestClient]:
    with Library.open(library_folder, create=True) as library:
        library.add([Article("a", "</script><script>alert(1)</script>", "It rained.", "a.txt")])
        with TestClient(create_app(library), raise_server_exceptions=False) as opened:
            yield opened


def test_the_probe_answers(client: TestClient) -> None:
    """`/healthz` for those who watch the process."""
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.parametrize(
    "path",
    [
        "/docs", "/redoc", "/openapi.json", "/gradio_api/openapi.json", "/gradio_api/info", "/monitoring",
        "/monitoring/summary", "/gradio_api/upload", "/gradio_api/file=/etc/passwd", "/file=/etc/passwd",
        "/gradio_api/proxy=http://127.0.0.1:1/", "/gradio_api/run/predict", "/gradio_api/call/answer",
        "/gradio_api/mcp", "/gradio_api/runs", "/gradio_api/login", "/read", "/gradio_api/deep_link", "/ui/../app.py",
        "/ui/%2e%2e/app.py",
    ],
)  # fmt: skip
def test_what_the_page_does_not_need_is_closed(client: TestClient, path: str) -> None:
    """Gradio's own doors and ours alike: 404, or 405 where only the verb is wrong."""
    for response in (client.get(path), client.post(path, json={})):
        assert response.status_code in (404, 405), path


def test_a_large_body_is_refused(client: TestClient) -> None:
    """By its length, before it is read; a body that does not say its length, too."""
    assert client.post("/gradio_api/queue/join", content=b"x" * (MAX_BODY + 1)).status_code == 413
    assert client.post("/gradio_api/queue/join", content=iter([b"x"])).status_code == 411


def test_every_answer_has_its_headers(client: TestClient) -> None:
    """Pages, files, errors."""
    for path in ("/", "/articles", "/read/a", "/read/none", "/ui/chat.js", "/theme.css", "/healthz", "/nothing"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'self'" in headers["content-security-policy"]


def test_the_page_may_run_its_own_scripts_only(client: TestClient) -> None:
    """No unsafe-inline, no unsafe-eval; each inline script is allowed by its hash; no title has slipped in."""
    page = client.get("/")
    policy = page.headers["content-security-policy"]
    scripts = re.search(r"script-src ([^;]*)", policy)
    assert scripts is not None
    assert "unsafe" not in scripts[1]
    assert scripts[1].count("sha256-") == len(re.findall(r"<script(?![^>]*\ssrc=)", page.text))
    assert "connect-src 'self'" in policy
    assert "alert(1)" not in page.text
    assert "<title>Footnote</title>" in page.text


def test_no_other_origin_may_read(client: TestClient) -> None:
    """Nothing invites a page of another origin, on whatever host this is served."""
    for path in ("/", "/read/a", "/config", "/theme.css"):
        headers = client.get(path, headers={"Origin": "http://localhost:1234"}).headers
        assert not [name for name in headers if name.startswith("access-control-")], path


def test_only_its_own_names_are_answered_to(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A name that somebody pointed at this machine is refused."""
    with Library.open(tmp_path_factory.mktemp("library"), create=True) as library:
        client = TestClient(create_app(library, hosts=["localhost", "[::1]"]))
        assert client.get("/healthz", headers={"Host": "localhost:7860"}).status_code == 200
        assert client.get("/healthz", headers={"Host": "[::1]:7860"}).status_code == 200
        assert client.get("/healthz", headers={"Host": "evil.example:7860"}).status_code == 421


def test_gradio_has_nothing_to_look_up(client: TestClient) -> None:
    """Analytics are off in what the browser is told, and no address of another host is in the page."""
    page = client.get("/").text
    assert '"analytics_enabled":false' in page
    assert re.findall(r"https?://(?!testserver)[\w.-]+", page) == []


def test_another_sites_page_changes_nothing(client: TestClient) -> None:
    """A browser says which site's page sends a request; one of another site, or of none that it names, is refused."""
    join = "/gradio_api/queue/join"
    for headers in (
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        assert client.post(join, json={}, headers=headers).status_code == 403, headers
    for headers in (
        {},
        {"Origin": "http://testserver"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://a.proxy"},
    ):
        assert client.post(join, json={}, headers=headers).status_code != 403, headers


def test_a_wrong_method_does_not_fall_through_to_gradio(client: TestClient) -> None:
    """A path of ours is ours by every method."""
    assert client.post("/healthz").status_code == 405
    assert client.delete("/articles").status_code == 405


@pytest.mark.parametrize(
    "route", ["/gradio_api/file=", "/file=", "/gradio_api/proxy=", "/static/", "/assets/", "/ui/", "/read/"]
)
@pytest.mark.parametrize(
    "wanted",
    [
        "/etc/passwd", "../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "%00", "file:///etc/passwd", "%2e%2e/app.py",
        "http://169.254.169.254/latest/meta-data", "http://127.0.0.1:1/", "//evil.example/x", "\\\\evil.example\\x",
        "catalog.sqlite3", "access.json", ".env", "../security.py",
    ],
)  # fmt: skip
def test_no_path_leads_to_a_file_or_another_host(client: TestClient, route: str, wanted: str) -> None:
    """Not the system's, not ours, not the library's; and nobody is sent elsewhere."""
    response = client.get(route + wanted, follow_redirects=False)
    assert response.status_code in (403, 404)
    assert "location" not in response.headers
    assert "root:" not in response.text
    assert "import " not in response.text


@pytest.mark.parametrize(
    "event",
    [
        {}, [], 7, {"fn_index": 999, "data": [], "session_hash": "s"}, {"fn_index": 0, "data": [], "session_hash": "s"},
        {"fn_index": 0, "data": ["?"] * 40, "session_hash": "s"}, {"fn_index": True, "data": [], "session_hash": "s"},
        {"fn_index": 0, "data": "why?", "session_hash": "s"}, {"fn_index": "0", "data": [], "session_hash": "s"},
        {"fn_index": -1, "data": [], "session_hash": "s"}, {"fn_index": 0, "data": []}, {"session_hash": ["s"]},
    ],
)  # fmt: skip
def test_gradio_is_told_only_of_events_that_the_page_has(client: TestClient, event: object) -> None:
    """What would make it fail, and write the values into the log, does not reach it."""
    response = client.post("/gradio_api/queue/join", json=event)
    assert response.status_code == 422
    assert response.text == "the page has no such event\n"


def test_the_pages_configuration_holds_no_secret(client: TestClient, library_folder: Path) -> None:
    """Neither where the library lies, nor what is in it."""
    for path in ("/config", "/", "/healthz", "/readyz", "/api/openapi.json", "/metrics"):
        text = client.get(path).text
        assert str(library_folder) not in text
        assert "It rained" not in text
