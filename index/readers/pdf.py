"""PDF, through PDFium (the reader in Chromium): the lines of each page as they stand, then flowed to paragraphs."""

from __future__ import annotations

import contextlib
import ctypes
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

from ..articles import Article
from ..errors import ArticleError
from .canonical import language, pdf_date
from .document import Document, one_line
from .reflow import LABEL, SUPERSCRIPTS, Bullet, Line, flow

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

MAX_PAGES = 5_000
MAX_PAGE_CHARACTERS = 200_000
"""A page with more is a drawing, or an attack."""

_one_at_a_time = threading.Lock()
"""PDFium may be used by one thread of a process at a time."""

_WIDE_GAP, _CELL_GAP = 1.6, 0.9
"""In line heights: a gap as wide as the first makes a line a row of a table, whose cells the second parts."""
MAX_DRAWINGS = 20_000
"""Drawings of a page that are looked at for bullets."""
_LINE_ENDS = (10, 13)
_BROKEN_WORD = (2, 0xFFFE)
"""What PDFium gives for the hyphen of a word that goes on in the next line, and for the line's end with it."""
_JUNK_TITLES = ("microsoft word -", "microsoft powerpoint -", "untitled", "document", "slide 1", "about:blank")


@dataclass(frozen=True, slots=True)
class _Glyph:
    text: str
    left: float
    right: float
    baseline: float
    size: float


def read(document: Document) -> Iterator[Article | ArticleError]:
    """One article, with the offsets at which its pages begin; raises ArticleError where the pages hold no text."""
    content = document.content()
    with _one_at_a_time:
        article = _article(document, content)
    yield article


def _article(document: Document, content: bytes) -> Article:
    with _open(document, content) as pdf, document.parsing("a PDF"):
        if len(pdf) > MAX_PAGES:
            raise document.error(f"has more than {MAX_PAGES:,} pages; split it")
        pages = [_page_lines(pdf[number]) for number in range(len(pdf))]
        facts = pdf.get_metadata_dict()
        tag = _catalog_language(pdf)
    flowed = flow(pages)
    if not flowed.text.strip():
        raise document.error("has no text, only pictures of pages; run OCR (text recognition) on it first")
    return document.article(
        flowed.text,
        content,
        title=_title(facts.get("Title", ""), document) or flowed.title,
        author=facts.get("Author"),
        published=pdf_date(facts.get("CreationDate", "")),
        language=language(tag),
        pages=flowed.pages,
    )


@contextlib.contextmanager
def _open(document: Document, content: bytes) -> Iterator[PdfDocument]:
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD:
            raise document.error("is protected with a password; save a copy without it") from error
        raise document.error("is damaged, or is not a PDF") from error
    try:
        yield pdf
    finally:
        pdf.close()


def _catalog_language(pdf: PdfDocument) -> str:
    import pypdfium2.raw as pdfium

    size = pdfium.FPDFCatalog_GetLanguage(pdf.raw, None, 0)
    if not 2 <= size <= 200:
        return ""
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDFCatalog_GetLanguage(pdf.raw, ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), size)
    return buffer.raw.decode("utf-16-le", errors="ignore").rstrip("\0")


def _title(given: str, document: Document) -> str:
    """The title that the file gives, unless a program put it there or it is damaged: of characters that are none."""
    title = one_line(given)
    if any(unicodedata.category(character) in ("Cn", "Co") for character in title):
        return ""
    junk = title.lower().startswith(_JUNK_TITLES) or title.lower().endswith(
        (".doc", ".docx", ".pdf", ".indd", ".tex", ".dvi")
    )
    return "" if junk or title == document.name else title


def _page_lines(page: PdfPage) -> list[Line]:
    """The lines of text of a page in reading order, those on one height joined."""
    text = page.get_textpage()
    lines: list[Line] = []
    try:
        for line in _lines(text):
            if lines and (joined := lines[-1].joined(line)):
                lines[-1] = joined
            else:
                lines.append(line)
    finally:
        text.close()
    bullets = _bullets(page)
    return [line.after_bullet(bullets) for line in lines] if bullets else lines


def _lines(text: Any) -> Iterator[Line]:
    """The lines as PDFium breaks them."""
    import pypdfium2.raw as pdfium

    glyphs: list[_Glyph] = []
    box, x, y = pdfium.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    for position in range(min(text.count_chars(), MAX_PAGE_CHARACTERS)):
        code = pdfium.FPDFText_GetUnicode(text.raw, position)
        if code and code not in _LINE_ENDS:
            pdfium.FPDFText_GetLooseCharBox(text.raw, position, box)
            pdfium.FPDFText_GetCharOrigin(text.raw, position, x, y)
            sign = "-" if code in _BROKEN_WORD else chr(code)
            glyphs.append(_Glyph(sign, box.left, box.right, y.value, box.top - box.bottom))
        if code in _LINE_ENDS or code in _BROKEN_WORD:
            if line := _line(glyphs):
                yield line
            glyphs = []
    if line := _line(glyphs):
        yield line


def _line(glyphs: Sequence[_Glyph]) -> Line | None:
    inked = [glyph for glyph in glyphs if not glyph.text.isspace()]
    if not inked:
        return None
    middle = len(inked) // 2
    size = sorted(glyph.size for glyph in inked)[middle]
    baseline = sorted(glyph.baseline for glyph in inked)[middle]
    gaps = [right.left - left.right for left, right in pairwise(inked)]
    gap = size * (_CELL_GAP if any(gap > _WIDE_GAP * size for gap in gaps) else _WIDE_GAP)
    pieces: list[str] = []
    before: _Glyph | None = None
    for glyph in glyphs:
        if glyph.text.isspace():
            pieces.append(" ")
            continue
        if before and glyph.left - before.right > gap and not LABEL.fullmatch("".join(pieces).strip()):
            pieces.append(" | ")
        raised = glyph.size < 0.9 * size and glyph.baseline > baseline + 0.15 * size
        pieces.append(glyph.text.translate(SUPERSCRIPTS) if raised else glyph.text)
        before = glyph
    text = "".join(pieces).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    left, right = min(glyph.left for glyph in inked), max(glyph.right for glyph in inked)
    return Line(" ".join(text.split()), left, right, baseline, size)


def _bullets(page: PdfPage) -> list[Bullet]:
    """Drawings that may be the bullets of a list: browsers draw theirs, and no letter says so."""
    import pypdfium2.raw as pdfium

    bullets: list[Bullet] = []
    for drawing in islice(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=3), MAX_DRAWINGS):
        left, bottom, right, top = drawing.get_bounds()
        if 0.5 < right - left < 8 and abs((right - left) - (top - bottom)) < 0.3 * (right - left):
            bullets.append(Bullet(left, right, (bottom + top) / 2, top - bottom))
    return bullets
