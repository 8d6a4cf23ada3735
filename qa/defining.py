"""Who or what somebody or something is: the name in a question that asks for that, and sentences that say it. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

_NAME = r"[A-Z][\w&.’'-]*(?: (?:(?:of|de|van|von|the|and) )?[A-Z0-9][\w&.’'-]*){0,4}"
_THING = r"(?!(?:the|this|that|these|those|his|her|its|their|your|my|our|it|he|she|they|there|in|on|at)\b)[a-z][\w-]*"
_ASKED = re.compile(
    rf"\W*(?i:who|what)(?:[’']s| (?i:is|are|was|were))"
    rf" (?:(?:the (?=\S*[a-z]|\S+ ))?(?P<name>{_NAME})|(?:an? )?(?P<thing>{_THING}(?: {_THING}){{0,2}}))\W*"
)
_LINKS = "of to in on at by for from with and or as than like about against after before between into over".split()


def defined(question: str) -> str:
    """The name, or the word for a thing, of which a question asks who or what that is, and nothing else; else empty.
    `What is wrong?` is taken for such a question, too, but no sentence says what wrong is.

    >>> defined("Who is Jack Ma?"), defined("What is a quorum?"), defined("What is the fine?")
    ('Jack Ma', 'quorum', '')
    """
    match = _ASKED.fullmatch(question)
    return (match["name"] or match["thing"]) if match else ""


def defines(name: str, sentence: str) -> bool:
    """Whether it says what `name` is: `the retailer Corvo`, `Corvo, a retailer,`, `Corvo is a retailer`, and, by the
    patterns of Hearst (1992), `retailers such as Corvo`."""
    return _saying(name).search(sentence) is not None


@lru_cache(maxsize=100)
def _saying(name: str) -> re.Pattern[str]:
    said = rf"{re.escape(name)}(?: \([^)]*\))?"
    kind = rf"(?:(?!(?:{'|'.join(_LINKS)})\b)[\w-]+ ){{1,4}}"
    unlinked = "".join(rf"(?<!\b{link} )" for link in _LINKS)
    return re.compile(
        rf"\b{said}, (?:an?|the|one of|which (?:is|was)|who (?:is|was)|\w+[’']s)\b"
        rf"|{unlinked}\b{said},? (?:is|are|was|were|means) (?:an?|the|one|any|\w+[’']s)\b"
        rf"|\b(?:an?|the|its|their|\w+[’']s) {kind}{said}\b(?![’']s| \w+s\b)"
        rf"|\w (?:like|such as|including) (?:[\w’' ]+, )*{said}\b",
        re.IGNORECASE,
    )
