"""What a run may set with `--set key=value`: constants of `index` and `qa`, for the time of the run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module

from index.errors import FootnoteError


@dataclass(frozen=True, slots=True)
class Setting:
    """A constant and the range that makes sense. `rebuilds` says whether a library holds what it changes."""

    module: str
    constant: str
    low: float
    high: float
    meaning: str
    whole: bool = True
    rebuilds: bool = False


SETTINGS: Mapping[str, Setting] = {
    "passage_tokens": Setting(
        "index.reading", "PASSAGE_TOKENS", 8, 208, "tokens of a passage; another library is made", rebuilds=True
    ),
    "candidates": Setting("index.library", "CANDIDATES", 1, 1000, "passages that each leg of the search offers"),
    "lexical_share": Setting(
        "index.retrieve", "LEXICAL_SHARE", 0, 1, "how much of a passage's score is by words", whole=False
    ),
    "passages": Setting("qa.ask", "PASSAGES", 1, 100, "passages that are read for an answer"),
    "threshold": Setting("qa.ask", "READ_THRESHOLD", 0, 1, "confidence under which it abstains", whole=False),
    "threshold_without_reader": Setting("qa.ask", "THRESHOLD", 0, 1, "the same with --no-reader", whole=False),
}


def read_settings(options: Sequence[str]) -> dict[str, float]:
    """From KEY=VALUE texts; raises FootnoteError on a key that is not there or a value out of range."""
    found: dict[str, float] = {}
    for option in options:
        name, _, text = option.partition("=")
        if name not in SETTINGS:
            raise FootnoteError(f"--set {option}: there is no such setting; there are {', '.join(SETTINGS)}")
        setting = SETTINGS[name]
        try:
            value = int(text) if setting.whole else float(text)
        except ValueError:
            value = -1
        if not setting.low <= value <= setting.high:
            kind = "whole number" if setting.whole else "number"
            raise FootnoteError(
                f"--set {option}: {name} is a {kind} from {setting.low:g} to {setting.high:g} ({setting.meaning})"
            )
        found[name] = value
    return found


def in_force() -> dict[str, float]:
    """The value of every setting now."""
    return {name: getattr(import_module(s.module), s.constant) for name, s in SETTINGS.items()}


def rebuilding(values: Mapping[str, float]) -> dict[str, float]:
    """Those that change what a library holds."""
    return {name: value for name, value in values.items() if SETTINGS[name].rebuilds}


@contextmanager
def applied(values: Mapping[str, float]) -> Iterator[None]:
    """In this block the settings have these values, in all threads of this process."""
    before = in_force()
    try:
        _set(values)
        yield
    finally:
        _set(before)


def _set(values: Mapping[str, float]) -> None:
    for name, value in values.items():
        setattr(import_module(SETTINGS[name].module), SETTINGS[name].constant, value)
