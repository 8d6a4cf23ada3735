"""The conversation so far. The browser keeps it, so that it outlives a reload; the server keeps nothing.

What the browser sends back is data from outside: it is checked against the types of an answer, and rendered anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ..answer import Answer
from .messages import Message, ask, reply

LIMIT = 40
"""Answers that are kept: a page's worth of scrolling, and a body well below the limit of a request."""

_TURNS = TypeAdapter(tuple[Answer, ...])


def load_turns(stored: object) -> tuple[Answer, ...]:
    """The conversation that a browser sent; an empty one if that is none."""
    try:
        return _TURNS.validate_python(stored)[-LIMIT:]
    except ValidationError:
        return ()


def dump_turns(turns: Sequence[Answer]) -> list[Any]:
    """The conversation for the browser to keep."""
    dumped: list[Any] = _TURNS.dump_python(tuple(turns[-LIMIT:]), mode="json")
    return dumped


def show_turns(turns: Sequence[Answer]) -> list[Message]:
    """The conversation as chat messages."""
    return [message for answer in turns for message in (ask(answer.question), reply(answer))]


def spoken(turns: Sequence[Answer]) -> list[Message]:
    """The conversation as plain text, for a follow-up to be understood by."""
    return [
        message
        for answer in turns
        for message in (
            {"role": "user", "content": answer.question},
            {"role": "assistant", "content": answer.text},
        )
    ]
