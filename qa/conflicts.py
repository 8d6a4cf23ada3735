"""Where two articles say different things of the same: shown side by side, never merged."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from index import Library
from index.dates import MONTHS

from .answer import Answer, Citation, Conflict
from .cite import cite
from .evidence import NEGATION
from .extract import Evidence, Findings
from .opposites import OUTCOMES, holds, opposite
from .question import STOP_WORDS, Question, Wants, stems, words

NEAR = 0.75
"""Cosine from which two sentences may be about the same."""
SHARED = 0.5
"""Share of both sentences' words, numbers aside, that they must have in common where a number differs."""
SHARED_OUTCOME = 0.6
"""The same where no number differs and one denies what the other says, or says the opposite."""
SHARED_ANSWER = 0.25
"""The same where a number was asked for, and each tells just one of the kind."""
NEAR_ANSWER = 0.6
"""Cosine from which that is looked at."""
SEASON = 60
"""Days between two articles up to which such a number is of one event: next year's survey has another."""
GOOD = 0.2
"""Share of the best evidence's score that the other side has: it is to be about the question, too."""
MOST = 2
"""Conflicts that are shown."""
ROUNDING = 0.05
"""Two amounts that differ by less are the same, told to more or fewer digits."""

_COUNTS = {
    name: number
    for number, name in enumerate(("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), start=2)
}
_SCALES = {"thousand": 1e3, "k": 1e3, "million": 1e6, "m": 1e6, "mn": 1e6, "billion": 1e9, "bn": 1e9, "trillion": 1e12}
_MONTH = rf"(?:{'|'.join(MONTHS)})[a-z]*\.?"
_QUANTITY = re.compile(
    rf"\b(?P<day>\d{{1,2}}(?:st|nd|rd|th)? {_MONTH}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?)\b(?!,?\d)"
    r"|(?P<sign>[$€£¥₹]\s?)?(?<![\d.,A-Za-z-])(?P<number>\d[\d,]*(?:\.\d+)?)(?:[\s-]?(?P<scale>thousand|million|billion|trillion"
    r"|bn|mn|[mk])\b)?(?P<unit>\s?%|\s?per ?cent\b|\s(?:dollars|euros|pounds|yuan|yen|crowns)\b)?"
    rf"|\b(?P<word>{'|'.join(_COUNTS)})\b",
    re.IGNORECASE,
)
_HEDGE = re.compile(
    r"(?:about|around|nearly|almost|roughly|approximately|some|over|under|up to|at least|at most|more than|less than"
    r"|fewer than|an estimated|close to|estimated)\s*$",
    re.IGNORECASE,
)
_ASKED = {Wants.NUMBER: "number", Wants.MONEY: "sum", Wants.PERCENTAGE: "percentage"}
_PEOPLE = frozenset(
    stems("people persons men women employees workers staff residents victims survivors children pupils")
)
_CALENDAR = re.compile(rf"(?:{_MONTH}|\w+day)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in a sentence: its kind (`day`, `year`, `sum`, `percentage` or `number`) with the noun that is counted,
    its value, and how it stands there."""

    kind: str
    value: float
    text: str
    is_rough: bool

    def differs(self, other: Quantity) -> bool:
        """Whether both cannot be right: rough numbers may be a third apart, exact ones by rounding."""
        if self.kind in ("day", "year"):
            return self.value != other.value
        most = max(abs(self.value), abs(other.value)) or 1.0
        return abs(self.value - other.value) / most > (0.34 if self.is_rough or other.is_rough else ROUNDING)


def with_conflicts(answer: Answer, parts: Sequence[Findings], library: Library) -> Answer:
    """The answer with what other articles say against its sentences, each side among its citations."""
    evidence = {e.key: e for part in parts for e in part.evidence if e.score >= GOOD * part.evidence[0].score}
    days = library.days(sorted({e.article_id for e in evidence.values()}))
    pairs = list(_pairs(answer, list(evidence.values()), parts[0].question, days))
    if not pairs:
        return answer
    source = library.clusters(
        sorted({article_id for one, other, _ in pairs for article_id in (one.article_id, other.article_id)})
    )
    citations = list(answer.citations)
    conflicts: list[Conflict] = []
    told: set[frozenset[str]] = set()
    for one, other, text in pairs:
        sides = frozenset((source[one.article_id], source[other.article_id]))
        if len(sides) < 2 or sides in told or len(conflicts) == MOST:
            continue
        told.add(sides)
        numbers = [_footnote(e, citations, library) for e in (one, other)]
        conflicts.append(Conflict(_told(text, [citations[number - 1] for number in numbers], library), tuple(numbers)))
    return replace(answer, citations=tuple(citations), conflicts=(*answer.conflicts, *conflicts))


def _pairs(
    answer: Answer, evidence: Sequence[Evidence], question: Question, days: Mapping[str, str]
) -> Iterator[tuple[Evidence, Evidence, str]]:
    """Sentences that are cited with sentences of other articles that contradict them, and what about."""
    cited = [e for e in evidence if any(_holds(citation, e) for citation in answer.citations)]
    if not cited or len({e.article_id for e in evidence}) < 2:
        return
    cosines = np.stack([e.vector for e in cited]) @ np.stack([e.vector for e in evidence]).T
    for row, one in zip(cosines, cited, strict=True):
        for number in np.argsort(-row, kind="stable"):
            if row[number] < NEAR_ANSWER:
                break
            other = evidence[int(number)]
            if other.article_id == one.article_id:
                continue
            text = contradiction(one.quote.text, other.quote.text) if row[number] >= NEAR else ""
            if not text and _of_one_season(days.get(one.article_id), days.get(other.article_id)):
                text = told_apart(question, one.quote.text, other.quote.text)
            if text:
                yield one, other, text


def _of_one_season(one: str | None, other: str | None) -> bool:
    """Whether two days, ISO as far as they are told, lie no more than SEASON apart; so do days that are not known."""
    if one is None or other is None:
        return True
    if len(one) < 10 or len(other) < 10:
        return one[:4] == other[:4]
    a, b = (datetime.date.fromisoformat(day[:10]) for day in (one, other))
    return abs((a - b).days) <= SEASON


def contradiction(one: str, other: str) -> str:
    """What two sentences on the same say differently, as `$4 million | $7 million`; empty where they do not.

    They must share most of their words, name the same, and differ in one number alone, or in denying.
    """
    shared = _shared(one, other)
    if shared < SHARED or _names_apart(one, other):
        return ""
    a, b = quantities(one), quantities(other)
    if a or b:
        if [q.kind for q in a] != [q.kind for q in b]:
            return ""
        apart = [(x, y) for x, y in zip(a, b, strict=True) if x.differs(y)]
        if len(apart) == 1:
            return f"{apart[0][0].text} | {apart[0][1].text}"
        if apart:
            return ""
    if shared >= SHARED_OUTCOME and (opposite := _opposite(one, other)):
        return opposite
    return ""


def told_apart(question: Question, one: str, other: str) -> str:
    """The same of two sentences in whatever words, where the question wants a number: each tells one of the kind, of
    the same things or of people; they name something alike, and nothing apart."""
    kinds = {kind for wants, kind in _ASKED.items() if wants in question.wants}
    if not kinds or not _names(one) & _names(other) or _names_apart(one, other) or _shared(one, other) < SHARED_ANSWER:
        return ""
    for kind in sorted(kinds):
        a, b = ([q for q in quantities(text) if q.kind.split()[0] == kind] for text in (one, other))
        if len(a) == len(b) == 1 and _is_alike(a[0], b[0]) and a[0].differs(b[0]):
            return f"{a[0].text} | {b[0].text}"
    return ""


def _is_alike(one: Quantity, other: Quantity) -> bool:
    """Whether both count the same: one currency, one noun, or people by whatever noun."""
    if one.kind == "sum":
        return _currency(one) == _currency(other)
    return one.kind == other.kind or all(q.kind.split()[-1] in _PEOPLE for q in (one, other))


def _currency(quantity: Quantity) -> str:
    return "".join(re.findall(r"[$€£¥₹]|dollars|euros|pounds|yuan|yen|crowns", quantity.text.lower()))


def quantities(sentence: str) -> list[Quantity]:
    """The numbers of a sentence, in order.

    >>> [(q.kind, q.value) for q in quantities("In 2021 it paid $2.8 billion for three ships on 4 May.")]
    [('year', 2021.0), ('sum', 2800000000.0), ('number ship', 3.0), ('day', 504.0)]
    """
    return [_quantity(match, sentence) for match in _QUANTITY.finditer(sentence)]


def _quantity(match: re.Match[str], sentence: str) -> Quantity:
    text, is_rough = match.group().strip(), bool(_HEDGE.search(sentence[: match.start()]))
    if match["day"]:
        month = next(n for n, name in enumerate(MONTHS, start=1) if name in match["day"].lower())
        return Quantity("day", 100.0 * month + int(re.sub(r"\D", "", match["day"])), text, is_rough=False)
    if match["word"]:
        return Quantity(_counted(match, sentence), float(_COUNTS[match["word"].lower()]), text, is_rough)
    digits, scale, unit = match["number"], match["scale"], (match["unit"] or "").strip().lower()
    value = float(digits.replace(",", "")) * _SCALES.get((scale or "").lower(), 1.0)
    if match["sign"] or (unit and unit != "%" and not unit.startswith("per")):
        return Quantity("sum", value, text, is_rough)
    if unit:
        return Quantity("percentage", value, text, is_rough)
    if re.fullmatch(r"(?:1[5-9]|20)\d\d", digits) and not scale:
        return Quantity("year", value, text, is_rough=False)
    return Quantity(_counted(match, sentence), value, text, is_rough)


def _counted(match: re.Match[str], sentence: str) -> str:
    """The kind of a count: with the noun after it."""
    following = [word for word in words(sentence[match.end() : match.end() + 40]) if word.lower() not in STOP_WORDS]
    return f"number {stems(following[0])[0]}" if following else "number"


def _shared(one: str, other: str) -> float:
    """Jaccard index of the stems of content words, numbers aside."""
    a, b = (_content(text) for text in (one, other))
    return len(a & b) / len(a | b) if a | b else 0.0


def _content(text: str) -> set[str]:
    plain = _QUANTITY.sub(" ", text)
    return set(stems(" ".join(word for word in words(plain) if word.lower() not in STOP_WORDS)))


def _names_apart(one: str, other: str) -> bool:
    """Whether each names somebody or something that the other does not: then they are about two things."""
    return all(_names(a) - set(stems(b)) for a, b in ((one, other), (other, one)))


def _names(text: str) -> set[str]:
    plain = _QUANTITY.sub(" ", text)
    named = [w for w in words(plain) if w[0].isupper() and w.lower() not in STOP_WORDS and not _CALENDAR.match(w)]
    return set(stems(" ".join(named)))


def _opposite(one: str, other: str) -> str:
    """How one sentence denies the other, in its own words; empty where it does not."""
    if len(NEGATION.findall(one)) != len(NEGATION.findall(other)):
        denied = NEGATION.search(one) or NEGATION.search(other)
        if (not NEGATION.search(one) or not NEGATION.search(other)) and denied:
            return "one says it, and one denies it"
    if found := opposite(stems(one), stems(other), OUTCOMES):
        return f"{_word(one, found[0])} | {_word(other, found[1])}"
    return ""


def _word(text: str, stem: str) -> str:
    return next((word for word in words(text) if holds(stems(word), stem)), stem)


def _told(text: str, citations: Sequence[Citation], library: Library) -> str:
    """The conflict in one line, with the day of each side and which is the newest."""
    days = library.days([citation.article_id for citation in citations])
    newest = max(days.values(), default="") if len(set(days.values())) > 1 else ""
    told = []
    for citation in citations:
        day = days.get(citation.article_id)
        told.append(f"[{citation.number}] {day or 'without a date'}{', the newest' if day and day == newest else ''}")
    what = " against ".join(f"“{side}”" for side in text.split(" | ")) if " | " in text else text
    return f"{what} ({'; '.join(told)})"


def _holds(citation: Citation, e: Evidence) -> bool:
    return citation.article_id == e.article_id and citation.start <= e.quote.start and e.quote.end <= citation.end


def _footnote(e: Evidence, citations: list[Citation], library: Library) -> int:
    """The number of the footnote that holds the sentence; it becomes one where there is none."""
    for citation in citations:
        if _holds(citation, e):
            return citation.number
    citations.append(cite(len(citations) + 1, e.article_id, e.quote.start, e.quote.end, library))
    return len(citations)
