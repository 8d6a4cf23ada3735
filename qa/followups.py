"""Questions to ask next, made of sentences that were found and not shown. Rules, no model: few, and none that creak."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from .answer import Answer
from .extract import Evidence, Findings
from .question import content_words, stems

MOST = 3
"""Questions that are offered."""
LOOKED_AT = 40
"""Sentences that they are made of at most, the best evidence first."""
NAMES = 2
"""Of them, those that only name what to ask about."""
SHORTEST, LONGEST = 4, 16
"""Words of a question."""
RELATED = 0.35
"""Cosine with the question from which a sentence is about it, and a name in it worth a question."""
TOLD = 0.5
"""Share of a question's words, in the question just asked or in its answer, from which it asks what was said."""

_WORD = r"[A-Z][\w’'-]*\w"
NAME = rf"{_WORD}(?: (?:(?:of|de|van|von|al|bin) )?{_WORD}){{1,3}}"
"""A proper name of two words or more."""
_VERB = (
    r"(?:founded|led|won|became|joined|bought|sold|signed|wrote|died|built|made|took|left|ran|chose|began|gave|paid"
    r"|grew|fell|rose|lost|sent|held|kept|told|brought|caught|\w{3,}ed)"
)
WHO = re.compile(rf"({NAME})(?:, [^,]{{3,80}},)? ({_VERB} .+)")
"""A statement of what a name did: the name, and from the verb on."""
BODY = re.compile(r"\b(?:Group|Inc|Corp|Company|University|Bank|Ministry|Council|Party|Association|Institute|Agency)\b")
"""A word that makes a name that of an organisation."""
ARTICLE_WORD = re.compile(r"(?:The|A|An|Some|Many|Most|Several|Two|Three|Four|Five|Its|Their|Our)\b")
_AUXILIARY = r"(?:was|were|is|are|has|have|had|will)"
_SUBJECT = rf"(?:(?:[Tt]he|[Aa]n?) (?:\w+ ){{0,3}}?[\w’'-]+|{_WORD}(?: {_WORD}){{0,3}})"
_STATE = re.compile(rf"(?P<subject>{_SUBJECT}) (?P<auxiliary>{_AUXILIARY}) (?P<rest>(?!been\b|also\b|not\b)[a-z].+)")
_YEAR = r"(?:(?:late|early|mid)[ -])?(?:[A-Z][a-z]+ )?(?:\d{1,2}, )?(?:1[5-9]|20)\d\d"
_DATED = re.compile(rf"(?:[Ii]n|[Oo]n) (?P<first>{_YEAR}),? (?P<clause>.+)|(?P<before>.+?),? (?:in|on) {_YEAR}")
_CAUSED = re.compile(r"(?P<clause>.+?),? (?:because|after|due to|as a result of|owing to) .+")
_POINTS = re.compile(
    r"\b(?:he|she|it|they|him|them|his|her|its|their|this|that|these|those|there|such|i|we|you|our|my|your|said|says)\b",
    re.IGNORECASE,
)
_MESSY = re.compile(r"[“”\"();:—–\[\]|/<>*_#@]|\.\w|\. |\.$|\d{3,},| - ")
_NO_TOPIC = re.compile(
    r"^\w+ing\b|\b(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b|(?:January|February|March|April|May|June|July|August|September|October|November|December|\w+day|Mr|Mrs|Dr|Photo|Getty|Times|Post|Journal|Daily|Herald|Gazette"
    r"|Image|Reuters|Associated|Press|News|Read|Click|Sign|Share|Update)",
)


def follow_ups(answer: Answer, parts: Sequence[Findings]) -> tuple[str, ...]:
    """Up to MOST questions that cited articles answer and this answer does not; none rather than a bad one."""
    cited = {citation.article_id for citation in answer.citations}
    shown = [(c.article_id, c.start, c.end) for c in answer.citations]
    fresh = [
        e
        for part in parts
        for e in part.evidence
        if e.article_id in cited
        and not any(a == e.article_id and s < e.quote.end and e.quote.start < t for a, s, t in shown)
    ][:LOOKED_AT]
    said = set(stems(" ".join([answer.question, answer.understood, *(s.text for s in answer.sentences)])))
    asked = set(stems(f"{answer.question} {answer.understood}"))
    offered: list[str] = []
    related = [e for e in fresh if e.features.cosine >= RELATED]
    for question in [*_of_sentences(fresh), *_of_names(related, said)]:
        own = set(stems(" ".join(content_words(question))))
        known = [set(stems(" ".join(content_words(other)))) for other in offered]
        if (
            not own
            or len(own & asked) > TOLD * len(own)
            or own <= said
            or any(len(own & k) > TOLD * len(own) for k in known)
        ):
            continue
        offered.append(question)
        if len(offered) == MOST:
            break
    return tuple(offered)


def _of_sentences(evidence: Sequence[Evidence]) -> Iterator[str]:
    for e in evidence:
        question = question_of(" ".join(e.quote.text.split()))
        if question:
            yield question


def question_of(sentence: str) -> str:
    """A question that the sentence answers, in its own words; empty where no rule makes one that reads well.

    >>> question_of("In 2014, the harbour of the town was opened to large ships.")
    'When was the harbour of the town opened to large ships?'
    """
    if not sentence.endswith("."):
        return ""
    text = sentence.rstrip(".")
    if match := WHO.fullmatch(text):
        name, rest = match.groups()
        if not ARTICLE_WORD.match(name) and not BODY.search(name):
            return _fit(f"Who {rest}?")
    if (match := _DATED.fullmatch(text)) and (asked := _inverted("When", match["clause"] or match["before"])):
        return asked
    if match := _CAUSED.fullmatch(text):
        return _inverted("Why", match["clause"])
    return ""


def _inverted(word: str, clause: str) -> str:
    match = _STATE.fullmatch(clause)
    if match is None or match["rest"].endswith(("ly", " of", " to", " in", " by")):
        return ""
    subject = match["subject"]
    if re.match(r"(?:The|An?) ", subject):
        subject = subject[0].lower() + subject[1:]
    return _fit(f"{word} {match['auxiliary']} {subject} {match['rest']}?")


def _fit(question: str) -> str:
    """The question where it is short and plain enough to be read at a glance."""
    plain = question.rstrip("?")
    fits = SHORTEST <= len(plain.split()) <= LONGEST and plain.count(",") < 2
    return "" if not fits or _POINTS.search(plain) or _MESSY.search(plain) else question


def _of_names(evidence: Sequence[Evidence], said: set[str]) -> Iterator[str]:
    """What is told of the names that come up most, and were not spoken of."""
    names: Counter[str] = Counter()
    for e in evidence:
        text = " ".join(e.quote.text.split())
        inner = {
            ("the " if text[: m.start()].endswith(("the ", "The ")) else "") + re.sub(r"[’']s$", "", m.group())
            for m in re.finditer(NAME, text)
            if m.start() > 1 and text[m.start() - 2] not in ".!?:"
        }
        names.update(name for name in inner if not _NO_TOPIC.search(name) and not ARTICLE_WORD.match(name))
    fresh = [name for name in names if not (set(stems(name)) - {"the"}) & said and name.upper() != name]
    for name in sorted(fresh, key=lambda name: (-names[name], name))[:NAMES]:
        yield f"What do the articles say about {name}?"
