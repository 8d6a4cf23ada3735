"""Drafts of questions from a person's own articles: rules over single sentences, no model. Pure.

A draft keeps the sentence it came from as its evidence. Rules misread some sentences, so every draft says that it is
one until a person has accepted it (`eval review`).
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index import Article
from index.sentences import split_sentences
from qa.conversation import Turn
from qa.followups import ARTICLE_WORD, BODY, NAME, WHO
from qa.question import STOP_WORDS, stems, words

from .cases import Case, Relevant
from .metrics import contains

HELD_OUT = 3
"""Articles at most that are taken out for unanswerable questions: each needs a library of its own in a run."""
SHORTEST, LONGEST = 7, 40
"""Words of a sentence that is asked about."""

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE = rf"(?:(?:late|early|mid)[ -])?(?:(?:\d{{1,2}} )?(?:{_MONTHS})(?: \d{{1,2}},?)? )?(?:1[5-9]|20)\d\d\b"
_NUMBER = r"(?:\d[\d,]*(?:\.\d+)?|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens|hundreds)"
_AMOUNT = r"[$€£¥₹]\s?\d[\d.,]*\d?(?:\s(?:thousand|million|billion|trillion))?|\d[\d.,]*\s?(?:%|per ?cent\b)"

_WHEN_FIRST = re.compile(rf"(?:In|On|Since|By) ({_DATE}),? (.+)")
_WHEN_LAST = re.compile(rf"(.+?),? (?:in|on) ({_DATE})(.*)")
_COUNT = rf"{_NUMBER}(?: (?:hundred|thousand|million|billion))?"
_HOW_MANY = re.compile(
    rf"(?:About |Nearly |Almost |Some |Over |More than )?({_COUNT}) ((?:[a-z]+ ){{0,2}}[a-z]+s) (.+)", re.IGNORECASE
)
_GAPS = tuple(re.compile(pattern) for pattern in (_AMOUNT, _DATE, rf"\b{_NUMBER}\b", NAME))
_PRONOUN = re.compile(r"(He|She|It|They)\b")
_LEANS = re.compile(
    r"(?:he|she|it|they|his|her|its|their|this|that|these|those|there|and|but|however)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A question about one sentence. `clause` and `subject` are those of a dated statement about a name."""

    kind: str
    question: str
    answer: str
    quote: str
    article_id: str
    subject: str | None = None
    clause: str | None = None
    pronoun: str | None = None


def suggest(articles: Sequence[Article], count: int, seed: int = 0) -> tuple[Case, ...]:
    """At most `count` drafted cases: of each six, four answerable, one follow-up and one unanswerable, where there are
    sentences for it. The same articles and seed give the same cases."""
    chance = random.Random(seed)  # noqa: S311  # no secret
    drafts = [draft for article in articles for draft in _drafts(article)]
    chance.shuffle(drafts)
    share = max(1, count // 6)
    unanswerable = _unanswerable(drafts, articles)[:share]
    follow_ups = [case for draft in drafts if (case := _follow_up(draft))][:share]
    answerable = _mixed(drafts)[: count - len(unanswerable) - len(follow_ups)]
    return _numbered([*map(_answerable, answerable), *follow_ups, *unanswerable])


def _drafts(article: Article) -> Iterator[Draft]:
    """At most one draft a sentence: the most natural question that a rule can make of it."""
    spans = [s for s in split_sentences(article.text, article.title) if s.is_evidence]
    texts = [article.text[s.start : s.end] for s in spans]
    for number, quote in enumerate(texts):
        if not SHORTEST <= len(quote.split()) <= LONGEST or not quote.endswith((".", ".”", '."')):
            continue
        following = texts[number + 1] if number + 1 < len(texts) else ""
        draft = next(_of_sentence(" ".join(quote.split()).rstrip('.”"'), following), None)
        if draft is not None:
            yield replace(draft, quote=quote, article_id=article.id)


def _of_sentence(text: str, following: str) -> Iterator[Draft]:
    dated = list(_when(text, following))
    yield from (draft for draft in dated if draft.pronoun)  # these can be asked as a follow-up, too
    yield from _who(text)
    yield from dated
    yield from _how_many(text)
    yield from _cloze(text)


def _who(text: str) -> Iterator[Draft]:
    if match := WHO.fullmatch(text):
        name, rest = match.groups()
        body = BODY.search(name) is not None
        name = name.removeprefix("The ") if body else name
        if not ARTICLE_WORD.match(name):
            yield Draft("who", f"{'Which organisation' if body else 'Who'} {rest}?", name, "", "")


def _when(text: str, following: str) -> Iterator[Draft]:
    if match := _WHEN_FIRST.fullmatch(text):
        date, clause = match.groups()
    elif match := _WHEN_LAST.fullmatch(text):
        before, date, after = match.groups()
        clause = before + after
    else:
        return
    if _LEANS.match(clause):
        return
    subject = match_.group() if (match_ := re.match(NAME, clause)) and not ARTICLE_WORD.match(clause) else None
    pronoun = _pronoun_for(subject, following) if subject else None
    yield Draft("when", f"When was it that {_lowered(clause)}?", date, "", "", subject, clause, pronoun)


def _how_many(text: str) -> Iterator[Draft]:
    if match := _HOW_MANY.fullmatch(text):
        number, noun, rest = match.groups()
        yield Draft("how-many", f"How many {noun} {rest}?", number, "", "")


def _cloze(text: str) -> Iterator[Draft]:
    if _LEANS.match(text):
        return
    for pattern in _GAPS:
        found = [match for match in pattern.finditer(text) if match.start()]
        if found:
            gap = found[-1]
            yield Draft("cloze", f"What is missing: {text[: gap.start()]}____{text[gap.end() :]}?", gap.group(), "", "")
            return


def _pronoun_for(name: str, following: str) -> str | None:
    """How the articles themselves refer to the name in the next sentence; `it` for an organisation."""
    if BODY.search(name):
        return "it"
    match = _PRONOUN.match(following)
    return match.group().lower() if match else None


def _lowered(clause: str) -> str:
    """The clause inside a sentence: a word that is in upper case only as the first one is not any more."""
    return clause[0].lower() + clause[1:] if ARTICLE_WORD.match(clause) else clause


def _mixed(drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts so that the kinds take turns."""
    seen: Counter[str] = Counter()
    turns = []
    for draft in drafts:
        turns.append((seen[draft.kind], draft))
        seen[draft.kind] += 1
    return [draft for _, draft in sorted(turns, key=lambda turn: turn[0])]


def _answerable(draft: Draft) -> Case:
    return Case(
        id=draft.kind,
        question=draft.question,
        answers=(draft.answer,),
        relevant=(Relevant(draft.article_id, draft.quote),),
        tags=(draft.kind,),
        drafted=True,
    )


def _follow_up(draft: Draft) -> Case | None:
    """The dated statement asked about with a pronoun, after a question that names what it stands for."""
    if not (draft.subject and draft.clause and draft.pronoun):
        return None
    return replace(
        _answerable(draft),
        id="follow-up",
        question=f"When was it that {draft.pronoun}{draft.clause.removeprefix(draft.subject)}?",
        history=(Turn("user", f"What do the articles say about {draft.subject}?"),),
        standalone=draft.question,
        tags=("follow-up",),
    )


def _unanswerable(drafts: Sequence[Draft], articles: Sequence[Article]) -> list[Case]:
    """Questions of a few articles, asked of a library without them; left out where another article may answer."""
    if len(articles) < 2:
        return []
    held_out = list(dict.fromkeys(draft.article_id for draft in drafts))[:HELD_OUT]
    return [
        Case(
            id="unanswerable",
            question=draft.question,
            answerable=False,
            without=(draft.article_id,),
            tags=("unanswerable",),
            group=draft.article_id,
            drafted=True,
        )
        for draft in drafts
        if draft.article_id in held_out
        and draft.kind != "cloze"
        and not any(_may_answer(a, draft) for a in articles if a.id != draft.article_id)
    ]


def _may_answer(article: Article, draft: Draft) -> bool:
    """Whether a sentence holds the answer and half of what the question is about."""
    asked = _content(draft.question)
    for sentence in split_sentences(article.text, article.title):
        text = article.text[sentence.start : sentence.end]
        if contains(text, draft.answer) and 2 * len(asked & _content(text)) >= len(asked):
            return True
    return False


def _content(text: str) -> set[str]:
    return set(stems(" ".join(word for word in words(text) if word.lower() not in STOP_WORDS)))


def _numbered(cases: Sequence[Case]) -> tuple[Case, ...]:
    """Cases with ids of their own: `who-01`, `who-02`, ..."""
    seen: Counter[str] = Counter()
    numbered = []
    for case in cases:
        seen[case.id] += 1
        numbered.append(replace(case, id=f"{case.id}-{seen[case.id]:02d}"))
    return tuple(numbered)
