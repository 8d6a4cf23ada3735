"""What the page's script sends besides a question: checked, not trusted."""

from __future__ import annotations

import pytest

from index.scope import EVERYTHING, Scope, ScopeError
from qa.server.options import Options, read_options


def test_a_filter_becomes_a_scope() -> None:
    """Articles by id, dates by day; what is empty sets no limit."""
    sent = '{"articles": ["a", "b"], "since": "2024-01-01", "replaces": 3, "quotes_only": true, "x": 1}'
    assert read_options(sent) == Options(Scope(frozenset("ab"), "2024-01-01"), replaces=3, quotes_only=True)


@pytest.mark.parametrize("sent", ["", "{}", "null", "x", "[]", '{"articles": [1]}', '{"articles": "abc"}', "{" * 9999])
def test_what_is_no_filter_is_none(sent: str) -> None:
    """All articles, as if nothing had been sent."""
    assert read_options(sent) == Options(EVERYTHING)


def test_a_date_that_is_none_is_said_to_be() -> None:
    """A filter that cannot be is no filter that lets everything through."""
    with pytest.raises(ScopeError, match="no date"):
        read_options('{"since": "<script>"}')
