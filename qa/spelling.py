"""Words that no article has, held against those that the articles do have: `allibaba` was meant for *Alibaba*."""

from __future__ import annotations

import re
from collections import Counter
from difflib import get_close_matches

from index import Library

from .question import content_words, stems, words

SHORTEST = 5
"""Letters of a word that may be misspelt: of shorter ones too many differ in a letter alone."""
MOST = 12
"""Words of a question that are looked at: each is held against all that begin like it."""
ALIKE = 0.8
"""Twice the letters that two words share in order over the letters of both, from which one may stand for the other
(Ratcliff and Metzener 1988)."""


def respelt(question: str, library: Library) -> str | None:
    """The question with each word that no article has as the nearest that one does have; None where there is none."""
    changed = question
    for word in list(dict.fromkeys(content_words(question)))[:MOST]:
        if (meant := _meant(word, library)) is not None:
            changed = re.sub(rf"\b{re.escape(word)}\b", lambda _, meant=meant: meant, changed)  # type: ignore[misc]
    return None if changed == question else changed


def _meant(word: str, library: Library) -> str | None:
    """The word that stands in the articles, as it is most often written where it is found first."""
    stem = next(iter(stems(word)), "")
    if len(word) < SHORTEST or not word.isalpha() or not stem or library.document_frequency(stem):
        return None
    if library.encoder.is_word(word.lower()):  # `thought` is spelt right, whether or not an article has it
        return None
    near = get_close_matches(stem, library.stems_like(stem), n=1, cutoff=ALIKE)
    forms = (w for hit in library.search(near[0], 1) for w in words(hit.text)) if near else ()
    written = Counter(form for form in forms if near[0] in stems(form))
    return written.most_common(1)[0][0] if written else None
