"""Lists: the one that answers, and one that a sentence announces or that a point is of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from index import Kind, Library, Sentence

from .evidence import DEMANDS
from .extract import PASSAGES, Findings, Group, Quote
from .question import content_words, stems

MAX_ITEMS = 12
"""Points of a list answer; a longer list is the article's to show."""
BELOW = 0.1
"""Share of the best score that a point has of a list that answers by its heading."""
ASKED, TOLD = 0.6, 0.5
"""Shares of the question's terms in such a heading, and of the heading's in the question."""
ONE_THING = frozenset(DEMANDS)
"""What no list is the answer to."""
LISTED = 0.4
"""A list answers when what leads in to it, or half of its points, have this share of the best score."""


def list_of(findings: Findings, library: Library) -> list[Quote]:
    """The points of the list that answers, after the sentence that leads in to it; empty where no list does.

    A list answers when the sentence that leads in to it, or at least half of its points, are good evidence too, and
    share a word with the question: by meaning alone any list is as near as any other. A
    question about one of its points is answered by that point alone. One that says how many there are ("the five
    measures") is answered by the list of so many of which anything is evidence.
    """
    floor = LISTED * findings.evidence[0].score
    count = findings.question.count
    good = {e.key for e in findings.evidence if e.score >= floor and e.features.overlap}
    evidence = {e.key for e in findings.evidence}
    tried = set()
    for candidate in findings.evidence[:PASSAGES]:
        article_id = candidate.article_id
        if article_id in tried:
            continue
        tried.add(article_id)
        text = library.show(article_id).text
        for lead, points in _lists(library.sentences(article_id)):
            leads = lead is not None and (article_id, lead.start) in good
            answering = sum(any((article_id, s.start) in good for s in point) for point in points)
            counted = len(points) == count and any((article_id, s.start) in evidence for p in points for s in p)
            if leads or counted or 2 * answering >= len(points):
                shown = [*([lead] if lead is not None and leads else []), *(point[0] for point in points[:MAX_ITEMS])]
                return [Quote(article_id, s.start, s.end, text[s.start : s.end], s.kind is Kind.ITEM) for s in shown]
    return []


def list_below(findings: Findings, library: Library) -> list[Quote]:
    """The points of a list that stands below a heading, or a line that asks, with most of what is asked and little
    else; empty where no point is evidence, or where the question wants one thing."""
    question, best = findings.question, findings.evidence[0]
    if question.wants & ONE_THING or not question.terms:
        return []
    for candidate in findings.evidence[:PASSAGES]:
        if not candidate.list_number or candidate.score < BELOW * best.score:
            continue
        text, sentences = library.show(candidate.article_id).text, library.sentences(candidate.article_id)
        points = [s for s in sentences if s.list_number == candidate.list_number and s.kind is Kind.ITEM]
        headed = content_words(_heads(text, sentences[: sentences.index(points[0])]))
        held = set(stems(" ".join(headed)))
        shared = len(question.terms & held)
        if len(points) > 1 and shared >= ASKED * len(question.terms) and shared >= TOLD * len(held):
            return [
                Quote(candidate.article_id, s.start, s.end, text[s.start : s.end], is_item=True)
                for s in points[:MAX_ITEMS]
            ]
    return []


def _heads(text: str, before: Sequence[Sentence]) -> str:
    """The headings, and lines that ask, right above what stands after these sentences."""
    heads: list[str] = []
    for sentence in reversed(before):
        line = text[sentence.start : sentence.end]
        if sentence.kind is not Kind.HEADING and not line.endswith("?"):
            break
        heads.append(line)
    return " ".join(heads[:2])


def with_lists(groups: Sequence[Group], library: Library) -> list[Group]:
    """The groups, what announces a list (`The union has three demands:`) with its points, and a point with what
    announces it."""
    shown: list[Group] = []
    for group in groups:
        quote = group[0]
        led = _list_around(quote, library)
        for part in [quote] if led is None else led:
            if all((part.article_id, part.start) != (g[0].article_id, g[0].start) for g in shown):
                shown.append((part, *group[1:]) if part.start == quote.start else (part,))
    return shown


def _list_around(quote: Quote, library: Library) -> list[Quote] | None:
    """The quotes to show for one that announces a list or is a point of one that is announced; None for others."""
    text = library.show(quote.article_id).text
    for lead, points in _lists(library.sentences(quote.article_id)):
        if lead is None or not text[lead.start : lead.end].rstrip().endswith(":"):
            continue
        first = Quote(quote.article_id, lead.start, lead.end, text[lead.start : lead.end])
        if lead.start == quote.start:
            items = [point[0] for point in points[:MAX_ITEMS]]
            return [
                first,
                *(Quote(quote.article_id, s.start, s.end, text[s.start : s.end], is_item=True) for s in items),
            ]
        if any(point[0].start == quote.start for point in points):
            return [first, replace(quote, is_item=True)]
    return None


def _lists(sentences: Sequence[Sentence]) -> list[tuple[Sentence | None, list[list[Sentence]]]]:
    """Each list of two points or more: the evidence sentence before it, and its points as runs of sentences."""
    lists: list[tuple[Sentence | None, list[list[Sentence]]]] = []
    before: Sentence | None = None
    number = 0
    for sentence in sentences:
        if sentence.list_number and sentence.list_number != number:
            lists.append((before, []))
        number = sentence.list_number
        if sentence.kind is Kind.ITEM:
            lists[-1][1].append([])
        if number:
            lists[-1][1][-1].append(sentence)
        elif sentence.is_evidence:
            before = sentence
    return [(lead, points) for lead, points in lists if len(points) > 1]
