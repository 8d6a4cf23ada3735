"""What is said to Footnote itself or asked of the library as a whole: greetings, help, lists of articles, summaries."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index import Library, Scope, Sentence

from .answer import Answer, AnswerSentence, Citation
from .cite import cite
from .conversation import Turn
from .evidence import share, stem_set
from .question import content_words, stems
from .smalltalk import kind_of
from .when import When, when

LISTED = 12
"""Articles of a list."""
SUMMARY = 5
"""Sentences of a summary at most; a short article gets a third of its own."""
READ = 200
"""Sentences of an article that a summary is chosen from, its first: the longest wait is a second."""
SHORTEST, LONGEST = 6, 45
"""Words of a sentence that a summary may hold."""
REDUNDANCY = 0.5
"""What nearness to a chosen sentence counts against another, beside nearness to the whole."""
LEAD = 0.1
"""What the first sentence is ahead: who writes news begins with what matters."""
NAMED = 0.6
"""Share of a title's words from which an article is the one named."""
ENOUGH = 3
"""Words of a title by which an article is named where no other that fits has them."""
LATEST = 5
"""Articles that are listed as the newest on a topic."""
FOUND = 10
"""Passages that are searched for an article on a topic."""
MENTIONED = 0.6
"""Share of the words of `the article about ...` from which an article may be the one."""
AS_GOOD = 0.8
"""Share of the best article's score from which another is meant as well as that."""

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
_OF_ARTICLE = re.compile(r"the (?P<topic>(?!first|last|other|same)\S.*?) (?:article|story|report|piece)", re.IGNORECASE)
"""`the museum article`; not `the first article`, which says nothing of what it is about."""
_LEANS = re.compile(
    r"(?:he|she|it|they|his|her|its|their|this|that|these|those|there|and|but|however|also|moreover|additionally"
    r"|furthermore|meanwhile|then|so|such|another|as a result|in addition|for example|according to (?:him|her|them))\b",
    re.IGNORECASE,
)

_SAID = {
    "greeting": "Hello. Ask me something about your articles: every sentence of an answer names its source.",
    "thanks": "You are welcome.",
    "remark": "Good. Ask on, whenever you like.",
    "goodbye": "Goodbye.",
}
_WHO = (
    "I am Footnote: I answer questions from your articles, and from nothing else.",
    "Each sentence of an answer carries a footnote that opens the exact words it rests on; where the articles do not"
    " answer, I say so.",
)
_HELPS = (
    "Ask a question that your articles may answer: who, when, how much, why, or what they agree on.",
    "You can also ask me to list the articles, to summarise one by its title, or what is new since a date.",
)


@dataclass(frozen=True, slots=True)
class Talk:
    """What is wanted: `said`, `who`, `help`, `list`, `count`, `new`, `latest` (on a topic), `summary` or `about`, the
    summary of an article that is named by its topic.

    `what` is the kind of small talk, or the article or topic that is named; empty: the one that is meant.
    """

    kind: str
    what: str = ""
    time: When | None = None


def read_talk(text: str, today: str | None = None) -> Talk | None:
    """What is wanted, where it is no question to the articles; None for every other text. Pure.

    >>> read_talk("Thanks!"), read_talk("How many articles are there?"), read_talk("How many firms are there?")
    (Talk(kind='said', what='thanks', time=None), Talk(kind='count', what='', time=None), None)
    """
    if kind := kind_of(text):
        return Talk("said", kind)
    plain = " ".join(text.split()).strip(" ?.!…\"'")
    if len(plain) > 200:
        return None
    asked = _PLEASE.sub("", plain, count=1)
    for name, pattern in (("help", _HELP), ("who", _SELF), ("count", _COUNT), ("list", _LIST)):
        if pattern.fullmatch(plain) or pattern.fullmatch(asked):
            return Talk(name)
    if (match := _NEW.fullmatch(asked)) and all(
        _TIME_WORD.fullmatch(word) for word in re.findall(r"\w+", match["time"])
    ):
        time = when(f"published {match.group()}", today)
        if match["happened"]:
            return Talk("new", "happened", time) if time and not time.newest else None
        return Talk("new", time=time) if time or today is None or not match["time"].strip() else None
    if match := _LATEST_ON.fullmatch(asked):
        return Talk("latest", match["topic"].strip(" “”\"'"))
    if match := _SUMMARY.fullmatch(asked):
        what = match["what"] or ""
        if named := _ABOUT.fullmatch(what) or _OF_ARTICLE.fullmatch(what):
            return Talk("about", named["topic"].strip(" “”\"'"))
        return Talk(
            "summary",
            ""
            if re.fullmatch(f"{_THIS}|{_ALL}", what, re.IGNORECASE)
            else _ARTICLE.sub("", what, count=1).strip(" “”\"'"),
        )
    return None


def talk(question: str, library: Library, history: Sequence[Turn], scope: Scope) -> Answer | None:
    """The answer to what is no question to the articles; None where it is one. The library holds an article or more."""
    newest = library.newest(1)
    today = newest[0][1] if newest else None
    wanted = read_talk(question, today)
    if wanted is None:
        return None
    if wanted.kind == "latest":
        return _latest(question, wanted.what, library, scope)
    if wanted.kind == "about":
        return _about(question, wanted.what, library, scope)
    if wanted.kind == "summary":
        article_id = _meant(wanted.what, library, history, scope)
        if article_id is not None:
            return _answer(question, library, _summary(article_id, library))
        if wanted.what:
            return None  # “summarise the measures” is a question
        return _answer(
            question, library, ["Which article? Name its title, or choose it first.", *_titles(library, scope)]
        )
    if wanted.kind == "new":
        if wanted.what and not _published(wanted.time, library, scope):
            return None  # what happened then may be told later
        return _news(question, library, scope, wanted.time)
    count = library.article_count(scope)
    held = f"{count:,} article{'s' if count != 1 else ''}"
    lines: dict[str, list[str | Titled]] = {
        "said": [_SAID.get(wanted.what, "")],
        "who": list(_WHO),
        "help": [*_HELPS, f"There {'is' if count == 1 else 'are'} {held}, such as:", *_titles(library, scope, 3)],
        "count": [f"There {'is' if count == 1 else 'are'} {held}."],
        "list": [
            f"There {'is' if count == 1 else 'are'} {held}{'; the newest' if count > LISTED else ''}:",
            *_titles(library, scope),
        ],
    }
    return _answer(question, library, lines[wanted.kind])


@dataclass(frozen=True, slots=True)
class Titled:
    """A line of an answer that rests on a span of an article. `is_item` marks a line of a list."""

    text: str
    article_id: str
    start: int
    end: int
    is_item: bool = True


def _answer(question: str, library: Library, lines: Sequence[str | Titled]) -> Answer:
    sentences: list[AnswerSentence] = []
    citations: list[Citation] = []
    for line in lines:
        if isinstance(line, str):
            sentences.append(AnswerSentence(line, ()))
            continue
        citations.append(cite(len(citations) + 1, line.article_id, line.start, line.end, library))
        sentences.append(AnswerSentence(line.text, (len(citations),), is_item=line.is_item))
    return Answer(question, tuple(sentences), tuple(citations), 1.0, mode="talk")


def _titles(library: Library, scope: Scope, limit: int = LISTED) -> list[Titled]:
    """The newest articles, a line each: the title with its day, and the first sentence as what stands behind it."""
    lines = []
    for article_id, day in library.newest(limit, scope):
        article = library.show(article_id)
        first = _first_sentence(library.sentences(article_id))
        if first is None:
            continue
        opening = " ".join(article.text[first.start : first.end].split()[:12])
        title = " ".join(article.title.split()) or opening
        lines.append(Titled(f"{title} ({day})" if day else title, article_id, first.start, first.end))
    return lines


def _first_sentence(sentences: Sequence[Sentence]) -> Sentence | None:
    return next((s for s in sentences if s.is_evidence), sentences[0] if sentences else None)


def _news(question: str, library: Library, scope: Scope, time: When | None) -> Answer:
    newest = library.newest(1, scope)
    if not newest or newest[0][1] is None:
        return _answer(question, library, ["None of the articles has a date that can be read."])
    since, until = (time.since, time.until) if time else (None, None)
    within = scope.narrowed(since or "1000", until)
    count = library.article_count(within)
    span = " ".join(f"{word} {day}" for word, day in (("since", since), ("until", until)) if day)
    if since and since == until:
        span = f"in {since}" if len(since) < 10 else f"on {since}"
    if count == 0:
        line = f"No article was published {span}; the newest is of {newest[0][1]}:"
        return _answer(question, library, [line, *_titles(library, scope, 1)])
    found = f"{count:,} article{'s' if count != 1 else ''}"
    line = "The newest articles:"
    if span:
        rest = ", of which the newest" if count > LISTED else ""
        line = f"{found} {'was' if count == 1 else 'were'} published {span}{rest}:"
    return _answer(question, library, [line, *_titles(library, within)])


def _published(time: When | None, library: Library, scope: Scope) -> int:
    """The number of articles that were published then."""
    return library.article_count(scope.narrowed(time.since or "1000", time.until)) if time else 0


def _meant(what: str, library: Library, history: Sequence[Turn], scope: Scope) -> str | None:
    """The article that is named by title or id, or, where none is named, the only one or the one just quoted."""
    chosen = library.newest(2, scope)
    if not what:
        if len(chosen) == 1:
            return chosen[0][0]
        said = [turn.text for turn in history if turn.role == "assistant"]
        return _quoted(said[-1], library, scope) if said else None
    if re.fullmatch(r"[\w.:/-]+", what) and library.article_count(Scope(frozenset({what}))):
        return what
    named = set(stems(" ".join(content_words(what))))
    shares = {}
    for hit in library.search(what, 10, scope):
        title = set(stems(" ".join(content_words(hit.title))))
        if named and named <= title:
            shares[hit.article_id] = len(named) / len(title)
    best = max(shares, key=lambda article_id: (shares[article_id], article_id), default=None)
    if best is None or (shares[best] < NAMED and (len(shares) > 1 or len(named) < ENOUGH)):
        return None
    return best


def _about(question: str, topic: str, library: Library, scope: Scope) -> Answer:
    """The summary of the article about the topic; where several are as good, which; where there is none, that."""
    named = _meant(topic, library, (), scope)
    fitting = [named] if named else _on(topic, library, scope)
    if len(fitting) == 1:
        return _answer(question, library, _summary(fitting[0], library))
    if not fitting:
        missing = (f"no article is about “{topic}”",)
        return Answer(question, (), (), 0.0, abstained=True, mode="talk", missing=missing)
    titles = [line for article_id in fitting for line in _titles(library, Scope(frozenset({article_id})))]
    return _answer(question, library, ["Several articles are about that; name one:", *titles])


def _latest(question: str, topic: str, library: Library, scope: Scope) -> Answer | None:
    """The newest of the articles that have most of the topic's words; None where none has, or none has a date."""
    days = library.days(sorted(_mentioning(topic, library, scope)))
    newest = sorted(days, key=lambda article_id: (days[article_id], article_id), reverse=True)[:LATEST]
    if not newest:
        return None
    titles = [line for article_id in newest for line in _titles(library, Scope(frozenset({article_id})))]
    return _answer(question, library, [f"The newest on “{topic}”:", *titles])


def _mentioning(topic: str, library: Library, scope: Scope) -> dict[str, float]:
    """The articles found for the topic that have most of its words, with their best score."""
    wanted = dict.fromkeys(stems(" ".join(content_words(topic))), 1.0)
    worth: dict[str, float] = {}
    for hit in library.search(topic, FOUND, scope):
        worth.setdefault(hit.article_id, hit.score)
    told = {a: share(wanted, stem_set(f"{library.show(a).title} {library.show(a).text}")) for a in worth}
    most = max(told.values(), default=0.0)
    return {a: score for a, score in worth.items() if told[a] == most >= MENTIONED}


def _on(topic: str, library: Library, scope: Scope) -> list[str]:
    """The articles that a search finds as good as the best for the topic, among those that have most of its words."""
    worth = _mentioning(topic, library, scope)
    held = list(worth)
    best = max((worth[a] for a in held), default=0.0)
    return sorted((a for a in held if worth[a] >= AS_GOOD * best), key=lambda a: (-worth[a], a))


def _quoted(answer: str, library: Library, scope: Scope) -> str | None:
    """The one article that the last answer quotes word for word, if it is one."""
    lines = [line for line in re.split(r"\s?\[\d{1,3}\]|\n", answer) if len(line.split()) >= SHORTEST]
    found = set()
    for line in lines[:3]:
        quote = line.strip("- ")
        found |= {hit.article_id for hit in library.search(quote, 3, scope) if quote in " ".join(hit.text.split())}
    return found.pop() if len(found) == 1 else None


def _summary(article_id: str, library: Library) -> list[str | Titled]:
    """The sentences nearest to the whole article and farthest from each other, in reading order."""
    article = library.show(article_id)
    every = [s for s in library.sentences(article_id) if s.is_evidence]
    spans = [s for s in every if _can_stand(article.text[s.start : s.end])][:READ] or every[:1]
    if not spans:
        return ["The article has no sentence to quote."]
    vectors = library.encoder.recall([article.text[s.start : s.end] for s in spans])
    whole = vectors.mean(axis=0)
    central = vectors @ (whole / (np.linalg.norm(whole) or 1.0))
    central[0] += LEAD
    chosen: list[int] = []
    for _ in range(min(SUMMARY, max(1, len(every) // 3))):
        near = (vectors @ vectors[chosen].T).max(axis=1) if chosen else np.zeros(len(spans))
        worth = central - REDUNDANCY * near
        worth[chosen] = -np.inf
        best = int(np.argmax(worth))
        if best not in chosen:
            chosen.append(best)
    return [
        Titled(" ".join(article.text[s.start : s.end].split()), article_id, s.start, s.end, is_item=False)
        for s in (spans[number] for number in sorted(chosen))
    ]


def _can_stand(text: str) -> bool:
    return SHORTEST <= len(text.split()) <= LONGEST and not _LEANS.match(text)
