"""The one way to an answer: the command line, the page, the API and the evals all call `ask`."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from index import EVERYTHING, Hit, Library, Scope
from index.errors import FootnoteError

from .abbreviations import spelt_out
from .answer import Answer
from .compose import compose
from .confidence import judge
from .conflicts import with_conflicts
from .conversation import Turn, beside, contextualise, parted, said_last
from .demands import is_known
from .echo import answers_too, apart_from_echoes
from .extract import PASSAGES, Findings, find
from .followups import follow_ups
from .foreign import only_if_clear
from .language import is_foreign
from .question import Question, Wants, each_of_two, read, split
from .rank import CANDIDATES, Read, rank
from .reader import Reader
from .spelling import respelt
from .talk import talk
from .timely import apart_from_time, at_its_time, hits_of_the_time, time_of
from .weights import READ_THRESHOLD, THRESHOLD
from .when import When

MAX_QUESTION = 2_000
"""Characters of a question."""

IN_ANOTHER_LANGUAGE = "the question seems to be in another language than the articles; try it in theirs"
NONE_OF_THE_TIME = "none of the articles asked is of the time that the question names"
MAX_PARTS = 3
"""Questions in one question that are answered."""


class QuestionError(FootnoteError):
    """A question that cannot be asked: empty, or too long."""


class EmptyLibrary(FootnoteError):
    """There is nothing to ask yet."""

    def __init__(self, library: Library) -> None:
        super().__init__(f"the library in {library.place} holds no articles; add some with `footnote add PATH`")


@dataclass(frozen=True, slots=True)
class Found:
    """The articles' own answer, the question as it was understood, and the findings for each of its parts."""

    answer: Answer
    question: Question
    findings: tuple[Findings, ...]


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
    return look_up(question, library, history, reader, scope=scope).answer


def look_up(
    question: str,
    library: Library,
    history: Sequence[Turn] = (),
    reader: Reader | None = None,
    *,
    scope: Scope = EVERYTHING,
    complete: Callable[[str, Sequence[Turn]], str] = contextualise,
) -> Found:
    """As `ask`, with the evidence; `complete` makes a follow-up question whole by what was said before."""
    start = time.perf_counter()
    question = check(question)
    if library.passage_count() == 0:
        raise EmptyLibrary(library)
    with library.snapshot():
        if answer := talk(question, library, history, scope):
            answer.timings_ms.update(total=_ms(time.perf_counter() - start))
            return Found(answer, read(question), ())
    completed = complete(question, history)  # may ask a language model: not inside the snapshot, which holds a lock
    with library.snapshot():
        whole = read(spelt_out(completed, library))
        asked = _Asked.of(question, whole, history, library, scope)
        hits = asked.search(library, reader)
        retrieved = time.perf_counter()
        findings, answer = asked.answer(hits, library, reader) if asked.searched else ((), asked.nothing(library))
    done = time.perf_counter()
    answer.timings_ms.update(retrieve=_ms(retrieved - start), answer=_ms(done - retrieved), total=_ms(done - start))
    return Found(answer, whole, findings)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question with what it is asked of.

    `whole` is the question made whole, `parts` are the questions in it. `scope` are the articles it is asked of, of its
    `time` where it names one; `searched` is the number of their passages. `history` is what was said before.
    `is_strange`: it is in another language than the articles.
    """

    question: str
    whole: Question
    parts: tuple[Question, ...]
    history: tuple[Turn, ...]
    scope: Scope
    time: When | None
    searched: int
    is_strange: bool

    @staticmethod
    def of(question: str, whole: Question, history: Sequence[Turn], library: Library, scope: Scope) -> _Asked:
        """The question as it is to be asked of the library."""
        asked_of = time_of(whole.text, library, scope)
        if asked_of and asked_of.is_filter:
            scope = scope.narrowed(asked_of.since, asked_of.until)
        is_strange = is_foreign(
            whole.text, library.document_frequency, library.passage_count(), library.encoder.is_word
        )
        parts = [_goes_on(part, library) for part in _parts(_of_itself(whole, question))]
        parts = [_known(part, library) if is_strange else part for part in parts]
        if asked_of:
            parts = [apart_from_time(part, asked_of, library, scope) for part in parts]
        searched = library.passage_count(scope)
        return _Asked(question, whole, tuple(parts), tuple(history), scope, asked_of, searched, is_strange)

    @property
    def understood(self) -> str:
        """The whole question where it is another than was typed, else empty."""
        return self.whole.text if self.whole.text != self.question else ""

    def search(self, library: Library, reader: Reader | None) -> list[Hit]:
        """The passages found for it, best first; empty where there are none to search."""
        if self.searched == 0:
            return []
        least = _passages(library)
        said = beside(self.question, self.whole.text, self.history)
        hits = library.search(self.whole.topic, max(CANDIDATES, least) if reader else least, self.scope, said)
        return [*hits_of_the_time(self.whole.topic, self.time, hits, library, self.scope), *hits] if self.time else hits

    def nothing(self, library: Library) -> Answer:
        """The answer where there is no article to ask."""
        missing = f"there are no articles {self.scope}" if self.scope.articles != frozenset() else NONE_OF_THE_TIME
        answer = Answer(self.question, (), (), 0.0, abstained=True, missing=(missing,))
        return replace(answer, understood=self.understood, notes=self._notes(library))

    def answer(
        self, hits: Sequence[Hit], library: Library, reader: Reader | None
    ) -> tuple[tuple[Findings, ...], Answer]:
        """What is found in the passages for each part, and the answer made of it."""
        follows = bool(beside(self.question, self.whole.text, self.history))
        ranked = [rank(_plain(part), hits, reader, follows=follows) for part in self.parts]
        findings = tuple(
            self._weigh(part, of_part, library, reader) for part, of_part in zip(self.parts, ranked, strict=True)
        )
        threshold = _threshold(library, reader)
        others = [
            self._weigh(found.question, apart, library, reader)
            for found, of_part in zip(findings, ranked, strict=True)
            if found.confidence >= threshold and (apart := apart_from_echoes(found, of_part))
        ]
        beside_echoes = [found for found in others if answers_too(found, threshold)]
        answer = compose(self.question, findings, library, threshold, beside_echoes)
        if not answer.abstained:
            answer = with_conflicts(answer, findings, library)
        elif self.is_strange:
            answer = replace(answer, missing=(IN_ANOTHER_LANGUAGE,))
        meant = _meant(self.question, library, self.is_strange) if answer.abstained else follow_ups(answer, findings)
        looked_at = {read.hit.article_id for of_part in ranked for read in of_part[: _passages(library)]}
        notes = (*answer.notes, *self._notes(library))
        answer = replace(answer, understood=self.understood, follow_ups=meant, notes=notes, read=len(looked_at))
        return findings, answer

    def _notes(self, library: Library) -> tuple[str, ...]:
        """What to say of how its time was taken, and of what hindered the search."""
        return tuple(filter(None, (self.time.note if self.time else "", library.hindrance)))

    def _weigh(self, part: Question, ranked: Sequence[Read], library: Library, reader: Reader | None) -> Findings:
        """What the ranked passages have for a part, with the confidence in it."""
        said = said_last(self.history) if self.understood else ""
        found = judge(find(part, ranked[: _passages(library)], library, said), library, self.searched, reader)
        found = at_its_time(found, self.time, library) if self.time else found
        return only_if_clear(found, _articles(found, library)) if self.is_strange else found


def _meant(question: str, library: Library, is_strange: bool) -> tuple[str, ...]:
    """What to ask in place of a question that is not answered, where a word of it may be misspelt."""
    meant = None if is_strange else respelt(question, library)
    return (meant,) if meant else ()


def _plain(part: Question) -> str:
    """What the reader is asked: a comparison without what frames it ("do both articles agree on")."""
    return part.topic if Wants.COMPARISON in part.wants else part.text


def _passages(library: Library) -> int:
    """Passages whose sentences are weighed: the library's own number, or as Footnote ships."""
    return library.settings.passages or PASSAGES


def _threshold(library: Library, reader: Reader | None) -> float:
    """The confidence under which there is no answer: the library's own, or as Footnote ships."""
    if reader:
        own, shipped = library.settings.threshold, READ_THRESHOLD
    else:
        own, shipped = library.settings.threshold_without_reader, THRESHOLD
    return shipped if own is None else own


def _of_itself(whole: Question, question: str) -> Question:
    """The completed question, with which of its terms were said before and not in the question as it came."""
    is_longer = whole.text != question and whole.text.startswith(question)
    return replace(whole, carried=whole.terms - read(question).terms) if is_longer else whole


def _goes_on(part: Question, library: Library) -> Question:
    """The question without those names carried over to it that stand in no article: it cannot be about them."""
    return replace(part, names=frozenset(n for n in part.names if n not in part.carried or is_known(n, library)))


def _known(question: Question, library: Library) -> Question:
    """The question with those of its names alone that stand in an article: in German every noun looks like one."""
    return replace(question, names=frozenset(n for n in question.names if library.document_frequency(n)))


def _articles(findings: Findings, library: Library) -> dict[str, str]:
    """The texts of the articles that the evidence is from, by id."""
    return {article_id: library.show(article_id).text for article_id in {e.article_id for e in findings.evidence}}


def _parts(whole: Question) -> list[Question]:
    """The questions in the question: one about each of two names that are compared, or each made whole by the first."""
    if of_each := each_of_two(whole.text):
        return [read(part) for part in of_each]
    own, carried = parted(whole.text) if whole.carried else (whole.text, "")
    first, *others = split(own)
    if not others or Wants.COMPARISON in whole.wants:
        return [whole]
    parts = [first, *(contextualise(other, [Turn("user", first)]) for other in others[: MAX_PARTS - 1])]
    read_parts = [read(f"{part} ({carried})" if carried else part) for part in parts]
    return [replace(part, carried=part.terms & whole.carried) for part in read_parts]


def check(question: str) -> str:
    """The question with single spaces between its words; raises QuestionError when it cannot be asked."""
    question = " ".join(unicodedata.normalize("NFC", question).split())
    if not any(character.isalnum() for character in question):
        raise QuestionError("the question has no words; ask something like `Who founded the firm?`")
    if any(0xD800 <= ord(character) <= 0xDFFF for character in question):
        raise QuestionError("the question is not UTF-8 text")
    if len(question) > MAX_QUESTION:
        raise QuestionError(f"the question has {len(question):,} characters; the limit is {MAX_QUESTION:,}")
    return question


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
