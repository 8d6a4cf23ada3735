"""A follow-up question made whole by what was said before. Pure, no model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.errors import FootnoteError

from .answer import ABSTENTION
from .leaning import ORDINAL, ORDINALS, PERSON_BACK, STARTS_OVER, leans, names_in
from .names import CALENDAR, FULL_NAME
from .question import STOP_WORDS, content_words, stems
from .smalltalk import is_small_talk

MAX_TURNS = 20
"""Turns of a conversation that are looked at; older ones are let go."""
MAX_CHARACTERS = 2_000
"""Characters of a turn that are looked at, and of what is carried over from the turns before it."""
SAID = 200
"""Characters of a question with its answer that are searched for in the next round."""
IN_A_FOLLOW_UP = (0.5, 0.15)
"""Weight of the last round and of the one before it, in a search for a question that leaves something out."""
IN_PASSING = (0.25, 0.08)
"""The same for a question that stands by itself: it may still go on about the same thing, or turn to another."""
SHORT = 2
"""Words of a question, small ones aside, up to which `that` is all that it asks about."""
SAID_WORDS = 12
"""Words of the last answer that stand for `that`."""
ITEM_WORDS = 8
"""Words of a list's point that stand for it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing said. `role` is `user` or `assistant`."""

    role: str
    text: str


class HistoryError(FootnoteError):
    """A history that is not in one of the shapes that `read_history` takes."""


_YEAR = re.compile(r"\b[12]\d{3}\b")
_NAME = re.compile(r"\b[A-Z][\w’'-]*(?: (?:of |de |van )?[A-Z][\w’'-]*)*")
_ASKS_WHO = re.compile(r"\s*(?:(?:and|but|so)\W+)?who\b", re.IGNORECASE)
_AGENT = re.compile(rf"\bby (?P<name>{_NAME.pattern[2:]})")
"""Who did it, in a passive."""
_THAT = re.compile(
    r"\bwho (?:said|says|claim(?:s|ed)|report(?:s|ed)|wrote) (?:that|this|so)\b"
    r"|\bwho (?:think|believe|expect|hope|fear)s? (?:that|this|so)\b|\b(?:when|where|why) (?:is|was) (?:that|this)\b"
    r"|^(?:(?:and|but|so)\W+)?(?:why|how come)\W*$",
    re.IGNORECASE,
)
"""Asks of what was just answered who said it, and when, where and why it is so."""
_CALENDAR = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b|\d[\d.,]*"
)
"""Months and numbers."""
_ABOUT = re.compile(
    r"\s*(?:(?:and|but|or|so)\W+)?(?:what about|how about|and|or)(?: (?:in|for|of|by|at|on|with))? "
    r"(?P<new>[^\W_][^?,;:]{0,60}?)\W*$",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"\s*(?:(?:and|but|so|or)\W+)?(?P<word>why|when|where|how)(?: (?:was|is) (?:that|this|it))?\W*$", re.IGNORECASE
)
_ADVERBIAL = re.compile(
    r"\s*(?:when|where|why|how) (?P<rest>(?:did|does|do|was|were|is|are|has|have|had|will|would|can|could)\b.+)",
    re.IGNORECASE,
)
_ENDS_IN_BE = re.compile(r"\b(?:be|been|is|was|are|were)\W*(?:\(|$)", re.IGNORECASE)
_ITEM = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+(.+)$", re.MULTILINE)
_FIRST_WORD = re.compile(r"\W*\w+")
_COMPLETED = re.compile(r"\s*\((?P<carried>[^()]*)\)\s*$")
_MARKER = re.compile(r"\s?\[\d{1,3}\]")


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


def beside(question: str, whole: str, history: Sequence[Turn]) -> tuple[tuple[str, float], ...]:
    """What is searched for beside the whole question, with its weight: the question as it came, and what was said.

    Where the question stands by itself, what was said only tips the scales.
    """
    weights = IN_PASSING if whole == question else IN_A_FOLLOW_UP
    texts = [] if whole == question else [(question, 1.0)]
    for weight, (asked, answered) in zip(weights, reversed(_rounds(history)), strict=False):
        said = " ".join(content_words(f"{asked} {answered}"[:SAID]))
        texts += [(said, weight)] if said else []
    return tuple(texts)


def contextualise(question: str, history: Sequence[Turn]) -> str:
    """The question with what it leaves out, taken from the questions before it and the answer to the last one.

    A question that stands by itself comes back unchanged.

    >>> contextualise("When was he last seen?", [Turn("user", "Who is Jack Ma?")])
    'When was he last seen? (Jack Ma)'
    >>> contextualise("What about Tencent?", [Turn("user", "What fine did Alibaba pay?")])
    'What fine did Tencent pay?'
    """
    rounds = _rounds(history)
    if not rounds or not leans(question):
        return question
    before, answer = rounds[0]
    for asked, answered in rounds[1:]:
        before, answer = _complete(asked, before, answer), answered
    return _complete(question, before, answer)


def _rounds(history: Sequence[Turn]) -> list[tuple[str, str]]:
    """Questions with their answers, oldest first, without small talk; an answer that says nothing is empty."""
    rounds: list[tuple[str, str]] = []
    for turn in history[-MAX_TURNS:]:
        text = turn.text[:MAX_CHARACTERS]
        if turn.role == "user":
            rounds.append((text, ""))
        elif rounds and text != ABSTENTION:
            rounds[-1] = (rounds[-1][0], _MARKER.sub("", text))
    return [(asked, answered) for asked, answered in rounds if not is_small_talk(asked)]


def said_last(history: Sequence[Turn]) -> str:
    """The last answer, without its footnotes' numbers; empty where there is none."""
    rounds = _rounds(history)
    return " ".join(rounds[-1][1].split()) if rounds else ""


def _complete(question: str, before: str, answer: str) -> str:
    """The question after `before`, which was answered so; unchanged where it stands by itself."""
    if not leans(question):
        return question
    if whole := _with_new_name(question, before) or _with_question_word(question, before):
        return whole[:MAX_CHARACTERS]
    carried = _item(question, before, answer) or _said(question, answer) or _carried(question, before)
    if PERSON_BACK.search(question) and (person := _person(before, answer)):
        carried = person
    return f"{question} ({carried[:MAX_CHARACTERS]})" if carried else question


def _with_new_name(question: str, before: str) -> str:
    """`What about Tencent?`: the question before with Tencent in place of its only name, or a year of its only year."""
    match = _ABOUT.match(question)
    if match is None:
        return ""
    new = match["new"]
    kind = _YEAR if _YEAR.fullmatch(new) else _NAME
    held = list(kind.finditer(before, _after_first(before)))
    if not kind.fullmatch(new) or len(held) != 1:
        return ""
    start, end = held[0].span()
    return before[:start] + new + before[end:]


def _with_question_word(question: str, before: str) -> str:
    """`And why?`: the question before, asked so; only where that can be said."""
    bare, adverbial = _BARE.match(question), _ADVERBIAL.match(before)
    if not (bare and adverbial) or len(content_words(before)) < 2 or _ENDS_IN_BE.search(before):
        return ""
    rest = adverbial["rest"]
    return f"{bare['word'].capitalize()} {rest}"


def _item(question: str, before: str, answer: str) -> str:
    """What `the second one` stands for: a point of the answer's list, or one of two names in the question before."""
    match = ORDINAL.search(question)
    if match is None:
        return ""
    items = [" ".join(item.split()[:ITEM_WORDS]) for item in _ITEM.findall(answer)]
    items = items or list(dict.fromkeys(m.group() for m in _NAME.finditer(before, _after_first(before))))
    word = match[1].lower()
    number = {"last": len(items) - 1, "former": 0, "latter": 1, "other": 1}.get(word)
    if number is None:
        number = ORDINALS.index(word)
    return items[number] if len(items) > 1 and number < len(items) else ""


def _person(before: str, answer: str) -> str:
    """Who the last answer named, where the question before it named nobody in full, or asked who."""
    asks_who = _ASKS_WHO.match(before) is not None
    if FULL_NAME.search(before) and not asks_who:
        return ""
    named = [name for match in FULL_NAME.finditer(answer) if (name := _bare(match.group())) and name not in before]
    agent = _AGENT.search(answer) if asks_who else None
    return agent["name"] if agent else next(iter(named), "")


def _bare(name: str) -> str:
    """A name of two words or more without what goes before it: `On Monday Jack Ma` is Jack Ma, `In March` nobody."""
    said = name.split()
    while said and (said[0].lower() in STOP_WORDS or CALENDAR.match(said[0])):
        said = said[1:]
    return " ".join(said) if len(said) > 1 else ""


def _said(question: str, answer: str) -> str:
    """What `that` stands for in `Who said that?`: the words of the answer's first sentence."""
    if not _THAT.search(question) or len(content_words(question)) > SHORT:
        return ""
    present = set(stems(question))
    told = _CALENDAR.sub(" ", answer.split(". ")[0])  # a date that the question has is none that it asks for
    words = [word for word in content_words(told) if present.isdisjoint(stems(word))]
    return " ".join(words[:SAID_WORDS])


def _carried(question: str, before: str) -> str:
    """The names of the question before, else its content words: those that the question itself lacks. Of what that one
    carried over itself the names alone are kept, where there are any: a bag of words would grow from turn to turn."""
    present = set(stems(question))
    own, older = parted(before)
    kept = [word for word in content_words(older) if word[0].isupper()] or content_words(older)
    fresh = [word for word in (*content_words(own), *kept) if present.isdisjoint(stems(word))]
    named = {*names_in(own), *(word for word in kept if word[0].isupper())}
    names = [word for word in fresh if word in named]
    starts_over = STARTS_OVER.match(question) or len(present - STOP_WORDS) <= 1
    return " ".join(dict.fromkeys(fresh if starts_over or not names else names))


def _after_first(question: str) -> int:
    """Where a question's first word ends, which is in upper case whatever it is."""
    match = _FIRST_WORD.match(question)
    return match.end() if match else 0


def parted(question: str) -> tuple[str, str]:
    """A completed question as it was asked, and what was carried over to it."""
    match = _COMPLETED.search(question)
    return (question[: match.start()], match["carried"]) if match else (question, "")
