"""Plain text: a file is an article, and its text is the file's."""

from __future__ import annotations

from collections.abc import Iterator

from ..articles import Article
from ..errors import ArticleError
from ..sentences import title_line
from .document import Document

_OTHER_KINDS = {b"%PDF-": "a PDF; name it .pdf", b"PK\x03\x04": "a zip archive; name it .zip, .docx or .epub"}


def read(document: Document) -> Iterator[Article | ArticleError]:
    """One article: canonical text is the file's with line ends as \\n; the title comes from it, else from the name."""
    content = document.content()
    text = decode(document, content)
    yield document.article(text, content, title=title_line(text)[0])


def decode(document: Document, content: bytes) -> str:
    """The text of a UTF-8 file (or UTF-16 with its byte order mark), line ends made \\n; raises ArticleError."""
    for mark, kind in _OTHER_KINDS.items():
        if content.startswith(mark):
            raise document.error(f"is {kind}")
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    if b"\0" in content and encoding != "utf-16":
        raise document.error("is a binary file, not text")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise document.error(f"is not UTF-8 text (at byte {error.start}); save it as UTF-8") from error
    if not text.strip():
        raise document.error("the file is empty")
    return text.replace("\r\n", "\n").replace("\r", "\n")
