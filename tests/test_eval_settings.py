"""The settings of a run: named as they ship, checked in one line, one value each."""

from __future__ import annotations

from dataclasses import fields

import pytest

from evals.settings import in_force, read_options, single
from index.errors import FootnoteError
from index.settings import RANGES, Settings, check


def test_every_setting_ships_with_a_value_in_its_range() -> None:
    assert set(in_force(Settings())) == set(RANGES) == {field.name for field in fields(Settings)}
    for name, value in in_force(Settings()).items():
        assert check(name, value) == value


@pytest.mark.parametrize("option", ["beauty=1", "threshold=2", "passage_tokens=9.5", "threshold", "passages=many"])
def test_a_setting_that_makes_no_sense_is_one_line(option: str) -> None:
    with pytest.raises(FootnoteError) as caught:
        single(read_options([option]))
    assert str(caught.value).startswith(f"--set {option}: ")


def test_a_run_takes_one_value_of_a_setting() -> None:
    assert read_options(["passages=5,6", "passages=6,7"]) == {"passages": (5, 6, 7)}
    with pytest.raises(FootnoteError, match="`footnote eval tune` tries several"):
        single(read_options(["passages=5,6"]))
