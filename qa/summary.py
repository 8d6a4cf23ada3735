"""A summary of an article in its own sentences: those nearest to the whole, and farthest from each other."""

from __future__ import annotations

import re

import numpy as np

from index import Library, Sentence

SENTENCES = 5
"""Sentences of a summary at most; a short article gets a third of its own."""
READ = 200
"""Sentences of an article that a summary is chosen from, its first: the longest wait is a second."""
SHORTEST, LONGEST = 6, 45
"""Words of a sentence that a summary may hold."""
REDUNDANCY = 0.5
"""What nearness to a chosen sentence counts against another, beside nearness to the whole."""
LEAD = 0.1
"""What the first sentence is ahead: who writes news begins with what matters."""

_LEANS = re.compile(
    r"(?:he|she|it|they|his|her|its|their|this|that|these|those|there|and|but|however|also|moreover|additionally"
    r"|furthermore|meanwhile|then|so|such|another|as a result|in addition|for example|according to (?:him|her|them))\b",
    re.IGNORECASE,
)


def summarise(article_id: str, library: Library) -> list[Sentence]:
    """The sentences of the summary, in reading order; none where the article has no sentence to quote."""
    article = library.show(article_id)
    every = [s for s in library.sentences(article_id) if s.is_evidence]
    spans = [s for s in every if _can_stand(article.text[s.start : s.end])][:READ] or every[:1]
    if not spans:
        return []
    vectors = library.encoder.recall([article.text[s.start : s.end] for s in spans])
    whole = vectors.mean(axis=0)
    central = vectors @ (whole / (np.linalg.norm(whole) or 1.0))
    central[0] += LEAD
    chosen: list[int] = []
    for _ in range(min(SENTENCES, max(1, len(every) // 3))):
        near = (vectors @ vectors[chosen].T).max(axis=1) if chosen else np.zeros(len(spans))
        worth = central - REDUNDANCY * near
        worth[chosen] = -np.inf
        best = int(np.argmax(worth))
        if best not in chosen:
            chosen.append(best)
    return [spans[number] for number in sorted(chosen)]


def _can_stand(text: str) -> bool:
    return SHORTEST <= len(text.split()) <= LONGEST and not _LEANS.match(text)
