"""Fetching one address from the web, and being led nowhere else.

An address is looked up once, every address that it has is checked, and the connection goes to one of those: a name
that answers differently the second time leads nowhere. The same holds for each redirect. No cookies, no proxies.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import SplitResult, quote, urljoin, urlsplit
from urllib.request import getproxies

from .errors import ArticleError

MAX_BYTES = 20_000_000
"""Of a download, unpacked."""
MAX_SECONDS = 20.0
"""From the first look-up to the last byte, redirects included."""
MAX_REDIRECTS = 5
PORTS = frozenset([80, 443])
"""Others belong to services that are no web sites, more often than not."""
MEDIA_TYPES = frozenset(
    "text/html application/xhtml+xml text/xml application/xml application/rss+xml application/atom+xml"
    " application/rdf+xml application/pdf text/plain text/markdown".split()
)
USER_AGENT = "Footnote/0.1 (reads single articles for its user)"

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Permits = Callable[[Address, int], bool]
"""Whether an address and port may be connected to."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# No web sites live here, and not every Python knows: IETF protocols, relays to other networks, documentation, and the
# address at which a cloud answers its own machines.
_SPECIAL = [
    ipaddress.ip_network(network)
    for network in (
        "168.63.129.16/32 192.0.0.0/24 192.88.99.0/24 64:ff9b:1::/48 2001::/23 2002::/16 3fff::/20 5f00::/16 fec0::/10"
    ).split()
]
_PIECE = 65_536


@dataclass(frozen=True, slots=True)
class Download:
    """What an address gave: `url` after redirects, `media_type` in lower case ("" where none is given)."""

    url: str
    media_type: str
    charset: str | None
    content: bytes


def is_public(address: Address, port: int) -> bool:
    """Whether this is a web site's port at an address of the public internet, whatever it is wrapped in."""
    if isinstance(address, ipaddress.IPv6Address):
        if inner := address.ipv4_mapped:
            return is_public(inner, port)
        if address in _NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF), port)
    public = address.is_global and not (address.is_multicast or address.is_reserved or address.is_private)
    return public and port in PORTS and not any(address in network for network in _SPECIAL)


def fetch(url: str, permits: Permits = is_public) -> Download:
    """What is at `url`; raises ArticleError. `permits` is for tests, which have no public address to fetch."""
    deadline = time.monotonic() + MAX_SECONDS
    at = url
    with _in_one_line(url, deadline):
        for _ in range(MAX_REDIRECTS + 1):
            parts = _parse(url, at)
            with _connected(url, parts, permits, deadline) as connection:
                response = _ask(connection, parts)
                target = _target(response)
                if target is None:
                    download = _download(url, at, response)
                    _left(deadline)  # a connection that is cut for time looks like one that has ended
                    return download
            at = urljoin(at, target)
        raise ArticleError(url, f"redirects more than {MAX_REDIRECTS} times; give the address that it ends at")


def _parse(url: str, at: str) -> SplitResult:
    """The parts of the address `at`, which `url` led to."""
    try:
        parts = urlsplit(at)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode()
    except (ValueError, UnicodeError):
        host, port = "", None
    if not host or port == 0 or not at.isprintable() or any(c in at for c in " \\"):
        raise ArticleError(url, "is not a web address" if at == url else "redirects to what is no web address")
    if parts.scheme not in ("http", "https"):
        raise ArticleError(url, "only http and https addresses are read")
    if "@" in parts.netloc:
        raise ArticleError(url, "holds a user name or password; give the address without it")
    return parts._replace(netloc=f"{f'[{host}]' if ':' in host else host}:{port or _default_port(parts)}")


def _default_port(parts: SplitResult) -> int:
    return 443 if parts.scheme == "https" else 80


@contextmanager
def _connected(url: str, parts: SplitResult, permits: Permits, deadline: float) -> Iterator[http.client.HTTPConnection]:
    """A connection to an address that was checked, which is cut when time is up."""
    host, port = parts.hostname or "", parts.port or _default_port(parts)
    addresses = _look_up(host, port, deadline)
    for _, address in addresses:
        if not permits(ipaddress.ip_address(address[0]), port):
            reason = f"leads to {address[0]}, port {port}; only public addresses at ports 80 and 443 are fetched"
            raise ArticleError(url, reason)
    connection = http.client.HTTPConnection(host, port)
    plain = _connect(addresses, deadline)
    line = plain.dup()  # TLS takes over the descriptor of `plain`, and shutting that down would do nothing
    cut = threading.Timer(max(0, deadline - time.monotonic()), _cut, [line])
    cut.daemon = True
    cut.start()
    try:
        connection.sock = _secured(plain, host) if parts.scheme == "https" else plain
        yield connection
    finally:
        cut.cancel()
        connection.close()
        plain.close()
        line.close()


def _look_up(host: str, port: int, deadline: float) -> list[tuple[int, Any]]:
    """Every address of the host. In a thread: the system's look-up cannot be told when to stop."""
    found: list[Any] = []

    def look_up() -> None:
        try:
            found.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            found.append(error)

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(_left(deadline))
    if not found:
        raise TimeoutError
    if isinstance(found[0], Exception):
        raise _UnknownHost(host)
    return [(family, address) for family, _, _, _, address in found[0]]


class _UnknownHost(OSError):
    pass


def _connect(addresses: list[tuple[int, Any]], deadline: float) -> socket.socket:
    """To the first of these addresses that answers."""
    failure: OSError = TimeoutError()
    for number, (family, address) in enumerate(addresses):
        connection = socket.socket(family, socket.SOCK_STREAM)
        connection.settimeout(_left(deadline) / (len(addresses) - number))
        try:
            connection.connect(address)
        except OSError as error:
            connection.close()
            failure = error
        else:
            return connection
    raise failure


def _secured(plain: socket.socket, host: str) -> ssl.SSLSocket:
    """Over TLS, with a certificate that this system, or Mozilla's list, vouches for."""
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context.wrap_socket(plain, server_hostname=host)


def _cut(connection: socket.socket) -> None:
    """End whatever waits on the connection, which a server could keep waiting for ever, byte by byte."""
    with suppress(OSError):  # it has ended
        connection.shutdown(socket.SHUT_RDWR)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _ask(connection: http.client.HTTPConnection, parts: SplitResult) -> http.client.HTTPResponse:
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    if parts.query:
        target += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~?[]")
    host = parts.netloc.removesuffix(f":{_default_port(parts)}")
    headers = {
        "Host": host,
        "User-Agent": USER_AGENT,
        "Accept": "text/html,application/xhtml+xml,application/rss+xml,application/atom+xml,application/xml,"
        "application/pdf,text/plain;q=0.8",
        "Accept-Encoding": "gzip",
        "Connection": "close",
    }
    connection.request("GET", target, headers=headers)
    return connection.getresponse()


def _target(response: http.client.HTTPResponse) -> str | None:
    """Where the response redirects to; None where it does not."""
    target = response.headers.get("Location")
    if target is None or response.status not in (301, 302, 303, 307, 308):
        return None
    with suppress(UnicodeError):
        target = target.encode("latin-1").decode()  # headers are read as Latin-1; addresses are sent as UTF-8
    return target.strip().replace(" ", "%20")


def _download(url: str, at: str, response: http.client.HTTPResponse) -> Download:
    if response.status in (401, 403, 407):
        raise ArticleError(
            url, f"the server refuses it ({response.status}); save the page from a browser and add the file"
        )
    if response.status != 200:
        reason = " ".join(response.reason.split())[:60]
        raise ArticleError(url, f"the server answers {response.status} {reason}".rstrip() + "; check the address")
    header = Message()
    header["Content-Type"] = response.headers.get("Content-Type") or ""
    media_type = header.get_content_type() if response.headers.get("Content-Type") else ""
    if media_type and media_type not in MEDIA_TYPES:
        raise ArticleError(url, f"is of type {media_type}; pages, feeds, PDF and plain text are read")
    charset = re.sub(r"[^\w.:-]", "", str(header.get_param("charset") or "")) or None
    return Download(at.partition("#")[0], media_type, charset, _body(url, response))


def _body(url: str, response: http.client.HTTPResponse) -> bytes:
    """The content, unpacked, as far as the limit allows; raises ArticleError."""
    encoding = (response.headers.get("Content-Encoding") or "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip", "deflate"):
        raise ArticleError(url, f"is packed as {encoding}, which was not asked for")
    unpacker = zlib.decompressobj(wbits=47) if encoding != "identity" else None
    content = bytearray()
    while piece := response.read(_PIECE):
        if unpacker:
            content += unpacker.decompress(piece, MAX_BYTES + 1 - len(content))
        else:
            content += piece
        if len(content) > MAX_BYTES:
            raise ArticleError(url, f"is larger than {MAX_BYTES // 1_000_000} MB")
    if response.length or (unpacker and not unpacker.eof):
        raise http.client.IncompleteRead(b"")
    return bytes(content)


@contextmanager
def _in_one_line(url: str, deadline: float) -> Iterator[None]:
    """Whatever goes wrong on the way, as one line."""
    try:
        yield
    except ArticleError:
        raise
    except _UnknownHost as error:
        raise ArticleError(url, f"there is no address for {error}; check the name and the network") from error
    except ssl.SSLCertVerificationError as error:
        raise ArticleError(url, f"its certificate does not hold ({error.verify_message})") from error
    except (OSError, http.client.HTTPException, zlib.error, ValueError) as error:
        raise ArticleError(url, _reason(error, deadline)) from error


def _reason(error: Exception, deadline: float) -> str:
    if isinstance(error, TimeoutError) or time.monotonic() >= deadline:
        return f"took longer than {MAX_SECONDS:.0f} s; try again later"
    if isinstance(error, OSError):
        proxies = "; proxies are not used" if getproxies() else ""
        return f"cannot be reached ({error.strerror or error}){proxies}"
    return "broke off, or did not answer as a web site does; try again later"
