"""What a question is asked with: of which articles, in place of the last one or not, by a model or not. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from index.scope import EVERYTHING, Scope


@dataclass(frozen=True, slots=True)
class Options:
    """`replaces`: the question stands for the one at this position of the conversation, which was edited.
    `quotes_only`: no language model is wanted."""

    scope: Scope = EVERYTHING
    replaces: int | None = None
    quotes_only: bool = False


@dataclass(frozen=True, slots=True)
class _Sent:
    articles: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    replaces: int | None = None
    quotes_only: bool = False


_SENT = TypeAdapter(_Sent)


def read_options(sent: str) -> Options:
    """The options from the JSON that `static/how.js` writes; none where it is not such. Raises ScopeError.

    >>> read_options('{"since": "2024", "articles": []}').scope
    Scope(articles=None, since='2024', until=None)
    """
    try:
        options = _SENT.validate_json(sent or "{}")
    except ValidationError:
        return Options()
    articles = frozenset(options.articles) or None
    scope = Scope(articles, options.since or None, options.until or None)
    return Options(scope, options.replaces, options.quotes_only)
