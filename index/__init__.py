"""From articles to ranked passages. Knows nothing of questions, prompts or pages.

Reading order: articles (what we keep) -> readers (files to articles) -> sentences and passages (spans)
-> encoder (text to vectors) -> catalog (the system of record) -> vectors (Chroma, derived from it)
-> retrieve (both legs, fused) -> library (the one door).
"""

from .articles import Article, Summary
from .errors import ArticleError, FootnoteError, LibraryError
from .library import Library, Report
from .passages import Passage
from .retrieve import Hit
from .sentences import Kind, Sentence

__all__ = [
    "Library",
    "Report",
    "Article",
    "Summary",
    "Sentence",
    "Kind",
    "Passage",
    "Hit",
    "FootnoteError",
    "ArticleError",
    "LibraryError",
]
