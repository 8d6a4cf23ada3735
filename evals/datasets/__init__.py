"""Public question sets, read from their official files: one module a format, each with `GET` and `read`.

A set is named `FORMAT:PATH`. A reader gives the cases and the articles they are asked over, or, for the sets that
test a support check, pairs of a claim and its evidence.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from index.errors import FootnoteError

from .claims import holds_claims, read_claims
from .dataset import Dataset, Pair, SupportSet

__all__ = [
    "CLAIMS",
    "FORMATS",
    "Dataset",
    "Pair",
    "SupportSet",
    "formats_help",
    "holds_claims",
    "is_public",
    "read_claims",
    "read_public",
]

FORMATS = {
    "squad2": "FILE",
    "beir": "DIR",
    "realtimeqa": "DIR",
    "multihop-rag": "DIR",
    "clapnq": "DIR",
    "mtrag": "FILE",
    "wice": "FILE",
    "qags": "FILE",
    "asked": "DIR",
}
"""What each is pointed at."""
CLAIMS = ("wice", "qags", "asked")
"""Those of them that hold claims, not questions."""


def is_public(name: str) -> bool:
    """Whether a SET is written as FORMAT:PATH."""
    return name.partition(":")[0] in FORMATS


def read_public(name: str) -> Dataset | SupportSet:
    """The set behind FORMAT:PATH; raises FootnoteError where its files are not there, saying how to get them."""
    form, _, place = name.partition(":")
    module = _module(form)
    path = Path(place)
    if not place or not path.exists():
        raise FootnoteError(f"{name}: {place or 'the path'} is not there; {module.GET}")
    try:
        found: Dataset | SupportSet = module.read(path)
    except OSError as error:
        raise FootnoteError(f"{name}: {error.filename}: {(error.strerror or 'cannot be read').lower()}") from error
    if not len(found):
        raise FootnoteError(f"{name}: no case could be read ({next(iter(found.problems), 'the files are empty')})")
    return found


def formats_help() -> list[tuple[str, str]]:
    """FORMAT:PATH and how to get the data, for the help."""
    return [(f"{form}:{place}", _module(form).GET) for form, place in FORMATS.items()]


def _module(form: str):  # type: ignore[no-untyped-def]
    return import_module(f".{form.replace('-', '_')}", __name__)
