"""The one way to an answer: the command line, the page, the API and the evals all call `ask`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from index import EVERYTHING, Library, Scope
from index.errors import FootnoteError

from .answer import Answer, AnswerSentence, Citation
from .cite import cite
from .conversation import Turn, contextualise
from .extract import PASSAGES, Findings, Quote, find, select
from .question import read
from .rank import CANDIDATES, rank
from .reader import Reader
from .weights import READ_THRESHOLD, THRESHOLD

MAX_QUESTION = 2_000
"""Characters of a question."""
NEAREST = 3
"""Passages shown in place of an answer."""


class QuestionError(FootnoteError):
    """A question that cannot be asked: empty, or too long."""


class EmptyLibrary(FootnoteError):
    """There is nothing to ask yet."""

    def __init__(self, library: Library) -> None:
        super().__init__(f"the library in {library.folder} holds no articles; add some with `footnote add PATH`")


def ask(
    question: str,
    library: Library,
    history: Sequence[Turn] = (),
    reader: Reader | None = None,
    *,
    scope: Scope = EVERYTHING,
) -> Answer:
    """Answer from the library's articles alone, or say that they do not; the same question, the same answer.

    Only the articles in the scope are looked at. Without a reader, passages stay in the order of retrieval and
    sentences are judged by their words and vectors.
    Raises QuestionError and EmptyLibrary.
    """
    start = time.perf_counter()
    question = check(question)
    with library.snapshot():
        if library.passage_count() == 0:
            raise EmptyLibrary(library)
        if library.passage_count(scope) == 0:
            return Answer(question, (), (), 0.0, abstained=True, missing=(f"there are no articles {scope}",))
        whole = read(contextualise(question, history))
        hits = library.search(whole.topic, CANDIDATES if reader else PASSAGES, scope)
        retrieved = time.perf_counter()
        ranked = rank(whole.text, hits, reader)[:PASSAGES]
        answer = compose(question, find(whole, ranked, library), library, READ_THRESHOLD if reader else THRESHOLD)
        answer = replace(
            answer,
            understood=whole.text if whole.text != question else "",
            read=len({read.hit.article_id for read in ranked}),
        )
    done = time.perf_counter()
    answer.timings_ms.update(retrieve=_ms(retrieved - start), answer=_ms(done - retrieved), total=_ms(done - start))
    return answer


def check(question: str) -> str:
    """The question without white space at its ends; raises QuestionError when it cannot be asked."""
    question = question.strip()
    if not any(character.isalnum() for character in question):
        raise QuestionError('the question is empty; ask something like `footnote ask "Who founded the firm?"`')
    if any(0xD800 <= ord(character) <= 0xDFFF for character in question):
        raise QuestionError("the question is not UTF-8 text")
    if len(question) > MAX_QUESTION:
        raise QuestionError(f"the question has {len(question):,} characters; the limit is {MAX_QUESTION:,}")
    return question


def compose(question: str, findings: Findings, library: Library, threshold: float) -> Answer:
    """The answer made of the best evidence; below the threshold an abstention with the nearest sentences."""
    if findings.confidence < threshold or not findings.evidence:
        nearest = tuple(_cite(n, e.quote, library) for n, e in enumerate(findings.evidence[:NEAREST], start=1))
        return Answer(question, (), (), findings.confidence, abstained=True, nearest=nearest, missing=findings.missing)
    citations: list[Citation] = []
    sentences = []
    for group in select(findings, library):
        numbers = tuple(range(len(citations) + 1, len(citations) + len(group) + 1))
        citations += [_cite(number, quote, library) for number, quote in zip(numbers, group, strict=True)]
        sentences.append(_sentence(group[0], numbers))
    return Answer(question, tuple(sentences), tuple(citations), findings.confidence)


def _sentence(quote: Quote, numbers: tuple[int, ...]) -> AnswerSentence:
    """The quote on one line, and in it the place of the short answer."""
    text = " ".join(quote.text.split())
    if quote.answer is None:
        return AnswerSentence(text, numbers, is_item=quote.is_item)
    before, short = quote.text[: quote.answer.start], quote.text[quote.answer.start : quote.answer.end]
    start = len(" ".join(before.split())) + before[-1:].isspace()
    return AnswerSentence(text, numbers, is_item=quote.is_item, short=(start, start + len(" ".join(short.split()))))


def _cite(number: int, quote: Quote, library: Library) -> Citation:
    return cite(number, quote.article_id, quote.start, quote.end, library)


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
