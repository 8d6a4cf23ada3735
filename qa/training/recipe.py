"""How much of each set, and in which order."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tokenizers import Tokenizer

from .asked import AGAIN, ASKED, MORE, TWINS, WRITTEN
from .examples import Claim, Example
from .rows import Batch, batches, rows_of

CLAIMS = {"sick": 0.5, "climate_fever": 0.5, "begin": 1.0, "msr": 1.0, "qags": 1.0, "swapped": 0.5}
PARAGRAPHS = {"squad": 1.0, "xquad": 1.0, "fairytaleqa": 1.0, "subjqa": 0.5, "clapnq": 1.0}
_FIRST: tuple[Mapping[str, float], ...] = (
    {"qamr": 0.5, "trecqa": 1.0, **CLAIMS},
    {"qamr": 0.25, "realtimeqa": 1.0, **PARAGRAPHS, **CLAIMS},
    {"qamr": 0.25, "trecqa": 0.5, "realtimeqa": 1.0, **PARAGRAPHS, "subjqa": 0.0, "fairytaleqa": 0.5, **CLAIMS},
)
"""Sentences first, then paragraphs and news, then those again."""
_KEPT = {
    **{"qamr": 0.03, "trecqa": 0.5, "clapnq": 1.0, "fairytaleqa": 0.15, "subjqa": 0.05},
    **{"squad": 0.35, "xquad": 0.3, "realtimeqa": 0.3},
    **{"sick": 0.1, "climate_fever": 0.15, "begin": 0.3, "msr": 0.3, "qags": 1.0},
}
"""Some of the sets before, lest they be forgotten."""
COURSES: Mapping[str, tuple[Mapping[str, float], ...]] = {
    "first": _FIRST,
    "second": ({ASKED: 1.0, **_KEPT},),
    "third": ({MORE: 1.0, ASKED: 0.25, **{name: share / 2 for name, share in _KEPT.items()}},),
    "fourth": ({AGAIN: 1.0, MORE: 0.4, ASKED: 0.2, **{name: share / 2 for name, share in _KEPT.items()}},),
    "fifth": (
        {WRITTEN: 1.0, AGAIN: 0.4, MORE: 0.1, ASKED: 0.05, **{name: share / 4 for name, share in _KEPT.items()}},
    ),
    "claims": (
        {
            **{WRITTEN: 1.0, AGAIN: 1.0, MORE: 1.0, ASKED: 1.0},
            **{"sick": 0.3, "climate_fever": 0.5, "begin": 0.7, "msr": 0.5, "swapped": 0.3},
        },
    ),
    "twins": (
        {
            **{TWINS: 1.0, WRITTEN: 0.6, AGAIN: 0.6, MORE: 0.6, ASKED: 0.4},
            **{"sick": 0.1, "climate_fever": 0.2, "begin": 0.3, "msr": 0.3},
        },
    ),
}
"""The share of each set in each stage of a run: the first from the base's weights, and those that go on from another's
with what was written for the reader; the last two are the checker's, which learns from claims alone."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a run is made of. `course` names one of COURSES and `order` is that of the stages of the first; `scale`
    multiplies every share; `only` leaves questions or claims alone: `groups`, `claims`, or empty for both; `teachers`
    is the number of runs that are learnt from beside the labels."""

    rate: float = 1.5e-4
    warm_up: float = 0.05
    decay: float = 0.01
    listwise: float = 1.0
    scale: float = 1.0
    seed: int = 0
    course: str = "first"
    order: tuple[int, ...] = (0, 1, 2)
    only: str = ""
    teachers: int = 0


def lay_out(examples: Sequence[Example], tokenizer: Tokenizer, recipe: Recipe) -> list[Batch]:
    """Every batch of the run, in order; the same for the same examples and recipe."""
    chance = random.Random(recipe.seed)
    by_source: dict[str, list[Example]] = {}
    for example in examples:
        if recipe.only and isinstance(example, Claim) != (recipe.only == "claims"):
            continue
        by_source.setdefault(example.source, []).append(example)
    for held in by_source.values():
        chance.shuffle(held)
    taken = dict.fromkeys(by_source, 0)
    made: list[Batch] = []
    stages = COURSES[recipe.course]
    for stage in [stages[number] for number in recipe.order] if recipe.course == "first" else stages:
        chosen: list[Example] = []
        for source, fraction in stage.items():
            held = by_source.get(source, [])
            for _ in range(round(len(held) * fraction * recipe.scale)):
                chosen.append(held[taken[source] % len(held)])  # on from where the last stage stopped
                taken[source] += 1
        made += batches((rows_of(example, tokenizer, chance) for example in chosen), chance)
    return made
