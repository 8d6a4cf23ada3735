"""Dates as sources write them: the day they mean, as far as they tell it."""

from __future__ import annotations

import datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.dates import day_of, is_day

DAYS = st.dates(datetime.date(1000, 1, 1), datetime.date(2999, 12, 31))


@pytest.mark.parametrize(
    ("published", "day"),
    [
        ("2023-05-04", "2023-05-04"),
        ("2023-05-04T23:30:00-08:00", "2023-05-04"),
        (" 2023/5/4 10:00", "2023-05-04"),
        ("20230504", "2023-05-04"),
        ("2023-05", "2023-05"),
        ("2023", "2023"),
        ("Thu, 04 May 2023 23:30:00 GMT", "2023-05-04"),
        ("4 May 2023", "2023-05-04"),
        ("4th Sept. 2023", "2023-09-04"),
        ("May 4, 2023", "2023-05-04"),
        ("Published on September 1st 2023 at noon", "2023-09-01"),
        ("May 2023", "2023-05"),
        ("31/12/2023", "2023-12-31"),
        ("12/31/2023", "2023-12-31"),
        ("04/05/2023", "2023"),
        ("2023-02-30", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_a_date_is_read_as_far_as_it_is_told(published: str | None, day: str | None) -> None:
    assert day_of(published) == day


@given(DAYS, st.times())
def test_iso_and_rfc_822_give_the_same_day(date: datetime.date, time: datetime.time) -> None:
    moment = datetime.datetime.combine(date, time, datetime.UTC)
    assert day_of(moment.isoformat()) == day_of(format_datetime(moment)) == date.isoformat()


@given(st.text(max_size=40))
def test_any_text_gives_a_day_of_the_calendar_or_none(published: str) -> None:
    day = day_of(published)
    assert day is None or is_day(day)
