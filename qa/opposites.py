"""Words of which one denies what the other says. Pure."""

from __future__ import annotations

from collections.abc import Sequence

Pairs = Sequence[tuple[str, str]]

OUTCOMES: Pairs = (
    ("approv", "reject"),
    ("accept", "reject"),
    ("accept", "refus"),
    ("grant", "deni"),
    ("rose", "fell"),
    ("rise", "fall"),
    ("increas", "decreas"),
    ("won", "lost"),
    ("win", "lose"),
    ("upheld", "overturn"),
    ("convict", "acquit"),
    ("surviv", "die"),
    ("higher", "lower"),
    ("rais", "lower"),
    ("rais", "cut"),
    ("open", "close"),
    ("confirm", "deni"),
    ("support", "oppos"),
)
"""Porter stems of what may become of a thing, and of its opposite."""
DEEDS: Pairs = (
    *OUTCOMES,
    *(("approv", "halt"), ("approv", "refus"), ("approv", "withdraw"), ("accept", "declin"), ("agre", "refus")),
    *(("agre", "declin"), ("admit", "deni"), ("increas", "fell"), ("increas", "fall"), ("increas", "cut")),
    *(("grow", "shrink"), ("win", "lost"), ("beat", "lost"), ("bui", "sold"), ("sell", "bought"), ("bui", "sell")),
    *(("start", "end"), ("start", "stop"), ("begin", "end"), ("begin", "stop"), ("began", "end"), ("began", "stop")),
    *(("hire", "fire"), ("hire", "sack"), ("hire", "dismiss"), ("appoint", "dismiss"), ("appoint", "sack")),
    *(("join", "left"), ("join", "leav"), ("arriv", "left"), ("arriv", "leav"), ("keep", "dismiss")),
    *(("allow", "ban"), ("allow", "forbad"), ("allow", "forbid"), ("allow", "prohibit"), ("legal", "ban")),
    *(("rescu", "drown"), ("gain", "lost"), ("gain", "lose"), ("strengthen", "weaken"), ("tighten", "eas")),
    *(("tighten", "relax"), ("creat", "destroi"), ("build", "demolish")),
    *(("includ", "exclud"), ("succeed", "fail"), ("success", "fail"), ("favour", "against"), ("favor", "against")),
)
"""The same with what somebody may do, and the opposite: to be read in the light of a question, as `buy` in one that
asks for a buyer is not answered by who sold."""


def opposite(one: Sequence[str], other: Sequence[str], pairs: Pairs) -> tuple[str, str] | None:
    """The first pair of which one text's stems hold one half alone, and the other's the other half.

    >>> opposite(["offer", "accept"], ["offer", "reject"], OUTCOMES)
    ('accept', 'reject')
    """
    for left, right in pairs:
        for x, y in ((left, right), (right, left)):
            if holds(one, x) and not holds(one, y) and holds(other, y) and not holds(other, x):
                return x, y
    return None


def holds(found: Sequence[str], stem: str) -> bool:
    """Whether a stem is among these; of one with five letters or more, what begins with it counts too."""
    return any(item == stem or (len(stem) > 4 and item.startswith(stem)) for item in found)
