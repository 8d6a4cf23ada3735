"""A question's time, acted on: evidence of that time goes first, and of equals the newest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from index import EVERYTHING, Hit, Library, Scope
from index.dates import MONTHS

from .evidence import stem_set
from .extract import Evidence, Findings
from .question import STOP_WORDS, Question, stems
from .when import Event, When, dates, event, when

FURTHER = 3
"""Passages of articles of the time that are looked at beside those found without it."""
AHEAD = 1.25
"""What the score of a sentence is multiplied with that states the time, or whose article is of it: it decides between
good evidence, and makes none of bad."""
BEHIND = 0.25
"""And what with that states another time alone, `In 2022 the port bought two tugs` where 2023 is asked for, be its
article of the time or not."""
NEAR = 0.8
"""Share of the best score from which the newest article's sentence is taken for `the latest`."""

DATED_IN = 5
"""Passages in which the day of an event is looked for."""

_FULL_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def time_of(question: str, library: Library, scope: Scope = EVERYTHING) -> When | None:
    """The time that a question names, by a date or by an event that the articles of the scope date.

    Today is the day of the newest article, not the clock's: the same question to the same library has the same answer
    for ever, and `last month` in an archive is the last month that it tells of.
    """
    newest = library.newest(1)
    if time := when(question, newest[0][1] if newest else None):
        return time
    happened = event(question)
    return _dated(happened, library, scope) if happened else None


def _dated(happened: Event, library: Library, scope: Scope) -> When | None:
    """The time of an event, where the sentences that name it with a date tell one year; None where they do not."""
    named = stem_set(happened.name) - STOP_WORDS
    if not named:
        return None
    told: list[tuple[str, str]] = []
    for hit in library.search(happened.name, DATED_IN, scope):
        for sentence in hit.sentences:
            text = " ".join(hit.text[sentence.start - hit.start : sentence.end - hit.start].split())
            points = set(dates(text)) if sentence.is_evidence and named <= stem_set(text) else set()
            if len(points) > 1:
                return None
            told += [(point, text) for point in points]
    if len({point[:4] for point, _ in told}) != 1:
        return None
    return happened.at(*max(told, key=lambda pair: len(pair[0])))


def hits_of_the_time(query: str, time: When, found: Sequence[Hit], library: Library, scope: Scope) -> list[Hit]:
    """Passages of articles of the time that were not found without it."""
    if time.is_filter or not (time.since or time.until):
        return []
    known = {hit.passage for hit in found}
    hits = library.search(query, FURTHER, scope.narrowed(time.since, time.until))
    return [hit for hit in hits if hit.passage not in known]


def apart_from_time(question: Question, time: When, library: Library, scope: Scope) -> Question:
    """The question without its year and month among the names that an article must mention, where articles of that
    time are there: their day says it for them."""
    if time.event:
        return _apart_from_event(question, time.event)
    points = [point for point in (time.since, time.until) if point]
    if not points or not (time.is_filter or library.article_count(scope.narrowed(time.since, time.until))):
        return question
    months = {_FULL_MONTHS[int(point[5:7]) - 1] for point in points if len(point) > 4}
    said = frozenset(stems(" ".join([*(point[:4] for point in points), *sorted(months)])))
    unheard = {stem for stem in said if time.is_filter or library.document_frequency(stem) == 0}
    return replace(question, names=question.names - said, terms=(question.terms - unheard) or question.terms)


def _apart_from_event(question: Question, happened: Event) -> Question:
    """The question without the words of the event, where enough is left: what was so before the fire is told by
    sentences that know nothing of a fire."""
    named = frozenset(stems(happened.name))
    terms = question.terms - named
    return replace(question, names=question.names - named, terms=terms) if len(terms) > 1 else question


def at_its_time(findings: Findings, time: When, library: Library) -> Findings:
    """The evidence with what is of the time first. The confidence stays: a date makes no answer truer."""
    if not findings.evidence:
        return findings
    days = library.days(sorted({e.article_id for e in findings.evidence}))
    if time.newest:
        return replace(findings, evidence=tuple(_newest_first(findings.evidence, days)))
    evidence = [replace(e, score=min(1.0, e.score * _place(e, time, days))) for e in findings.evidence]
    return replace(findings, evidence=tuple(sorted(evidence, key=lambda e: -e.score)))


def _place(evidence: Evidence, time: When, days: dict[str, str]) -> float:
    """What the score of the evidence is multiplied with."""
    scope, text = Scope(since=time.since, until=time.until), evidence.quote.text
    if _tells(time, evidence):
        return 1.0
    if _states(text, scope, _statement(time)):
        return AHEAD
    points = dates(text)
    if points and not time.is_filter and not any(scope.takes(point) for point in points):
        return BEHIND
    return AHEAD if scope.takes(days.get(evidence.article_id)) else 1.0


def _newest_first(evidence: Sequence[Evidence], days: dict[str, str]) -> list[Evidence]:
    """The evidence with the newest of the near-equal ones first, scored as the best."""
    top = evidence[0]
    near = [e for e in evidence if e.score >= NEAR * top.score and e.article_id in days]
    if not near:
        return list(evidence)
    newest = max(days[e.article_id] for e in near)
    first = next(e for e in near if days[e.article_id] == newest)
    return [replace(first, score=top.score), *(e for e in evidence if e is not first)]


def _tells(time: When, evidence: Evidence) -> bool:
    """Whether this is the sentence that dates the event."""
    return time.event is not None and " ".join(evidence.quote.text.split()) == time.event.told


def _states(sentence: str, scope: Scope, stated: re.Pattern[str] | None) -> bool:
    """Whether a sentence tells a time in the scope: the year or month asked for, else dates that all are."""
    if stated:
        return stated.search(sentence) is not None
    points = dates(sentence)
    return bool(points) and all(scope.takes(point) for point in points)


def _statement(time: When) -> re.Pattern[str] | None:
    """What a sentence holds that states the year or month; None where the time is not one."""
    point = time.since if time.since == time.until else None
    if point is None:
        return None
    year, *month = point.split("-")[:2]
    if not month:
        return re.compile(rf"\b{year}\b")
    name = _FULL_MONTHS[int(month[0]) - 1]
    return re.compile(
        rf"\b(?:{name}|{MONTHS[int(month[0]) - 1]})\b.{{0,12}}\b{year}\b|\b{year}-{month[0]}\b", re.IGNORECASE
    )
