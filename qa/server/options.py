"""What a question is asked with: of which articles, and whether in place of the last one. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from index.scope import EVERYTHING, Scope


@dataclass(frozen=True, slots=True)
class Options:
    """`replaces_last`: the question stands for the last one of the conversation, which was edited."""

    scope: Scope = EVERYTHING
    replaces_last: bool = False


@dataclass(frozen=True, slots=True)
class _Sent:
    articles: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    replaces_last: bool = False


_SENT = TypeAdapter(_Sent)


def read_options(sent: str) -> Options:
    """The options from the JSON that `static/filter.js` writes; none where it is not such. Raises ScopeError.

    >>> read_options('{"since": "2024", "articles": []}').scope
    Scope(articles=None, since='2024', until=None)
    """
    try:
        options = _SENT.validate_json(sent or "{}")
    except ValidationError:
        return Options()
    articles = frozenset(options.articles) or None
    return Options(Scope(articles, options.since or None, options.until or None), options.replaces_last)
