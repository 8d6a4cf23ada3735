"""From files to articles: one module a format, and one table of which reads what."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from ..articles import Article
from ..errors import ArticleError
from . import jsonl, text

Reader = Callable[[Path], Iterator[Article | ArticleError]]

READERS: dict[str, Reader] = {".txt": text.read, ".md": text.read, ".jsonl": jsonl.read}
"""File suffix, in lower case, to the function that reads it."""


def read(path: Path) -> Iterator[Article | ArticleError]:
    """The articles in one file, in order; what cannot be read comes as an ArticleError in its place."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        formats = ", ".join(sorted(READERS))
        kind = f"{path.suffix} files are" if path.suffix else "files without a suffix are"
        yield ArticleError(str(path), f"{kind} not read; Footnote reads {formats}")
        return
    try:
        if not _is_utf8(os.path.realpath(path)):
            yield ArticleError(str(path), "its name is not UTF-8; rename it")
            return
        if not path.is_file():
            reason = "is not a regular file" if path.exists() else "there is no such file"
            yield ArticleError(str(path), reason)
            return
        yield from reader(path)
    except OSError as error:
        yield _unreadable(str(path), error)


def files_in(folder: Path) -> list[Path | ArticleError]:
    """Every file below `folder` that has a reader, in name order; hidden ones and links that lead out are left.

    After them an ArticleError for each folder or file that may not be looked at.
    """
    root = folder.resolve()
    files: list[Path] = []
    failed: list[OSError] = []
    for place, folders, names in os.walk(folder, onerror=failed.append):
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
