"""What a question shortens and the articles spell out: who asks for the CEO means their *chief executive*."""

from __future__ import annotations

import re

from index import Library

from .question import stems

LONG = {
    "ceo": "chief executive",
    "cfo": "chief financial officer",
    "coo": "chief operating officer",
    "cto": "chief technology officer",
    "q1": "first quarter",
    "q2": "second quarter",
    "q3": "third quarter",
    "q4": "fourth quarter",
}
_SHORT = re.compile(rf"\b(?:{'|'.join(LONG)})\b", re.IGNORECASE)


def spelt_out(question: str, library: Library) -> str:
    """The question with what it shortens in full, where the articles have all those words and never the short form."""

    def full(match: re.Match[str]) -> str:
        long = LONG[match.group().lower()]
        is_known = any(library.document_frequency(stem) for stem in stems(match.group()))
        return match.group() if is_known or not all(map(library.document_frequency, stems(long))) else long

    return _SHORT.sub(full, question)
