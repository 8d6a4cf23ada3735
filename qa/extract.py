"""Evidence sentences, scored and chosen: what an extractive answer is made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np

from index import Kind, Library, Sentence
from index.encoder import Vectors

from .defining import defines
from .demands import held_to
from .evidence import Features, ReadFeatures, kinds_held, share, stem_set, weigh
from .names import FULL_NAME, called_short, short_names
from .pointing import DANGLING
from .question import Question, Wants, words
from .rank import Read
from .reader import Answered, Reading
from .weights import READ_SENTENCE, SENTENCE, probability_of

PASSAGES = 10
"""Passages that are read for an answer."""
ENCODED, ENCODED_OF_FEW = 20, 32
"""Sentences of theirs whose meaning is looked at: the best by all else, of some fifty-five, as encoding takes long.
Among many passages the best of all was always among the first 16 (60 questions on news), and with 32 in place of 20
no answer of 300 questions of SQuAD 2.0 differs. Among few it is not: without the reader 0.79 of the seeds' paraphrases
are answered rightly with 32, and 0.43 with 20; and their vectors are soon remembered."""
FEW = 1_000
"""Passages up to which a library has few."""
OPENING = 2
"""Sentences with which an article begins that say what it is about."""
SAID_BEFORE = 0.2
"""What a word counts for that a follow-up does not say itself."""
AFTER, BEFORE = 1.5, 0.5
"""Log odds that a sentence gains in a follow-up where it stands right after, or before, one of the last answer's."""
HERE = 1.0
"""Log odds that every sentence gains there of an article that the last answer quoted."""
AGAIN, ECHOED = 1.0, 4.0
"""Log odds that one of the last answer's loses there, and where it also lacks the kind of answer that is asked for:
`Why?` wants no echo. These numbers are chosen by hand, on conversations over the seeds and over desk's articles; of
office's 54 completed turns the best sentence is right for 0.39 without them, 0.52 without HERE, 0.57 with all."""
DEFINES = 3.0
"""Log odds that a sentence gains which says what somebody or something is, where just that is asked. Chosen by hand."""
FEWEST_TOLD = 2
"""Spaces in a sentence from which an answer that has it quotes it."""
CARRIED = 0.7
"""What a word counts for that a sentence leaves to the one before, or to the title. Chosen by hand: with 0 in its place
0.465 of 200 questions of SQuAD 2.0 are answered or declined rightly, with 0.7, 0.85 and 1 0.480."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence as its article has it. `is_item` marks a point of a list.

    `answer` is where in `text` the short answer stands, as the reader sees it.
    """

    article_id: str
    start: int
    end: int
    text: str
    is_item: bool = False
    answer: Answered | None = None


Group = tuple[Quote, ...]
"""One sentence of an answer: the quote that is shown, and those of other articles that say the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """A sentence that may answer: the quote, its vector, and its score in 0..1.

    `read` is what the reader made of it, None where the passage was not read; `lift` what it gains in log odds by
    standing beside what was said last.
    """

    quote: Quote
    list_number: int
    vector: Vectors
    features: Features
    score: float
    read: ReadFeatures | None = None
    lift: float = 0.0

    @property
    def article_id(self) -> str:
        """The article that it is from."""
        return self.quote.article_id

    @property
    def key(self) -> tuple[str, int]:
        """Where it stands: one sentence is one key, however often it was found."""
        return self.quote.article_id, self.quote.start


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """All evidence for a question, best first, the probability that it answers it, and what it lacks for that.

    A question that asks for a date and a reason is answered in part by a sentence with a reason alone. `is_unfit`: a
    rule says that it does not. `signs` are what the confidence is made of, and
    `doubts` what the best sentence has against the question; see `judge`, before which there are none.
    """

    question: Question
    evidence: tuple[Evidence, ...]
    confidence: float = 0.0
    missing: tuple[str, ...] = ()
    is_unfit: bool = False
    signs: tuple[float, ...] = ()
    doubts: tuple[str, ...] = ()


def find(question: Question, ranked: Sequence[Read], library: Library, said: str = "") -> Findings:
    """Score every sentence of the ranked passages; the confidence is `judge`'s to give.

    `said` is the last answer, where the question goes on from it: what stands beside its sentences is likelier meant.
    """
    passages = library.passage_count()
    weights = weigh(sorted(question.terms), library.document_frequency, passages)
    weights.update({term: SAID_BEFORE * weights[term] for term in question.carried})
    articles = {i: _background(i, said, library) for i in {read.hit.article_id for read in ranked}}
    short = _short_names(question.topic, {read.hit.article_id for read in ranked}, library)
    drafts = [
        draft
        for passage in (_Passage.of(read, short[read.hit.article_id], said) for read in ranked)
        for draft in _weigh_up(question, weights, passage, articles[passage.read.hit.article_id])
    ]
    encoded = ENCODED_OF_FEW if passages <= FEW else ENCODED
    drafts = sorted(drafts, key=lambda draft: (-draft.score, draft.key))[:encoded]
    asked = [called_short(question.topic, draft.quote.text, short[draft.article_id]) for draft in drafts]
    vectors = library.encoder.recall([*asked, *(draft.quote.text for draft in drafts)])
    evidence = [_with_meaning(draft, *vectors[n :: len(drafts)]) for n, draft in enumerate(drafts)]
    evidence.sort(key=lambda e: (-e.score, e.key))
    met = held_to(question, evidence, library)
    return Findings(question, met.evidence, missing=met.missing, is_unfit=met.is_unfit)


def _short_names(topic: str, article_ids: Set[str], library: Library) -> dict[str, dict[str, str]]:
    """By article, the full names in the question that it shortens."""
    is_named = FULL_NAME.search(topic) is not None
    return {i: short_names(topic, library.show(i).text) if is_named else {} for i in article_ids}


@dataclass(frozen=True, slots=True)
class _Background:
    """What an article says around its sentences: where the first one starts, the stems of its title and opening, and
    whether the last answer quoted it."""

    start: int
    opening: frozenset[str]
    was_quoted: bool


def _background(article_id: str, said: str, library: Library) -> _Background:
    article, sentences = library.show(article_id), library.sentences(article_id)
    first = [s for s in sentences if s.is_evidence][:OPENING]
    opening = [article.title, *(article.text[s.start : s.end] for s in first)]
    was_quoted = any(_is_told(article.text[s.start : s.end], said) for s in sentences if s.is_evidence)
    return _Background(first[0].start if first else 0, stem_set(" ".join(opening)), was_quoted)


@dataclass(frozen=True, slots=True)
class _Passage:
    """A passage taken apart: the texts of its sentences, the stems of its title, of each sentence and of all, and which
    sentences the last answer told."""

    read: Read
    texts: tuple[str, ...]
    title: frozenset[str]
    held: tuple[frozenset[str], ...]
    whole: frozenset[str]
    told: tuple[bool, ...]

    @classmethod
    def of(cls, read: Read, short: Mapping[str, str], said: str) -> _Passage:
        """`short` are the question's names as the article shortens them."""
        hit = read.hit
        texts = tuple(hit.text[s.start - hit.start : s.end - hit.start] for s in hit.sentences)
        held = tuple(stem_set(text) | _in_full(text, short) for text in texts)
        title, told = stem_set(hit.title), tuple(_is_told(text, said) for text in texts)
        return cls(read, texts, title, held, title.union(*held), told)


def _weigh_up(
    question: Question, weights: dict[str, float], passage: _Passage, article: _Background
) -> Iterator[Evidence]:
    """The evidence in one passage, by all but its meaning: the cosine is 0, and the vector empty."""
    hit, reading = passage.read.hit, passage.read.reading
    for number, (sentence, text) in enumerate(zip(hit.sentences, passage.texts, strict=True)):
        if not _may_answer(question, sentence, passage, number):
            continue
        features = _features(question, weights, passage, number, article)
        heard, answer = None, None
        if reading is not None:
            heard, answer = _hear(reading, sentence.start - hit.start, sentence.end - hit.start)
        quote = Quote(hit.article_id, sentence.start, sentence.end, text, answer=answer)
        lift = _lift(passage.told, number, features.kind_miss) + HERE * article.was_quoted
        lift += DEFINES * (question.defined != "" and defines(question.defined, text))
        score = _score(features, heard, lift)
        yield Evidence(quote, sentence.list_number, _NO_VECTOR, features, score, heard, lift)


def _may_answer(question: Question, sentence: Sentence, passage: _Passage, number: int) -> bool:
    text = passage.texts[number]
    if not sentence.is_evidence and not _is_dated(question, sentence, text, passage.held[number]):
        return False
    is_asked = text.rstrip(_CLOSING).endswith("?")  # who asks does not answer
    return not is_asked and not (passage.told[number] and question.is_further)  # "What else?"


def _features(
    question: Question, weights: dict[str, float], passage: _Passage, number: int, article: _Background
) -> Features:
    hit, text, held, whole = passage.read.hit, passage.texts[number], passage.held, passage.whole
    left_open = {term: weight for term, weight in weights.items() if term not in article.opening}
    held_kinds, missed_kinds = kinds_held(question, text)
    carried = _carried(question, passage.title, held, number, text)
    return Features(
        cosine=0.0,
        passage_cosine=hit.cosine or 0.0,
        overlap=share(weights, held[number]) + CARRIED * share(weights, carried),
        context_overlap=share(weights, passage.title.union(*held[max(0, number - 1) : number + 2])),
        passage_overlap=share(weights, whole),
        names=len(question.names & whole) / len(question.names) if question.names else 1.0,
        kind_match=held_kinds,
        kind_miss=missed_kinds,
        brevity=1 / (1 + len(text.split()) / 25),
        open_overlap=share(left_open, held[number]),
        is_opening=float(hit.sentences[number].start == article.start),
    )


def _is_dated(question: Question, sentence: Sentence, text: str, held: frozenset[str]) -> bool:
    """Whether it is a heading with the question's names and the date that is asked for, as release notes have it:
    `4.2.0 (5 May 2025)`."""
    is_asked = question.wants == {Wants.DATE} and sentence.kind is Kind.HEADING
    return is_asked and bool(question.names) and question.names <= held and kinds_held(question, text)[0] == 1.0


def _is_told(text: str, said: str) -> bool:
    """Whether the last answer has the sentence; one of a few words may stand there by chance."""
    spaced = " ".join(text.split())
    return spaced in said and spaced.count(" ") >= FEWEST_TOLD


def _in_full(text: str, short: Mapping[str, str]) -> frozenset[str]:
    """The stems of the full names that a text shortens."""
    said = set(words(text)) if short else set()
    return stem_set(" ".join(name for name, last in short.items() if last in said))


def _carried(
    question: Question, title: frozenset[str], held: Sequence[frozenset[str]], number: int, text: str
) -> frozenset[str]:
    """The stems that a sentence need not say again: all of the sentence before where it starts by pointing at it, and
    the question's names in that sentence and in the title."""
    before = held[number - 1] if number else frozenset[str]()
    pointed = before if DANGLING.match(text) else frozenset[str]()
    return (pointed | (question.names & (title | before))) - held[number]


def _with_meaning(draft: Evidence, asked: Vectors, vector: Vectors) -> Evidence:
    features = replace(draft.features, cosine=float(vector @ asked))
    return replace(draft, vector=vector, features=features, score=_score(features, draft.read, draft.lift))


def _score(features: Features, heard: ReadFeatures | None, lift: float) -> float:
    if heard is None:
        return probability_of(SENTENCE.logit(features.values()) + lift)
    seen = (*features.values(), heard.relevance, max(heard.odds, UNSEEN))
    return probability_of(READ_SENTENCE.logit(seen) + lift)


def _lift(told: Sequence[bool], number: int, missed_kinds: float) -> float:
    """What a sentence gains by its place: right after or before one of the last answer's, the `told` ones of its
    passage. Such a one loses itself, most where it lacks the kind of answer that is asked for next."""
    if told[number]:
        return -AGAIN - ECHOED * missed_kinds
    return AFTER * any(told[max(0, number - 1) : number]) or BEFORE * any(told[number + 1 : number + 2])


UNSEEN = -8.0
"""Log odds below which the reader sees no answer in a sentence: how far below says nothing more of it, and would
outweigh its meaning where a question shares no word with the articles."""
_CLOSING = " \"'”’)]»"
_NO_VECTOR = np.empty(0, dtype=np.float32)
UNREAD = -15.0
"""Log odds of a sentence that the reader did not come to, and the least that are told apart."""


def _hear(reading: Reading, start: int, end: int) -> tuple[ReadFeatures, Answered | None]:
    """What the reader made of the sentence `text[start:end]` of its passage, and the likely answer's place in that."""
    best = reading.best(start, end)
    if best is None:
        return ReadFeatures(reading.relevance, UNREAD), None
    heard = ReadFeatures(reading.relevance, max(best.odds, UNREAD))
    return heard, Answered(best.start - start, best.end - start, best.odds) if best.odds > 0 else None
