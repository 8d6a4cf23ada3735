"""How well a sentence answers a question, as a handful of numbers. Pure: vectors come from outside."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from .question import Question, Wants, stems, words

_MONTH = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
_NUMBER_WORDS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|twenty|thirty|forty|fifty|sixty|seventy|eighty"
    "|ninety|hundreds?|thousands?|millions?|billions?|trillions?|half|third|quarter|once|twice|first|second|double"
)
_ANSWERS: Mapping[Wants, re.Pattern[str]] = {
    Wants.NUMBER: re.compile(rf"\d|\b(?:{_NUMBER_WORDS})\b", re.I),
    Wants.MONEY: re.compile(r"[$€£¥₹]\s?\d|\b(?:million|billion|trillion|dollars?|euros?|pounds?|yuan|yen)\b|\d", re.I),
    Wants.DATE: re.compile(
        rf"\b(?:1\d|20)\d\d\b|\b{_MONTH}\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\bcentury\b|\b\d0s\b"
        r"|\b(?:last|this|next|past|previous|recent) (?:\w+ )?(?:weeks?|months?|years?|decades?|quarter|summer|winter)\b"
        r"|\b(?:yesterday|today|tomorrow|recently|ago)\b",
        re.I,
    ),
    Wants.PLACE: re.compile(r"\b(?:[Ii]n|[Aa]t|[Ff]rom|[Nn]ear|[Tt]o|[Oo]n)\s+(?:the\s+)?[A-Z]"),
    Wants.REASON: re.compile(
        r"\b(?:because|due to|since|as a result|owing to|thanks to|after|following|led to|caused?|resulting in|in order to"
        r"|so that|therefore|amid|over|given|aim(?:s|ed)?|means?|to)\b",
        re.I,
    ),
}


@dataclass(frozen=True, slots=True)
class Features:
    """What is known of one (question, sentence) pair. All are in 0..1 but the cosines, which are in -1..1."""

    cosine: float
    """Question and sentence, by the encoder."""
    passage_cosine: float
    """Question and the passage that the sentence is in."""
    overlap: float
    """Share of the question's terms in the sentence, rare terms counting more."""
    context_overlap: float
    """The same for the sentence with its neighbours and the title."""
    names: float
    """Share of the question's names in the passage or its title; 1 where the question has none."""
    kind_match: float
    """1 where the sentence holds something of the kind asked for that the question does not; 0.5 where any will do."""
    rank: float
    """1 / rank of the passage."""
    brevity: float
    """1 / (1 + words / 25): long sentences overlap by chance."""

    def values(self) -> tuple[float, ...]:
        """In the order of the fields."""
        return tuple(getattr(self, name) for name in self.__slots__)


def weigh(terms: Sequence[str], frequency: Callable[[str], int], passages: int) -> dict[str, float]:
    """Inverse document frequency of each stem, smoothed so that it means something in a small library too."""
    return {term: math.log(1 + (passages + 20) / (frequency(term) + 1)) for term in terms}


def share(wanted: Mapping[str, float], present: frozenset[str]) -> float:
    """The weight of the wanted terms that are present, over the weight of all; 0 where nothing is wanted."""
    total = sum(wanted.values())
    return sum(weight for term, weight in wanted.items() if term in present) / total if total else 0.0


def kind_match(question: Question, sentence: str) -> float:
    """Whether the sentence can hold what the question asks for, by its surface; see Features."""
    asked = {word.lower() for word in words(question.text)}
    scores = []
    for wants in question.wants:
        if wants is Wants.PERSON:
            scores.append(float(_has_new_name(sentence, asked)))
        elif pattern := _ANSWERS.get(wants):
            scores.append(float(any(match.group().lower() not in asked for match in pattern.finditer(sentence))))
    return sum(scores) / len(scores) if scores else 0.5


def _has_new_name(sentence: str, asked: set[str]) -> bool:
    inner = words(sentence)[1:]
    return any(word[0].isupper() and word.lower() not in asked for word in inner)


def stem_set(text: str) -> frozenset[str]:
    """Stems of a text, as a set."""
    return frozenset(stems(text))
