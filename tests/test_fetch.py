"""Fetching: from a real server on this machine, which only an explicit parameter lets it reach."""

from __future__ import annotations

import gzip
import ipaddress
import shutil
import socket
import ssl
import subprocess
import time
import zlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from index import ArticleError
from index import fetch as fetching
from index.fetch import Download, fetch, is_public

from .website import PAGE, Site, respond, serving


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(Site()) as running:
        yield running


def problem(url: str, site: Site | None = None) -> str:
    with pytest.raises(ArticleError) as caught:
        fetch(url, site.permits if site else is_public)
    assert "\n" not in str(caught.value)
    assert caught.value.source == url
    return caught.value.reason


# -- what is fetched ---------------------------------------------------------------------------------------------------


def test_a_page_is_fetched_with_its_type_and_charset(site: Site) -> None:
    url = site.give("/ice", media_type="text/html; charset=ISO-8859-1")
    assert fetch(url, site.permits) == Download(url, "text/html", "ISO-8859-1", PAGE)


def test_it_says_who_asks_and_sends_no_cookie_or_login(site: Site) -> None:
    site.give("/ice", Set_Cookie="spy=1")
    site.redirect("/start", "/ice")
    fetch(site.url + "/start", site.permits)
    fetch(site.url + "/start", site.permits)
    for _, headers in site.asked:
        assert headers["user-agent"].startswith("Footnote/")
        assert headers["host"] == f"127.0.0.1:{site.port}"
        assert not {"cookie", "authorization", "referer"} & headers.keys()


def test_redirects_are_followed_to_the_address_that_is_kept(site: Site) -> None:
    site.give("/c%C3%A9/ice")
    site.redirect("/b", "/cé/ice#top")
    start = site.redirect("/a", "b")
    assert fetch(start, site.permits).url in (f"{site.url}/cé/ice", f"{site.url}/c%C3%A9/ice")


def test_a_name_of_other_letters_is_asked_for_as_browsers_do(site: Site) -> None:
    site.give("/caf%C3%A9")
    assert fetch(f"{site.url}/café?q=ö&r=%20#part", site.permits).content == PAGE
    assert site.asked[0][0] == "/caf%C3%A9?q=%C3%B6&r=%20"


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_what_is_packed_is_unpacked(site: Site, pack: Callable[[bytes], bytes]) -> None:
    name = "gzip" if pack is gzip.compress else "deflate"
    packed = pack(PAGE)
    url = site.give("/ice", packed, Content_Encoding=name, Content_Length=str(len(packed)))
    assert fetch(url, site.permits).content == PAGE


# -- where it may lead -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    """
    127.0.0.1 127.8.9.1 0.0.0.0 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.100.100.200 192.0.0.192 192.0.2.1
    198.18.0.1 203.0.113.9 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255 168.63.129.16 192.88.99.1
    :: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::127.0.0.1 fe80::1 fec0::1 fc00::1 fd00:ec2::254
    ff02::1 2001:db8::1 2002:7f00:1:: 2002:808:808:: 2001:0:7f00:1:: 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::1
    """.split(),
)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address), 80)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_a_public_address_is_reached_at_the_ports_of_the_web(address: str) -> None:
    assert is_public(ipaddress.ip_address(address), 443)
    assert is_public(ipaddress.ip_address(address), 80)
    assert not is_public(ipaddress.ip_address(address), 22)
    assert not is_public(ipaddress.ip_address(address), 8080)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f000001",
        "127.1",
        "0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
    ],
)
def test_this_machine_is_not_asked_under_any_name(site: Site, host: str) -> None:
    site.give("/ice")
    reason = problem(f"http://{host}:{site.port}/ice")
    assert reason.endswith("; only public addresses at ports 80 and 443 are fetched") or "no address" in reason
    assert site.asked == []


def test_a_redirect_to_a_private_address_is_not_followed(site: Site) -> None:
    with serving(Site()) as inner:
        secret = inner.give("/secret")
        url = site.redirect("/open", secret)
        assert f"leads to 127.0.0.1, port {inner.port}" in problem(url, site)
        assert inner.asked == []


def test_the_address_that_was_checked_is_the_one_that_is_asked(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that gives a good address first and a private one after (DNS rebinding) gets one look-up only."""
    with serving(Site()) as inner:
        inner.give("/ice", b"<p>secret</p>")
        site.give("/ice")
        answers = [site.port, inner.port, inner.port]
        looked_up = socket.getaddrinfo

        def rebinding(host: str, port: int, *arguments: object, **options: object) -> object:
            assert host == "rebinding.example"
            return looked_up("127.0.0.1", answers.pop(0), type=socket.SOCK_STREAM)

        monkeypatch.setattr(socket, "getaddrinfo", rebinding)
        content = fetch("http://rebinding.example/ice", lambda address, port: True).content
        assert (content, len(answers), inner.asked) == (PAGE, 2, [])


def test_one_private_address_among_public_ones_is_enough_to_refuse(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    addresses = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 80)) for ip in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *arguments, **options: addresses)
    assert problem("http://mixed.example/").startswith("leads to 10.0.0.1, port 80")


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("ftp://a.example/x", "only http and https addresses are read"),
        ("file:///etc/passwd", "is not a web address"),
        ("gopher://a.example/", "only http and https addresses are read"),
        ("http://", "is not a web address"),
        ("http:///x", "is not a web address"),
        ("http://a b/", "is not a web address"),
        ("http://a.example:0/", "is not a web address"),
        ("http://a.example:99999/", "is not a web address"),
        ("http://[::1/", "is not a web address"),
        ("http://a.example\\@b.example/", "is not a web address"),
        (f"http://{'a' * 70}.example/", "is not a web address"),
        ("http://name:word@a.example/", "holds a user name or password; give the address without it"),
    ],
)
def test_what_is_no_web_address_is_refused_before_anything_is_asked(url: str, complaint: str) -> None:
    assert problem(url) == complaint


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://a.example/", "http://u:p@a.example/", "//", "http://[x"]
)
def test_a_redirect_to_what_is_no_web_address_is_refused(site: Site, target: str) -> None:
    assert problem(site.redirect("/a", target), site)


def test_proxies_from_the_environment_are_not_used(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Site()) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "https_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert fetch(site.give("/ice"), site.permits).content == PAGE
        assert proxy.asked == []


# -- limits ------------------------------------------------------------------------------------------------------------


def test_five_redirects_are_followed_and_no_more(site: Site) -> None:
    site.give("/0")
    for number in range(1, 7):
        site.redirect(f"/{number}", f"/{number - 1}")
    assert fetch(site.url + "/5", site.permits).content == PAGE
    assert problem(site.url + "/6", site).startswith("redirects more than 5 times")
    assert problem(site.redirect("/loop", "/loop"), site).startswith("redirects more than 5 times")


def test_a_large_download_is_given_up(site: Site) -> None:
    assert problem(site.give("/ice", b"x" * 20_000_001), site) == "is larger than 20 MB"


def test_a_download_that_unpacks_to_more_is_given_up_while_unpacking(site: Site) -> None:
    packed = gzip.compress(bytes(500_000_000), compresslevel=1)
    url = site.give("/ice", packed, Content_Encoding="gzip")
    started = time.monotonic()
    assert problem(url, site) == "is larger than 20 MB"
    assert time.monotonic() - started < 5


def _drip(request: BaseHTTPRequestHandler) -> None:
    respond(request, 200, {"Content-Type": "text/html"}, b"")
    while True:
        request.wfile.write(b"x")
        time.sleep(0.05)


def _drip_headers(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        request.wfile.write(b"x")
        time.sleep(0.05)


def _silence(request: BaseHTTPRequestHandler) -> None:
    time.sleep(5)


def _continue_for_ever(request: BaseHTTPRequestHandler) -> None:
    while True:
        request.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.01)


@pytest.mark.parametrize("answer", [_drip, _drip_headers, _silence, _continue_for_ever])
def test_a_slow_server_is_left_when_time_is_up(
    site: Site, monkeypatch: pytest.MonkeyPatch, answer: Callable[[BaseHTTPRequestHandler], None]
) -> None:
    monkeypatch.setattr(fetching, "MAX_SECONDS", 1.0)
    site.answers["/slow"] = answer
    started = time.monotonic()
    assert problem(site.url + "/slow", site) == "took longer than 1 s; try again later"
    assert time.monotonic() - started < 3


# -- what goes wrong ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "media_type", ["image/png", "application/zip", "video/mp4", "application/octet-stream", "text/css"]
)
def test_what_is_no_article_is_refused_by_its_type(site: Site, media_type: str) -> None:
    url = site.give("/x", b"\x89PNG", media_type)
    assert problem(url, site) == f"is of type {media_type}; pages, feeds, PDF and plain text are read"


def _break_off(request: BaseHTTPRequestHandler) -> None:
    respond(request, 200, {"Content-Type": "text/html", "Content-Length": "1000"}, b"<p>Half")
    request.close_connection = True


def _break_off_packed(request: BaseHTTPRequestHandler) -> None:
    respond(request, 200, {"Content-Type": "text/html", "Content-Encoding": "gzip"}, gzip.compress(PAGE)[:-12])
    request.close_connection = True


def _no_http(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"220 mail.example ESMTP\r\n")


def _not_packed(request: BaseHTTPRequestHandler) -> None:
    respond(request, 200, {"Content-Type": "text/html", "Content-Encoding": "gzip"}, PAGE)


def _bad_pieces(request: BaseHTTPRequestHandler) -> None:
    respond(request, 200, {"Content-Type": "text/html", "Transfer-Encoding": "chunked"}, b"zz\r\nabc\r\n")


@pytest.mark.parametrize("answer", [_break_off, _break_off_packed, _no_http, _not_packed, _bad_pieces])
def test_half_an_answer_is_no_answer(site: Site, answer: Callable[[BaseHTTPRequestHandler], None]) -> None:
    site.answers["/x"] = answer
    assert problem(site.url + "/x", site) == "broke off, or did not answer as a web site does; try again later"


def test_a_refusal_says_what_to_do(site: Site) -> None:
    assert problem(site.url + "/none", site) == "the server answers 404 Not Found; check the address"
    site.answers["/login"] = lambda request: respond(request, 403, {"Content-Length": "0"}, b"")
    assert problem(site.url + "/login", site).startswith("the server refuses it (403); save the page from a browser")


def test_what_is_not_there_is_named() -> None:
    assert "there is no address for nowhere.invalid" in problem("http://nowhere.invalid/")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with pytest.raises(ArticleError, match="cannot be reached"):
        fetch(f"http://127.0.0.1:{port}/", lambda address, port: True)


# -- TLS ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    files = tmp_path / "certificate.pem", tmp_path / "key.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    names = ["-addext", "subjectAltName=DNS:localhost", "-out", str(files[0]), "-keyout", str(files[1])]
    subprocess.run([*command.split(), *names], check=True, capture_output=True)
    return files


@pytest.fixture
def secure_site(certificate: tuple[Path, Path]) -> Iterator[Site]:
    site = Site()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    site.socket = context.wrap_socket(site.socket, server_side=True)
    with serving(site):
        yield site


def test_a_certificate_has_to_be_vouched_for_and_of_the_name(
    secure_site: Site, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    secure_site.give("/ice")
    url = f"https://localhost:{secure_site.port}/ice"
    assert problem(url, secure_site).startswith("its certificate does not hold (self")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    assert fetch(url, secure_site.permits).content == PAGE
    url = url.replace("localhost", "127.0.0.1")
    assert problem(url, secure_site).startswith("its certificate does not hold (IP")


def test_time_is_up_over_tls_as_well(
    secure_site: Site, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    monkeypatch.setattr(fetching, "MAX_SECONDS", 1.0)
    secure_site.answers["/slow"] = _drip
    started = time.monotonic()
    url = f"https://localhost:{secure_site.port}/slow"
    assert problem(url, secure_site) == "took longer than 1 s; try again later"
    assert time.monotonic() - started < 3
