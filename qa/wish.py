"""What is wanted of the library as a whole, or of Footnote itself: help, a list of articles, a summary. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .smalltalk import kind_of
from .when import When, when

_PLEASE = re.compile(
    r"^(?:(?:hi|hello|hey|ok|okay|so|and|please|now|well)\b[\s,!.]*)*"
    r"(?:(?:can|could|would|will) you (?:please )?|please |i(?:[’']d| would) like (?:you to |to see )"
    r"|i want (?:you to )?)?"
    r"(?:(?:give|show|tell|get) me )?",
    re.IGNORECASE,
)
_LIBRARY = r"(?:in (?:the|your|this|my) (?:library|collection|index|database)|here|now|available|indexed|loaded|there)"
_ARTICLES = r"(?:(?:all|of|the|your|my|available|these) )*(?:articles|documents|sources|texts|files)"
_HELP = re.compile(
    r"help(?: me)?|what (?:can|could|should|may) i (?:ask|do)(?: (?:you|here|about))?"
    r"|what (?:sort|kind)s? of (?:things|questions) can i ask(?: you)?"
    r"|what (?:can|do) you do(?: for me)?|how (?:does this|do you|does it) work"
    r"|how (?:do|can|should) i use (?:this|you|it)"
    r"|what (?:do you know|topics do you (?:know|cover))(?: about)?",
    re.IGNORECASE,
)
_SELF = re.compile(
    r"(?:who|what) (?:exactly )?are you|what(?:[’']s| is) your name|do you have a name|who (?:made|built|created) you"
    r"|are you (?:an? )?(?:ai|bot|robot|chatbot|human|person|real|chatgpt|llm|language model|machine|computer)"
    r"|introduce yourself|tell me about yourself|about yourself",
    re.IGNORECASE,
)
_THINGS = r"(?:articles|documents|sources|texts|files)"
_LIST = re.compile(
    rf"(?:list|show|name|enumerate)? ?{_ARTICLES}(?: {_LIBRARY})?|(?:which|what) {_THINGS} are {_LIBRARY}"
    rf"|(?:which|what) {_THINGS} (?:do you (?:have|know)|are (?:there|you using)|have you(?: got| read)?"
    rf"|can i ask about)(?: {_LIBRARY})?|what are (?:the|your|these|my) {_THINGS}(?: about)?"
    rf"|what(?:[’']s| is) in (?:the|your|this|my) (?:library|collection)|(?:a |the )?list of (?:the )?{_ARTICLES}",
    re.IGNORECASE,
)
_COUNT = re.compile(
    rf"how many {_THINGS}(?: (?:do you (?:have|know)|are (?:there|{_LIBRARY})|have you(?: got| read)?))?"
    rf"(?: {_LIBRARY})?|(?:the )?number of {_THINGS}(?: {_LIBRARY})?",
    re.IGNORECASE,
)
_LATEST = r"(?:latest|newest|most recent|new|recent)"
_NEW = re.compile(
    r"(?:what(?:[’']s| is) (?:new|the (?:latest|newest|news)(?: articles?)?)"
    r"|what (?:has been (?:added|published)|was published)"
    r"|(?:is there )?any(?:thing)? (?:new|news)"
    rf"|(?:(?:what|which) (?:are|is) |list |show )?(?:the )?{_LATEST} articles?"
    r"|(?:which|what) articles (?:are|were|have been) (?:new|published)"
    r"|(?:list |show )?(?:the )?articles (?:from|since|of|published|before|after)"
    r"|(?P<happened>what (?:has )?happened|what(?:[’']s| is| was) (?:happening|going on)))\b(?P<time>.*)",
    re.IGNORECASE,
)
_LATEST_ON = re.compile(
    r"(?:what(?:[’']s| is| are) )?(?:the )?(?:latest|newest|most recent)"
    r"(?: (?:news|developments?|updates?|articles?))? (?:on|about|regarding) (?P<topic>.+)",
    re.IGNORECASE,
)
_SPEAKS = (
    r"(?:mention(?:s|ing)?|(?:(?:talk|speak|write|tell|report)(?:s|ing)?|is|are) (?:about|of|on)|discuss(?:es|ing)?"
    r"|cover(?:s|ing)?|deal(?:s|ing)? with|refer(?:s|ring)? to|about|on)"
)
_MENTION = re.compile(
    r"(?:(?:which|what|how many|list|show|find|(?:are|is) there|are|is|have you(?: got)?|do you have) )?"
    r"(?:(?:all|an?|any|some|of|the|your|my) )*"
    r"(?:articles?|documents?|sources?|texts?|stories|files|reports?|something|anything)"
    rf" (?:(?:that|which) )?{_SPEAKS} (?P<topic>.+)"
    r"|(?:where|in (?:which|what) articles?) (?:is|are|was|were) (?P<mentioned>.+) mentioned(?: in .*)?",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"(?:why|when|how|who|what|where|whether|if|that|which|it|this|them|these)\b", re.IGNORECASE)
"""What `Which articles mention why ...` goes on with, which asks for the reason and not for articles."""
_TIME_WORD = re.compile(
    r"(?:since|from|in|of|before|after|until|till|by|on|during|published|the|last|past|previous|this|between|and|to|up|over"
    r"|year|month|week|day|years|months|weeks|days|today|early|late|mid|two|three|four|five|six|few|here|there"
    r"|jan\w*|feb\w*|mar(?:ch)?|apr\w*|may|june?|july?|aug\w*|sept?\w*|oct\w*|nov\w*|dec\w*|\d+(?:st|nd|rd|th)?)",
    re.IGNORECASE,
)
_THIS = r"(?:this|the|that) (?:article|text|document|page|story|report|piece)|it all|(?:this|it)"
_ALL = r"everything|them(?: all)?|(?:all )?(?:of )?(?:the |my )?(?:articles|texts|documents|stories)|all"
_SUMMARY = re.compile(
    r"(?:(?:write|make|give|provide|show)(?: me| us)? )?(?:(?:a|an|the) )?(?:short |brief |quick )?"
    r"(?:summari[sz]e|summary|sum up|tl;?dr|overview)(?: (?:of|for))?:? (?P<what>.+)"
    r"|what (?:is|does) (?P<about>(?:this|the|that) (?:article|text|document|page|story|report|piece)) (?:about|say)"
    r"|(?P<bare>summari[sz]e|summary|tl;?dr)",
    re.IGNORECASE,
)
_ARTICLE = re.compile(
    r"(?:(?:the|this|that) )?(?:article|text|document|story|report|piece) (?:(?:called|titled|named|on|about) )?",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?:(?:the|this|that|an?) )?(?:article|text|document|story|report|piece) (?:that (?:is|talks|speaks) )?"
    r"(?:about|on) (?P<topic>.+)",
    re.IGNORECASE,
)
_QUOTES = " “”\"'"
_OF_ARTICLE = re.compile(r"the (?P<topic>(?!first|last|other|same)\S.*?) (?:article|story|report|piece)", re.IGNORECASE)
"""`the museum article`; not `the first article`, which says nothing of what it is about."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted: `said`, `who`, `help`, `list`, `count`, `new`, `latest` (on a topic), `mention`
    (the articles that speak of something), `summary` or `about`, the summary of an article that is named by its topic.

    `what` is the kind of small talk, or the article or topic that is named; empty: the one that is meant.
    """

    kind: str
    what: str = ""
    time: When | None = None


def read_wish(text: str, today: str | None = None) -> Wish | None:
    """What is wanted, where it is no question to the articles; None for every other text. Pure.

    >>> read_wish("Thanks!"), read_wish("How many articles are there?"), read_wish("How many firms are there?")
    (Wish(kind='said', what='thanks', time=None), Wish(kind='count', what='', time=None), None)
    """
    if kind := kind_of(text):
        return Wish("said", kind)
    plain = " ".join(text.split()).strip(" ?.!…\"'")
    if len(plain) > 200:
        return None
    asked = _PLEASE.sub("", plain, count=1)
    for name, pattern in (("help", _HELP), ("who", _SELF), ("count", _COUNT), ("list", _LIST)):
        if pattern.fullmatch(plain) or pattern.fullmatch(asked):
            return Wish(name)
    if (match := _NEW.fullmatch(asked)) and _is_time(match["time"]):
        return _new(match, today)
    if match := _LATEST_ON.fullmatch(asked):
        return Wish("latest", match["topic"].strip(_QUOTES))
    if match := _MENTION.fullmatch(asked):
        topic = (match["topic"] or match["mentioned"]).strip(_QUOTES)
        return None if _is_time(topic) or _CLAUSE.match(topic) else Wish("mention", topic)
    if match := _SUMMARY.fullmatch(asked):
        return _summary(match["what"] or "")
    return None


def _is_time(text: str) -> bool:
    return all(_TIME_WORD.fullmatch(word) for word in re.findall(r"\w+", text))


def _new(match: re.Match[str], today: str | None) -> Wish | None:
    """What is new, or happened, in the time that is named; None where that is no time."""
    time = when(f"published {match.group()}", today)
    if match["happened"]:
        return Wish("new", "happened", time) if time and not time.newest else None
    return Wish("new", time=time) if time or today is None or not match["time"].strip() else None


def _summary(what: str) -> Wish:
    if named := _ABOUT.fullmatch(what) or _OF_ARTICLE.fullmatch(what):
        return Wish("about", named["topic"].strip(_QUOTES))
    is_meant = re.fullmatch(f"{_THIS}|{_ALL}", what, re.IGNORECASE) is not None
    return Wish("summary", "" if is_meant else _ARTICLE.sub("", what, count=1).strip(_QUOTES))
