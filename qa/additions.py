"""Whether a sentence adds something of its own to what it rests on: a clause whose words its sources do not have, or a
judgement.

The support check looks at a sentence as a whole, and a true half may carry an invented one. Pure.
"""

from __future__ import annotations

import re

from .question import content_words, stems

CLAUSE = 3
"""Content words from which a part between commas or joining words can say something by itself."""
SHARED = 0.3
"""Least share of a clause's content words that its sources have. On the dev sets of WiCE and QAGS this finds 53 of 315
sentences that are not supported, and is wrong about 3 of 389 that are."""

_JUDGING = re.compile(
    r"\b(?:positive|negative|importan(?:t|ce)|crucial|vital|essential|key|strategic|beneficial|valuable|promising"
    r"|encouraging|testament|milestone)\b",
    re.IGNORECASE,
)
"""Words that language models judge with: *which is a positive step*, *a key aspect of the story*."""
_JOINTS = re.compile(r"[,;:—–]\s+|\s+(?:and|but|while|although|because|after|before|who|which|whose|where|so that)\s+")


def adds(claim: str, evidence: str) -> bool:
    """Whether a clause of the claim is mostly made of words that are not in the evidence.

    >>> adds("Li founded the firm, who fled from a criminal charge.", "The firm that Li founded was sold.")
    True
    """
    known = set(stems(evidence))
    for clause in _JOINTS.split(claim):
        said = set(stems(" ".join(content_words(clause))))
        if len(said) >= CLAUSE and len(said & known) < SHARED * len(said):
            return True
    return False


def judges(claim: str, evidence: str) -> bool:
    """Whether the claim calls something good, bad or important, and the evidence nothing.

    >>> judges("The mill closed, which is a positive step.", "The mill closed.")
    True
    """
    return bool(_JUDGING.search(claim)) and not _JUDGING.search(evidence)
