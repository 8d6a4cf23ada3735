"""From files to articles: one module a format, and one table of which reads what."""

from __future__ import annotations

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
        if not path.is_file():
            reason = "is not a regular file" if path.exists() else "there is no such file"
            yield ArticleError(str(path), reason)
            return
        yield from reader(path)
    except OSError as error:
        yield ArticleError(str(path), f"cannot be read ({error.strerror})")


def files_in(folder: Path) -> list[Path]:
    """Every file below `folder` that has a reader, in name order; hidden ones and links that lead out are left."""
    root = folder.resolve()
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in READERS
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and path.is_file()
        and path.resolve().is_relative_to(root)
    ]
