"""What a question demands of the sentence that is to answer it: a kind of answer, names that are known, and more of the
question than its names."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from index import Article, Library
from index.dates import MONTH

from .countries import compatriots
from .defining import defines
from .evidence import DEMANDS, lacks, leaves_date
from .quantities import quantities
from .question import SMALL_NUMBER, Question, Wants, content_words, stems

if TYPE_CHECKING:
    from .extract import Evidence, Quote

FITTING = 0.5
"""A sentence that holds the kind of answer demanded (a date, a sum) goes first when it has this share of the terms
that the best sentence has, or some of them and is where the reader would sooner see an answer than anywhere else."""
NEAR = 0.5
"""Cosine above which two words may stand for each other: `boss` and `chief` 0.62, `author` and `writer` 0.71,
`president` and `founder` 0.43."""
EXACT = frozenset({Wants.DATE, Wants.NUMBER, Wants.MONEY, Wants.PERCENTAGE})
"""Kinds of which a sentence often holds one that is of something else."""
KIND_WORDS = frozenset("year month date day time number amount percent percentage sum much many exactly long".split())
"""Words that only say which kind is asked for: a sentence near to one of these may be about anything."""
UNTOLD = "the articles do not say whether"
ELSEWHERE = "the nearest passage is about something else"
"""What is missing where the good sentences have a question's names alone: asked for a yes or no, and for a figure."""
LARGE = 100
"""A figure in a question, from this on, tells which event is meant: `4,700 jobs`."""
AROUND = 300
"""Characters on each side of a sentence, and from the article's beginning, where such a figure may stand, too."""
TELLING = 0.5
"""Share of the best score down to which a sentence is looked for that says more than a name."""


@dataclass(frozen=True, slots=True)
class Demanded:
    """The evidence with the sentence first that meets the demands best, and which of them are `missing`, in words for
    the reader. `is_unfit`: it is no answer without."""

    evidence: tuple[Evidence, ...]
    missing: tuple[str, ...]
    is_unfit: bool


def held_to(question: Question, evidence: Sequence[Evidence], library: Library) -> Demanded:
    """The evidence, best first, held to what the question demands."""
    ordered, lacking = _fitting_first(question, evidence, library)
    ordered, is_told = _telling_first(question, ordered, library)
    unknown = [*_unknown_names(question, library), *_unknown_role(question, ordered, library)]
    untold = _untold_figures(question, evidence, library)
    missing = (
        *(f"no article mentions {name}" for name in unknown),
        *(f"the nearest passages do not mention {figure}" for figure in untold),
        *(f"the articles give no {kind}" for kind in lacking),
        *([UNTOLD if question.is_whether else ELSEWHERE] if not is_told and not unknown else []),
        *_undefined(question, evidence, unknown),
    )
    is_lacking = bool(lacking) and len(lacking) == len(question.wants)
    return Demanded(tuple(ordered), missing, is_unfit=bool(unknown or untold) or not is_told or is_lacking)


def _undefined(question: Question, evidence: Sequence[Evidence], unknown: Sequence[str]) -> list[str]:
    """What is missing where it is asked who or what a known name is, and no sentence says it in a usual way."""
    is_name = question.defined[:1].isupper()
    if unknown or not is_name or any(defines(question.defined, e.quote.text) for e in evidence):
        return []
    return [f"the articles do not say who or what {question.defined} is"]


def _fitting_first(
    question: Question, evidence: Sequence[Evidence], library: Library
) -> tuple[list[Evidence], tuple[str, ...]]:
    """The evidence with the best sentence of the kind demanded first, and what is lacking where there is none."""
    if not evidence:
        return [], ()
    top = evidence[0]
    lacking = lacks(question, top.quote.text)
    if _is_dated_before(question, top.quote, library):
        lacking = tuple(kind for kind in lacking if kind != DEMANDS[Wants.DATE])
    if not lacking:
        return list(evidence), ()
    likeliest = max(evidence, key=lambda e: e.read.odds if e.read else -math.inf)
    for candidate in evidence[1:]:
        about = candidate.features.overlap
        is_about = about >= FITTING * top.features.overlap or (candidate is likeliest and candidate.read is not None)
        if about and is_about and not lacks(question, candidate.quote.text):
            return [candidate, *(e for e in evidence if e is not candidate)], ()
    return list(evidence), lacking


def _is_dated_before(question: Question, quote: Quote, library: Library) -> bool:
    """Whether the quote tells its time from the sentence before it in its paragraph, which has a date."""
    if not leaves_date(question, quote.text):
        return False
    text = library.show(quote.article_id).text
    before = next((s for s in reversed(library.sentences(quote.article_id)) if s.end <= quote.start), None)
    if before is None or "\n" in text[before.end : quote.start]:
        return False
    return DEMANDS[Wants.DATE] not in lacks(question, text[before.start : before.end])


def is_known(name: str, library: Library) -> bool:
    """Whether a stem, or another word for the same country, stands in an article."""
    return any(library.document_frequency(word) for word in (name, *compatriots().get(name, ())))


def _unknown_names(question: Question, library: Library) -> list[str]:
    """The names in the question, as it has them, that stand in no article."""
    unknown = {n for n in question.names if not SMALL_NUMBER.fullmatch(n) and not is_known(n, library)}
    return [word for word in dict.fromkeys(content_words(question.topic)) if unknown.intersection(stems(word))]


def _untold_figures(question: Question, evidence: Sequence[Evidence], library: Library) -> list[str]:
    """The large figures of the question, where none stands in or around a good sentence: a firm that cuts jobs need not
    be the one that cuts 4,700. Of a rough one (*more than 500 workers*) another of the kind will do; after a capital it
    is part of a name, *Fortune 500*."""
    figures = [
        figure
        for figure in quantities(question.text)
        if figure.value >= LARGE
        and not figure.is_time
        and not re.search(rf"\b[A-Z][\w&]* {re.escape(figure.text)}", question.text)
        and not question.carried.issuperset(stems(figure.text))
    ]
    good = (e.quote for e in evidence if figures and _is_good(e, evidence[0]))
    around = (_around(quote, library.show(quote.article_id)) for quote in good)
    told = [q for text in around for q in quantities(text)]
    is_told = any(f.is_told_by(q) or (f.is_rough and q.is_like(f)) for f in figures for q in told)
    return [] if is_told else [figure.text for figure in figures]


def _around(quote: Quote, article: Article) -> str:
    """The title and the beginning of its article, and what stands beside it."""
    text = article.text
    return "\n".join((article.title, text[:AROUND], text[max(0, quote.start - AROUND) : quote.end + AROUND]))


def _unknown_role(question: Question, evidence: Sequence[Evidence], library: Library) -> list[str]:
    """The role that is asked for, where no article has the word and the best sentence none that is near it. A CEO is a
    chief; that the encoder holds a founder for near to one says nothing."""
    is_chief = question.role.isupper()
    called = stems(f"{question.role} chief" if is_chief else question.role)
    if not evidence or not question.role or any(library.document_frequency(stem) for stem in called):
        return []
    if is_chief:
        return [question.role]
    wanted, *said = library.encoder.recall([question.role, *content_words(evidence[0].quote.text.lower())])
    return [] if any(float(wanted @ word) >= NEAR for word in said) else [question.role]


def _telling_first(question: Question, evidence: Sequence[Evidence], library: Library) -> tuple[list[Evidence], bool]:
    """The evidence for a yes or no with the best sentence first that has more of the question than its names, be it a
    word that is near, and whether there is one that is half as good as the best: beside `Was Jack Ma arrested?` a
    sentence on his return tells nothing. Where none is, one in which the reader sees a yes or no will do: *did not
    concede* tells whether somebody accepted."""
    if not evidence or not question.names or not (question.is_whether or frozenset() < question.wants <= EXACT):
        return list(evidence), True
    if _is_dated_name(evidence[0].quote.text):
        return list(evidence), True
    asked = [
        word.lower()
        for word in content_words(question.topic)
        if question.names.isdisjoint(stems(word)) and word.lower() not in KIND_WORDS
    ]
    for candidate in evidence if asked else ():
        if not _is_good(candidate, evidence[0]):
            break
        is_fit = len(lacks(question, candidate.quote.text)) <= len(lacks(question, evidence[0].quote.text))
        if is_fit and _is_near(asked, content_words(candidate.quote.text.lower()), library):
            return [candidate, *(e for e in evidence if e is not candidate)], True
    is_seen = question.is_whether and any(e.quote.answer and _is_good(e, evidence[0]) for e in evidence)
    return list(evidence), is_seen or not asked


def _is_good(candidate: Evidence, best: Evidence) -> bool:
    return candidate.score >= TELLING * best.score


def _is_dated_name(text: str) -> bool:
    """Whether it holds nothing but a name or number and a date: `4.2.0 (5 May 2025)`, which tells when that came."""
    rest = re.sub(rf"\b{MONTH}|[\d\W_]+", " ", text, flags=re.IGNORECASE).split()
    return len(rest) <= 1 and re.search(r"\b(?:19|20)\d\d\b", text) is not None


def _is_near(asked: Sequence[str], said: Sequence[str], library: Library) -> bool:
    """Whether a word of the one is among the other, or near to one of those."""
    if not said or not set(stems(" ".join(asked))).isdisjoint(stems(" ".join(said))):
        return bool(said)
    vectors = library.encoder.recall([*asked, *said])
    return float(np.max(vectors[: len(asked)] @ vectors[len(asked) :].T)) >= NEAR
