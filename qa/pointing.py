"""How a sentence starts whose subject is named before it. Pure."""

from __future__ import annotations

import re

_CONNECTIVES = (
    "however|but|and|so|yet|then|also|still|meanwhile|moreover|additionally|instead|later|now|as a result|in addition"
)
TIMES = "years?|quarter|months?|weeks?|days?|time|morning|evening|night|summer|winter|spring|autumn|fall"
_THINGS = "company|firm|group|pair|author|critic|study|survey|report|book|film|device|drug|vaccine|ship|building"
_SPANS = "hours?|days?|weeks?|months?|years?"
TIMED = re.compile(
    rf"(?:(?:shortly|soon|immediately|right|(?:an?|one|two|three|four|five|six|(?:a )?few|several|some) (?:{_SPANS}))"
    rf" (?:after|before|later|afterwards?|thereafter)"
    rf"|(?:(?:on|in|by) )?(?:the|that) (?:very )?(?:next|following|same) (?:{_SPANS}|morning|evening)"
    rf"|later that (?:{_SPANS})|afterwards?|since then)\b",
    re.IGNORECASE,
)
"""What a sentence starts with that tells its time from what stands before it: `Shortly after his remarks`."""
DANGLING = re.compile(
    rf"(?:(?:(?:{_CONNECTIVES}),?|(?:[\w’']+ ){{0,3}}[\w’']+,) )?"
    rf"(?:he|she|it|they|this|these|those|such|his|her|its|their|the (?:latter|former)"
    rf"|the (?:{_THINGS})(?! (?:of|in|that|which|who|for|at|on)\b))\b"
    rf"(?! (?:{TIMES})\b)"
    r"(?! (?:is|was|remains?|seems?|(?:would|will|has) (?:be|been)) (?:\w+ ){0,2}(?:that|to|how|if|whether|why)\b)",
    re.IGNORECASE,
)
"""What a sentence starts with whose subject is named before it, `In March, he` or `The company`; not `It remains to be
seen`, nor `This year`, nor `The president of France`."""
