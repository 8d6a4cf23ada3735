"""What a question asks for: its terms, the names in it, and the kind of answer it wants. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

import snowballstemmer


class Wants(Enum):
    """The kind of answer that a question asks for, read from its words."""

    PERSON = "person"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    PLACE = "place"
    REASON = "reason"
    STEPS = "steps"
    COMPARISON = "comparison"
    YES_NO = "yes/no"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Question:
    """A question, read. `terms` are stems of its content words; `names` those of its proper names and numbers."""

    text: str
    wants: frozenset[Wants]
    terms: frozenset[str]
    names: frozenset[str]


# What a word that stands in nearly every question says nothing about.
STOP_WORDS = frozenset(
    """a about above after again all also am an and any anyone anything are as at be been before being but by can could
    did do does doing done down during each every for from get gets give given go goes got had has have having he her
    here hers him his how i if in into is it its itself just kind let like made make makes many may me mean might more
    most much must my name no nor not now of off on once one only or other our ours out over own per please said same
    say says shall she should show since so some someone something sort such take tell than that the their theirs them
    then there these they thing things this those through to too type under until up upon us used very was we were what
    when where which while who whom whose why will with within would yet you your article articles text according
    mention mentioned describe described exactly""".split()
)

_WORD = re.compile(r"[^\W_]+(?:[’'][^\W_]+)*")
_QUESTION_WORDS = "who|whom|whose|what|which|when|where|why|how"
_YES_NO = re.compile(r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)\b", re.I)
_RULES: tuple[tuple[Wants, re.Pattern[str]], ...] = tuple(
    (wants, re.compile(pattern, re.IGNORECASE))
    for wants, pattern in (
        (
            Wants.COMPARISON,
            r"\b(?:both|two|all|the)\s+(?:\w+\s+)?(?:articles?|sources?|pieces|reports?|texts?|stories)\b.*"
            r"\b(?:agree|disagree|differ|same|contradict|consistent|compare|match)\w*"
            r"|\b(?:agree|disagree|differ|contradict|compare)\w*\b.*\b(?:articles?|sources|pieces|reports|texts|stories)\b"
            r"|\b(?:articles?|sources|pieces|reports|texts|stories)\b.*\b(?:agree|disagree|differ|contradict|compare)\w*",
        ),
        (
            Wants.PERSON,
            r"\b(?:who|whom|whose)\b|\b(?:what|which)\s+(?:person|man|woman|founder|author|president|ceo)\b",
        ),
        (
            Wants.MONEY,
            r"\bhow much\b|\b(?:what|which)\b.*\b(?:cost|price|value|worth|sum|revenue|profit|fine|losses|salary)\b"
            r"|\bhow (?:big|large|great|bad|heavy|severe)\b.*\b(?:loss|losses|damage|fine|bill|cost|drop|hit)",
        ),
        (
            Wants.NUMBER,
            r"\bhow (?:many|old|long|far|tall|large|big|fast|high|deep|heavy|often)\b"
            r"|\bwhat (?:number|percent|percentage|share|proportion|fraction|amount|size|rate)\b",
        ),
        (Wants.DATE, r"\bwhen\b|\b(?:what|which)\s+(?:year|month|date|day|century|decade|time)\b|\bhow long ago\b"),
        (
            Wants.PLACE,
            r"\bwhere\b|\b(?:what|which)\s+(?:country|city|state|place|town|region|countries|cities|exchange)",
        ),
        (
            Wants.REASON,
            r"\bwhy\b|\bhow come\b|\bwhat\s+(?:\w+\s+)?(?:caused?|causes|led|prompted|triggered|made|explains?|forced)\b"
            r"|\breasons?\b",
        ),
        (
            Wants.STEPS,
            r"\bwhat (?:steps|measures|ways|actions|moves|efforts|points|areas|reforms|policies|changes|initiatives)\b"
            r"|\bwhich (?:steps|measures|ways|actions|moves|efforts|points|reforms|policies|changes|initiatives)\b"
            r"|\bin what ways\b|\b(?:list|name|enumerate|outline|summari[sz]e)\b.*\b(?:steps|measures|ways|actions|moves"
            r"|efforts|points|reforms|policies)\b"
            r"|\bwhat\b.*\b(?:doing|do|does|done|plan|plans|planning|trying|intend)\b.*\bto\b"
            r"|\bhow (?:is|are|was|were|does|do|did|can|could|will|would|has|have|should|to)\b",
        ),
    )
)


_porter = snowballstemmer.stemmer("porter")  # the full-text index's algorithm, so that stems can be looked up there


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    return str(_porter.stemWord(word))


def words(text: str) -> list[str]:
    """Words in order, as they stand; the possessive is left off: `Alibaba’s` is `Alibaba`."""
    return [re.sub(r"[’'][sS]$", "", word) for word in _WORD.findall(text)]


def stems(text: str) -> list[str]:
    """Stems of the words in order, in lower case: `Losses fell` is `loss`, `fell`."""
    return [_stem(word.lower()) for word in words(text)]


def read(text: str) -> Question:
    """The question, read.

    >>> sorted(read("Why was Ant Group's listing called off?").names)
    ['ant', 'group']
    """
    content = [word for word in words(text) if word.lower() not in STOP_WORDS]
    named = [
        word
        for word in content
        if (word[0].isupper() or word[0].isdigit()) and not re.fullmatch(_QUESTION_WORDS, word, re.IGNORECASE)
    ]
    if named and text.lstrip().startswith(named[0]) and not named[0].isupper():
        named = named[1:]  # the first word of a sentence is in upper case whatever it is
    return Question(text, _wants(text), frozenset(stems(" ".join(content))), frozenset(stems(" ".join(named))))


def _wants(text: str) -> frozenset[Wants]:
    found = {wants for wants, pattern in _RULES if pattern.search(text)}
    if Wants.COMPARISON in found:
        return frozenset({Wants.COMPARISON})
    if not found and _YES_NO.match(text.strip()):
        found.add(Wants.YES_NO)
    if Wants.STEPS in found and found & {Wants.MONEY, Wants.NUMBER, Wants.DATE, Wants.PERSON}:
        found.discard(Wants.STEPS)
    return frozenset(found or {Wants.OTHER})
