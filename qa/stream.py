"""An answer as it comes into being. With a language model, every sentence of it is checked before it is shown."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import chain, islice, zip_longest

import numpy as np

from index import EVERYTHING, Library, Scope
from index.encoder import Encoder
from index.errors import UnknownArticle

from .answer import Answer, AnswerSentence, Citation, Conflict
from .ask import Found, ask, look_up
from .cite import cite
from .completion import LLMError, LLMTooLong
from .compose import NEAREST
from .conversation import Turn
from .declines import declines
from .evidence import stem_set
from .extract import Quote
from .generate import Sentences, Written
from .llm import LLM
from .prompts import NO_ANSWER, answer_prompt, fit, speaks_to_a_model
from .reader import Reader
from .repeats import says_again
from .rewrite import rewriter
from .sources import choose, in_reading_order
from .support import PARTLY, SUPPORTS, Claim, Support, check, check_all

MAX_SENTENCES = 12
"""Sentences of a model after which it is told to stop."""

ALONE = 3
"""Evidence sentences, the nearest, that may bear out by themselves what a model wrote without citing them."""


def stream(
    question: str,
    library: Library,
    history: Sequence[Turn] = (),
    reader: Reader | None = None,
    llm: LLM | None = None,
    *,
    scope: Scope = EVERYTHING,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Answer]:
    """Answers that grow, the last of them whole; without a model one answer, that of `ask`.

    A model is asked only where the articles answer. It gets their sentences under numbers, and what it writes is held
    against those it cites: what they bear out is shown with its footnotes, what no sentence bears out is marked. Where
    it fails, is too slow, or writes nothing that the articles bear out, they answer themselves, and `notes` says why.
    Once `cancelled` nothing more comes. Raises QuestionError and EmptyLibrary.
    """
    if llm is None:
        yield ask(question, library, history, reader, scope=scope)
        return
    if rests := llm.rests:
        own = ask(question, library, history, reader, scope=scope)
        yield own if own.abstained or own.mode == "talk" else _taken_over(own, rests)
        return
    start = time.monotonic()
    complete = rewriter(llm, library.encoder, cancelled)
    found = look_up(question, library, history, reader, scope=scope, complete=complete)
    if found.answer.abstained or found.answer.mode == "talk":
        yield found.answer
        return
    for answer in _written(found, library, reader, llm, time.monotonic() + llm.deadline_s, cancelled):
        total = round((time.monotonic() - start) * 1000, 1)
        yield replace(answer, timings_ms={**found.answer.timings_ms, "total": total})


def _written(
    found: Found,
    library: Library,
    reader: Reader | None,
    llm: LLM,
    until: float,
    cancelled: Callable[[], bool],
) -> Iterator[Answer]:
    """The model's answer sentence by sentence, or, last, the articles' own."""
    draft = _Draft(found.answer, offer(found, library), library.encoder, reader)
    notes = found.answer.notes
    if not draft.offered:
        yield found.answer
        return
    yield draft.answer()
    has_declined = False
    try:
        with closing(_sentences(found, draft.offered, llm, until, cancelled)) as sentences:
            for written in islice(sentences, MAX_SENTENCES):
                if written.text.upper().startswith(NO_ANSWER) and not draft.is_supported:
                    yield _declined(found.answer, llm)
                    return
                if declines(written) and not draft.is_supported:
                    has_declined = True  # in its own words, it may yet go on with `However, ...`
                elif draft.add(written):
                    yield draft.answer()
    except LLMError as error:
        if not (draft.is_supported and isinstance(error, LLMTooLong)):
            yield _taken_over(found.answer, str(error))
            return
        notes = (*notes, f"{error}; the end is left out.")
    if cancelled():
        return
    if has_declined and not draft.is_supported:
        yield _declined(found.answer, llm)
    elif draft.is_supported and draft.leaves_out(found.question.names):
        yield _taken_over(found.answer, f"{llm.name} wrote of something else")
    elif draft.is_supported:
        yield replace(draft.with_conflicts(), notes=notes)
    else:
        yield _taken_over(found.answer, f"{llm.name} wrote nothing that the articles bear out")


def _sentences(
    found: Found, offered: Sequence[Citation], llm: LLM, until: float, cancelled: Callable[[], bool]
) -> Generator[Written, None, None]:
    """What the model writes, sentence by sentence; raises LLMError, also where it gives its instructions away."""
    prompt = answer_prompt(found.question.text, offered)
    sentences, text = Sentences(), ""

    def guarded(done: list[Written]) -> list[Written]:
        if done and prompt.is_repeated_in(text):
            raise LLMError(f"{llm.name} repeated its instructions")
        return done

    with closing(llm.write(prompt.messages, until, cancelled)) as pieces:
        for piece in pieces:
            text += piece
            yield from guarded(sentences.feed(piece))
    if not cancelled():
        yield from guarded(sentences.close())


class _Draft:
    """What is written and checked so far. `offered` is what the model may cite, numbered from 1."""

    def __init__(self, base: Answer, offered: Sequence[Citation], encoder: Encoder, reader: Reader | None) -> None:
        self.offered = offered
        self._base = replace(base, mode="llm", sentences=(), citations=(), conflicts=())
        self._own_words = base.text
        self._conflicts = [[base.citations[n - 1] for n in conflict.citations] for conflict in base.conflicts]
        self._conflict_texts = [conflict.text for conflict in base.conflicts]
        self._encoder, self._reader = encoder, reader
        self._sentences: list[AnswerSentence] = []
        self._citations: list[Citation] = []

    @property
    def is_supported(self) -> bool:
        """Whether anything written so far is."""
        return bool(self._citations)

    def add(self, written: Written) -> bool:
        """Check a sentence and take it in; False where it only says again what was said."""
        if any(says_again(written.text, sentence.text) for sentence in self._sentences):
            return False
        support, cited = self._supporting(written)
        numbers = tuple(self._footnote(citation) for citation in cited)
        self._sentences.append(AnswerSentence(written.text, numbers, support, bool(numbers), written.is_item))
        return True

    def answer(self) -> Answer:
        """The answer so far."""
        return replace(self._base, sentences=tuple(self._sentences), citations=tuple(self._citations))

    def leaves_out(self, names: frozenset[str]) -> bool:
        """Whether the articles' own answer has names of the question, and nothing that is borne out, nor a sentence
        cited or its title, has one: a small model that drifts off is right about something else."""
        said = [sentence.text for sentence in self._sentences if sentence.supported]
        shown = stem_set(" ".join([*said, *(f"{c.title} {c.quote}" for c in self._citations)]))
        return not names.isdisjoint(stem_set(self._own_words)) and names.isdisjoint(shown)

    def with_conflicts(self) -> Answer:
        """The whole answer, with the conflicts that the articles' own answer shows, and what they cite."""
        conflicts = tuple(
            Conflict(text, tuple(self._footnote(citation) for citation in citations))
            for text, citations in zip(self._conflict_texts, self._conflicts, strict=True)
        )
        return replace(self.answer(), conflicts=conflicts)

    def _supporting(self, written: Written) -> tuple[float, list[Citation]]:
        """How well the sentence is borne out, and by what: by what it cites, else by one sentence of those offered.

        Of several that it cites, those are kept that bear out at least a part, if these bear it out without the rest.
        What only many sentences together would bear out, and the model cites none of, is not: no footnote would show
        it.
        """
        cited = [citation for citation in self.offered if citation.number in written.numbers]
        support = self._check(written.text, cited)
        if support.probability >= SUPPORTS and support.nearest is not None:
            nearest = cited[support.nearest]
            alone = self._check_each(written.text, cited) if len(cited) > 1 else [support]
            partly = [c for c, a in zip(cited, alone, strict=True) if c is nearest or a.probability >= PARTLY]
            is_enough = len(partly) == len(cited) or self._check(written.text, partly).probability >= SUPPORTS
            return support.probability, partly if is_enough else cited
        near = self._near(written.text)
        chances = [support.probability for support in self._check_each(written.text, near)]
        best, citation = max(zip(chances, near, strict=True), key=lambda pair: pair[0], default=(0.0, None))
        if best >= SUPPORTS and citation is not None:
            return best, [citation]
        return max(support.probability, best), []

    def _near(self, claim: str) -> list[Citation]:
        """The offered sentences nearest to a claim: by itself one of them may bear it out."""
        vectors = self._encoder.recall([claim, *(_line(citation) for citation in self.offered)])
        order = np.argsort(-(vectors[1:] @ vectors[0]), kind="stable")[:ALONE]
        return [self.offered[int(number)] for number in order]

    def _check(self, claim: str, evidence: Sequence[Citation]) -> Support:
        """The support check, against these together."""
        return check(_claim(claim, evidence), self._encoder, self._reader)

    def _check_each(self, claim: str, evidence: Sequence[Citation]) -> list[Support]:
        """The support check, against each of these by itself."""
        return check_all([_claim(claim, [citation]) for citation in evidence], self._encoder, self._reader)

    def _footnote(self, citation: Citation) -> int:
        """The number of this footnote in the answer, where it becomes one if it is none yet."""
        for known in self._citations:
            if (known.article_id, known.start, known.end) == (citation.article_id, citation.start, citation.end):
                return known.number
        self._citations.append(replace(citation, number=len(self._citations) + 1))
        return len(self._citations)


def _claim(text: str, evidence: Sequence[Citation]) -> Claim:
    titles = ". ".join(dict.fromkeys(citation.title for citation in evidence))
    return Claim(text, tuple(_line(citation) for citation in evidence), titles)


def _line(citation: Citation) -> str:
    return " ".join(citation.quote.split())


def offer(found: Found, library: Library) -> list[Citation]:
    """The sentences that the model may cite, numbered from 1 in reading order, within the budget of a prompt: those of
    the articles' own answer, so that a list is whole, and the best beside them."""
    in_turn = chain.from_iterable(zip_longest(*(part.evidence for part in found.findings)))
    evidence = [e for e in in_turn if e is not None and not speaks_to_a_model(e.quote.text)]
    chosen = choose(found.question.text, evidence, library.clusters(sorted({e.article_id for e in evidence})))
    first = [found.answer.citations[sentence.citations[0] - 1] for sentence in found.answer.sentences]
    own = [Quote(c.article_id, c.start, c.end, c.quote) for c in first if not speaks_to_a_model(c.quote)]
    others = [e.quote for e in chosen if not any(_covers(quote, e.quote) for quote in own)]
    fits = fit([quote.text for quote in (*own, *others)], library.encoder.count)
    offered: list[Citation] = []
    for quote in in_reading_order([q for q, fitting in zip((*own, *others), fits, strict=True) if fitting]):
        try:
            citation = cite(len(offered) + 1, quote.article_id, quote.start, quote.end, library)
        except UnknownArticle:
            continue
        if citation.quote == quote.text:  # else the article has changed since it was searched
            offered.append(citation)
    return offered


def _covers(one: Quote, other: Quote) -> bool:
    return one.article_id == other.article_id and one.start <= other.start and other.end <= one.end


def _taken_over(own: Answer, reason: str) -> Answer:
    return replace(own, notes=(*own.notes, f"{reason}; this is the answer in the articles' own words."))


def _declined(own: Answer, llm: LLM) -> Answer:
    nearest = tuple(replace(citation, number=n) for n, citation in enumerate(own.citations[:NEAREST], start=1))
    note = f"{llm.name} found no answer in the sentences it was given."
    return Answer(
        own.question,
        (),
        (),
        own.confidence,
        True,
        "llm",
        nearest,
        missing=own.missing,
        understood=own.understood,
        notes=(*own.notes, note),
        read=own.read,
    )
