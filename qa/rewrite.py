"""A follow-up question made whole by a language model, where what it gives is nothing but that question."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from index.encoder import Encoder

from .completion import LLMError
from .conversation import MAX_CHARACTERS, MAX_TURNS, Turn, contextualise
from .generate import inert
from .llm import LLM
from .prompts import rewrite_prompt
from .question import content_words, stems, words

MAX_REWRITTEN = 300
"""Characters of a rewritten question."""
TOKENS = 96
"""Tokens that a model may write for it."""
SHARE_OF_DEADLINE = 1 / 3
KNOWN = 0.7
"""Least share of a rewritten question's content words that stand in the conversation."""
KEPT = 0.5
"""Least share of the question's content words that the rewritten one keeps."""


def rewriter(llm: LLM, encoder: Encoder, cancelled: Callable[[], bool]) -> Callable[[str, Sequence[Turn]], str]:
    """A function like `contextualise` that asks the model, and does what that does where the model is of no help.

    A question that stands by itself is not rewritten.
    """

    def complete(question: str, history: Sequence[Turn]) -> str:
        ruled = contextualise(question, history)
        if ruled == question:
            return question
        turns = [Turn(turn.role, turn.text[:MAX_CHARACTERS]) for turn in history[-MAX_TURNS:]]
        prompt = rewrite_prompt(question, turns, encoder.count)
        until = time.monotonic() + llm.deadline_s * SHARE_OF_DEADLINE
        try:
            written = "".join(llm.write(prompt.messages, until, cancelled, TOKENS))
        except LLMError:
            return ruled  # if the model is gone, the answer says so
        rewritten = written.strip().removeprefix("Question:").strip().strip('"“”')
        return rewritten if is_faithful(rewritten, question, turns) and not prompt.is_repeated_in(written) else ruled

    return complete


def is_faithful(rewritten: str, question: str, history: Sequence[Turn]) -> bool:
    """Whether a rewritten question is one line, harmless, and made of the words of the conversation."""
    if not 0 < len(rewritten) <= MAX_REWRITTEN or "\n" in rewritten or inert(rewritten) != rewritten:
        return False
    said = set(stems(" ".join([question, *(turn.text for turn in history)])))
    asked = set(stems(" ".join(content_words(question))))
    content = set(stems(" ".join(content_words(rewritten))))
    named = [word for word in words(rewritten)[1:] if word[0].isupper() or any(c.isdigit() for c in word)]
    return (
        bool(content)
        and len(content & said) >= KNOWN * len(content)
        and len(asked & content) >= KEPT * len(asked)
        and said.issuperset(stems(" ".join(named)))
    )
