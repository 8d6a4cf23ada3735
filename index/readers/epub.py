"""EPUB books: the chapters in reading order, as one article."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote

from ..articles import Article
from ..errors import ArticleError
from .archive import opened, unpack
from .canonical import language, web_link
from .document import Document
from .markup import parse_html, parse_xml, text_of
from .page import decode

if TYPE_CHECKING:
    from zipfile import ZipFile

    from lxml.etree import _Element

MAX_UNPACKED = 500_000_000
"""Bytes, pictures and all."""
MAX_CHAPTERS = 50_000_000
"""Bytes of all chapters together."""
MAX_CHAPTER = 10_000_000

_CONTAINER = "META-INF/container.xml"
_CHAPTER_TYPES = frozenset(["application/xhtml+xml", "text/html"])


def read(document: Document) -> Iterator[Article | ArticleError]:
    """One article: the chapters that are read one after the other; the table of contents is left out."""
    content = document.content()
    with opened(document, MAX_UNPACKED) as archive:
        if "META-INF/encryption.xml" in archive.namelist() and "META-INF/rights.xml" in archive.namelist():
            raise document.error("is protected against copying; save a copy without that")
        package, folder = _package(document, archive)
        chapters = list(_chapters(document, archive, package, folder))
    fields = {name: _field(package, name) for name in ("title", "creator", "date", "language", "source", "identifier")}
    yield document.article(
        "\n\n".join(chapter for chapter in chapters if chapter),
        content,
        title=fields["title"] or "",
        author=fields["creator"],
        published=fields["date"],
        language=language(fields["language"]),
        url=web_link(fields["source"]) or web_link(fields["identifier"]),
    )


def _package(document: Document, archive: ZipFile) -> tuple[_Element, str]:
    """The package document, which lists the chapters, and the folder it lies in."""
    with document.parsing("an EPUB"):
        container = parse_xml(_file(document, archive, _CONTAINER))
        path = container.xpath("string(//*[local-name()='rootfile']/@full-path)")
        return parse_xml(_file(document, archive, path)), posixpath.dirname(path)


def _chapters(document: Document, archive: ZipFile, package: _Element, folder: str) -> Iterator[str]:
    """The canonical text of each chapter of the spine."""
    manifest = {item.get("id"): item for item in package.xpath("//*[local-name()='manifest']/*[local-name()='item']")}
    size = 0
    for reference in package.xpath("//*[local-name()='spine']/*[local-name()='itemref']"):
        item = manifest.get(reference.get("idref"))
        if (
            item is None
            or item.get("media-type") not in _CHAPTER_TYPES
            or "nav" in (item.get("properties") or "").split()
        ):
            continue
        path = posixpath.normpath(posixpath.join(folder, unquote(item.get("href") or "")))
        with document.parsing("an EPUB"):
            chapter = _file(document, archive, path)
            size += len(chapter)
            if size > MAX_CHAPTERS:
                raise document.error(f"has more than {MAX_CHAPTERS // 1_000_000} MB of text; split it")
            body = parse_html(decode(chapter)).find("body")
            yield text_of(body) if body is not None else ""


def _file(document: Document, archive: ZipFile, path: str) -> bytes:
    return unpack(archive, archive.getinfo(path), document, MAX_CHAPTER)


def _field(package: _Element, name: str) -> str | None:
    """What a field of the book's description says; several authors are joined."""
    found = package.xpath(f"//*[local-name()='metadata']/*[local-name()='{name}']")
    texts = [field.text.strip() for field in found if field.text and field.text.strip()]
    if name == "creator":
        return ", ".join(texts) or None
    return texts[0] if texts else None
