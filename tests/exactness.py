"""The first promise: what is cited stands in the article, to the character."""

from __future__ import annotations

from index import Library
from qa.answer import Answer


def quotes_are_exact(answer: Answer, library: Library) -> bool:
    """Whether each span that the answer cites, or shows in place of one, is the text of its article."""
    return all(
        library.show(c.article_id).text[c.start : c.end] == c.quote for c in (*answer.citations, *answer.nearest)
    )
