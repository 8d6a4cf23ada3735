"""Whether a language model says, in whatever words, that what it was given does not answer. Pure."""

from __future__ import annotations

from .additions import finds_nothing
from .generate import Written
from .prompts import NO_ANSWER


def declines(written: Written) -> bool:
    """Whether a sentence that cites nothing says so.

    >>> declines(Written("The provided sentences do not mention a fine.")), declines(Written("It was fined."))
    (True, False)
    """
    return written.text.upper().startswith(NO_ANSWER) or (not written.numbers and finds_nothing(written.text))
