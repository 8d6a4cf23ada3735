"""Markdown: a file is an article; what stands before it as YAML front matter says what it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ..articles import Article
from ..errors import ArticleError
from ..sentences import title_line
from .canonical import language, web_link
from .document import Document, one_line
from .text import decode

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.{0,65536}?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)\s*", re.DOTALL)


def read(document: Document) -> Iterator[Article | ArticleError]:
    """One article: canonical text is what follows the front matter, to the character, with line ends as \\n."""
    content = document.content()
    text = decode(document, content)
    facts: Mapping[str, str] = {}
    if (match := _FRONT_MATTER.match(text)) and (found := _fields(match[1])) is not None:
        facts, text = found, text[match.end() :]
    yield document.article(
        text,
        content,
        title=facts.get("title") or title_line(text)[0],
        author=facts.get("author") or facts.get("authors"),
        published=facts.get("date") or facts.get("published"),
        language=language(facts.get("lang") or facts.get("language")),
        url=web_link(facts.get("link") or facts.get("url") or facts.get("canonical_url")),
    )


def _fields(front_matter: str) -> dict[str, str] | None:
    """The fields that hold text, or a list of it; None where this is no YAML mapping but a part of the text."""
    import yaml

    try:
        # BaseLoader makes strings of everything, so that a date stays as it is written, and builds no objects.
        found = yaml.load(front_matter, Loader=yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    return {name.lower(): text for name, value in found.items() if isinstance(name, str) and (text := _text(value))}


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(item for item in value if isinstance(item, str))
    return one_line(value) if isinstance(value, str) else ""
