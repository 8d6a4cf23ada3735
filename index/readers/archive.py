"""Zip archives, within bounds: as folders of articles, and as the wrapping of DOCX and EPUB. Nothing is written."""

from __future__ import annotations

import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from ..errors import ArticleError
from .document import MAX_BYTES, Document

MAX_MEMBERS = 10_000
MAX_UNPACKED = 500_000_000
"""Bytes that an archive may unpack to."""
MAX_NESTED = 100_000_000
"""Bytes that an archive inside an archive may unpack to."""
_MAX_DIRECTORY = 200 * MAX_MEMBERS
_END, _END_64, _LOCATOR_64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_JUNK = frozenset(["__MACOSX", "Thumbs.db", "desktop.ini"])


def members(document: Document) -> Iterator[Document | ArticleError]:
    """Each file of the archive, one at a time; one that may not be read is an ArticleError by its name.

    Raises ArticleError where the archive itself is none, or too large. An archive may hold archives, those none.
    """
    with opened(document, MAX_NESTED if document.member else MAX_UNPACKED) as archive:
        for name, suffix in (
            ("[Content_Types].xml", "an Office document; name it .docx"),
            ("mimetype", "an EPUB; name it .epub"),
        ):
            if name in archive.namelist():
                raise document.error(f"is {suffix}")
        found = False
        for info in archive.infolist():
            if info.is_dir() or any(_is_junk(part) for part in _parts(info)):
                continue
            found = True
            path = f"{document.member}/{info.filename}" if document.member else info.filename
            member = Document.of_bytes(document.source, PurePosixPath(info.filename).name, b"", member=path)
            try:
                _check(info, member, nested=bool(document.member))
                content = unpack(archive, info, member)
            except ArticleError as error:
                yield error
            else:
                yield Document.of_bytes(document.source, member.name, content, member=path)
        if not found:
            raise document.error("the archive is empty")


@contextmanager
def opened(document: Document, limit: int) -> Iterator[ZipFile]:
    """The archive, after a look at what it says of its size; raises ArticleError where that is over `limit` bytes."""
    with document.open() as file:
        with document.parsing("a zip archive"):
            large = _directory_size(file) > _MAX_DIRECTORY
            archive = None if large else ZipFile(file)
        if archive is None or len(archive.infolist()) > MAX_MEMBERS:
            raise document.error(f"holds more than {MAX_MEMBERS:,} files; split it")
        # What it says is what there is: no more than a member's declared size is ever unpacked.
        if sum(info.file_size for info in archive.infolist()) > limit:
            raise document.error(f"unpacks to more than {limit // 1_000_000} MB; split it")
        yield archive


def unpack(archive: ZipFile, info: ZipInfo, document: Document, limit: int = MAX_BYTES) -> bytes:
    """The content of one member; raises ArticleError."""
    if info.flag_bits & 0x1:
        raise document.error("is protected with a password; save a copy without it")
    # The other methods cannot be unpacked piece by piece, and so not within bounds.
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise document.error("is compressed in a way that is not read; make the archive anew with plain zip")
    if info.file_size > limit:
        raise document.error(f"is larger than {limit // 1_000_000} MB; split it")
    with document.parsing("a readable member of its archive"):
        return archive.read(info)


def _check(info: ZipInfo, member: Document, *, nested: bool) -> None:
    if ".." in _parts(info) or info.filename.startswith(("/", "\\")) or ":" in _parts(info)[0]:
        raise member.error("has a path that leads out of the archive")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise member.error("is a link, not a file")
    if nested and member.suffix == ".zip":
        raise member.error("is an archive in an archive in an archive; unpack it first")


def _is_junk(part: str) -> bool:
    """Whether a file or folder of this name is hidden, or a system's own."""
    return part in _JUNK or (part.startswith(".") and part != "..")


def _parts(info: ZipInfo) -> list[str]:
    return info.filename.replace("\\", "/").split("/")


def _directory_size(file: BinaryIO) -> int:
    """Bytes of the archive's table of contents as it states them: each entry there costs memory once it is read."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 66_000))
    tail = file.read()
    file.seek(0)
    end = tail.rfind(_END)
    if end < 0 or len(tail) < end + 22:
        raise ValueError("no end of central directory")
    stated = struct.unpack_from("<L", tail, end + 12)[0]
    locator = tail[max(0, end - 20) : end]
    if locator.startswith(_LOCATOR_64):
        file.seek(struct.unpack_from("<Q", locator, 8)[0])
        record = file.read(56)
        file.seek(0)
        if record.startswith(_END_64):
            stated = max(stated if stated != 0xFFFFFFFF else 0, struct.unpack_from("<Q", record, 40)[0])
    return int(stated)
