"""From articles to ranked passages. Knows nothing of questions, prompts or pages.

Reading order: articles (what we keep) -> readers (files to articles) -> sentences and passages (spans)
-> encoder (text to vectors) -> catalog (the system of record) -> vectors and mirror (Chroma, kept in its image)
-> place (a folder or servers, told apart here alone: database, sqlite and postgres, full_text, fts5 and bm25, jobs)
-> retrieve (both legs, fused) -> library (the one door).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .articles import Article, Summary
from .errors import ArticleError, FootnoteError, LibraryError
from .passages import Passage
from .retrieve import Hit
from .scope import EVERYTHING, Scope
from .sentences import Kind, Sentence

if TYPE_CHECKING:
    from .library import Library
    from .report import Report

__all__ = [
    "Library",
    "Report",
    "Article",
    "Summary",
    "Sentence",
    "Kind",
    "Passage",
    "Hit",
    "Scope",
    "EVERYTHING",
    "FootnoteError",
    "ArticleError",
    "LibraryError",
]


def __getattr__(name: str) -> Any:
    """Library at first use: it brings numpy, which `footnote --help` and an error can do without."""
    if name in ("Library", "Report"):
        from . import library

        return getattr(library, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
