"""The proper names of a sentence, by their upper case. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from index.dates import MONTH, WEEKDAY

from .quantities import QUANTITY
from .question import STOP_WORDS, stems, words

FULL_NAME = re.compile(r"\b[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)+\b")
"""A proper name of two words or more."""
_POSSESSIVE = re.compile(r"[’']s$")
CALENDAR = re.compile(rf"(?:{MONTH}|{WEEKDAY})$", re.IGNORECASE)
"""A word for a month or a day of the week."""


def names(text: str) -> set[str]:
    """The stems of words in upper case that are no small words, days, months or numbers; of a sentence the first too.

    >>> sorted(names("Ma left Hangzhou on Monday, and in May the firm followed."))
    ['hangzhou', 'ma']
    """
    plain = QUANTITY.sub(" ", text)
    named = [w for w in words(plain) if w[0].isupper() and w.lower() not in STOP_WORDS and not CALENDAR.match(w)]
    return set(stems(" ".join(named)))


def names_apart(one: str, other: str) -> bool:
    """Whether each names somebody or something that the other does not: then they are about two things."""
    return all(names(a) - names(b) - set(stems(b)) for a, b in ((one, other), (other, one)))


def short_names(question: str, article: str) -> dict[str, str]:
    """The full names in a question that an article has, with the last word of each: who is Jack Ma at first is Ma then.

    >>> short_names("Why did Jack Ma leave Ant Group?", "Jack Ma is back. Ma smiled.")
    {'Jack Ma': 'Ma'}
    """
    full = [_POSSESSIVE.sub("", match.group()) for match in FULL_NAME.finditer(question)]
    return {name: name.split()[-1] for name in full if " " in name and name in article}


def called_short(question: str, text: str, short: Mapping[str, str]) -> str:
    """The question with each name as the text has it, where that has its last word alone.

    >>> called_short("Why did Jack Ma leave?", "Ma smiled.", {"Jack Ma": "Ma"})
    'Why did Ma leave?'
    """
    said = set(words(text))
    for name, last in short.items():
        if last in said and name not in text:
            question = question.replace(name, last)
    return question
