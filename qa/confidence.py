"""How probable it is that the evidence answers: the best sentence, held against the question from several sides."""

from __future__ import annotations

import math
from dataclasses import replace

from index import Library

from .antecedents import reach_back
from .evidence import stem_set
from .extract import OPENING, Evidence, Findings, Quote
from .premises import Premises, premise, weigh_premises
from .question import Question, Wants, content_words, stems
from .reader import Reader
from .weights import ANSWERABLE, READ_ANSWERABLE, SENTENCE, logit_of

UNFIT = 0.02
"""The most confidence where a name is in no article, what is demanded in no good sentence, no sentence is about it, or
the best one says it the other way round."""
FAR = 0.2
"""Cosine below which a sentence without a shared word has nothing to do with the question: unrelated sentences lie
below 0.18, the paraphrases among the seeds questions that share no word above 0.23."""
LEAST = 1e-4
"""The least chance that the reader's judgement of a statement is taken to give."""


def judge(findings: Findings, library: Library, passages: int, reader: Reader | None) -> Findings:
    """The findings with their confidence, what it is made of, and what the best sentence has against it.

    `passages` is the number of those that were searched: among many a good score comes by chance, too.
    """
    if not findings.evidence:
        return findings
    best = findings.evidence[0]
    said = " ".join(reach_back(best.quote, (), library).text.split())
    article = library.show(best.article_id).text
    asked = findings.question
    if best.lift > 0:  # it goes on from the last answer, which has the names
        asked = replace(asked, names=asked.names - asked.carried)
    premises = weigh_premises(asked, said, _around(best.quote, library), article)
    size = math.log(passages)
    seen = signs(findings, premises, size)
    if best.read is None or reader is None:
        confidence = ANSWERABLE.probability(seen)
    else:
        relevance = max(e.read.relevance for e in findings.evidence if e.read)
        seen = (*seen, _contradicted(findings.question, best, reader), relevance)
        confidence = READ_ANSWERABLE.probability(seen)
    is_unfit = findings.is_unfit or premises.is_reversed or _is_aside(findings)
    doubts = _doubts(findings.question, said, premises)
    confidence = min(confidence, UNFIT) if is_unfit else confidence
    return replace(findings, confidence=confidence, is_unfit=is_unfit, signs=seen, doubts=doubts)


def signs(findings: Findings, premises: Premises, size: float) -> tuple[float, ...]:
    """What ANSWERABLE is fitted on, with no reader asked; `size` is the logarithm of the number of passages.

    Of the sentence that is best by words and vectors: its cosine, and the logit of its score times the share of the
    question's terms (what has the words and a low score is a near miss; what has not may be a paraphrase). The share
    of the question's names in the sentence that would be shown, the size, and both multiplied: in a small library that
    share tells most. READ_ANSWERABLE has two more, of the reader: the logit of the shown sentence contradicting what
    the question takes for granted, and the relevance of the most relevant passage.
    """
    scores = [SENTENCE.logit(e.features.values()) for e in findings.evidence]
    score = max(scores)
    plain = findings.evidence[scores.index(score)].features
    return plain.cosine, score * plain.overlap, premises.named, size, premises.named * size


def _is_aside(findings: Findings) -> bool:
    """Whether every sentence is about something else: none shares a word with the question, and none is near it."""
    return all(e.features.overlap == 0 and e.features.cosine < FAR for e in findings.evidence)


def _around(quote: Quote, library: Library) -> str:
    """The title and the opening of the quote's article, and the sentence before it."""
    article, sentences = library.show(quote.article_id), library.sentences(quote.article_id)
    before = [s for s in sentences if s.end <= quote.start][-1:]
    first = [s for s in sentences if s.is_evidence][:OPENING]
    return "\n".join([article.title, *(article.text[s.start : s.end] for s in (*first, *before))])


def _contradicted(question: Question, best: Evidence, reader: Reader) -> float:
    asked = question.topic if Wants.COMPARISON in question.wants else question.text
    chance = float(reader.support([(premise(asked), best.quote.text)])[0][2])
    return logit_of(chance, LEAST)


def _doubts(question: Question, said: str, premises: Premises) -> tuple[str, ...]:
    """What the best sentence has against the question."""
    if premises.is_reversed:
        return ("the nearest passage has it the other way round",)
    absent = question.names - stem_set(said)
    lacking = [word for word in dict.fromkeys(content_words(question.topic)) if absent.intersection(stems(word))]
    return (f"the nearest passage does not mention {' '.join(lacking)}",) if lacking else ()
