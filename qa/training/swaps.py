"""A number or name put in the place of another, so that a sentence is no longer true. Pure."""

from __future__ import annotations

import random
import re

_NUMBER = re.compile(r"(?<![\w.])\d[\d,.]*\d|(?<![\w.])\d\b")
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+(?: [A-Z][a-z]+)*")


def swap(sentence: str, passage: str, chance: random.Random) -> str | None:
    """The sentence with one number, or one name, in the place of another of the passage; None where there is none."""
    numbers, names = list(_NUMBER.finditer(sentence)), list(_NAME.finditer(sentence))
    kinds = [kind for kind in (numbers, names) if kind]
    if not kinds:
        return None
    chosen = chance.choice(chance.choice(kinds))
    pattern = _NUMBER if chosen in numbers else _NAME
    others = sorted({m.group() for m in pattern.finditer(passage)} - {chosen.group()})
    others = [o for o in others if o not in chosen.group() and chosen.group() not in o]
    if not others and pattern is _NUMBER:
        others = [str(chance.randint(2, 99))]
    if not others:
        return None
    return sentence[: chosen.start()] + chance.choice(others) + sentence[chosen.end() :]
