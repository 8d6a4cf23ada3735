"""Hard negatives: of many passages, the wrong ones that are hard to tell from the right. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from qa.evidence import share, stem_set, weigh
from qa.question import STOP_WORDS, stems

Span = tuple[int, int]


def find_answer(text: str, answer: str) -> Span | None:
    """The answer's words in the text, whatever their case, as whole words."""
    if not answer or answer.lower() not in text.lower():
        return None
    match = re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", text, re.IGNORECASE)
    return match.span() if match else None


class Pool:
    """Passages, and which of them share most with a question: the wrong ones that are hard to tell from the right."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = list(texts)
        self._stems = [stem_set(text) for text in self.texts]
        self._holders: dict[str, list[int]] = defaultdict(list)
        for number, held in enumerate(self._stems):
            for stem in held:
                self._holders[stem].append(number)

    def __contains__(self, text: str) -> bool:
        return text in self.texts

    def scores(self, question: str) -> dict[str, float]:
        """The share of the question's stems, weighed by rarity, that each passage holds."""
        wanted = self._wanted(question)
        return {text: share(wanted, held) for text, held in zip(self.texts, self._stems, strict=True)}

    def hardest(
        self, question: str, size: int, answers: Sequence[str], besides: str | tuple[str, ...] = ()
    ) -> list[str]:
        """The `size` passages that share most with the question, hold no answer and are none of `besides`."""
        wanted = self._wanted(question)
        left = (besides,) if isinstance(besides, str) else besides
        totals: dict[int, float] = defaultdict(float)
        for stem, weight in wanted.items():
            for number in self._holders.get(stem, ()):
                totals[number] += weight
        found: list[str] = []
        for number in sorted(totals, key=lambda n: (-totals[n], n)):
            text = self.texts[number]
            if text not in left and not any(find_answer(text, answer) for answer in answers):
                found.append(text)
            if len(found) == size:
                break
        return found

    def _wanted(self, question: str) -> dict[str, float]:
        # In order: a set's order changes from run to run, and with it the last digit of a sum, which settles ties.
        terms = sorted({stem for stem in stems(question) if stem not in STOP_WORDS})
        return weigh(terms, lambda stem: len(self._holders.get(stem, ())), len(self.texts))
