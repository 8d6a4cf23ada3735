"""What a library may be tuned in: `settings.json` in its folder, read when the library is opened."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .errors import FootnoteError

FILE = "settings.json"


class BadSettings(FootnoteError):
    """Settings that cannot be read, that there are none of, or that are out of range."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How articles are cut, searched and answered from. None: as Footnote ships. RANGES says what each is.

    `passages` and the thresholds are for what answers from the library, see `qa.ask`.
    """

    passage_tokens: int | None = None
    candidates: int | None = None
    lexical_share: float | None = None
    passages: int | None = None
    threshold: float | None = None
    threshold_without_reader: float | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """The values that make sense, bounds included."""

    low: float
    high: float
    meaning: str
    whole: bool = True


RANGES: Mapping[str, Range] = {
    "passage_tokens": Range(8, 208, "tokens of a passage, of articles that are added from then on"),
    "candidates": Range(1, 1000, "passages that each leg of the search offers"),
    "lexical_share": Range(0, 1, "how much of a passage's score is by words", whole=False),
    "passages": Range(1, 100, "passages that are read for an answer"),
    "threshold": Range(0, 1, "confidence under which it abstains", whole=False),
    "threshold_without_reader": Range(0, 1, "the same with --no-reader", whole=False),
}


def check(name: str, value: object) -> float:
    """The value of a setting; raises BadSettings where there is no such setting, or the value is out of range."""
    if name not in RANGES:
        raise BadSettings(f"there is no setting {name}; there are {', '.join(RANGES)}")
    allowed = RANGES[name]
    kinds = int if allowed.whole else int | float
    if isinstance(value, bool) or not isinstance(value, kinds) or not allowed.low <= value <= allowed.high:
        kind = "whole number" if allowed.whole else "number"
        raise BadSettings(f"{name} is a {kind} from {allowed.low:g} to {allowed.high:g} ({allowed.meaning})")
    return value


def read_settings(folder: Path) -> Settings:
    """Those of the library in the folder; where it has no file of them, all as Footnote ships. Raises BadSettings."""
    path = folder / FILE
    try:
        found: Any = json.loads(path.read_bytes())
        return Settings(**{name: check(name, value) for name, value in found.items()})  # type: ignore[arg-type]
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise BadSettings(f"{path}: cannot be read ({error.strerror})") from error
    except BadSettings as error:
        raise BadSettings(f"{path}: {error}; mend or delete the file") from error
    except (ValueError, AttributeError, RecursionError) as error:
        raise BadSettings(f"{path}: is no JSON object of settings; mend or delete the file") from error


def write_settings(folder: Path, settings: Settings) -> Path:
    """Keep them in the folder's file, in one go; where that is. Raises BadSettings."""
    path, partial = folder / FILE, folder / f"{FILE}.partial"
    kept = {name: value for name, value in asdict(settings).items() if value is not None}
    try:
        partial.write_text(json.dumps(kept, indent=2) + "\n", "utf-8")
        os.replace(partial, path)
    except OSError as error:
        raise BadSettings(f"{path}: cannot be written ({error.strerror})") from error
    return path
