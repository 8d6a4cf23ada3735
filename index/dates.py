"""The day that a source's own words for a date mean: sources write ISO, RFC 822, and what a person writes. Pure."""

from __future__ import annotations

import datetime
import re

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b"
)
"""A month's name, whole or short, and no other word that begins like one: Martin is nobody's March."""
WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
"""A weekday's name. Faraday is none."""

_MONTH = rf"({'|'.join(MONTHS)})[a-z]*\.?"  # and so septembre, marzo
_YEAR = r"(?P<year>[12]\d{3})(?!\d)"
_ISO = re.compile(r"(?P<year>[12]\d{3})(?:(?P<sign>[-/.])(?P<month>\d{1,2})(?:(?P=sign)(?P<day>\d{1,2}))?)?(?!\d)")
_COMPACT = re.compile(r"(?P<year>[12]\d{3})(?P<month>\d\d)(?P<day>\d\d)(?!\d)")
_DAY_FIRST = re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[ -](?P<month>{_MONTH})[ ,-]+{_YEAR}", re.IGNORECASE)
_MONTH_FIRST = re.compile(
    rf"\b(?P<month>{_MONTH}) (?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? ){{0,1}}{_YEAR}", re.IGNORECASE
)
_SLASHED = re.compile(rf"(?P<a>\d{{1,2}})[/.-](?P<b>\d{{1,2}})[/.-]{_YEAR}")


def day_of(published: str | None) -> str | None:
    """The date in ISO as far as it is told, `2023`, `2023-05` or `2023-05-04`; None where none can be read.

    The day is that of the place where it was written: time zones are not converted. Of `04/05/2023`, which is a day in
    April or in May, the year is kept.

    >>> day_of("Thu, 04 May 2023 23:30:00 -0800"), day_of("May 2023"), day_of("soon")
    ('2023-05-04', '2023-05', None)
    """
    text = " ".join((published or "")[:80].split())
    if match := _COMPACT.match(text) or _ISO.match(text):
        return _valid(match["year"], match["month"], match["day"])
    if match := _DAY_FIRST.search(text) or _MONTH_FIRST.search(text):
        month = MONTHS.index(match["month"][:3].lower()) + 1
        return _valid(match["year"], str(month), match["day"])
    if match := _SLASHED.match(text):
        a, b = match["a"], match["b"]
        if int(a) > 12 or a == b:
            return _valid(match["year"], b, a)
        return _valid(match["year"], a, b) if int(b) > 12 else match["year"]
    return None


def is_day(iso: str) -> bool:
    """Whether `2023`, `2023-05` or `2023-05-04`, in these shapes, is in the calendar."""
    year, month, day = (*map(int, iso.split("-")), 1, 1)[:3]
    try:
        datetime.date(year, month, day)
    except ValueError:
        return False
    return True


def _valid(year: str, month: str | None, day: str | None) -> str | None:
    parts = [year, *(part.zfill(2) for part in (month, day if month else None) if part)]
    iso = "-".join(parts)
    return iso if is_day(iso) else None
