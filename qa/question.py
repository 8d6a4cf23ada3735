"""What a question asks for: its topic, terms and names, and the kind of answer it wants. Pure."""

from __future__ import annotations

import re
import threading
import unicodedata
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

import snowballstemmer

from .defining import defined
from .smalltalk import is_small_talk


class Wants(Enum):
    """The kind of answer that a question asks for, read from its words."""

    PERSON = "person"
    PLACE = "place"
    DATE = "date"
    NUMBER = "number"
    MONEY = "money"
    PERCENTAGE = "percentage"
    ITEMS = "items"
    REASON = "reason"
    STEPS = "steps"
    COMPARISON = "comparison"


@dataclass(frozen=True, slots=True)
class Question:
    """A question, read.

    `topic` is its text without what only frames it ("do both articles agree on"). `terms` are the stems of the
    topic's content words, `names` those of its proper names and numbers. `wants` is empty where any kind will do.
    `count` is how many things it asks for, where it says so: "the five measures". `role` is the word for what somebody
    or something is to another, where that is asked for: `president` in "Who is the president of China?". `defined` is
    the name of which it asks who or what that is, and nothing else. `is_whether`: it wants yes or no. `is_further`: it
    wants more than was told ("What else?"). `carried` are those of the terms that a follow-up does not say itself.
    """

    text: str
    topic: str
    wants: frozenset[Wants]
    terms: frozenset[str]
    names: frozenset[str]
    count: int | None = None
    role: str = ""
    defined: str = ""
    is_whether: bool = False
    is_further: bool = False
    carried: frozenset[str] = frozenset()


# Words that stand in any question, and so say nothing about this one.
STOP_WORDS = frozenset(
    """a about above after again all also am an and any anyone anything are as at be been before being but by can could
    did do does doing done down during each every for from get gets give given go goes got had has have having he her
    here hers him his how i if in into is it its itself just kind let like made make makes many may me mean might more
    most much must my name no nor not now of off on once one only or other our ours out over own per please said same
    say says shall she should show since so some someone something sort such take tell than that the their theirs them
    then there these they thing things this those through to too type under until up upon us used very was we were what
    when where which while who whom whose why will with within would yet you your article articles text according
    mention mentioned describe described exactly ain't aren't can't couldn't didn't doesn't don't hadn't hasn't haven't
    i'm isn't shouldn't wasn't weren't won't wouldn't""".split()
)

# Shortened, and so in upper case, but nobody's name: an article may call the IPO a listing.
_SHORTENED = frozenset(
    """AGM AI API AR ATM BMI CEO CFO CIO CMO COO CPI CPU CTO CV DIY DNA EPS ESG ETA ETF EV FAQ FDI GDP GNP GPS GPU GUI
    HQ HR ICU ID IP IPO IQ IT JV KPI LED LLM MBA ML MP MVP NDA NGO OEM OS PA PC PDF PIN PM PPE PR QR ROI SDK SEO SIM
    SLA SME SMS SSD SUV TV UI URL USB UX VAT VC VIP VPN VR""".split()
)

SMALL_NUMBER = re.compile(r"\d{1,2}")
"""As in `the 5 points`, which an article may count in words."""
_WORD = re.compile(r"([^\W_]+(?:[’'](?![sS]\b)[^\W_]+)*)(?:[’'][sS]\b)?")

_SOURCES = r"(?:articles?|sources?|pieces|reports?|texts?|stories|authors?)"
_COMPARES = re.compile(
    rf"\b(?:both|two|each|every|one)\s+(?:of\s+(?:the|these)\s+)?(?:two\s+)?{_SOURCES}\b"
    rf"|\b{_SOURCES}\b.*\b(?:agree|disagree|differ|contradict|compare|consistent)"
    rf"|\b(?:compare|difference|agree|disagree)\b.*\b{_SOURCES}\b",
    re.IGNORECASE,
)
# "Do both articles agree on", "according to one article and according to the other", ...
_FRAME = re.compile(
    rf"\bwhat\s+(?:is|are)\s+the\s+differences?\s+between\s+(?:both|the|these)?\s*(?:two\s+)?{_SOURCES}\b"
    r"(?:\s+(?:on|in|about|over)\b)?|"
    rf"\b(?:(?:according to|in|of|by|from|what|do|does)\s+)*(?:both|two|these|all|each|every|one|either|the)\s+"
    rf"(?:of\s+)?(?:(?:the|these)\s+)?(?:two\s+)?{_SOURCES}\b"
    r"(?:\s+(?:say|give|report|mention|describe|name|note|state|tell|write|cover)s?\b(?:\s+(?:as|about|on|of|that)\b)?)?"
    r"|\band according to the other\b|\bthe other (?:one|article)\b"
    r"|\b(?:dis)?agree(?:s|d|ment)?\b(?:\s+(?:on|about|over|that|with))?"
    r"|\bdiffer(?:s|ent|ences?|ently)?\b(?:\s+(?:on|about|over|between))?"
    r"|\bcompare[sd]?\b|\bcontradict(?:s|ed|ory)?\b|\b(?:in)?consistent(?:ly)?\b",
    re.IGNORECASE,
)

_COUNTS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_MEASURES = "steps|measures|ways|means|actions|moves|efforts|points|reforms|policies|changes|initiatives"
_RULES: tuple[tuple[Wants, str], ...] = (
    # "Who is the founder" asks for a name; "who was hit" may be answered by "small firms".
    (
        Wants.PERSON,
        r"\bwho(?:[’']s| is| was) (?:the|an?|\w+[’']s)\b|\b(?:what|which) (?:person|man|woman)\b|\bname of\b",
    ),
    (Wants.PLACE, r"\bwhere\b|\b(?:what|which) (?:\w+ )?(?:country|countries|city|cities|state|place|town|region)\b"),
    (
        Wants.DATE,  # "what happens when it rains" asks for no date
        r"\bwhen\W+(?:(?:exactly|or|and|where|why|how),? )*"
        r"(?:did|do|does|was|were|is|are|will|would|has|have|had|can|could|should|might)\b"
        r"|\b(?:since|until|by|on) when\b|\band when\b\W*$"
        r"|\b(?:what|which) (?:year|month|date|day|century|decade)\b|\bhow long ago\b",
    ),
    (Wants.NUMBER, r"\bhow (?:many|old|tall)\b|\bwhat (?:is the )?number\b"),
    (
        Wants.MONEY,
        r"(?<!\bby )\bhow much (?:money|value|did|does|do|was|were|is|are|will|would|has|have)\b"
        r"|\b(?:what|which)(?: [\w’']+){0,4}? (?:costs?|price|fine|revenue|profit|salary|losses|worth|budget)\b"
        r"|\b(?:how (?:big|large|great|bad|heavy|severe)|size)\b.*\b(?:loss|losses|damage|fine|bill|cost|drop|hit)\b",
    ),
    (Wants.PERCENTAGE, r"\bper ?cent\b|\b(?:what|which) (?:percentage|share|proportion|fraction)\b"),
    (
        Wants.ITEMS,  # a plural: "which technologies", "what kinds of help"
        r"\b(?:which|what) (?:(?:kinds|types|sorts) of|(?:\w+ )?"
        r"(?!(?:is|was|has|does|happens|makes|causes|means|explains|comes|follows|remains|matters)\b)\w{2,}[^s\W]s)\b",
    ),
    (
        Wants.REASON,
        r"\bwhy\b|\bhow come\b|\breasons?\b|\bpurpose\b|\bwhat for\b"
        r"|\bwhat(?: is| was|[’']s) the (?:point|aim|goal|idea|sense|use) (?:of|behind|in)\b"
        r"|\bwhat (?:\w+ )?(?:caused?|causes|led|prompted|triggered|made|explains?|forced)\b",
    ),
    (
        Wants.STEPS,
        rf"\b(?:what|which) (?:\w+ )?(?:{_MEASURES})\b"
        rf"|\b(?:list|name|outline|summari[sz]e)\b.*\b(?:{_MEASURES}|things)\b"
        r"|\bwhat\b[^?]{0,80}?\b(?:doing|do|done|plans?|planning|trying|intends?)\b[^?]{0,80}?\bto\b"
        r"|\bhow (?:is|are|was|were|does|do|did|can|could|will|would|has|have|should|to)\b",
    ),
)
_COUNTED = re.compile(rf"\b({'|'.join(_COUNTS)}|\d\d?) (?:\w+ )?(?:{_MEASURES}|things|reasons|areas)\b", re.IGNORECASE)
_PATTERNS = tuple((wants, re.compile(pattern, re.IGNORECASE)) for wants, pattern in _RULES)
# "Do the articles differ on when it began": asked within another question, the word has no verb after it.
_WITHIN = tuple(
    (wants, re.compile(rf"\b{word}\b", re.IGNORECASE))
    for wants, word in ((Wants.DATE, "when"), (Wants.PLACE, "where"), (Wants.REASON, "why"))
)

# The full-text index's algorithm, so that stems can be looked up there.
_porter = snowballstemmer.stemmer("porter")
_stemming = threading.Lock()
"""It keeps the word that it works on in itself: two threads at once get wrong stems, or an IndexError."""


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    with _stemming:
        return str(_porter.stemWord(word))


def plain(text: str) -> str:
    """Without accents, as the full-text index keeps its words."""
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(c for c in parts if not unicodedata.combining(c)))


def words(text: str) -> list[str]:
    """Words in order, as they stand; the possessive is left off: `Alibaba’s` is `Alibaba`."""
    return _WORD.findall(text)


def stems(text: str) -> list[str]:
    """Stems of the words in order, in lower case and without accents: `Beyoncé’s losses` is `beyonc`, `loss`."""
    return [_stem(word) for word in words(plain(text.lower()))]


def content_words(text: str) -> list[str]:
    """The words that are no stop words, in order."""
    return [word for word in words(text) if word.lower().replace("’", "'") not in STOP_WORDS]


_FOCUS = re.compile(r"\b(?:which|what) (?:(?:kinds|types|sorts) of )?(?:\w+ )?(\w{2,}s)\b", re.IGNORECASE)


def focus(text: str) -> frozenset[str]:
    """The stem of what is asked for by name: `Which key sectors get help?` asks for sectors."""
    return frozenset(stems(" ".join(_FOCUS.findall(text)))) - STOP_WORDS


_BE = r"(?:is|are|was|were)"
_OWNER = r"(?:(?:the|an?|his|her|its|their)|(?:[A-Z][\w.&-]*\s+)*[A-Z][\w.&-]*['’]s?)"
_ROLE = rf"{_OWNER}\s+(?:[a-z][a-z-]*\s+){{0,3}}?(?P<role>[a-z][a-z-]*|C[A-Z]O)"
_AFTER_ROLE = r"(?=\s+(?:of|in|at|for|from|to|called|named)\b|\s*[?,]|\s*$)"
_ROLES = (
    re.compile(rf"\b[Ww]ho\s+{_BE}\s+{_ROLE}{_AFTER_ROLE}"),
    re.compile(rf"\b[Ww]hat\s+{_BE}\s+{_ROLE}(?:\s+(?:of|at|in)\s+[\w’' -]{{1,40}}?)?\s+(?:called|named)\b"),
    re.compile(rf"\b[Ww]hat\s+{_BE}\s+the\s+names?\s+of\s+{_ROLE}{_AFTER_ROLE}"),
)


def role(text: str) -> str:
    """The word for what somebody or something is to another, where a question asks who or what that is.

    >>> role("Who is the president of China?"), role("Who was Kaidu's uncle?"), role("Who is Jack Ma?")
    ('president', 'uncle', '')
    """
    return next((match["role"] for pattern in _ROLES if (match := pattern.search(text))), "")


_WHETHER = re.compile(
    r"\W*(?:(?:and|but|so|ok(?:ay)?),? )?"
    r"(?:(?:did|does|do|is|are|was|were|has|have|had|will|would|can|could|should)(?:n['’]t)?|(?:ca|wo)n['’]t)\b",
    re.IGNORECASE,
)
_FURTHER = re.compile(
    r"\b(?:what|who|where|how|anything|anyone|anybody|something|someone|somebody) else\b", re.IGNORECASE
)
_NEXT_PART = re.compile(r"\?\s+(?=\w)|,?\s+and\s+(?=(?:why|when|where|who|how|what|which)\b)", re.IGNORECASE)


_NAMED = r"(?:[A-Z][\w’'-]*(?: (?:of |de |the )?[A-Z][\w’'-]*)*)"
_COMPARED = re.compile(
    rf"(?i:compare|contrast)(?: (?P<what>[a-z][\w -]*?) (?:of|at|in|for|by|from))? (?P<a>{_NAMED})"
    rf" (?:and|with|to|vs\.?|versus|against) (?P<b>{_NAMED})(?P<rest>\b[^?.]*)"
    r"|(?i:what (?:is|are)|what[’']s) the differences? (?:in (?P<in>[a-z][\w -]*?) )?between"
    rf" (?P<c>{_NAMED}) and (?P<d>{_NAMED})"
    rf"|(?i:how) (?:do|does|did) (?P<e>{_NAMED}) (?:and|differ from|compare (?:with|to)) (?P<f>{_NAMED})"
    r"(?: differ| compare)?(?: (?:in|on|by) (?P<on>[^?.]+))?",
)


def each_of_two(text: str) -> list[str]:
    """A comparison of two names as a question about each; empty for every other question.

    >>> each_of_two("Compare the fines of Velora and Brightwell.")
    ['the fines of Velora', 'the fines of Brightwell']
    """
    match = _COMPARED.fullmatch(text.strip().rstrip(" ?.!"))
    if match is None:
        return []
    if re.match(r"\s*(?:,|and|or)\b", match["rest"] or ""):  # of three
        return []
    names = [name for name in (match[group] for group in "abcdef") if name]
    what = match["what"] or match["in"] or match["on"]
    about = f"{what} of" if what else "what the articles say about"
    return [f"{about} {name}{match['rest'] or ''}" for name in names]


def split(text: str) -> list[str]:
    """The questions that are asked in one, each once. A bare `and why?` is none apart: one sentence may hold both.

    >>> split("Who is Jack Ma and when was he born?"), split("When did Jack Ma vanish, and why?")
    (['Who is Jack Ma', 'when was he born?'], ['When did Jack Ma vanish, and why?'])
    """
    parts = [part.strip() for part in _NEXT_PART.split(text)]
    parts = [part for part in parts if not is_small_talk(part)]
    parts = list({part.rstrip(" ?!.").lower(): part for part in reversed(parts)}.values())[::-1]
    return parts if parts and all(content_words(part) for part in parts) else [text]


def read(text: str) -> Question:
    """The question, read.

    >>> question = read("Do both articles agree on the size of Alibaba's losses?")
    >>> question.topic, sorted(question.terms), sorted(question.names)
    ("the size of Alibaba's losses?", ['alibaba', 'loss', 'size'], ['alibaba'])
    """
    compares = _COMPARES.search(text) is not None
    topic = _FRAME.sub(" ", text) if compares else text
    if not content_words(topic):
        topic = text
    content = content_words(topic)
    named = _named(content, text)
    return Question(
        text,
        " ".join(topic.split()),
        _compared(topic) if compares else _wants(topic),
        frozenset(stems(" ".join(content))),
        frozenset(stems(" ".join(named))),
        _count(topic),
        role(topic),
        defined(topic),
        _WHETHER.match(topic) is not None,
        _FURTHER.search(topic) is not None,
    )


def _named(content: list[str], text: str) -> list[str]:
    """The words that name somebody or something, and the numbers; in a text all in upper case the numbers alone."""
    named = [word for word in content if word[0].isdigit() or (word[0].isupper() and not text.isupper())]
    if named and text.lstrip().startswith(named[0]) and named[0].istitle():
        named = named[1:]  # the first word of a sentence is in upper case whatever it is
    return [word for word in named if word.removesuffix("s") not in _SHORTENED]


def _count(topic: str) -> int | None:
    match = _COUNTED.search(topic)
    if match is None:
        return None
    said = match.group(1).lower()
    return int(said) if said.isdigit() else 2 + _COUNTS.index(said)


def _compared(topic: str) -> frozenset[Wants]:
    """The kinds that a question asks several articles for."""
    within = {wants for wants, pattern in _WITHIN if pattern.search(topic)}
    return _wants(topic) - {Wants.STEPS} | within | {Wants.COMPARISON}


def _wants(topic: str) -> frozenset[Wants]:
    found = {wants for wants, pattern in _PATTERNS if pattern.search(topic)}
    if Wants.PERCENTAGE in found:
        found -= {Wants.NUMBER, Wants.MONEY}
    if Wants.MONEY in found:
        found.discard(Wants.NUMBER)
    if found & {Wants.MONEY, Wants.NUMBER, Wants.DATE, Wants.PERSON, Wants.PERCENTAGE}:
        found.discard(Wants.STEPS)
    return frozenset(found)
