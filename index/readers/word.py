"""Word documents (.docx), through mammoth: headings, lists, tables and footnotes as HTML, then as any page."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..articles import Article
from ..errors import ArticleError
from .archive import opened, unpack
from .canonical import language
from .document import Document
from .markup import parse_html, parse_xml, text_of

if TYPE_CHECKING:
    from zipfile import ZipFile

MAX_UNPACKED = 200_000_000
"""Bytes, pictures and all."""
MAX_PART = 20_000_000
"""Bytes of XML in one part: a text of some 2,000 pages."""

_DC = "{http://purl.org/dc/elements/1.1/}"
_TERMS = "{http://purl.org/dc/terms/}"
_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => h2:fresh
"""


def read(document: Document) -> Iterator[Article | ArticleError]:
    """One article: the text of the document, its footnotes at the end; pictures are left out."""
    content = document.content()
    if content.startswith(b"\xd0\xcf\x11\xe0"):  # a compound file: Word before 2007, or an encrypted document
        raise document.error("is protected with a password, or is an old .doc; save it as .docx without a password")
    with opened(document, MAX_UNPACKED) as archive:
        for info in archive.infolist():
            if info.filename.lower().endswith((".xml", ".rels")):
                unpack(archive, info, document, MAX_PART)  # what mammoth is going to read is readable, and bounded
        facts = _facts(document, archive)
    with document.parsing("a Word document"):
        text = text_of(parse_html(_html(content)))
    yield document.article(
        text,
        content,
        title=facts.get(f"{_DC}title", ""),
        author=facts.get(f"{_DC}creator"),
        published=facts.get(f"{_TERMS}created"),
        language=language(facts.get(f"{_DC}language")),
    )


def _html(content: bytes) -> str:
    import mammoth

    found = mammoth.convert_to_html(
        io.BytesIO(content),
        style_map=_STYLES,
        include_embedded_style_map=False,
        external_file_access=False,
        convert_image=mammoth.images.img_element(lambda image: {"src": ""}),
    )
    return str(found.value)


def _facts(document: Document, archive: ZipFile) -> dict[str, str]:
    """The core properties by their names."""
    name = "docProps/core.xml"
    if name not in archive.namelist():
        return {}
    with document.parsing("a Word document"):
        root = parse_xml(unpack(archive, archive.getinfo(name), document, MAX_PART))
    return {str(field.tag): field.text or "" for field in root}
