"""What a run may set with `--set key=value`, beside what its library is set to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from index.errors import FootnoteError
from index.library import CANDIDATES
from index.reading import PASSAGE_TOKENS
from index.retrieve import LEXICAL_SHARE
from index.settings import RANGES, BadSettings, Settings, check
from qa.extract import PASSAGES
from qa.weights import READ_THRESHOLD, THRESHOLD

SHIPPED: Mapping[str, float] = {
    "passage_tokens": PASSAGE_TOKENS,
    "candidates": CANDIDATES,
    "lexical_share": LEXICAL_SHARE,
    "passages": PASSAGES,
    "threshold": READ_THRESHOLD,
    "threshold_without_reader": THRESHOLD,
}
"""What a setting is where nothing sets it."""


def read_options(options: Sequence[str]) -> dict[str, tuple[float, ...]]:
    """From KEY=VALUE,VALUE... texts; raises FootnoteError on a key that is not there or a value out of range."""
    found: dict[str, tuple[float, ...]] = {}
    for option in options:
        name, _, texts = option.partition("=")
        try:
            values = tuple(check(name, _number(name, text)) for text in texts.split(","))
        except BadSettings as error:
            raise FootnoteError(f"--set {option}: {error}") from error
        found[name] = tuple(dict.fromkeys((*found.get(name, ()), *values)))
    return found


def single(options: Mapping[str, tuple[float, ...]]) -> dict[str, float]:
    """The one value of each; raises FootnoteError where there are several."""
    for name, values in options.items():
        if len(values) > 1:
            raise FootnoteError(f"--set {name}: one value at a time; `footnote eval tune` tries several")
    return {name: values[0] for name, values in options.items()}


def in_force(settings: Settings) -> dict[str, float]:
    """The value of every setting."""
    own = {name: value for name, value in asdict(settings).items() if value is not None}
    return {**SHIPPED, **own}


def rebuilding(values: Mapping[str, float]) -> dict[str, float]:
    """Those that change what a library holds."""
    return {name: value for name, value in values.items() if name == "passage_tokens"}


def _number(name: str, text: str) -> object:
    try:
        return int(text) if name in RANGES and RANGES[name].whole else float(text)
    except ValueError:
        return text
