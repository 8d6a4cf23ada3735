"""Where two articles say different things of the same: shown side by side, never merged."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from index import Library

from .answer import Answer, Citation, Conflict
from .cite import cite
from .countries import compatriots
from .evidence import NEGATION, stem_set
from .extract import Evidence, Findings, Quote
from .leaning import ORDINALS
from .names import names, names_apart
from .opposites import OUTCOMES, holds, opposite
from .quantities import QUANTITY, quantities
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
NEAR_RIVAL = 0.5
"""Cosine from which two sentences are looked at in which the reader sees two answers to the question."""
GOOD_RIVAL = 0.05
"""Share of the best evidence's score that the other of these has."""
MOST = 2
"""Conflicts that are shown."""

_ASKED = {Wants.NUMBER: "number", Wants.MONEY: "sum", Wants.PERCENTAGE: "percentage"}
_WEEKDAY = re.compile(r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b")
_ATTRIBUTION = re.compile(r", (?:[\w.’'-]+ ){1,6}(?:said|says|reported|announced)(?: on \w+day)?[.”]*$")
"""Who says so, at a sentence's end: it is not what is said."""
_MANY = frozenset({Wants.ITEMS, Wants.REASON, Wants.STEPS, Wants.COMPARISON})
"""What a question asks for of which several may be true."""


def with_conflicts(answer: Answer, parts: Sequence[Findings], library: Library) -> Answer:
    """The answer with what other articles say against its sentences, each side among its citations."""
    pairs = [
        (one, other, text)
        for part in parts
        for one, other, text in (*_pairs(answer, part, library), *_rivals(answer, part, library))
        if _is_about(part.question, one, library) and _is_about(part.question, other, library)
    ]
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


Pair = tuple[Evidence, Evidence, str]
"""A sentence that is cited, one of another article against it, and what about."""


def _pairs(answer: Answer, part: Findings, library: Library) -> Iterator[Pair]:
    """Sentences that say different things of the same."""
    for one, other, cosine in _across(answer, _above(GOOD, part), NEAR_ANSWER):
        said, against = one.quote.text, other.quote.text
        text = contradiction(said, against) if cosine >= NEAR else ""
        if text or (_is_one_season(one, other, library) and (text := told_apart(part.question, said, against))):
            yield one, other, text


def _rivals(answer: Answer, part: Findings, library: Library) -> Iterator[Pair]:
    """Sentences in which the reader sees two answers to a question that asks for one thing."""
    if part.question.wants & _MANY:
        return
    for one, other, _ in _across(answer, _above(GOOD_RIVAL, part), NEAR_RIVAL):
        if (text := rivalling(part.question, one.quote, other.quote)) and _is_one_season(one, other, library):
            yield one, other, text


def _above(least: float, part: Findings) -> list[Evidence]:
    """The evidence with at least this share of the best one's score, each sentence once."""
    return list({e.key: e for e in part.evidence if e.score >= least * part.evidence[0].score}.values())


def _is_about(question: Question, evidence: Evidence, library: Library) -> bool:
    """Whether its article has the question's names: a firm's profit says nothing against another's."""
    article = library.show(evidence.article_id)
    return not question.names or question.names <= stem_set(f"{article.title} {article.text}")


def _across(answer: Answer, evidence: Sequence[Evidence], least: float) -> Iterator[tuple[Evidence, Evidence, float]]:
    """The sentences that are cited, each with those of other articles and their cosine, the nearest first."""
    cited = [e for e in evidence if any(_holds(citation, e) for citation in answer.citations)]
    if not cited or len({e.article_id for e in evidence}) < 2:
        return
    cosines = np.stack([e.vector for e in cited]) @ np.stack([e.vector for e in evidence]).T
    for row, one in zip(cosines, cited, strict=True):
        for number in np.argsort(-row, kind="stable"):
            other = evidence[int(number)]
            if other.article_id != one.article_id and row[number] >= least:
                yield one, other, float(row[number])


def _is_one_season(one: Evidence, other: Evidence, library: Library) -> bool:
    days = library.days([one.article_id, other.article_id])
    return _of_one_season(days.get(one.article_id), days.get(other.article_id))


def _of_one_season(one: str | None, other: str | None) -> bool:
    """Whether two days, ISO as far as they are told, lie no more than SEASON apart, or in one year where one of them is
    not told whole; so do days that are not known."""
    if one is None or other is None:
        return True
    if len(one) < 10 or len(other) < 10:
        return one[:4] == other[:4]
    a, b = (datetime.date.fromisoformat(day[:10]) for day in (one, other))
    return abs((a - b).days) <= SEASON


def contradiction(one: str, other: str) -> str:
    """What two sentences on the same say differently, as `$4 million | $7 million`; empty where they do not.

    They must share most of their words, name the same, and differ in numbers of the same kinds (of the same day and
    year where these are told), or in a day or year alone, or in denying.
    """
    shared = _shared(one, other)
    if shared < SHARED or names_apart(one, other):
        return ""
    a, b = quantities(one), quantities(other)
    if a or b:
        if [q.kind for q in a] != [q.kind for q in b]:
            return ""
        apart = [(x, y) for x, y in zip(a, b, strict=True) if x.differs(y)]
        if apart:
            is_of_time = any(x.is_time for x, _ in apart)
            is_told = len(apart) == 1 if is_of_time else not _of_two_times(one, other)
            return f"{apart[0][0].text} | {apart[0][1].text}" if is_told else ""
    if shared >= SHARED_OUTCOME and (opposite := _opposite(one, other)):
        return opposite
    return ""


def told_apart(question: Question, one: str, other: str) -> str:
    """The same of two sentences in whatever words, where the question wants a number: each tells one of the kind, of
    the same things or of people; they name something alike, and nothing apart."""
    kinds = {kind for wants, kind in _ASKED.items() if wants in question.wants}
    if (
        not kinds
        or _of_two_times(one, other)
        or not names(one) & names(other)
        or names_apart(one, other)
        or _shared(one, other) < SHARED_ANSWER
    ):
        return ""
    for kind in sorted(kinds):
        a, b = ([q for q in quantities(text) if q.kind.split()[0] == kind] for text in (one, other))
        if len(a) == len(b) == 1 and a[0].is_like(b[0]) and a[0].differs(b[0]):
            return f"{a[0].text} | {b[0].text}"
    return ""


def _of_two_times(one: str, other: str) -> bool:
    """Whether each tells a day, a weekday or a year that the other does not: then they are of two times."""
    a, b = ({q.value for q in quantities(text) if q.is_time} | set(_WEEKDAY.findall(text)) for text in (one, other))
    return bool(a) and bool(b) and not a & b


def rivalling(question: Question, one: Quote, other: Quote) -> str:
    """The two answers that the reader sees in two sentences on what is asked for; empty where it sees one, where one
    sentence is on a kind of it, and where they are days and no day was asked for."""
    apart = answered_apart(one, other)
    if not apart or (Wants.DATE not in question.wants and any(q.is_time for q in quantities(apart))):
        return ""
    asked = words(question.text.lower())
    is_of_a_kind = _is_narrower(asked, one.text, other.text) or _is_narrower(asked, other.text, one.text)
    return "" if is_of_a_kind else apart


def _is_narrower(asked: Sequence[str], one: str, other: str) -> bool:
    """Whether the first sentence alone tells the kind, or the place in order, that was asked for: the interim dividend
    is none of the dividends, nor the second state the first."""
    told, against = (stem_set(text) - STOP_WORDS for text in (one, other))
    own = [not (told - against).isdisjoint(stems(word)) for word in asked]
    shared = [not (told & against).isdisjoint(stems(word)) for word in asked]
    is_kind = any(kind and thing for kind, thing in zip(own, shared[1:], strict=False))
    return is_kind or any(lacks and word in ORDINALS for lacks, word in zip(own, asked, strict=True))


def answered_apart(one: Quote, other: Quote) -> str:
    """The short answers that the reader sees in two sentences, as `Little Boy | Big Man`, where each is a name of which
    the other has no word, or a number of the same things; else empty."""
    if one.answer is None or other.answer is None:
        return ""
    a, b = (quote.text[quote.answer.start : quote.answer.end] for quote in (one, other) if quote.answer)
    counted, against = ([q for q in quantities(quote.text) if q.text in said] for quote, said in ((one, a), (other, b)))
    if not any(q.is_time for q in (*counted, *against)) and _of_two_times(one.text, other.text):
        return ""
    if counted or against:
        if names_apart(_ATTRIBUTION.sub("", one.text), _ATTRIBUTION.sub("", other.text)):  # the fines of two firms
            return ""
        alike = len(counted) == len(against) == 1 and counted[0].is_like(against[0])
        return f"{a} | {b}" if alike and counted[0].differs(against[0]) else ""
    return f"{a} | {b}" if _is_name(a) and _is_name(b) and not _is_alike(a, b) else ""


def _is_alike(one: str, other: str) -> bool:
    """Whether two names share a word, or stand for one country: *England*, *English*."""
    a, b = _content(one), _content(other)
    return bool(a & b) or any(compatriots().get(stem, frozenset()) & b for stem in a)


def _is_name(answer: str) -> bool:
    """Whether it is a name and nothing else."""
    said = [word for word in words(answer) if word.lower() not in STOP_WORDS]
    return bool(said) and all(word[0].isupper() for word in said)


def _shared(one: str, other: str) -> float:
    """Jaccard index of the stems of content words; numbers, weekdays and who says so aside."""
    a, b = (_content(text) for text in (one, other))
    return len(a & b) / len(a | b) if a | b else 0.0


def _content(text: str) -> set[str]:
    plain = _WEEKDAY.sub(" ", QUANTITY.sub(" ", _ATTRIBUTION.sub("", text)))
    return set(stems(" ".join(word for word in words(plain) if word.lower() not in STOP_WORDS)))


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
    newest = newest_of(list(days.values()))
    what = " against ".join(f"“{side}”" for side in text.split(" | ")) if " | " in text else text
    if not days:
        return f"{what} ({' and '.join(f'[{citation.number}]' for citation in citations)}, without a date)"
    told = []
    for citation in citations:
        day = days.get(citation.article_id)
        told.append(f"[{citation.number}] {day or 'without a date'}{', the newest' if day and day == newest else ''}")
    return f"{what} ({'; '.join(told)})"


def newest_of(days: Sequence[str]) -> str:
    """The last of the days, ISO as far as they are told, where it is surely the last; else empty."""
    last = max(days, default="")
    others = [day for day in days if day != last]
    return last if others and not any(last.startswith(day) for day in others) else ""


def _holds(citation: Citation, e: Evidence) -> bool:
    return citation.article_id == e.article_id and citation.start <= e.quote.start and e.quote.end <= citation.end


def _footnote(e: Evidence, citations: list[Citation], library: Library) -> int:
    """The number of the footnote that holds the sentence; it becomes one where there is none."""
    for citation in citations:
        if _holds(citation, e):
            return citation.number
    citations.append(cite(len(citations) + 1, e.article_id, e.quote.start, e.quote.end, library))
    return len(citations)
