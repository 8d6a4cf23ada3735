"""How well a sentence answers a question, as a handful of numbers. Pure: vectors come from outside."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache

from index.dates import MONTH, WEEKDAY

from .countries import PEOPLES
from .pointing import TIMED
from .question import STOP_WORDS, Question, Wants, stems, words


@dataclass(frozen=True, slots=True)
class Features:
    """What is known of one (question, sentence) pair. All are in 0..1 but the cosines, which are in -1..1, and the
    overlap, which may be a little more where something is carried over."""

    cosine: float
    """Question and sentence, by the encoder."""
    passage_cosine: float
    """Question and the passage that the sentence is in."""
    overlap: float
    """Share of the question's terms in the sentence, rare terms counting more."""
    context_overlap: float
    """The same for the sentence with its neighbours and the title."""
    passage_overlap: float
    """The same for the whole passage and the title."""
    names: float
    """Share of the question's names in the passage or its title; 1 where the question has none."""
    kind_match: float
    """Share of the kinds of answer asked for (a date, a number) that the sentence holds and the question does not."""
    kind_miss: float
    """Share of the kinds asked for that it does not hold; with kind_match 1, or both 0 where any kind will do."""
    brevity: float
    """1 / (1 + words / 25): long sentences overlap by chance."""
    open_overlap: float
    """Share in the sentence of those of the question's terms that neither title nor opening of the article has: what
    an article is about need not be said again, and hardly tells its sentences apart."""
    is_opening: float
    """1 for an article's first sentence, which has most of such words and seldom the answer."""

    def values(self) -> tuple[float, ...]:
        """In the order of the fields."""
        return tuple(getattr(self, field.name) for field in fields(self))


@dataclass(frozen=True, slots=True)
class ReadFeatures:
    """What the reader made of one (question, sentence) pair, in its passage."""

    relevance: float
    """Logit of the passage answering."""
    odds: float
    """Log odds of the best span inside the sentence against `the passage holds no answer`."""

    def values(self) -> tuple[float, ...]:
        """In the order of the fields."""
        return tuple(getattr(self, field.name) for field in fields(self))


CELLS = " | "
"""What parts the cells of a table's row."""
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_PERIODS = "weeks?|months?|years?|decades?|quarter|spring|summer|autumn|winter"
_COUNTS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|twenty|thirty|forty|fifty|sixty|seventy|eighty"
    "|ninety|hundreds?|thousands?|millions?|billions?|trillions?|half|third|quarter|once|twice|double"
)
_CAUSES = (
    "because|due to|since|as a result|owing to|thanks to|after|following|led to|caused?|resulting in|in order to"
    "|so that|therefore|amid|given|aim(?:s|ed)?|to"
)
_KINDS: Mapping[Wants, re.Pattern[str]] = {
    wants: re.compile(pattern, re.IGNORECASE)
    for wants, pattern in (
        (Wants.NUMBER, rf"{NUMBER.pattern}|\b(?:{_COUNTS})\b"),
        (Wants.PERCENTAGE, r"%|\bper ?cent\b|\bpercentage points?\b"),
        (
            Wants.MONEY,
            rf"[$€£¥₹]\s?{NUMBER.pattern}|\b(?:million|billion|trillion|dollars?|euros?|pounds?|yuan|yen)s?\b",
        ),
        (
            Wants.DATE,
            rf"\b(?:1\d|20)\d\ds?\b|\b{MONTH}|\b{WEEKDAY}\b|\b\d0s\b|\bcentury\b"
            rf"|\b(?:last|this|next|past|previous|recent) (?:\w+ )?(?:{_PERIODS})\b"
            r"|\b(?:yesterday|today|tomorrow|recently|ago)\b",
        ),
        (Wants.ITEMS, r"\bsuch as\b|\bincluding\b|,(?: [\w-]+){1,4},? and\b"),
        (Wants.REASON, rf"\b(?:{_CAUSES})\b"),
    )
}
_NAMED = (Wants.PERSON, Wants.PLACE)
DEMANDS: Mapping[Wants, str] = {
    Wants.PERSON: "name",
    Wants.DATE: "date",
    Wants.NUMBER: "number",
    Wants.MONEY: "sum of money",
    Wants.PERCENTAGE: "percentage",
}
"""Kinds without which a sentence is no answer, as they are named to the reader. A place or a reason may be put in any
words; a date cannot. On 1,700 development questions 1 % of the right sentences lack what is demanded."""
_NO_NAMES = re.compile(rf"(?:{MONTH}|{WEEKDAY}|i|{PEOPLES}s?|(?-i:[A-Z]{{2,}}s))$", re.IGNORECASE)
"""In upper case, and neither a person nor a place: months, days, nationalities, several of what letters stand for."""
_NO_COUNTS = re.compile(
    r"[$€£¥₹]\s?\d[\d.,]*(?:\s?(?:million|billion|trillion|thousand))?"
    r"|\b(?:millions?|billions?|trillions?) (?:in|of) (?:\w+ )?"
    r"(?:dollars?|euros?|pounds?|yuan|yen|value|losses|sales|revenues?|profits?|debts?|assets|funding|investments?)\b"
    r"|\b\d[\d.,]*\s?(?:%|per ?cent)|\b(?:1\d|20)\d\d\b",
    re.IGNORECASE,
)
"""Numbers that count nothing: sums of money, percentages, years."""


def weigh(terms: Iterable[str], frequency: Callable[[str], int], passages: int) -> dict[str, float]:
    """Inverse document frequency of each stem: log(1 + (passages + 200) / (frequency + 20)).

    The constants stand for 200 passages of other text, a tenth of which hold the stem: in a library of a few passages
    that a word is not there says little of how rare it is.
    """
    return {term: math.log(1 + (passages + 200) / (frequency(term) + 20)) for term in terms}


NEGATION = re.compile(
    r"\b(?:not|no|never|none|nor|without|\w+n[’']t|cannot|fail(?:s|ed)?|den(?:y|ies|ied))\b", re.IGNORECASE
)

_INSTANCES = re.compile(r"\b(?:such as|including|namely|especially|in particular)\b", re.IGNORECASE)
"""What stands between a kind of thing and things of that kind (the patterns of Hearst 1992)."""


def names_instances(sentence: str) -> bool:
    """Whether it names things of a kind that it gives: `areas such as biotech`."""
    return _INSTANCES.search(sentence) is not None


RELATED = 0.7
"""What a related word counts for: one stem begins the other, as `tech` does `technolog`."""
SHORTEST_RELATED = 4


def share(wanted: Mapping[str, float], present: frozenset[str]) -> float:
    """The weight of the wanted stems that are present, over the weight of all; 0 where nothing is wanted.

    >>> share({"tech": 1.0, "firm": 1.0}, frozenset({"technolog", "firm"}))
    0.85
    """
    total = sum(wanted.values())
    return sum(weight * _presence(stem, present) for stem, weight in wanted.items()) / total if total else 0.0


def _presence(stem: str, present: frozenset[str]) -> float:
    if stem in present:
        return 1.0
    if len(stem) < SHORTEST_RELATED:
        return 0.0
    related = any(stem[:end] in present for end in range(SHORTEST_RELATED, len(stem))) or f"\n{stem}" in _joined(
        present
    )
    return RELATED if related else 0.0


@lru_cache(maxsize=1000)
def _joined(present: frozenset[str]) -> str:
    """The stems one after another, in which to look for one that begins with another: a question asks many times."""
    return "\n" + "\n".join(present)


def kinds_held(question: Question, sentence: str) -> tuple[float, float]:
    """Shares of the kinds of answer asked for that the sentence, by its surface, holds and does not; see Features."""
    asked = Counter(words(question.text.lower()))
    kinds = [wants for wants in question.wants if wants in _KINDS or wants in _NAMED]
    if not kinds:
        return 0.0, 0.0
    held = sum(_holds(wants, sentence, asked) for wants in kinds) / len(kinds)
    return held, 1.0 - held


def lacks(question: Question, sentence: str) -> tuple[str, ...]:
    """What the question demands and the sentence does not hold, in the words of DEMANDS."""
    asked = Counter(words(question.text.lower()))
    return tuple(
        name for wants, name in DEMANDS.items() if wants in question.wants and not _holds(wants, sentence, asked)
    )


def leaves_date(question: Question, sentence: str) -> bool:
    """Whether the date that is asked for is told from what stands before the sentence: `Shortly after his remarks`."""
    return TIMED.match(sentence) is not None and DEMANDS[Wants.DATE] in lacks(question, sentence)


def _holds(wants: Wants, sentence: str, asked: Counter[str]) -> bool:
    """Whether the sentence has something of the kind beyond what the question gives itself."""
    if wants in _NAMED:  # a name that the question does not give; the first word is in upper case whatever it is
        inner = (word for word in words(sentence)[1:] if word[0].isupper() and word.lower() not in asked)
        return any(not _NO_NAMES.match(word) for word in inner)
    is_row = CELLS in sentence and any(w in asked for w in words(sentence.lower()) if w not in STOP_WORDS)
    if wants in (Wants.MONEY, Wants.PERCENTAGE) and is_row:  # of what, the header of the column says
        wants = Wants.NUMBER
    elif wants is Wants.NUMBER:
        sentence = _NO_COUNTS.sub(" ", sentence)
    held = Counter(match.group().lower().lstrip("$€£¥₹ ") for match in _KINDS[wants].finditer(sentence))
    return any(times > asked[said] for said, times in held.items())


def stem_set(text: str) -> frozenset[str]:
    """Stems of a text, as a set."""
    return frozenset(stems(text))
