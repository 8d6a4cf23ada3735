"""Examples made from others, for what the published sets hardly have: near misses, gaps, reasons, claims in parts."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from index.articles import Article
from index.sentences import split_sentences

from .examples import ENTAILMENT, UNSUPPORTED, Candidate, Claim, Example, Group, around, digest, news_for_training
from .pool import Pool, find_answer
from .swaps import swap

NEAR_MISS, GAP, REASON, PARTS = "near_miss", "gap", "reason", "parts"

LEAST_SAID = 7
"""Words of a question in which a swapped name leaves something that is asked: `Where is Oslo?` stays answerable."""


def made_from(examples: Sequence[Example], bench: Path) -> Iterator[Example]:
    """All that is made of the examples, and of the news below `bench`; always in the same order."""
    groups = [example for example in examples if isinstance(example, Group)]
    yield from near_misses(groups)
    yield from gaps(groups)
    yield from reasons(news_for_training(bench / "realtimeqa-train"))
    yield from parts([example for example in examples if isinstance(example, Claim) and example.source == "msr"])


def near_misses(groups: Iterable[Group]) -> Iterator[Group]:
    """Questions with a number or name put in the place of another that stands in their passages: none answers now.

    Their document is that of the question which they were made from, here and below.
    """
    for group in groups:
        if not any(candidate.relevant for candidate in group.candidates):
            continue
        if len(group.question.split()) < LEAST_SAID:
            continue
        chance = random.Random(digest(NEAR_MISS, group.source, group.document, group.question))
        beside = " ".join(candidate.text for candidate in group.candidates)
        false = swap(group.question, beside, chance)
        if false:
            others = (replace(candidate, relevant=False, span=None) for candidate in group.candidates)
            yield Group(NEAR_MISS, group.document, false, tuple(others))


LEAST_LEFT = 2
"""Sentences that must be left of a passage whose answer is taken out, for it to still be about the same thing."""


def gaps(groups: Iterable[Group]) -> Iterator[Group]:
    """A passage that answers beside itself without the sentences that hold the answer.

    What is left speaks of the same thing in the same words, and only the fact that was asked for is missing.
    """
    for group in groups:
        for candidate in group.candidates:
            if not candidate.relevant or candidate.span is None or group.source == "qamr":
                continue
            answer = candidate.text[slice(*candidate.span)]
            left = [s for s in sentences_of(candidate.text) if not find_answer(s, answer) and s not in answer]
            if len(left) >= LEAST_LEFT:
                without = Candidate(candidate.title, " ".join(left), False)
                yield Group(GAP, group.document, group.question, (candidate, without))


_REASON = re.compile(
    r"(?:(?<=[.!?] )|(?<=\n))(?P<subject>[A-Z][\w'’-]*(?: [\w'’-]+){0,7}?)"
    r" (?P<verb>is|was|are|were|has|have|had|will|would|can|could|should)"
    r"(?P<rest>(?: (?:[\w'’$%,-]|\.(?=\d))+){2,16}?),?"
    r" (?P<why>(?:because|due to|in order to)\b[^.?!;\n]{12,})[.]"
)
_DANGLING = re.compile(
    r"(?:it|he|she|they|this|that|these|those|there|we|i|you|who|which|and|but|so|or|if"
    r"|when|while|as|although|though|since|after|before|until|in|on|at|for|from|with|by|now|then|asked)\b"
    r"|.* (?:that|who|which|says?|said|has|had|have|is|was|are|were)\b",
    re.IGNORECASE,
)
_OWNED = re.compile(r"(?:his|her|its|their|our|my|some|many|most|no)\b", re.IGNORECASE)


def reasons(articles: Iterable[Article]) -> Iterator[Group]:
    """Why-questions made of the news: "The deal was stopped because it cost jobs." asks "Why was the deal stopped?".

    The stretch of the article around that sentence stands beside itself without it, as in gaps.
    """
    for article in articles:
        for match in _REASON.finditer(article.text):
            question = _why(match, article.text)
            if question is None:
                continue
            text, span = around(article.text, match.span("why"))
            if span is None:
                continue
            left = [s for s in sentences_of(text) if match["why"] not in s]
            if len(left) >= LEAST_LEFT:
                without = Candidate(article.title, " ".join(left), False)
                yield Group(REASON, article.id, question, (Candidate(article.title, text, True, span), without))


def _why(match: re.Match[str], text: str) -> str | None:
    """The question that a sentence with a reason answers; None where its subject is not plain."""
    subject = match["subject"]
    if _DANGLING.match(subject):
        return None
    first = subject.split()[0]
    if re.search(rf"(?<=[a-z,] ){first.lower()}\b", text):  # written small elsewhere: no name
        subject = subject[0].lower() + subject[1:]
    return f"Why {match['verb']} {subject}{match['rest'].rstrip(',')}?"


MIXED = 3
"""Sentences put around the one that bears out a claim."""


def parts(claims: Sequence[Claim]) -> Iterator[Claim]:
    """Paraphrases as claims beside several sentences, and two of them as one claim of which a half may be missing."""
    plain = [claim for claim in claims if claim.labels == (ENTAILMENT,)]
    pool = Pool(list(dict.fromkeys(claim.text for claim in plain)))
    for claim, other in zip(plain, plain[1:] + plain[:1], strict=True):
        chance = random.Random(digest(PARTS, claim.claim))
        others = pool.hardest(claim.claim, MIXED + 1, (), besides=(claim.text, other.text))
        if len(others) <= MIXED:
            continue
        both = f"{claim.claim} {other.claim}"
        choices = (
            (claim.claim, [claim.text, *others[:MIXED]], (ENTAILMENT,)),
            (claim.claim, others, UNSUPPORTED),
            (both, [claim.text, other.text, *others[: MIXED - 1]], (ENTAILMENT,)),
            (both, [claim.text, *others[:MIXED]], UNSUPPORTED),
        )
        for said, held, labels in chance.sample(choices, 2):
            chance.shuffle(held)
            yield Claim(PARTS, claim.document, said, " ".join(held), labels)


def sentences_of(text: str) -> list[str]:
    """The sentences of a passage."""
    return [text[s.start : s.end] for s in split_sentences(text)]


__all__ = ["GAP", "NEAR_MISS", "PARTS", "REASON", "gaps", "made_from", "near_misses", "parts", "reasons"]
