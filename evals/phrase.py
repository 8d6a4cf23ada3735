"""Drafted questions put into better words by a language model; span and answer stay those of the rule.

What it writes is checked without it: a phrasing that lost what the question is about, or gives the answer away, is
thrown away, and the rule's own question stays.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa.completion import LLMError
from qa.generate import inert
from qa.llm import LLM
from qa.prompts import phrase_prompt
from qa.question import content_words, read, stems, words

from .cases import Case
from .metrics import contains

LONGEST = 300
"""Characters of a question."""
TOKENS = 96
"""Tokens that a model may write for one."""
KEPT = 0.4
"""Least share of the drafted question's content words that a phrasing keeps: a gap to fill holds a whole sentence."""
FRAME = "What is missing:"
"""What a gap to fill begins with, and a phrasing need not keep."""


@dataclass(frozen=True, slots=True)
class Phrased:
    """The cases, how many were put into other words, and why others were not, with how often."""

    cases: tuple[Case, ...]
    phrased: int
    kept: Counter[str]

    @property
    def line(self) -> str:
        """What was done."""
        why = "; ".join(f"{count} {reason}" for reason, count in self.kept.most_common())
        return f"{self.phrased} questions are in the model's words" + (f"; as the rule has them: {why}" if why else "")


def phrase(cases: Sequence[Case], llm: LLM) -> Phrased:
    """The cases, those that stand by themselves and have evidence in the model's words where these pass `fault`.

    Where the model fails, the rest stays as it is.
    """
    found: list[Case] = []
    kept: Counter[str] = Counter()
    failed = ""
    for case in cases:
        quote = next((piece.quote for piece in case.relevant if piece.quote), None)
        if quote is None or case.history or not case.answers:
            found.append(case)
            continue
        reason = failed
        if not failed:
            try:
                asked = _asked(case, quote, llm)
                reason = fault(asked, case, quote) or ""
            except LLMError as error:
                reason = failed = f"as {error}"
        kept.update([reason] if reason else [])
        found.append(case if reason else replace(case, question=asked))
    changed = sum(one is not other for one, other in zip(found, cases, strict=True))
    return Phrased(tuple(found), changed, kept)


def fault(phrased: str, case: Case, quote: str) -> str | None:
    """Why a phrasing cannot stand for the drafted question; None where it can."""
    if not 0 < len(phrased) <= LONGEST or not phrased.endswith("?") or inert(phrased) != phrased or "____" in phrased:
        return "are no plain question on one line"
    drafted = case.question.removeprefix(FRAME)
    asked, now = _content(drafted), _content(phrased)
    given = {stem for answer in case.answers for stem in _content(answer)} - asked
    if any(contains(phrased, answer) for answer in case.answers) or now & given:
        return "give the answer away"
    if not read(drafted).names <= now | set(stems(phrased)) or len(asked & now) < KEPT * len(asked):
        return "lost what they are about"
    named = [word for word in words(phrased)[1:] if word[0].isupper() or any(c.isdigit() for c in word)]
    if not set(stems(" ".join(named))) <= set(stems(f"{quote} {drafted}")):
        return "name what the sentence does not"
    if drafted == case.question and not read(drafted).wants <= read(phrased).wants:
        return "ask for something else"
    return None


def _asked(case: Case, quote: str, llm: LLM) -> str:
    prompt = phrase_prompt(case.question, quote, case.answers[0])
    written = "".join(llm.write(prompt.messages, time.monotonic() + llm.deadline_s, tokens=TOKENS)).strip()
    return "" if prompt.is_repeated_in(written) else written.removeprefix("Question:").strip().strip('"“”')


def _content(text: str) -> set[str]:
    return set(stems(" ".join(content_words(text))))
