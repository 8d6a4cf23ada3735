"""The door: what is closed without a password or token, how one gets in, and how one is kept out."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from index import Article, Library
from index.encoder import Encoder
from qa.server.access import FILE, Access, AccessError, load_access, save_access
from qa.server.app import create_app
from qa.server.auth import COOKIE, TRIES_PER_MINUTE
from qa.server.serving import NoPassword, check_host, is_loopback

from .conftest import Process

PASSWORD = "correct horse battery"  # noqa: S105
PATHS = (
    "/", "/config", "/theme.css", "/articles", "/conversations", "/read/a", "/ui/base.css", "/ui/chat.js", "/logout",
    "/favicon.ico", "/api", "/api/openapi.json", "/api/articles", "/api/articles/a", "/api/search?q=rain", "/api/ask",
    "/v1/models", "/v1/chat/completions", "/mcp", "/readyz", "/metrics", "/gradio_api/queue/join",
    "/gradio_api/queue/data?session_hash=x", "/gradio_api/heartbeat/x", "/gradio_api/cancel", "/gradio_api/upload",
    "/gradio_api/file=/etc/passwd", "/gradio_api/startup-events", "/gradio_api/reset", "/static/img/logo.svg",
    "/assets/index.js", "/monitoring", "/docs", "/openapi.json",
)  # fmt: skip


@pytest.fixture(scope="module")
def access() -> tuple[Access, str]:
    return Access().with_password(PASSWORD).with_token("script")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    folder = tmp_path_factory.mktemp("closed") / "library"
    with Library(folder, create=True, encoder=encoder) as library:
        library.add([Article("a", "Rain", "It rained in Lisbon on Monday.", "a.txt")])
    return folder


@pytest.fixture(scope="module")
def app_client(folder: Path, encoder: Encoder) -> Iterator[TestClient]:
    with Library(folder, encoder=encoder) as library, TestClient(create_app(library)) as client:
        yield client


@pytest.fixture
def client(app_client: TestClient, folder: Path, access: tuple[Access, str]) -> TestClient:
    """A visitor who has not signed in, from an address of its own."""
    save_access(folder, access[0])
    address = (f"10.0.{time.time_ns() // 256 % 256}.{time.time_ns() % 256}", 5000)
    return TestClient(app_client.app, follow_redirects=False, client=address)


def sign_in(client: TestClient, password: str = PASSWORD, **fields: str) -> int:
    return client.post("/login", data={"password": password, **fields}).status_code


def test_everything_is_closed_but_the_sign_in_and_the_probe(client: TestClient) -> None:
    """Ours, Gradio's, the files; a browser is led to the sign-in, a program is told 401; neither sees a word."""
    for path in PATHS:
        for response in (client.get(path), client.post(path, json={})):
            assert response.status_code in (401, 404, 405), path  # what is nowhere open is not opened by a password
            assert "Lisbon" not in response.text
        shown = client.get(path, headers={"Accept": "text/html"})
        assert shown.status_code in (303, 404, 405)
        assert shown.headers.get("location", "/login?next=").startswith("/login?next=")
    for path in ("/", "/articles", "/read/a", "/ui/base.css", "/api/articles", "/v1/models", "/readyz", "/metrics"):
        assert client.get(path).status_code == 401, path
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/login").status_code == 200
    assert client.get("/v1/models").json()["error"]["type"] == "authentication_error"


def test_a_password_opens_a_session(client: TestClient) -> None:
    """Its cookie is out of reach of scripts and other sites; signing out ends it on the server as well."""
    answer = client.post("/login", data={"password": PASSWORD, "next": "/read/a?s=0&e=2"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/read/a?s=0&e=2")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    assert "Lisbon" in client.get("/read/a").text
    kept = client.cookies[COOKIE]
    assert client.post("/logout").status_code == 303
    client.cookies.set(COOKIE, kept)
    assert client.get("/read/a").status_code == 401


def test_over_https_the_cookie_stays_there(app_client: TestClient, client: TestClient) -> None:
    """Secure, wherever the browser came by TLS."""
    secure = TestClient(app_client.app, base_url="https://testserver", follow_redirects=False)
    assert "Secure" in secure.post("/login", data={"password": PASSWORD}).headers["set-cookie"]


@pytest.mark.parametrize("place", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(client: TestClient, place: str, access: tuple[Access, str]) -> None:
    """An address of another host is not gone to."""
    assert client.post("/login", data={"password": access[1], "next": place}).headers["location"] == "/"


def test_a_token_opens_what_programs_ask(client: TestClient, folder: Path, access: tuple[Access, str]) -> None:
    """And nothing any more once it is revoked, nor does the session that it opened."""
    bearer = {"Authorization": f"Bearer {access[1]}"}
    for path in ("/api/articles", "/v1/models", "/metrics", "/readyz", "/api/openapi.json"):
        assert client.get(path, headers=bearer).status_code == 200, path
    assert client.get("/api/articles", headers={"Authorization": f"Bearer {access[1]}x"}).status_code == 401
    assert client.get("/api/articles", headers={"Authorization": f"Bearer {PASSWORD}"}).status_code == 401
    assert sign_in(client, access[1]) == 303
    assert client.get("/api/articles").status_code == 200
    save_access(folder, access[0].without_token("script"))
    assert client.get("/api/articles", headers=bearer).status_code == 401
    assert client.get("/api/articles").status_code == 401


def test_a_new_password_ends_the_sessions_of_the_old(client: TestClient, folder: Path) -> None:
    """Whoever knew it has to know the new one."""
    assert sign_in(client) == 303
    save_access(folder, Access().with_password("another horse"))
    assert client.get("/api/articles").status_code == 401


def test_tries_are_throttled(client: TestClient) -> None:
    """By address: after a few wrong ones even the right one waits, and is told for how long at once."""
    tries = [sign_in(client, "wrong") for _ in range(TRIES_PER_MINUTE)]
    while len(tries) < 4 * TRIES_PER_MINUTE and tries[-1] != 429:  # on a slow machine a try is earned back meanwhile
        tries.append(sign_in(client, "wrong"))
    assert tries[:TRIES_PER_MINUTE] == [403] * TRIES_PER_MINUTE
    start = time.perf_counter()
    answer = client.post("/login", data={"password": PASSWORD})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert time.perf_counter() - start < 1
    assert COOKIE not in client.cookies


def test_what_is_no_form_is_no_password(client: TestClient) -> None:
    """Nor a fault of ours."""
    for body in (b"", b"\xff", b"password", b"&" * 5000, b"password=" + b"x" * 100_000):
        assert client.post("/login", content=body).status_code in (403, 429)


def test_another_sites_page_cannot_sign_in_or_out(client: TestClient) -> None:
    """Nor do anything else with the cookie that the browser sends along."""
    assert sign_in(client) == 303
    evil = {"Origin": "http://evil.example"}
    for path in ("/login", "/logout", "/api/ask", "/api/articles", "/gradio_api/queue/join"):
        assert client.post(path, headers=evil).status_code == 403, path
    assert client.delete("/api/articles/a", headers=evil).status_code == 403
    assert client.get("/api/articles").status_code == 200


def test_the_sign_in_needs_no_script_and_no_other_file(client: TestClient) -> None:
    """All of it is in the page, whatever was tried before is not."""
    page = client.get("/login", params={"next": '"><script>alert(1)</script>'})
    assert "<script" not in page.text
    assert "http://" not in page.text
    assert "src=" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"


def test_the_file_holds_no_secret(folder: Path, client: TestClient, access: tuple[Access, str]) -> None:
    """Hashes, and readable by its owner alone; the same password twice is not the same hash."""
    kept = (folder / FILE).read_text()
    assert PASSWORD not in kept
    assert access[1] not in kept
    assert (folder / FILE).stat().st_mode & 0o777 == 0o600
    assert load_access(folder) == access[0]
    assert Access().with_password(PASSWORD).password != access[0].password


@pytest.mark.parametrize("kept", ["", "{", "[]", '{"password": "x", "tokens": []}', '{"password": "", "tokens": [7]}'])
def test_a_damaged_file_keeps_the_door_shut(client: TestClient, folder: Path, kept: str) -> None:
    """With a line that says what to do; the probe still answers."""
    (folder / FILE).write_text(kept)
    answer = client.get("/api/articles")
    assert answer.status_code == 503
    assert "footnote password" in answer.json()["error"]
    assert client.get("/healthz").status_code == 200
    with pytest.raises(AccessError, match="cannot be read"):
        load_access(folder)


def test_where_others_can_reach_it_the_door_stays_shut_without_the_file(library: Library) -> None:
    """It is not opened by deleting what closes it."""
    client = TestClient(create_app(library, closed=True))
    assert client.get("/api/articles").status_code == 401
    assert client.post("/login", data={"password": ""}).status_code == 403


@pytest.mark.parametrize("password", ["", "short", "x" * 1001])
def test_a_password_has_a_length(password: str) -> None:
    """Not short, not endless."""
    with pytest.raises(AccessError, match="8 to 1,000"):
        Access().with_password(password)


def test_other_hosts_need_a_password(tmp_path: Path, process: Process) -> None:
    """One line that says what to do, before anything is loaded; loopback needs none."""
    for host in ("127.0.0.1", "localhost", "::1", "127.8.8.8"):
        assert is_loopback(host)
        check_host(host, tmp_path)
    for host in ("0.0.0.0", "::", "192.168.1.5", "example.org", ""):  # noqa: S104
        with pytest.raises(NoPassword):
            check_host(host, tmp_path)
    refused = process("chat", "--host", "0.0.0.0", "--library", tmp_path / "l")  # noqa: S104
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)
    assert f"footnote password --library {tmp_path / 'l'}" in refused.stderr
    assert not (tmp_path / "l").exists()


def test_the_command_line_keeps_passwords_and_tokens(tmp_path: Path, process: Process) -> None:
    """Set from standard input, made, listed, revoked, removed; what is wrong is one line."""
    at = ("--library", tmp_path)
    assert process("password", *at, input="short\n").returncode == 2
    two_lines = process("password", *at, input=f"{PASSWORD}\n{PASSWORD}\n")
    assert (two_lines.returncode, "more than one line" in two_lines.stderr) == (2, True)
    assert process("password", *at, input=PASSWORD + "\n").returncode == 0
    assert load_access(tmp_path).knows_password(PASSWORD)
    key = process("token", "script", *at).stdout.strip()
    assert load_access(tmp_path).token(key)
    assert "script" in process("token", *at).stdout
    again = process("token", "script", *at)
    assert (again.returncode, again.stderr.count("\n")) == (2, 1)
    assert process("token", "script", "--revoke", *at).returncode == 0
    assert process("token", "script", "--revoke", *at).returncode == 2
    assert process("password", "--remove", *at).returncode == 0
    assert json.loads((tmp_path / FILE).read_text()) == {"password": "", "tokens": []}
    assert not load_access(tmp_path)
