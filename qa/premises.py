"""What a question takes for granted, held against the sentence that is to answer it. Pure.

"Why did Google buy Alibaba?" is answered by no sentence, however near, in which Google does not buy Alibaba. Three
things can be told without understanding: a name that the sentence lacks, a word of which it says the opposite, and
two parties that have changed places.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .countries import compatriots
from .evidence import share, stem_set
from .names import short_names
from .opposites import DEEDS, opposite
from .question import SMALL_NUMBER, Question, content_words, stems, words

AROUND = 0.8
"""What a name counts for that stands in the sentence before, or in the title or the opening of the article."""
OF_COUNTRY = 0.9
"""What a country's name counts for where the sentence has another word for it: its people, its capital, or, where the
country is named around, *the government*. Around it the other words count as much as the name."""

_AUXILIARY = r"(?:did|does|do|is|are|was|were|has|have|had|will|would|can|could|should)"
_POINT = r"(?:in|on|at|by|since|until) (?:what|which|when)(?: [a-z]+)?"
_ADVERB = rf"(?:why|when|where|how(?: [a-z]+)?|{_POINT}|(?:with|to|from) whom)"
_ASKED_WITH = re.compile(rf"(?:.*?\b)?{_ADVERB} (?P<aux>{_AUXILIARY}) (?P<rest>.+)", re.IGNORECASE)
_ASKED_OF = re.compile(
    rf"(?:.*?\b)?(?:what|which|how (?:much|many))(?P<kind>(?: (?!{_AUXILIARY}\b)[a-z-]+){{0,3}}) (?P<aux>{_AUXILIARY})"
    r" (?P<rest>.+)",
    re.IGNORECASE,
)
_ASKED_WHO = re.compile(r"(?:.*?\b)?(?P<word>who|which|what|how many) (?P<rest>.+)", re.IGNORECASE)
_YES_OR_NO = re.compile(rf"(?P<aux>{_AUXILIARY}) (?P<rest>.+)", re.IGNORECASE)
_CARRIED = re.compile(r"\s*\([^()]*\)\s*$")
"""What a follow-up is completed with; see `contextualise`."""
_BEING = re.compile(r"\b(?:was|were|is|are|been|being|be)\b", re.IGNORECASE)
_CLAUSE = re.compile(
    rf"(?:(?:and|but|so) )?(?:{_ADVERB}|(?:what|which|how (?:much|many))(?: [a-z-]+){{0,3}}?)"
    r" (?P<aux>did|does|do|is|are|was|were|has|have|had) (?P<rest>.+)",
    re.IGNORECASE,
)
_SECOND_CLAUSE = re.compile(
    r"\b(?:that|who|whom|whose|which|while|when|where|after|before|because|if|and|been|being|be)\b|,", re.IGNORECASE
)
_ENDINGS = {"is": "ing", "are": "ing", "was": "ing", "were": "ing", "has": "ed", "have": "ed", "had": "ed"}
_STATE = re.compile(r"\bthe (?:government|country|nation|state|authorities)\b", re.IGNORECASE)
"""What a text goes on to call a country that it has named."""
_DOING = ("did", "do", "does")
_BEGINS_SUBJECT = re.compile(r"(?:the|an?|his|her|its|their)\b", re.IGNORECASE)
_INNER = ("of", "and", "the", "de", "van", "von", "al")


@dataclass(frozen=True, slots=True)
class Premises:
    """How a sentence stands to what a question takes for granted.

    `named` is the share of the question's names that it has, 1 where there are none; a name that stands around it
    counts AROUND, another word for a country OF_COUNTRY. `is_reversed`: it says the opposite of a word, or who does it
    and to whom have changed places. Of SQuAD 2.0's development questions that is so for 0.3 % beside the sentence that
    answers, and for 1.8 % beside one that only seems to.
    """

    named: float
    is_reversed: bool


def weigh_premises(question: Question, sentence: str, around: str = "", article: str = "") -> Premises:
    """The premises of the question in a sentence, which comes with those before it that name its subject.

    `around` is what stands about it: its article's title and opening, and the sentence before. Where the whole
    `article` has the full name that the question gives, the last of its words stands for it.
    """
    said = set(words(sentence))
    known = [name for name, last in short_names(question.topic, article).items() if last in said]
    held, near = stem_set(" ".join([sentence, *known])), stem_set(around)
    is_of_state = _STATE.search(sentence) is not None
    names = sorted(name for name in question.names if not SMALL_NUMBER.fullmatch(name))
    named = [_named(name, held, near, is_of_state) for name in names]
    is_opposed = opposite(stems(question.topic), stems(sentence), DEEDS) is not None
    return Premises(sum(named) / len(named) if named else 1.0, is_opposed or _is_turned(question.topic, sentence))


def _named(name: str, held: frozenset[str], near: frozenset[str], is_of_state: bool) -> float:
    """What a name counts for by the stems of the sentence and of what is around it."""
    others = compatriots().get(name, frozenset())
    is_around = name in near or not others.isdisjoint(near)
    of_country = not others.isdisjoint(held) or (bool(others) and is_of_state and is_around)
    around = max(share({name: 1.0}, near), float(is_around))
    return max(share({name: 1.0}, held), OF_COUNTRY * of_country, AROUND * around)


def premise(question: str) -> str:
    """The question as a statement, so that a support check can read it; what is asked for is left open.

    >>> premise("Why did Google buy Alibaba?"), premise("How many ships were sold?")
    ('Google buy Alibaba', 'Some ships were sold')
    >>> premise("Who founded Ant Group?"), premise("What fine did Alibaba pay?")
    ('Someone founded Ant Group', 'Alibaba pay some fine')
    """
    text = _CARRIED.sub("", question.strip()).rstrip(" ?.!")
    if match := _ASKED_WITH.fullmatch(text):
        return _stated(match["aux"], match["rest"])
    if match := _ASKED_OF.fullmatch(text):
        kind, auxiliary = match["kind"].strip(), match["aux"].lower()
        if kind and auxiliary not in _DOING and match["rest"][0].islower() and not _BEGINS_SUBJECT.match(match["rest"]):
            return f"Some {kind} {auxiliary} {match['rest']}"
        return f"{_stated(match['aux'], match['rest'])} {f'some {kind}' if kind else 'something'}"
    if match := _YES_OR_NO.fullmatch(text):
        return _stated(match["aux"], match["rest"])
    if match := _ASKED_WHO.fullmatch(text):
        return f"{'Someone' if match['word'].lower() == 'who' else 'Some'} {match['rest']}"
    return text


def _stated(auxiliary: str, rest: str) -> str:
    """The statement in `did SUBJECT verb ...`: the auxiliary goes after the subject, or away."""
    said = rest.split()
    end = int(_BEGINS_SUBJECT.match(rest) is not None)
    named = next((n for n, word in enumerate(said[: end + 3]) if word[0].isupper()), None)
    if named is not None:
        end = named
        while end < len(said) and (said[end][0].isupper() or _joins(said, end)):
            end += 1
    end = max(end, min(len(said), int(named is None) + end))
    end += end < len(said) and said[end - 1].endswith(("'s", "’s"))
    helps = [] if auxiliary.lower() in _DOING else [auxiliary.lower()]
    return " ".join([*said[:end], *helps, *said[end:]])


def _joins(said: Sequence[str], number: int) -> bool:
    """Whether a small word goes on with a name, as in `Bank of England`."""
    return said[number].lower() in _INNER and number + 1 < len(said) and said[number + 1][0].isupper()


def _is_turned(question: str, sentence: str) -> bool:
    """Whether a verb of the question has in the sentence its subject after it and its object before it.

    A passive turns them once more. Only questions of one clause in the active voice are looked at, and of their words
    those that may be the verb: `did` goes with one that is inflected in the sentence, `has` and `is` with -ed and -ing.
    """
    match = _CLAUSE.fullmatch(question.rstrip(" ?.!"))
    if match is None or _SECOND_CLAUSE.search(match["rest"]):
        return False
    asked = content_words(match["rest"])
    asked_stems = stems(" ".join(asked))
    said = [word.lower() for word in words(sentence)]
    said_stems = stems(sentence)
    if len(asked_stems) != len(asked) or len(said_stems) != len(said):
        return False
    ending = _ENDINGS.get(match["aux"].lower(), "")
    if ending == "ing" and any(word.endswith("ed") for word in asked):
        return False
    for number, (word, stem) in enumerate(zip(asked, asked_stems, strict=True)):
        if number == 0 or word[0].isupper() or not word.endswith(ending):
            continue
        forms = {f"{word}d", f"{word}s"}  # of a short verb the stemmer makes two: `sue` and `su` of `sued`
        place = next((n for n, s in enumerate(said_stems) if s == stem or said[n] in forms), None)
        if place is None or (not ending and said[place] == word):
            continue
        before, after = _around_verb(said, said_stems, place)
        if _are_exchanged(set(asked_stems[:number]), set(asked_stems[number + 1 :]), before, after):
            return True
    return False


def _around_verb(said: Sequence[str], said_stems: Sequence[str], place: int) -> tuple[set[str], set[str]]:
    """The stems before and after the verb at `place`, the other way round where it is in the passive."""
    before, after = set(said_stems[:place]), set(said_stems[place + 1 :])
    is_passive = any(_BEING.fullmatch(word) for word in said[max(0, place - 2) : place])
    turns = "by" in said[place + 1 : place + 3] or (is_passive and not said[place].endswith("ing"))
    return (after, before) if turns else (before, after)


def _are_exchanged(subject: set[str], thing: set[str], before: set[str], after: set[str]) -> bool:
    """Whether more of the subject and the object stand on each other's side of the verb than on their own."""
    wrong = subject & after - before, thing & before - after
    right = len(subject & before - after) + len(thing & after - before)
    return all(wrong) and len(wrong[0]) + len(wrong[1]) > right
