"""Which articles a question is asked of: some of them by id, those of a time, or all. Values only."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .dates import is_day
from .errors import FootnoteError

_DAY = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")


class ScopeError(FootnoteError):
    """A scope that cannot be: a date that is none, or an end before its beginning."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The articles with these ids that were published from `since` to `until`, both included; None: no such limit.

    Dates are ISO, and may leave out the day or the month: `until="2023"` takes in all of that year. An article without
    a date that can be read is in no time; one whose date names no more than a month or a year is in if it may be.
    Raises ScopeError.
    """

    articles: frozenset[str] | None = None
    since: str | None = None
    until: str | None = None

    def __post_init__(self) -> None:
        for day in (self.since, self.until):
            if day is not None and not (_DAY.fullmatch(day) and is_day(day)):
                raise ScopeError(f"{day!r} is no date; write it as 2023, 2023-05 or 2023-05-04")
        if self.since and self.until and self.since[: len(self.until)] > self.until:
            raise ScopeError(f"nothing is both since {self.since} and until {self.until}; exchange the dates")

    def __str__(self) -> str:
        """In words, to go after `the articles`; empty for all."""
        parts = []
        if self.articles is not None:
            parts.append(f"among the {len(self.articles)} chosen")
        if self.since or self.until:
            since, until = (
                f"{word} {day}" if day else "" for word, day in (("since", self.since), ("until", self.until))
            )
            parts.append(" ".join(filter(None, ("published", since, until))))
        return ", ".join(parts)


EVERYTHING = Scope()
"""All articles."""
