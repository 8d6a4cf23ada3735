"""From evidence to an answer: which sentences, in which order, with which footnotes."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

from index import Library

from .answer import Answer, AnswerSentence, Citation
from .antecedents import reach_back, reach_on
from .cite import cite
from .evidence import NEGATION, NUMBER, lacks, names_instances
from .extract import Evidence, Findings, Group, Quote
from .lists import list_below, list_of, with_lists
from .names import names_apart
from .opposites import DEEDS, opposite
from .pointing import DANGLING
from .quantities import quantities
from .question import Question, Wants, stems
from .tables import with_headers
from .weights import logit_of, probability_of

NEAREST = 3
"""Passages shown in place of an answer."""
MAX_SENTENCES = 3
"""Sentences of an answer that is no list."""
KEEP, KEEP_UNREAD = 0.4, 0.8
"""A further sentence is kept when its odds are at least this share of the first one's; without the reader, its score.
Of the odds 0.25, 0.4 and, of the score, 0.6 give with the reader right 0.57, 0.55 and 0.54 of desk's questions, and
citation precision 0.44, 0.49 and 0.49 there and 0.89, 0.93 and 0.89 on the seeds."""
COUNTERPART = 0.2
"""Cosine with the question from which another article's sentence is set beside the best one."""
SHARED = 0.9
"""A sentence that answers one part of a question answers another when it has this share of that one's best score."""
OWN = 0.2
"""What the log odds of that sentence count for beside its cosine with the best one."""
BESIDE = 2
"""Characters between two sentences that stand beside each other: a space, or the end of a paragraph."""
SAME_STATEMENT = 0.85
"""Cosine from which two sentences with the same numbers and negation, of two articles, say the same thing."""

_JUDGES = re.compile(
    r"\b(?:should|safe|secure|risky|dangerous|wise|advisable|recommended|worth|better|good|bad|optimistic|pessimistic)\b",
    re.IGNORECASE,
)
"""What a yes or no is asked about that may be answered in two ways, and so with what speaks against it."""
REPEATED = "An article repeats the question word for word; what others say of it stands beside it."
"""Said where an answer stands beside that of an article that might have been written to be found."""


def compose(
    question: str, parts: Sequence[Findings], library: Library, threshold: float, beside: Sequence[Findings] = ()
) -> Answer:
    """The answer made of the best evidence for each part of the question, and then for what is to stand `beside` it.

    A part whose confidence is below the threshold is named as missing; where that is every part, the answer is an
    abstention with the nearest sentences.
    """
    answered = [part for part in parts if part.confidence >= threshold and part.evidence]
    confidence = max(part.confidence for part in parts)
    if not answered:
        nearest = tuple(_cite(n, e.quote, library) for n, e in enumerate(parts[0].evidence[:NEAREST], start=1))
        missing = tuple(dict.fromkeys(lack for part in parts for lack in part.missing or part.doubts))
        return Answer(question, (), (), confidence, abstained=True, nearest=nearest, missing=missing)
    missing = tuple(
        lack for part in parts for lack in part.missing or ([] if part in answered else [_unanswered(part)])
    )
    groups = _of_all(answered, library)
    others = _of_all(beside, library, groups)
    citations: list[Citation] = []
    sentences = []
    for group in [*groups, *others]:
        numbers = tuple(range(len(citations) + 1, len(citations) + len(group) + 1))
        citations += [_cite(number, quote, library) for number, quote in zip(numbers, group, strict=True)]
        sentences.append(_sentence(group[0], numbers))
    notes = (REPEATED,) if beside else ()
    return Answer(question, tuple(sentences), tuple(citations), confidence, missing=missing, notes=notes)


def _unanswered(part: Findings) -> str:
    return f"the articles do not answer “{part.question.text.strip(' ?')}”"


def _of_all(parts: Sequence[Findings], library: Library, shown: Sequence[Group] = ()) -> list[Group]:
    """The sentences of every part, each once; none for a part that what is shown already answers nearly as well."""
    groups: list[Group] = []
    for part in parts:
        good = {e.key for e in part.evidence if e.score >= SHARED * part.evidence[0].score}
        if any((quote.article_id, quote.start) in good for group in (*shown, *groups) for quote in group):
            continue
        for group in _standing_alone(select(part, library), part, library):
            if all(group[0].article_id != g[0].article_id or not _meet(group[0], g[0]) for g in (*shown, *groups)):
                groups.append(group)
    return groups


def _standing_alone(groups: Sequence[Group], part: Findings, library: Library) -> list[Group]:
    """The groups, each sentence with what names its subject and, where that is asked for, what gives its reason or goes
    on with its list, unless that is shown beside it."""
    shown = {(group[0].article_id, group[0].end) for group in groups}
    reached = [(reach_back(group[0], shown, library, part.question), *group[1:]) for group in groups]
    starts = {(group[0].article_id, group[0].start) for group in groups}
    reason, added = (wanted in part.question.wants for wanted in (Wants.REASON, Wants.ITEMS))
    turned = part.question.is_whether and _JUDGES.search(part.question.topic) is not None
    return [
        (
            reach_on(group[0], starts, library, part.question.terms, reason=reason, added=added, turned=turned),
            *group[1:],
        )
        for group in reached
    ]


def _meet(one: Quote, other: Quote) -> bool:
    return one.start < other.end and other.start < one.end


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


def select(findings: Findings, library: Library) -> tuple[Group, ...]:
    """The sentences of the answer in the order in which they are shown, each with the quotes that say the same."""
    wants = findings.question.wants
    if Wants.COMPARISON in wants:
        return _one_a_source(findings, library)
    if (Wants.STEPS in wants or findings.question.count) and (points := list_of(findings, library)):
        return tuple((point,) for point in points)
    if points := list_below(findings, library):
        return tuple((point,) for point in points)
    return tuple(with_headers(with_lists(_best_sentences(findings, library), library), library))


def _best_sentences(findings: Findings, library: Library) -> tuple[Group, ...]:
    """The best sentence and those nearly as good that say something else, in the order in which they are shown."""
    top = findings.evidence[0]
    least = KEEP_UNREAD * top.score if top.read is None else probability_of(logit_of(top.score) + math.log(KEEP))
    good = _naming_first(findings.question, [e for e in findings.evidence if e.score >= least])
    source = _sources(good, library)
    groups: list[list[Evidence]] = []
    for candidate in good:
        if groups and lacks(findings.question, candidate.quote.text):
            continue
        same = next((group for group in groups if says_the_same(group[0], candidate)), None)
        is_new = same is None or all(source[candidate.article_id] != source[member.article_id] for member in same)
        if same is not None and is_new and not DANGLING.match(candidate.quote.text):
            same.append(candidate)
        elif is_new and len(groups) < MAX_SENTENCES:  # `It made no demands` is said of another union
            groups.append([candidate])
    return tuple(tuple(member.quote for member in group) for group in best_first(groups))


def best_first(groups: Sequence[Sequence[Evidence]]) -> list[Sequence[Evidence]]:
    """The best sentence, with those that stand right beside it as they stand; then the rest, article by article, in
    reading order."""
    articles = list(dict.fromkeys(group[0].article_id for group in groups))
    ordered = sorted(groups, key=lambda group: (articles.index(group[0].article_id), group[0].quote.start))
    first = last = ordered.index(groups[0])
    while first > 0 and _follows(ordered[first - 1][0].quote, ordered[first][0].quote):
        first -= 1
    while last + 1 < len(ordered) and _follows(ordered[last][0].quote, ordered[last + 1][0].quote):
        last += 1
    return [*ordered[first : last + 1], *ordered[:first], *ordered[last + 1 :]]


def _follows(one: Quote, other: Quote) -> bool:
    """Whether the other quote goes on where the one ends."""
    return one.article_id == other.article_id and 0 <= other.start - one.end <= BESIDE


def _naming_first(question: Question, good: Sequence[Evidence]) -> Sequence[Evidence]:
    """Those that name what is asked for, `areas such as biotech`, or answer by the reader's word, where any does so and
    the question asks for things by name; else all. Beside one that names them another must be nearly as good."""
    naming = [e for e in good if names_instances(e.quote.text)]
    if Wants.ITEMS not in question.wants or not naming:
        return good
    least = KEEP_UNREAD * naming[0].score
    return [e for e in good if e.quote.answer or (names_instances(e.quote.text) and e.score >= least)]


def _one_a_source(findings: Findings, library: Library) -> tuple[Group, ...]:
    """The best sentence, and from each other source the one that is near to it and good evidence itself."""
    lead = findings.evidence[0]
    source = _sources(findings.evidence, library)
    others: dict[str, list[Evidence]] = {}
    for candidate in findings.evidence:
        if source[candidate.article_id] != source[lead.article_id] and candidate.features.cosine >= COUNTERPART:
            others.setdefault(source[candidate.article_id], []).append(candidate)

    def nearness(candidate: Evidence) -> tuple[bool, float]:
        fits = not lacks(findings.question, candidate.quote.text)
        return fits, float(candidate.vector @ lead.vector) + OWN * logit_of(candidate.score)

    counterparts = [max(own, key=nearness) for own in others.values()]
    return tuple((e.quote,) for e in [lead, *counterparts][:MAX_SENTENCES])


def _sources(evidence: Sequence[Evidence], library: Library) -> dict[str, str]:
    """Each article with the one that stands for it: the printings of one wire copy are one source."""
    articles = list(dict.fromkeys(e.article_id for e in evidence))
    return library.clusters(articles) if len(articles) > 1 else {article: article for article in articles}


def says_the_same(one: Evidence, other: Evidence) -> bool:
    """Whether two sentences make the same statement: near in meaning, with the same numbers and negation, where
    neither names what the other does not nor says the opposite."""
    a, b = one.quote.text, other.quote.text
    if a == b:
        return True
    if float(np.dot(one.vector, other.vector)) < SAME_STATEMENT or _facts(a) != _facts(b):
        return False
    return not names_apart(a, b) and opposite(stems(a), stems(b), DEEDS) is None


def _facts(text: str) -> tuple[frozenset[str], frozenset[float], bool]:
    """The numbers, in digits and by value, as `five people` are not `two`; and whether it denies."""
    values = frozenset(quantity.value for quantity in quantities(text))
    return frozenset(NUMBER.findall(text)), values, bool(NEGATION.search(text))
