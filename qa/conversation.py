"""A follow-up question made whole by what was said before. Pure, no model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.errors import FootnoteError

from .question import STOP_WORDS, stems, words

MAX_TURNS = 20
"""Turns of a conversation that are looked at; older ones are let go."""
MAX_CHARACTERS = 2_000
"""Characters of a turn that are looked at, and of what is carried over from the turns before it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing said. `role` is `user` or `assistant`."""

    role: str
    text: str


class HistoryError(FootnoteError):
    """A history that is not in one of the shapes that `read_history` takes."""


_POINTS_BACK = re.compile(
    r"\b(?:he|him|his|she|hers?|it|its|they|them|theirs?|this|that|these|those|there|then|the (?:same|former|latter"
    r"|company|man|woman|firm|founder|country|government|move|change|decision|plan|first|second|other|last)|ones?|such"
    r"|so|else)\b",
    re.IGNORECASE,
)
_PERSON_BACK = re.compile(r"\b(?:he|him|his|she|hers?)\b", re.IGNORECASE)
_FULL_NAME = re.compile(r"\b[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)+\b")
_ELLIPSIS = re.compile(
    r"\s*(?:and|but|or|also|what about|how about|why|since when|when|where|who|how much|how many|how)\b"
    r"\W*+(?:\w++\W*+){0,3}$",
    re.IGNORECASE,
)
_STARTS_LIKE_FOLLOW_UP = re.compile(r"\s*(?:and|but|or|also|so|what about|how about)\b", re.IGNORECASE)


def read_history(raw: object) -> tuple[Turn, ...]:
    """Turns from JSON: texts (questions), `{"role","content"}` messages, or `{"question","answer"}` pairs.

    Other roles than user and assistant are dropped: a history comes from outside. Raises HistoryError.
    """
    if raw is None:
        return ()
    if not isinstance(raw, list):
        raise HistoryError("the history is not a list of messages")
    return tuple(turn for entry in raw for turn in _turns(entry))[-MAX_TURNS:]


def _turns(entry: object) -> list[Turn]:
    if isinstance(entry, str):
        return [Turn("user", entry)]
    if isinstance(entry, dict):
        if "role" in entry:
            content = entry.get("content", entry.get("text"))
            if isinstance(content, str):
                return [Turn(entry["role"], content)] if entry["role"] in ("user", "assistant") else []
        elif isinstance(entry.get("question"), str):
            answer = entry.get("answer")
            return [Turn("user", entry["question"]), *([Turn("assistant", answer)] if isinstance(answer, str) else [])]
    raise HistoryError(f"the history holds {str(entry)[:60]!r}, which is neither a text nor a message nor a question")


def contextualise(question: str, history: Sequence[Turn]) -> str:
    """The question with what it leaves out: the names, else the content words, of the question before it.

    A question that stands by itself comes back unchanged.

    >>> contextualise("When was he last seen?", [Turn("user", "Who is Jack Ma?")])
    'When was he last seen? (Jack Ma)'
    """
    asked = [turn.text[:MAX_CHARACTERS] for turn in history if turn.role == "user"]
    if not asked or not _leans_on_what_was_said(question):
        return question
    before = contextualise(asked[-1], [Turn("user", text) for text in asked[:-1][-MAX_TURNS:]])
    carried = _carried(question, before)[:MAX_CHARACTERS]
    if _PERSON_BACK.search(question) and not _FULL_NAME.search(before):
        answers = [turn.text[:MAX_CHARACTERS] for turn in history if turn.role == "assistant"]
        if answers and (person := _FULL_NAME.search(answers[-1])):
            carried = person.group()
    return f"{question} ({carried})" if carried else question


def _leans_on_what_was_said(question: str) -> bool:
    content = [word for word in words(question) if word.lower() not in STOP_WORDS]
    return (
        len(content) <= 1
        or bool(_STARTS_LIKE_FOLLOW_UP.match(question))
        or bool(_ELLIPSIS.match(question))
        or bool(_POINTS_BACK.search(question))
    )


def _carried(question: str, before: str) -> str:
    present = set(stems(question))
    content = [word for word in words(before) if word.lower() not in STOP_WORDS]
    fresh = [word for word, stem in zip(content, stems(" ".join(content)), strict=True) if stem not in present]
    names = [word for word in fresh if word[0].isupper() and not before.startswith(word)]
    starts_over = _STARTS_LIKE_FOLLOW_UP.match(question) or len(present - STOP_WORDS) <= 1
    return " ".join(dict.fromkeys(fresh if starts_over or not names else names))
