"""The time that a question is about: a span of days, or the newest there is. Pure; today is given by the caller."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, replace

from index.dates import MONTH, MONTHS

_POINT = (
    rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)? )?(?P<month>{MONTH}\.?)"
    r"(?: (?P<day_after>\d{1,2})(?:st|nd|rd|th)?(?!\d))?(?:,? (?P<year>(?:19|20)\d\d)\b)?"
    r"|(?P<iso>(?:19|20)\d\d-\d\d(?:-\d\d)?)\b|(?:the year )?(?P<year_alone>(?:19|20)\d\d)\b"
)
_AT = re.compile(
    rf"\b(?P<word>since|after|from|before|until|till|by|up to|in|during|of|on|for|over)"
    rf"(?: (?:early|late|mid|the end of|the beginning of))? (?:{_POINT})",
    re.IGNORECASE,
)
_DATE = re.compile(rf"(?<![$€£¥₹\d.,-])\b(?:{_POINT})", re.IGNORECASE)
_RANGE = re.compile(
    r"\b(?:between|from) (?P<a>(?:19|20)\d\d) (?:and|to|until|through) (?P<b>(?:19|20)\d\d)\b", re.IGNORECASE
)
_RELATIVE = re.compile(
    r"\b(?:(?P<since>since)|in|over|during|from|of)? ?(?:the )?(?P<which>last|past|previous|this)"
    r" (?:(?P<count>\d{1,3}|two|three|four|five|six|few) )?(?P<unit>day|week|month|year)s?\b",
    re.IGNORECASE,
)
_NEWEST = re.compile(
    r"\b(?:latest|newest|most recent(?:ly)?)\b|\b(?:current(?:ly)?|these days|right now|as of now)\b", re.IGNORECASE
)
_EVENT = re.compile(
    r"\b(?P<side>before|prior to|until|after|following|since) "
    r"(?P<name>(?:(?:the|its|his|her|their) |(?=[A-Z]))[^?,;:()]+)"
)
_PHRASAL = re.compile(
    r"\b(?:go(?:es|ing|ne)?|went|look(?:s|ed|ing)?|tak(?:e|es|en|ing)|took|r[au]n|running|named|called) $",
    re.IGNORECASE,
)
"""What `after` goes with as one verb: `go after a firm` tells no time."""
_OF_ARTICLES = re.compile(
    r"\b(?:articles?|reports?|stories|pieces|texts?|sources?|news)\b(?: (?:that )?(?:were|was|are|is))?"
    r"(?: (?:published|written|dated|printed))? ?$|\b(?:published|written|dated|printed) ?$",
    re.IGNORECASE,
)
_COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "few": 3}
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}


@dataclass(frozen=True, slots=True)
class Event:
    """What a question places itself before or after, as `before the crackdown`: its words, and the `name` of what
    happened. `told` is the sentence of an article that dates it."""

    words: str
    name: str
    is_before: bool
    told: str = ""

    def at(self, point: str, told: str) -> When:
        """The time, as a sentence (`told`) dates the event at that ISO point. That year, month or day itself counts to
        both sides: what is told by the year may have come before or after within it."""
        since, until = (None, point) if self.is_before else (point, None)
        return When(since, until, words=self.words, event=replace(self, told=told))


@dataclass(frozen=True, slots=True)
class When:
    """Days from `since` to `until`, ISO, both included, as far as they are told; None: no such limit.

    `newest`: the question wants the latest. `is_filter`: it says that the articles are to be of that time, where else
    it may be what they tell of that is. `words` are those in the question that were read so where they are relative to
    today or to an event, else empty.
    """

    since: str | None = None
    until: str | None = None
    newest: bool = False
    is_filter: bool = False
    words: str = ""
    event: Event | None = None

    @property
    def note(self) -> str:
        """A line that says how relative words were taken; empty where there are none."""
        if self.event:
            side = f"from {self.since} on" if self.since else f"up to {self.until}"
            return f"“{self.words}” is taken as {side}, for the articles say: “{self.event.told}”"
        days = " to ".join(dict.fromkeys(filter(None, (self.since, self.until))))
        return (
            f"“{self.words}” is taken as {days}{'' if self.until else ' on'}, from the newest article."
            if days and self.words
            else ""
        )


def when(question: str, today: str | None) -> When | None:
    """The time that a question names, None where it names none.

    `today` is the ISO day that `last month` is relative to; without one, only dates with a year are read. Months
    without a year are the last ones up to today.

    >>> when("Which articles from 2021 name Ma?", None)
    When(since='2021', until='2021', newest=False, is_filter=True, words='', event=None)
    >>> when("What is new since May?", "2023-07-20")
    When(since='2023-05', until=None, newest=False, is_filter=False, words='', event=None)
    """
    if match := _RANGE.search(question):
        a, b = sorted((match["a"], match["b"]))
        return When(a, b, is_filter=_is_of_articles(question, match))
    now = _date(today)
    for match in _AT.finditer(question):
        if point := _point(match, now):
            since, until = _span(match["word"].lower(), point)
            return When(since, until, is_filter=_is_of_articles(question, match))
    if now and (match := _RELATIVE.search(question)):
        since, until = _relative(match, now)
        return When(since, until, is_filter=_is_of_articles(question, match), words=match.group().strip())
    return When(newest=True) if _NEWEST.search(question) else None


def event(question: str) -> Event | None:
    """The event by which the question tells its time, None where there is none.

    >>> event("What did Ma own before the crackdown?")
    Event(words='before the crackdown', name='the crackdown', is_before=True, told='')
    """
    found = _EVENT.finditer(question)
    match = next((m for m in found if m["side"] != "after" or not _PHRASAL.search(question[: m.start()])), None)
    if match is None:
        return None
    is_before = match["side"] in ("before", "prior to", "until")
    return Event(match.group().strip(), match["name"].strip(), is_before)


def dates(text: str) -> list[str]:
    """The dates that a text tells with their year, ISO as far as they are told, in order.

    >>> dates("In late 2020, and again on 4 May 2021, or in June.")
    ['2020', '2021-05-04']
    """
    return [point for match in _DATE.finditer(text) if (point := _point(match, None))]


def _is_of_articles(question: str, match: re.Match[str]) -> bool:
    return _OF_ARTICLES.search(question[: match.start()].rstrip()) is not None


def _point(match: re.Match[str], now: datetime.date | None) -> str | None:
    """The ISO day, month or year that is named, None where it lacks its year or is not in the calendar."""
    if alone := match["iso"] or match["year_alone"]:
        return alone if _date(alone) else None
    month = MONTHS.index(match["month"][:3].lower()) + 1
    if match["month"][0].islower() and month in (3, 5) and not match["year"]:
        return None  # `may` and `march` are words, too
    if match["year"]:
        year = int(match["year"])
    elif now:
        year = now.year if month <= now.month else now.year - 1
    else:
        return None
    day = match["day"] or match["day_after"]
    point = f"{year}-{month:02d}" + (f"-{int(day):02d}" if day else "")
    return point if _date(point) else None


def _span(word: str, point: str) -> tuple[str | None, str | None]:
    if word in ("since", "after", "from"):
        return (_following(point) if word == "after" else point), (
            point if word == "from" and len(point) == 4 else None
        )
    if word in ("before", "until", "till", "by", "up to"):
        return None, (_preceding(point) if word == "before" else point)
    return point, point


def _relative(match: re.Match[str], now: datetime.date) -> tuple[str | None, str | None]:
    unit, count = match["unit"].lower(), match["count"]
    if match["which"].lower() == "this" or (count is None and unit in ("month", "year") and not match["since"]):
        back = 0 if match["which"].lower() == "this" else 1
        if unit == "year":
            return f"{now.year - back:04d}", f"{now.year - back:04d}"
        if unit == "month":
            first = now.replace(day=1)
            first = first if not back else (first - datetime.timedelta(days=1)).replace(day=1)
            return first.isoformat()[:7], first.isoformat()[:7]
    number = int(count) if count and count.isdigit() else _COUNTS.get((count or "").lower(), 1)
    days = min(number * _DAYS[unit], (now - datetime.date.min).days)
    return (now - datetime.timedelta(days=days)).isoformat(), None


def _following(point: str) -> str:
    """The first day after it."""
    first = _date(point) or datetime.date.min
    if len(point) == 4:
        return f"{first.year + 1:04d}"
    if len(point) == 7:
        return (first.replace(day=28) + datetime.timedelta(days=4)).isoformat()[:7]
    return (first + datetime.timedelta(days=1)).isoformat()


def _preceding(point: str) -> str:
    """The last day before it."""
    return ((_date(point) or datetime.date.max) - datetime.timedelta(days=1)).isoformat()


def _date(iso: str | None) -> datetime.date | None:
    """The first day of an ISO day, month or year."""
    try:
        year, month, day = (*map(int, (iso or "").split("-")), 1, 1)[:3]
        return datetime.date(year, month, day)
    except ValueError:
        return None
