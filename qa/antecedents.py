"""A sentence made to stand alone: by those before it that name its subject, by the one after that gives its reason or
goes on with what it lists."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from index import Kind, Library, Sentence

from .evidence import leaves_date
from .extract import Quote
from .pointing import DANGLING, TIMES
from .question import Question, focus, stems
from .reader import Answered

_PRONOUN = re.compile(r"(?:he|she|it|they|him|her|them|this|that|these|those)", re.IGNORECASE)
"""A short answer that leaves to the sentences before to say who or what it is."""
_POINTED = re.compile(r"\b(?:these|those|such) (\w+)", re.IGNORECASE)
"""A thing that was named before, wherever it stands: `to support these sectors`."""
_REASON = re.compile(
    r"(?:(?:this|these|that|such)(?: \w+)?|it|they|the (?:aims?|goals?|purpose|idea|reasons?))(?: \w+){0,3}? "
    r"(?:aims?|aimed|intend(?:s|ed)?|meant|designed|seeks?|sought|hopes?|hoped|is to|was to|because|due to|in order to"
    r"|so that|allows?|comes? after|came after|follow(?:s|ed)?)\b"
    r"|(?:one|the|its|another)(?: \w+)? (?:reasons?|causes?|purpose)\b(?: \w+){0,3}? (?:is|are|was|were|lay)\b",
    re.IGNORECASE,
)
"""What a sentence starts with that gives the reason for the one before it: `This move aims to`."""
_BECAUSE = re.compile(r"\b(?:because|due to|owing to|so that)\b", re.IGNORECASE)
"""What gives a reason wherever it stands in a sentence."""
_COUNTS = ("two", "three", "four", "five", "six")
_ANNOUNCED = re.compile(
    rf"(?:\b(?P<count>{'|'.join(_COUNTS)}) (?:things|reasons|ways)"
    rf"|(?:^|[.:] |\W\s)(?P<alone>{'|'.join(_COUNTS)}) (?:points|steps|problems|limits|parts))\.$",
    re.IGNORECASE,
)
"""A sentence that ends by saying how many are told next."""
_MOVE = re.compile(
    r"\b(?:this|these) (?:\w+ )?(?:moves?|steps?|decisions?|actions?|measures?|plans?|polic(?:y|ies)|changes?"
    r"|developments?|announcements?|trends?|approach|deals?|rulings?|proposals?|results?|practices?)\b",
    re.IGNORECASE,
)
"""What points at what the sentence before says as a whole: `this move by Alibaba`. Such nouns are known as shell nouns
(Schmid 2000)."""
_ADDED = re.compile(
    r"(?:additionally|also|in addition|moreover|furthermore|besides|another|second(?:ly)?|third(?:ly)?|finally)\b",
    re.IGNORECASE,
)
"""What a sentence starts with that goes on with a list told in sentences."""
_TURNED = re.compile(
    r"(?:however|but|yet|still|nevertheless|nonetheless|that said|on the other hand|at the same time)\b", re.IGNORECASE
)
"""What a sentence starts with that says the other side."""
_ORDINAL = re.compile(r"(?:first|second|third|fourth|fifth|sixth|last|final)(?:ly)?,", re.IGNORECASE)
"""What each sentence of a list starts with that is told in order."""
_BACK = re.compile(rf"\b(?:this|these|those|such) (?!(?:{TIMES}|a|an|as|that|is|was)\b)[a-z]+", re.IGNORECASE)
"""What says more of a thing that the sentence before names."""
ANTECEDENTS = 2
"""The most sentences that are brought to name a subject."""


def reach_back(
    quote: Quote, shown: Collection[tuple[str, int]], library: Library, asked: Question | None = None
) -> Quote:
    """The quote, which reaches back to the sentence that names its subject where it starts with a pronoun or is
    answered by one, or where it only points at what was asked for: which sectors, `these sectors`; when, `shortly
    after his remarks`.

    Not across paragraphs but from `this move`, which may point at the end of the one before; nor to what is `shown`
    already: (article, end) of the answer's sentences.
    """
    moves = _moves(quote, library)
    is_open = bool(quote.answer and _PRONOUN.fullmatch(quote.text, quote.answer.start, quote.answer.end))
    if quote.is_item or not (is_open or moves or DANGLING.match(quote.text) or _leaves_open(asked, quote.text)):
        return quote
    text, sentences = library.show(quote.article_id).text, library.sentences(quote.article_id)
    number = next((n for n, s in enumerate(sentences) if s.start == quote.start), 0)
    first = number
    while first > max(0, number - ANTECEDENTS) and (first == number or DANGLING.match(text, sentences[first].start)):
        before = sentences[first - 1]
        is_apart = "\n" in text[before.end : sentences[first].start] and not (moves and first == number)
        is_near = not is_apart and before.kind in (Kind.TEXT, Kind.ITEM)
        if not is_near or (quote.article_id, before.end) in shown:
            break
        first -= 1
    start = sentences[first].start if first < number else quote.start
    short = _moved(quote.answer, quote.start - start) if quote.answer and not is_open else None
    return replace(quote, start=start, text=text[start : quote.end], answer=short)


def _moves(quote: Quote, library: Library) -> bool:
    """Whether it points at what stands before it: not `these steps:`, which follow, nor `this policy` in a policy."""
    move = _MOVE.search(quote.text)
    if move is None or quote.text.rstrip().endswith(":"):
        return False
    if not move.group().lower().startswith("this "):
        return True
    return set(stems(move.group().split()[-1])).isdisjoint(stems(library.show(quote.article_id).title))


def reach_on(
    quote: Quote,
    shown: Collection[tuple[str, int]],
    library: Library,
    asked: Collection[str] = (),
    *,
    reason: bool = False,
    added: bool = False,
    turned: bool = False,
) -> Quote:
    """The quote, which reaches on where the next sentence of the paragraph gives its `reason`, is `added` to it as
    the next of what it lists, has `turned` to the other side, or points back at it and has a word of what is `asked`
    (stems) that it lacks; to the last of those that start with `First,`, `Second,` and so on; and over so many as it
    announces (`Three things.`).

    Not to what is `shown` already: (article, start) of the answer's sentences.
    """
    if quote.is_item:
        return quote
    text, sentences = library.show(quote.article_id).text, library.sentences(quote.article_id)
    following = _in_paragraph(text, quote.end, [s for s in sentences if s.start >= quote.end])
    after = next(following, None)
    if after is None or (quote.article_id, after.start) in shown:
        return quote
    if _ORDINAL.match(text, after.start):
        last = [after, *takewhile(lambda s: _ORDINAL.match(text, s.start), following)][-1]
        return replace(quote, end=last.end, text=text[quote.start : last.end])
    if announced := _ANNOUNCED.search(quote.text):
        last = [after, *following][: _COUNTS.index((announced["count"] or announced["alone"]).lower()) + 2][-1]
        return replace(quote, end=last.end, text=text[quote.start : last.end])
    patterns = [pattern for pattern, is_wanted in ((_REASON, reason), (_ADDED, added), (_TURNED, turned)) if is_wanted]
    goes_on = any(pattern.match(text, after.start, after.end) for pattern in patterns)
    goes_on |= reason and not _BECAUSE.search(quote.text) and _BECAUSE.search(text, after.start, after.end) is not None
    if not (goes_on or _completes(text[after.start : after.end], quote.text, asked)):
        return quote
    return replace(quote, end=after.end, text=text[quote.start : after.end])


def _in_paragraph(text: str, end: int, sentences: Sequence[Sentence]) -> Iterator[Sentence]:
    """Those of the sentences after `end` that stand in the same paragraph."""
    for sentence in sentences:
        if "\n" in text[end : sentence.start]:
            return
        yield sentence
        end = sentence.end


def _leaves_open(asked: Question | None, text: str) -> bool:
    """Whether the sentence leaves what is asked for to what stands before it."""
    return asked is not None and (leaves_date(asked, text) or _points_at(focus(asked.topic), text))


def _points_at(asked: Collection[str], text: str) -> bool:
    """Whether all that the sentence says of something asked for (stems) is that it was named before."""
    pointed = {stem for noun in _POINTED.findall(text) for stem in stems(noun)}
    said = stems(_POINTED.sub(" ", text))
    return any(stem in pointed and stem not in said for stem in asked)


def _completes(after: str, text: str, asked: Collection[str]) -> bool:
    """Whether the sentence after points back at the text, and has of what is asked a word that the text lacks."""
    if not _BACK.search(after):
        return False
    missing = set(asked).difference(stems(text))
    return not missing.isdisjoint(stems(_BACK.sub(" ", after)))


def _moved(answer: Answered, by: int) -> Answered:
    return replace(answer, start=answer.start + by, end=answer.end + by)
