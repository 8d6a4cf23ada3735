"""Whether a sentence adds something of its own to what it rests on: a clause whose words its sources do not have, a
judgement, or that they do not tell something.

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


_GIVEN = (
    r"(?:sentences?|articles?|passages?|texts?|context|information|sources?|documents?|excerpts?|evidence|materials?)"
)
_NOT = (
    r"(?:do(?:es)?|did|is|are|was|were|has|have|can|could) ?not|(?:do(?:es)?|did|is|are|was|were|ca|could)n[’']t"
    r"|fails? to"
)
_WHICH = r"(?:provided|given|above|below|here|listed|quoted|supplied|you|i|we|have|was|were|are|that)"
_TELL = (
    r"(?:answer|mention|say|state|contain|provide|give|specif|includ|tell|descri|discuss|address|indicat|explain|reveal"
    r"|offer|talk|speak|cover|name|list|report|hold|enough|any|have)\w*"
)
_NOTHING = re.compile(
    r"(?:(?:unfortunately|sorry|i(?:[’']m| am) sorry|i apologi[sz]e|however|but|also|additionally|furthermore|moreover"
    r"|in addition)\W+(?:but )?)?"
    r"(?:(?:based on|according to|from|in|given) [^,.]{1,60}, )?"
    rf"(?:(?:the|these|those|this|your|any of the) (?:[\w-]+ ){{0,4}}?{_GIVEN}"
    rf"(?: {_WHICH}){{0,3}}(?: also)? (?:{_NOT})(?: \w+ly| even)? {_TELL}\b"
    rf"|(?:none of|nothing in|no) (?:the |these )?(?:[\w-]+ ){{0,3}}?{_GIVEN}\b"
    r"|there (?:is|was|are|were) (?:no|not|nothing|insufficient)\b"
    r"[^.]{0,40}\b(?:information|mention|answer|evidence|details?|data|sentences?|articles?|sources?)\b"
    rf"|i (?:{_NOT}|cannot|am unable to|am not able to) (?:{_TELL}|find|determine|know|confirm)\b"
    r"|(?:it|this|that|the answer) (?:is|was) (?:not (?:clear|known|stated|mentioned|possible|specified|given|provided)"
    r"|unclear|unknown|impossible)\b"
    r"|(?:not enough|insufficient) information\b"
    r"|(?:unknown|n/?a|not (?:mentioned|stated|specified|given|provided))\W*$)",
    re.IGNORECASE,
)


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


def finds_nothing(claim: str) -> bool:
    """Whether the claim is that the sources do not tell something: what no quote can show.

    >>> finds_nothing("The article does not say who controlled the firm."), finds_nothing("The firm does not say.")
    (True, False)
    """
    return _NOTHING.match(claim) is not None
