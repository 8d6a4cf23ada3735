"""Plain text and Markdown: a file is an article, and its text is the file's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..articles import Article, content_id
from ..errors import ArticleError
from ..sentences import title_line

MAX_BYTES = 50_000_000


def read(path: Path) -> Iterator[Article | ArticleError]:
    """One article: canonical text is the file's with line ends as \\n; the title comes from it, else from the name."""
    try:
        content = decode(path)
    except ArticleError as error:
        yield error
        return
    if not content.strip():
        yield ArticleError(str(path), "the file is empty")
        return
    title = title_line(content)[0] or path.stem.replace("_", " ")
    yield Article(content_id(title, content), title, content, source=str(path))


def decode(path: Path) -> str:
    """The text of a UTF-8 file (or UTF-16 with its byte order mark), line ends made \\n; raises ArticleError."""
    if path.stat().st_size > MAX_BYTES:
        raise ArticleError(str(path), f"is larger than {MAX_BYTES // 1_000_000} MB; split it")
    raw = path.read_bytes()
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    if b"\0" in raw and encoding != "utf-16":
        raise ArticleError(str(path), "is a binary file, not text")
    try:
        content = raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise ArticleError(str(path), f"is not UTF-8 text (at byte {error.start}); save it as UTF-8") from error
    return content.replace("\r\n", "\n").replace("\r", "\n")
