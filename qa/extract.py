"""Evidence sentences, scored and chosen: what an extractive answer is made of."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np

from index import Library
from index.encoder import Vectors

from .evidence import Features, ReadFeatures, kinds_held, lacks, share, stem_set, weigh
from .names import FULL_NAME, called_short, short_names
from .pointing import DANGLING
from .question import Question, Wants, content_words, stems, words
from .rank import Read
from .reader import Answered, Reading
from .weights import READ_SENTENCE, SENTENCE

PASSAGES = 10
"""Passages that are read for an answer."""
ENCODED = 32
"""Sentences of theirs whose meaning is looked at: the best by all else, of some fifty-five. The best of all was always
among the first 16, the best three among the first 32 (60 questions on news); encoding is most of an answer's time."""
FITTING = 0.5
"""A sentence that holds the kind of answer demanded (a date, a sum) goes first when it has this share of the terms
that the best sentence has, or some of them and is where the reader would sooner see an answer than anywhere else."""


EXACT = frozenset({Wants.DATE, Wants.NUMBER, Wants.MONEY, Wants.PERCENTAGE})
"""Kinds of which a sentence often holds one that is of something else."""
KIND_WORDS = frozenset("year month date day time number amount percent percentage sum much many exactly long".split())
UNTOLD = "the articles do not say whether"
ELSEWHERE = "the nearest passage is about something else"
TELLING = 0.5
"""Share of the best score down to which a sentence is looked for that says more than a name."""
CARRIED = 0.7
"""What a word counts for that a sentence leaves to the one before, or to the title. With 0 and 1 in its place 0.465 and
0.480 of 200 questions of SQuAD 2.0 are answered or declined rightly, with this 0.480."""
NEAR = 0.5
"""Cosine above which two words may stand for each other: `boss` and `chief` 0.62, `author` and `writer` 0.71,
`president` and `founder` 0.43."""


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


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that may answer: the quote, its vector, and its score in 0..1.

    `read` is what the reader made of it, None where the passage was not read.
    """

    quote: Quote
    list_number: int
    vector: Vectors
    features: Features
    score: float
    read: ReadFeatures | None = None

    @property
    def article_id(self) -> str:
        """The article that it is from."""
        return self.quote.article_id

    @property
    def key(self) -> tuple[str, int]:
        """Where it stands: one sentence is one key, however often it was found."""
        return self.quote.article_id, self.quote.start


@dataclass(frozen=True, slots=True)
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


def find(question: Question, ranked: Sequence[Read], library: Library) -> Findings:
    """Score every sentence of the ranked passages; the confidence is `judge`'s to give."""
    passages = library.passage_count()
    weights = weigh(sorted(question.terms), library.document_frequency, passages)
    short = _short_names(question.topic, {read.hit.article_id for read in ranked}, library)
    drafts = [draft for read in ranked for draft in _weigh_up(question, weights, read, short[read.hit.article_id])]
    drafts = sorted(drafts, key=lambda draft: (-draft.score, draft.key))[:ENCODED]
    asked = [called_short(question.topic, draft.quote.text, short[draft.article_id]) for draft in drafts]
    vectors = library.encoder.recall([*asked, *(draft.quote.text for draft in drafts)])
    evidence = [_with_meaning(draft, *vectors[n :: len(drafts)]) for n, draft in enumerate(drafts)]
    evidence.sort(key=lambda e: (-e.score, e.key))
    ordered, lacking = _fitting_first(question, evidence)
    ordered, is_told = _telling_first(question, ordered, library)
    unknown = _unknown_names(question, library)
    unknown += _unknown_role(question, ordered, library)
    missing = (
        *(f"no article mentions {name}" for name in unknown),
        *(f"the articles give no {kind}" for kind in lacking),
        *([UNTOLD if question.is_whether else ELSEWHERE] if not is_told and not unknown else []),
    )
    is_unfit = bool(unknown) or not is_told or (bool(lacking) and len(lacking) == len(question.wants))
    return Findings(question, tuple(ordered), missing=tuple(missing), is_unfit=is_unfit)


def _short_names(topic: str, article_ids: Set[str], library: Library) -> dict[str, dict[str, str]]:
    """By article, the full names in the question that it shortens."""
    is_named = FULL_NAME.search(topic) is not None
    return {i: short_names(topic, library.show(i).text) if is_named else {} for i in article_ids}


def _fitting_first(question: Question, evidence: Sequence[Evidence]) -> tuple[list[Evidence], tuple[str, ...]]:
    """The evidence with the best sentence of the kind demanded first, and what is lacking where there is none."""
    if not evidence:
        return [], ()
    top = evidence[0]
    lacking = lacks(question, top.quote.text)
    if not lacking:
        return list(evidence), ()
    likeliest = max((e for e in evidence if e.read), key=lambda e: e.read.odds if e.read else UNREAD, default=None)
    for candidate in evidence[1:]:
        about = candidate.features.overlap
        is_about = about >= FITTING * top.features.overlap or candidate is likeliest
        if about and is_about and not lacks(question, candidate.quote.text):
            return [candidate, *(e for e in evidence if e is not candidate)], ()
    return list(evidence), lacking


def _unknown_names(question: Question, library: Library) -> list[str]:
    """The names in the question, as it has them, that stand in no article."""
    unknown = {name for name in question.names if library.document_frequency(name) == 0}
    return [word for word in dict.fromkeys(content_words(question.topic)) if unknown.intersection(stems(word))]


def _unknown_role(question: Question, evidence: Sequence[Evidence], library: Library) -> list[str]:
    """The role that is asked for, where no article has the word and the best sentence none that is near it."""
    if not evidence or not question.role or any(library.document_frequency(stem) for stem in stems(question.role)):
        return []
    wanted, *said = library.encoder.recall([question.role, *content_words(evidence[0].quote.text.lower())])
    return [] if any(float(wanted @ word) >= NEAR for word in said) else [question.role]


def _telling_first(question: Question, evidence: Sequence[Evidence], library: Library) -> tuple[list[Evidence], bool]:
    """The evidence for a yes or no with the best sentence first that has more of the question than its names, be it a
    word that is near, and whether there is one that is half as good as the best: beside `Was Jack Ma arrested?` a
    sentence on his return tells nothing."""
    if not evidence or not question.names or not (question.is_whether or question.wants & EXACT):
        return list(evidence), True
    asked = [
        word.lower()
        for word in content_words(question.topic)
        if question.names.isdisjoint(stems(word)) and word.lower() not in KIND_WORDS
    ]
    for candidate in evidence if asked else ():
        if candidate.score < TELLING * evidence[0].score:
            break
        if _is_near(asked, content_words(candidate.quote.text.lower()), library):
            return [candidate, *(e for e in evidence if e is not candidate)], True
    return list(evidence), not asked


def _is_near(asked: Sequence[str], said: Sequence[str], library: Library) -> bool:
    """Whether a word of the one is among the other, or near to one of those."""
    if not said or not set(stems(" ".join(asked))).isdisjoint(stems(" ".join(said))):
        return bool(said)
    vectors = library.encoder.recall([*asked, *said])
    return float(np.max(vectors[: len(asked)] @ vectors[len(asked) :].T)) >= NEAR


def _weigh_up(
    question: Question, weights: dict[str, float], read: Read, short: Mapping[str, str]
) -> Iterator[Evidence]:
    """The evidence in one passage, by all but its meaning: the cosine is 0, and the vector empty. `short` are the
    question's names as the article shortens them."""
    hit = read.hit
    texts = [hit.text[s.start - hit.start : s.end - hit.start] for s in hit.sentences]
    title = stem_set(hit.title)
    held = [stem_set(text) | _in_full(text, short) for text in texts]
    passage = title.union(*held)
    names = len(question.names & passage) / len(question.names) if question.names else 1.0
    for number, (sentence, text) in enumerate(zip(hit.sentences, texts, strict=True)):
        if not sentence.is_evidence or text.rstrip(_CLOSING).endswith("?"):  # who asks does not answer
            continue
        held_kinds, missed_kinds = kinds_held(question, text)
        carried = _carried(question, title, held, number, text)
        features = Features(
            cosine=0.0,
            passage_cosine=hit.cosine or 0.0,
            overlap=share(weights, held[number]) + CARRIED * share(weights, carried),
            context_overlap=share(weights, title.union(*held[max(0, number - 1) : number + 2])),
            passage_overlap=share(weights, passage),
            names=names,
            kind_match=held_kinds,
            kind_miss=missed_kinds,
            brevity=1 / (1 + len(text.split()) / 25),
        )
        heard, answer = None, None
        if read.reading is not None:
            heard, answer = _hear(read.reading, sentence.start - hit.start, sentence.end - hit.start)
        quote = Quote(hit.article_id, sentence.start, sentence.end, text, answer=answer)
        yield Evidence(quote, sentence.list_number, _NO_VECTOR, features, _score(features, heard), heard)


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
    return replace(draft, vector=vector, features=features, score=_score(features, draft.read))


def _score(features: Features, heard: ReadFeatures | None) -> float:
    if heard is None:
        return SENTENCE.probability(features.values())
    return READ_SENTENCE.probability((*features.values(), heard.relevance, max(heard.odds, UNSEEN)))


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


def logit(probability: float) -> float:
    """Log odds; of a probability within a millionth of 0 or 1, those of a millionth."""
    bounded = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(bounded / (1 - bounded))
