"""Markdown inside a line: which characters are signs, and which are set apart by them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

SIGN = "sign"
"""The style of characters that only say how others are meant: part of the text, but nothing to look at."""

# Contents are short and on one line, so that no text can make this slow.
_INLINE = re.compile(
    r"(?P<code>(?<!`)`(?=[^`\n]{1,500}`))(?P<c>[^`\n]+)`"
    r"|(?P<strong>\*\*)(?=\S)(?P<s>[^\n*]{1,500})(?<=\S)\*\*"
    r"|(?<![\w*])(?P<em>\*)(?=[^\s*])(?P<e>[^\n*]{1,500})(?<=\S)\*(?![\w*])"
    r"|(?<!\w)(?P<em2>_)(?=[^\s_])(?P<e2>[^\n_]{1,500})(?<=\S)_(?!\w)"
    r"|(?P<link>!?\[)(?P<l>[^\]\[\n]{1,500})\]\([^)\s]{0,2000}\)"
    r"|^(?P<rule>\|[ :|-]{1,500}\|)$",
    re.MULTILINE,
)
_PARTS = (("code", "c", "code"), ("strong", "s", "strong"), ("em", "e", "em"), ("em2", "e2", "em"), ("link", "l", "u"))


@dataclass(frozen=True, slots=True)
class Style:
    """`text[start:end]` is set as `name`: `sign`, or one of HTML's `em`, `strong`, `code` and `u`."""

    start: int
    end: int
    name: str


def styles(text: str) -> Iterator[Style]:
    """The styles of a Markdown text in order; none lies over another.

    >>> [(style.name, style.start, style.end) for style in styles("a *b* c")]
    [('sign', 2, 3), ('em', 3, 4), ('sign', 4, 5)]
    """
    for match in _INLINE.finditer(text):
        if match["rule"]:
            yield Style(match.start(), match.end(), SIGN)
            continue
        sign, content, name = next(part for part in _PARTS if match[part[0]])
        yield Style(match.start(sign), match.start(content), SIGN)
        yield Style(match.start(content), match.end(content), name)
        yield Style(match.end(content), match.end(), SIGN)
