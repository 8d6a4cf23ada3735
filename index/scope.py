"""Which articles a question is asked of: some of them by id, those of a time, or all. Values only."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .dates import is_day
from .errors import FootnoteError

_DAY = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")


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

    def narrowed(self, since: str | None, until: str | None) -> Scope:
        """Those of its articles that are of this time, too."""
        later = max(filter(None, (self.since, since)), default=None)
        earlier = min(filter(None, (self.until, until)), key=lambda day: day + "~", default=None)
        if later and earlier and later[: len(earlier)] > earlier:
            return Scope(frozenset())
        return Scope(self.articles, later, earlier)

    def takes(self, day: str | None) -> bool:
        """Whether an article of this day, ISO as far as it is told, is of its time."""
        if day is None:
            return self.since is None and self.until is None
        since, until = self.since or "", self.until or "~"
        return since[: len(day)] <= day and day[: len(until)] <= until

    def __str__(self) -> str:
        """In words, to go after `the articles`; empty for all."""
        parts = []
        if self.articles is not None:
            parts.append(f"among the {len(self.articles)} chosen")
        if self.since or self.until:
            since, until = (
                f"{word} {day}" if day else "" for word, day in (("since", self.since), ("until", self.until))
            )
            time = f"in {self.since}" if self.since == self.until else " ".join(filter(None, (since, until)))
            parts.append(f"published {time}")
        return ", ".join(parts)


EVERYTHING = Scope()
"""All articles."""
