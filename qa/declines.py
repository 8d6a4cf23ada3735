"""Whether a language model says, in whatever words, that what it was given does not answer. Pure."""

from __future__ import annotations

import re

from .generate import Written
from .prompts import NO_ANSWER

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
_DECLINES = re.compile(
    r"(?:(?:unfortunately|sorry|i(?:[’']m| am) sorry|i apologi[sz]e)\W+(?:but )?)?"
    r"(?:(?:based on|according to|from|in|given) [^,.]{1,60}, )?"
    rf"(?:(?:the|these|those|this|your|any of the) (?:[\w-]+ ){{0,4}}?{_GIVEN}"
    rf"(?: {_WHICH}){{0,3}} (?:{_NOT})(?: \w+ly| even)? {_TELL}\b"
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


def declines(written: Written) -> bool:
    """Whether a sentence that cites nothing says so.

    >>> declines(Written("The provided sentences do not mention a fine.")), declines(Written("It was fined."))
    (True, False)
    """
    return written.text.upper().startswith(NO_ANSWER) or (
        not written.numbers and _DECLINES.match(written.text) is not None
    )
