"""A text that repeats the question: a page of frequent questions, or one written to be found for it.

Such a text is as near to the question as can be, whatever it says next; so its word alone is not taken for that of the
articles. What they would answer without it is set beside it. Repeating the question is how black-box poisoning gets a
text found (Zou et al., PoisonedRAG, 2024).
"""

from __future__ import annotations

from collections.abc import Sequence

from index import Hit

from .evidence import stem_set
from .extract import Findings
from .question import STOP_WORDS, Question
from .rank import Read

SAME_QUESTION = 0.8
"""Share of the words of a question and of a sentence, both taken together, from which one repeats the other."""
SEEN = -5.0
"""Log odds from which the reader may see an answer in what is left over: where a page alone has it, it sees less."""
FEWEST = 2
"""Words below which a question is repeated by chance."""


def apart_from_echoes(findings: Findings, ranked: Sequence[Read]) -> list[Read]:
    """The passages of the articles that do not repeat the question, where the best evidence is from one that does;
    empty where it is not."""
    if not findings.evidence:
        return []
    best = findings.evidence[0]
    echoing = {read.hit.article_id for read in ranked if _repeats(findings.question, read.hit, best.quote.start)}
    return [read for read in ranked if read.hit.article_id not in echoing] if best.article_id in echoing else []


def answers_too(findings: Findings, threshold: float) -> bool:
    """Whether the articles that do not repeat the question answer it: surely enough, and to the reader's eyes where it
    has read them, for what is left over is as near as anything else to a question that only the page answers."""
    if not findings.evidence or findings.confidence < threshold:
        return False
    best = findings.evidence[0]
    return best.read is None or best.read.odds > SEEN


def _repeats(question: Question, hit: Hit, answer: int) -> bool:
    """Whether a sentence of the passage other than that which starts at `answer` has the question's words."""
    if len(question.terms) < FEWEST:
        return False
    for sentence in hit.sentences:
        said = stem_set(hit.text[sentence.start - hit.start : sentence.end - hit.start]) - STOP_WORDS
        if sentence.start != answer and len(said & question.terms) >= SAME_QUESTION * len(said | question.terms):
            return True
    return False
