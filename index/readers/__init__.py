"""From files to articles: one module a format, and one table of which reads what."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from ..articles import Article
from ..errors import ArticleError
from ..place import CATALOG
from . import archive, epub, jsonl, markdown, page, pdf, rows, text, word
from .document import Document

Reader = Callable[[Document], Iterator[Article | ArticleError]]

READERS: dict[str, Reader] = {
    ".csv": rows.read,
    ".docx": word.read,
    ".epub": epub.read,
    ".htm": page.read,
    ".html": page.read,
    ".jsonl": jsonl.read,
    ".markdown": markdown.read,
    ".md": markdown.read,
    ".pdf": pdf.read,
    ".txt": text.read,
    ".xhtml": page.read,
    ".zip": lambda document: _read_archive(document),
}
"""File suffix, in lower case, to the function that reads it."""


def read(path: Path) -> Iterator[Article | ArticleError]:
    """The articles in one file, in order; what cannot be read comes as an ArticleError in its place."""
    document = Document.of_path(path)
    try:
        if not _is_utf8(os.path.realpath(path)):
            yield document.error("its name is not UTF-8; rename it")
            return
        if not path.is_file():
            yield document.error("is not a regular file" if path.exists() else "there is no such file")
            return
    except OSError as error:
        yield _unreadable(str(path), error)
        return
    yield from read_document(document)


def read_document(document: Document) -> Iterator[Article | ArticleError]:
    """The articles in a file, a member of a zip or a download; what cannot be read comes as an ArticleError."""
    reader = READERS.get(document.suffix)
    if reader is None:
        yield _not_read(document)
        return
    try:
        yield from reader(document)
    except ArticleError as error:
        yield error
    except OSError as error:
        yield document.error(f"cannot be read ({error.strerror or error})")
    except RecursionError:
        yield document.error("is nested too deeply")


def _read_archive(document: Document) -> Iterator[Article | ArticleError]:
    for member in archive.members(document):
        if isinstance(member, ArticleError):
            yield member
        else:
            yield from read_document(member)


def _not_read(document: Document) -> ArticleError:
    kind = f"{document.suffix} files are" if document.suffix else "files without a suffix are"
    return document.error(f"{kind} not read; Footnote reads {', '.join(READERS)}")


def files_in(folder: Path) -> list[Path | ArticleError]:
    """Every file below `folder` that has a reader, in name order; hidden ones, links that lead out and what a library
    keeps are left.

    After them an ArticleError for each folder or file that may not be looked at.
    """
    root = folder.resolve()
    files: list[Path] = []
    failed: list[OSError] = []
    for place, folders, names in os.walk(folder, onerror=failed.append):
        if CATALOG in names:  # a library's own folder: its originals are no articles once more
            folders.clear()
            continue
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(place, name)
            try:
                if (
                    path.suffix.lower() in READERS
                    and not name.startswith(".")
                    and path.is_file()
                    and path.resolve().is_relative_to(root)
                ):
                    files.append(path)
            except OSError as error:
                failed.append(error)
    return [*sorted(files), *(_unreadable(str(error.filename), error) for error in failed)]


def _unreadable(path: str, error: OSError) -> ArticleError:
    return ArticleError(path, f"cannot be read ({error.strerror})")


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
