"""Who may use the web app: a password and tokens, kept as hashes in the library's folder. Light to import."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from index.errors import FootnoteError

FILE = "access.json"
MIN_PASSWORD = 8
"""Characters."""
MAX_PASSWORD = 1_000
TOKEN_PREFIX = "fn_"  # noqa: S105 (so that scanners of leaked secrets can know one)
_COST, _BLOCK, _LANES = 2**15, 8, 3
"""scrypt's n, r, p as OWASP's Password Storage Cheat Sheet has them: 32 MiB, and about 0.2 s here."""


class AccessError(FootnoteError):
    """A password, a token's name or the file of them that cannot be used."""


@dataclass(frozen=True, slots=True)
class Token:
    """A program's key: its name, the SHA-256 of it (it is random: nothing slower is needed), the day it was made."""

    name: str
    digest: str
    created: str


@dataclass(frozen=True, slots=True)
class Access:
    """What opens the door; false where nothing is needed. `password` is `scrypt$n$r$p$salt$hash`, or empty."""

    password: str = ""
    tokens: tuple[Token, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.password or self.tokens)

    def knows_password(self, given: str) -> bool:
        """Whether this is the password; takes a fifth of a second and 32 MiB."""
        if not self.password:
            return False
        _, cost, block, lanes, salt, known = self.password.split("$")
        digest = _scrypt(given, bytes.fromhex(salt), int(cost), int(block), int(lanes))
        return hmac.compare_digest(digest, known)

    def token(self, given: str) -> Token | None:
        """The token that this is."""
        digest = hashlib.sha256(given.encode(errors="replace")).hexdigest()
        return next((token for token in self.tokens if hmac.compare_digest(token.digest, digest)), None)

    def with_password(self, password: str) -> Access:
        """The same with this password; raises AccessError where it is too short, or could not be typed."""
        if "\n" in password or "\r" in password:
            raise AccessError("the password is more than one line, which cannot be typed into the page")
        if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
            raise AccessError(f"a password has {MIN_PASSWORD} to {MAX_PASSWORD:,} characters")
        salt = secrets.token_bytes(16)
        digest = _scrypt(password, salt, _COST, _BLOCK, _LANES)
        return replace(self, password=f"scrypt${_COST}${_BLOCK}${_LANES}${salt.hex()}${digest}")

    def with_token(self, name: str) -> tuple[Access, str]:
        """The same with a new token of this name, and the token, which is kept nowhere; raises AccessError."""
        if not name or not name.isprintable() or len(name) > 60:
            raise AccessError("the name of a token is a line of up to 60 characters, such as the program that uses it")
        if any(token.name == name for token in self.tokens):
            raise AccessError(f"there is a token named {name!r}; choose another name, or `--revoke` that one first")
        key = TOKEN_PREFIX + secrets.token_urlsafe(32)
        made = Token(name, hashlib.sha256(key.encode()).hexdigest(), datetime.now(UTC).date().isoformat())
        return replace(self, tokens=(*self.tokens, made)), key

    def without_token(self, name: str) -> Access:
        """The same without the token of this name; raises AccessError where there is none."""
        kept = tuple(token for token in self.tokens if token.name != name)
        if kept == self.tokens:
            raise AccessError(f"there is no token named {name!r}; `footnote token` lists them")
        return replace(self, tokens=kept)


def load_access(folder: Path) -> Access:
    """What the library in `folder` asks of its visitors; raises AccessError where the file of it cannot be read."""
    try:
        raw = json.loads((folder / FILE).read_bytes())
        access = Access(raw["password"], tuple(Token(**token) for token in raw["tokens"]))
        _check(access)
    except FileNotFoundError:
        return Access()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        hint = f"delete it and run `footnote password --library {folder}`"
        raise AccessError(f"{folder / FILE} cannot be read ({type(error).__name__}); {hint}") from error
    return access


def save_access(folder: Path, access: Access) -> None:
    """Write the file of it, whole or not at all, readable by its owner alone; raises AccessError."""
    partial = folder / f".{FILE}.partial"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(asdict(access), file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(folder / FILE)
    except OSError as error:
        raise AccessError(f"{folder / FILE} cannot be written ({error.strerror})") from error


class AccessFile:
    """The file, read again when it changes: a token that is revoked opens nothing from then on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stamp: Any = ()
        self._access = Access()

    def current(self) -> Access:
        """What it says now; raises AccessError."""
        try:
            status = (self.folder / FILE).stat()
            stamp = (status.st_mtime_ns, status.st_ino, status.st_size)
        except OSError:
            stamp = None
        if stamp != self._stamp:
            self._access = load_access(self.folder)
            self._stamp = stamp
        return self._access


def _check(access: Access) -> None:
    """Raise ValueError or TypeError where a hash is none: it must not fail at the door."""
    if access.password:
        kind, cost, block, lanes, salt, digest = access.password.split("$")
        if kind != "scrypt" or int(cost) * int(block) * int(lanes) > 2**24 or not bytes.fromhex(salt + digest):
            raise ValueError
    if not all(isinstance(value, str) for token in access.tokens for value in asdict(token).values()):
        raise TypeError


def _scrypt(password: str, salt: bytes, cost: int, block: int, lanes: int) -> str:
    memory = 128 * block * (cost + lanes + 2)
    raw = hashlib.scrypt(
        password.encode(errors="surrogateescape"), salt=salt, n=cost, r=block, p=lanes, maxmem=2 * memory
    )
    return raw.hex()
