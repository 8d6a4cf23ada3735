"""A question in another language than the articles, held against their sentences by what languages share. Pure.

The encoder and the reader know English alone. Names and numbers, though, are the same in many languages, a few words
tell which kind of answer is asked for, and of the other words many have a sister in English: *controllava* has
*controlled*. Where these three point at one sentence and no other, that sentence is the answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from .evidence import kinds_held
from .extract import Evidence, Findings
from .question import Question, Wants, plain
from .question import words as words_of

SISTERS = 0.5
"""The question's other words of which more than this share must have a sister in the sentence: at half of them
*diretor financeiro* is found in *financial technology affiliate*."""
CONFIDENCE = 0.9
"""Of an answer that stands out so: all eleven of those that 79 questions, written by hand, got were right."""
_SHORTEST = 4
"""Letters of a word that may have a sister: those below are articles and auxiliaries."""
_FIRST = 3
"""Words among which a question says what it asks for: later, *quando* and *wo* begin a clause."""

# German, French, Spanish, Italian, Portuguese, Dutch; without accents, as people leave them off.
_KINDS: Mapping[str, frozenset[Wants]] = {
    word: frozenset(wants)
    for listed, wants in (
        ("wer qui quien quienes chi quem wie", {Wants.PERSON}),
        ("wann quand cuando quando wanneer", {Wants.DATE}),
        ("wo ou donde dove onde waar", {Wants.PLACE}),
        (
            "wieviel wieviele viele combien cuanto cuanta cuantos cuantas quanto quanta quanti quante quantos quantas"
            " hoeveel",
            {Wants.NUMBER, Wants.MONEY, Wants.PERCENTAGE},
        ),
        ("warum wieso weshalb pourquoi porque perche waarom", {Wants.REASON}),
    )
    for word in listed.split()
}
_SMALL = frozenset(
    """aber auch beim dann dass dem den der des die diese dieser durch eine einem einen einer fuer gegen gehen haben hat
    hatte hatten ihre ihrer kann koennen kein konnte mit nach nicht noch oder sein seine seinen seiner sich sind soll
    sollte sollten sondern ueber unter wegen werden wird wollen wollte wurde wurden zwischen
    avait aux avec avoir cette dans depuis des devait doit elle elles entre est etait etre eux fait font leur leurs lors
    mais meme ont pour sans selon ses sont sous sur tous tout une vers
    contra cual cuales debe del desde donde durante ella ellos entre era eran esta este estos fue fueron habia hacia han
    hasta los mas para pero por segun sido sobre son sus tiene tienen una unos
    alla alle anche come contro con cui dalla dallo degli dei del della delle dello dopo dove era erano essere gli hanno
    il loro nel nella nelle per piu presso quale quali quello questa questo sono sua sue sugli sulla suo suoi stata
    stato com como das depois dos ela ele eles essa esse esta estava foi foram isso mais mas nas nos pela pelo pelos
    para qual quais segundo sem ser seu seus sobre sua suas tem tinha uma
    bij dan dat deze die door een geen haar heeft het hebben hij hun kan kunnen maar meer met naar niet nog ook onder
    over tegen tot uit van voor waren was werd werden wilde wordt worden zal zijn zou""".split()
)
QUESTION_WORDS = frozenset(_KINDS)
"""The words that ask, without accents."""


def asked_for(text: str) -> frozenset[Wants]:
    """The kinds of answer of which one is asked for; none where the question does not say in a word that is known.

    >>> sorted(asked_for("Wann verschwand Jack Ma?")), asked_for("Was macht Jack Ma?")
    ([<Wants.DATE: 'date'>], frozenset())
    """
    said = [plain(word.lower()) for word in words(text)[:_FIRST]]
    asks = next((word for word in said if word in _KINDS), "")
    if asks == "wie" and not re.search(r"\bwie (?:is|was|zijn|waren|heeft|hebben|wordt)\b", " ".join(said)):
        return frozenset()  # in German it is `how`
    return _KINDS.get(asks, frozenset())


def words(text: str) -> list[str]:
    """Words in order, as they stand, parted at apostrophes: `d'Arlen` is two."""
    return words_of(text.replace("'", " ").replace("’", " "))


def only_if_clear(findings: Findings, articles: Mapping[str, str]) -> Findings:
    """The findings with the one sentence that stands out for a question in another language, or with no confidence.

    `articles` holds the texts of the articles that the evidence is from, by id.
    """
    found = _outstanding(findings.question, findings.evidence, articles)
    if found is None:
        return replace(findings, confidence=0.0)
    return replace(findings, evidence=(found,), confidence=CONFIDENCE, missing=(), is_unfit=False)


def _outstanding(question: Question, evidence: Sequence[Evidence], articles: Mapping[str, str]) -> Evidence | None:
    """The sentence that has the question's names, an answer of its kind, and more of its words than any other has."""
    names = _names(question.text, evidence)
    others = _others(question.text, names)
    kinds = asked_for(question.text)
    if not (names and others and kinds):
        return None
    sisters: dict[str, tuple[float, Evidence]] = {}
    for e in evidence:
        if _names_all(e.quote.text, names, articles[e.article_id]) and _is_of(question, kinds, e.quote.text):
            there = {_sound(word) for word in words(e.quote.text) if len(word) >= _SHORTEST}
            share = sum(_sound(word) in there for word in others) / len(others)
            sisters.setdefault(e.quote.text, (share, e))
    if not sisters:
        return None
    most = max(share for share, _ in sisters.values())
    best = [e for share, e in sisters.values() if share == most]
    return best[0] if most > SISTERS and len(best) == 1 else None


def _names(text: str, evidence: Sequence[Evidence]) -> list[str]:
    """The question's numbers, and its words in upper case that the evidence has so: in German every noun is."""
    capital = {word for e in evidence for word in words(e.quote.text) if word[0].isupper()}
    return [word for word in words(text)[1:] if word[0].isdigit() or word in capital]


def _others(text: str, names: Sequence[str]) -> list[str]:
    """The question's words that are no names, no small words, and do not ask."""
    left = [word for word in words(text) if word not in names and len(word) >= _SHORTEST]
    return [word for word in left if plain(word.lower()) not in _SMALL | QUESTION_WORDS]


def _names_all(sentence: str, names: Sequence[str], article: str) -> bool:
    """Whether the sentence has the names, or the last of them alone where its article has the others: *Ma*."""
    there = set(words(sentence))
    return there.issuperset(names) or (names[-1] in there and set(words(article)).issuperset(names))


def _is_of(question: Question, kinds: frozenset[Wants], sentence: str) -> bool:
    return any(kinds_held(replace(question, wants=frozenset({kind})), sentence)[0] == 1.0 for kind in kinds)


_SPELT = (("qu", "k"), ("ch", "k"), ("ck", "k"), ("c", "k"), ("ph", "f"), ("j", "i"), ("z", "s"))


def _sound(word: str) -> str:
    """What sisters share: the first letter and the first three consonants; the word itself where it has fewer.

    >>> _sound("fundador"), _sound("founder"), _sound("contrôlait") == _sound("controlled")
    ('ffnd', 'ffnd', True)
    """
    spelt = plain(word.lower())
    for letters, sound in _SPELT:
        spelt = spelt.replace(letters, sound)
    consonants = re.sub(r"(.)\1", r"\1", re.sub(r"[aeiouyhw]", "", spelt))
    return spelt[0] + consonants[:3] if len(consonants) >= 3 else word.lower()
