"""What the chat shows before the first question: what this is, what it holds, and what one could ask."""

from __future__ import annotations

from collections.abc import Sequence

from index import Summary
from index.readers import READERS

from .links import SHELF, article_link
from .messages import literal

TITLES = 4
"""Titles that are named; the rest are counted."""
EXAMPLES = 4

_SEEDS = {
    "After a more than $1 trillion rout, Beijing appears to be warming to Chinese tech giants",
    "China Wooing Tech Investments Again After Crackdown Cost Companies $1 Trillion",
}
_SEED_EXAMPLES = (
    "How much value did the crackdown wipe out?",
    "Why was Ant Group’s listing called off?",
    "What is China doing to bring investors back?",
    "When did Jack Ma vanish from public view, and why?",
)
_EMPTY = (
    "<p>The library is empty, so there is nothing to ask yet.</p>"
    f'<p><a class="fn-open fn-button primary" href="{SHELF}">Add articles</a></p>'
    "<p>Or from a terminal, for a file or a whole folder:</p><pre><code>footnote add PATH</code></pre>"
    f'<p class="fn-meta">It reads {", ".join(sorted(READERS))}.</p>'
)


def greeting(articles: Sequence[Summary]) -> str:
    """The empty chat, as one line of HTML."""
    body = _examples(examples(articles)) + _shelf(articles) if articles else _EMPTY
    return (
        '<section class="fn-welcome"><h2>Ask your articles</h2><p class="fn-lead">Every sentence of an answer carries '
        f"a footnote, and the footnote opens the exact words.</p>{body}</section>"
    )


def examples(articles: Sequence[Summary]) -> list[str]:
    """Questions that these articles can be asked."""
    titles = [article.title for article in articles if article.title]
    if _SEEDS.issubset(titles):
        return list(_SEED_EXAMPLES)
    return [f"What does “{title}” say?" for title in titles[:EXAMPLES]]


def _shelf(articles: Sequence[Summary]) -> str:
    count = f"{len(articles):,} article{'s' if len(articles) > 1 else ''}"
    rows = "".join(_row(article_link(article.id), article.title or "Untitled") for article in articles[:TITLES])
    rest = len(articles) - TITLES
    more = _row(SHELF, f"and {rest:,} more") if rest > 0 else ""
    return f"<h3>In this library: {count}</h3><ul>{rows}{more}</ul>"


def _examples(questions: Sequence[str]) -> str:
    buttons = "".join(f'<li><button type="button" class="fn-next">{literal(q)}</button></li>' for q in questions)
    return f'<section class="fn-nexts"><h3>Ask, for example</h3><ul>{buttons}</ul></section>' if buttons else ""


def _row(address: str, text: str) -> str:
    return f'<li><a class="fn-open" href="{literal(address)}">{literal(text)}</a></li>'
