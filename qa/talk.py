"""What is said to Footnote itself or asked of the library as a whole: greetings, help, lists of articles, summaries."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index import Library, Scope, Sentence

from .answer import Answer, AnswerSentence, Citation
from .cite import cite
from .conversation import MAX_CHARACTERS, Turn
from .evidence import share, stem_set
from .question import content_words, stems
from .spelling import respelt
from .summary import summarise
from .when import When
from .wish import read_wish

LISTED = 12
"""Articles of a list."""
NAMED = 0.6
"""Share of a title's words from which an article is the one named."""
ENOUGH = 3
"""Words of a title by which an article is named where no other that fits has them."""
LATEST = 5
"""Articles that are listed as the newest on a topic."""
FOUND, SOUGHT = 10, 100
"""Passages that are searched for an article on a topic, and for all articles that mention something."""
MENTIONED = 0.6
"""Share of the words of `the article about ...` from which an article may be the one."""
QUOTED = 6
"""Words from which a line of an answer is taken for a quote."""
AS_GOOD = 0.8
"""Share of the best article's score from which another is meant as well as that."""

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
_OF_A_THING = re.compile(r"\b(?:it|this) work|\buse (?:it|this)\b", re.IGNORECASE)
"""Asks in a conversation of what was spoken of: `How does it work?`"""
_HELPS = (
    "Ask a question that your articles may answer: who, when, how much, why, or what they agree on.",
    "You can also ask me to list the articles, to summarise one by its title, or what is new since a date.",
)


def talk(question: str, library: Library, history: Sequence[Turn], scope: Scope) -> Answer | None:
    """The answer to what is no question to the articles; None where it is one. The library holds an article or more."""
    newest = library.newest(1)
    today = newest[0][1] if newest else None
    wanted = read_wish(question, today)
    if wanted is None or (wanted.kind == "help" and history and _OF_A_THING.search(question)):
        return None
    if wanted.kind == "latest":
        return _latest(question, wanted.what, library, scope)
    if wanted.kind == "mention":
        return _mentions(question, wanted.what, library, scope)
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
    if wanted.kind in ("said", "who"):
        return _answer(question, library, [_SAID[wanted.what]] if wanted.kind == "said" else _WHO)
    count = library.article_count(scope)
    held = f"There {'is' if count == 1 else 'are'} {count:,} article{'s' if count != 1 else ''}"
    if wanted.kind == "help":
        return _answer(question, library, [*_HELPS, f"{held}, such as:", *_titles(library, scope, 3)])
    if wanted.kind == "count":
        return _answer(question, library, [f"{held}."])
    rest = "; the newest" if count > LISTED else ""
    return _answer(question, library, [f"{held}{rest}:", *_titles(library, scope)])


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
        return _quoted(said[-1][:MAX_CHARACTERS], library, scope) if said else None
    own = frozenset({what}) if scope.articles is None else scope.articles & {what}
    if re.fullmatch(r"[\w.:/-]+", what) and library.article_count(replace(scope, articles=own)):
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


def _mentions(question: str, topic: str, library: Library, scope: Scope) -> Answer:
    """The articles that have most of the topic's words, each with its first sentence of those that have most."""
    worth = _mentioning(topic, library, scope, SOUGHT)
    if not worth:
        meant = respelt(topic, library)
        return Answer(
            question,
            (),
            (),
            0.0,
            abstained=True,
            mode="talk",
            missing=(f"no article mentions “{topic}”",),
            follow_ups=(question.replace(topic, meant),) if meant else (),
        )
    best = sorted(worth, key=lambda article_id: (-worth[article_id], article_id))[:LISTED]
    titles = [line for article_id in best for line in _titles(library, Scope(frozenset({article_id})))]
    found = f"{len(worth)} article{'s mention' if len(worth) > 1 else ' mentions'} “{topic}”"
    head = f"More than {LISTED} articles mention “{topic}”; the nearest:" if len(worth) > LISTED else f"{found}:"
    return _answer(question, library, [head, *(_at_mention(line, topic, library) for line in titles)])


def _at_mention(line: Titled, topic: str, library: Library) -> Titled:
    """The line, resting on the sentence of its article that has most of the topic's words."""
    wanted, text = _terms(topic), library.show(line.article_id).text
    sentences = library.sentences(line.article_id)
    told = max(sentences, key=lambda s: (share(wanted, stem_set(text[s.start : s.end])), s.is_evidence, -s.start))
    return replace(line, start=told.start, end=told.end)


def _terms(topic: str) -> dict[str, float]:
    return dict.fromkeys(stems(" ".join(content_words(topic))), 1.0)


def _mentioning(topic: str, library: Library, scope: Scope, k: int = FOUND) -> dict[str, float]:
    """The articles that have most of the topic's words, of those in which its k best passages are, with their best
    score."""
    wanted = _terms(topic)
    worth: dict[str, float] = {}
    for hit in library.search(topic, k, scope):
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
    lines = [line for line in re.split(r"\s?\[\d{1,3}\]|\n", answer) if len(line.split()) >= QUOTED]
    found = set()
    for line in lines[:3]:
        quote = line.strip("- ")
        found |= {hit.article_id for hit in library.search(quote, 3, scope) if quote in " ".join(hit.text.split())}
    return found.pop() if len(found) == 1 else None


def _summary(article_id: str, library: Library) -> list[str | Titled]:
    """The summary, a line each sentence."""
    text = library.show(article_id).text
    lines = [
        Titled(" ".join(text[s.start : s.end].split()), article_id, s.start, s.end, is_item=False)
        for s in summarise(article_id, library)
    ]
    return list(lines) or ["The article has no sentence to quote."]
