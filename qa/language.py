"""Whether a question is in another language than the articles, by its script, its small words, or words that neither
they nor English have. Pure."""

from __future__ import annotations

from collections.abc import Callable

from .foreign import QUESTION_WORDS
from .question import STOP_WORDS, plain, stems, words

KNOWN = 1 / 3
"""Least share of a question's words, names aside, that the articles or English have where it is in their language."""
SEVERAL = 3
"""Words, names aside, from which that share tells anything."""
TELLING = 3
"""Letters of a word from which it tells its language: shorter ones are words of many."""
UNKNOWN = 0.001
"""Share of passages up to which a word is taken for unknown to them."""
RARE = 0.05
"""Share of passages below which a small word is not one of the articles' language."""

_ENGLISH = frozenset(
    "who what when where why how which whose is are was were did does do has have the of and to in for on with".split()
)
_ENGLISH_ALONE = frozenset("who what when where why how which whose the and with".split())
"""Those that few other languages write so."""
_OTHERS = frozenset(
    """qui que quoi quel quelle quels quelles quand où comment pourquoi combien est les des une dans sur avec pour
    wer wie wann warum wo welche welcher welches ist der das und ein eine den dem mit wurde haben
    quién quiénes qué cuál cuándo cuánto cuántos cómo dónde por los las una el fue son con
    chi cosa quando dove perché quanto quanti quale il gli della nel è sono
    quem onde porque quantos qual foi são uma os não wat wanneer waarom hoe het een zijn heeft""".split()
)


def is_foreign(
    question: str, frequency: Callable[[str], int], passages: int, is_english: Callable[[str], bool]
) -> bool:
    """Whether the question is in a language that the articles are hardly in; `frequency` is a stem's document
    frequency in `passages` passages, `is_english` knows most English words in lower case.

    >>> french, english = "Qui a fondé Alibaba ?", "Who founded it?"
    >>> is_foreign(french, lambda stem: 0, 40, lambda word: False), is_foreign(english, lambda stem: 0, 40, str.islower)
    (True, False)
    """
    if _is_mostly_apart(question):
        return all(frequency(stem) == 0 for word in words(question) if _is_apart(word[0]) for stem in stems(word))
    said = [word.lower() for word in words(question)]
    small = [word for word in said if word in _OTHERS or plain(word) in QUESTION_WORDS]
    asks = any(plain(w.lower()) in QUESTION_WORDS for n, w in enumerate(words(question)[:3]) if n == 0 or w.islower())
    is_mostly = asks or len(small) > sum(word in _ENGLISH for word in said)
    if small and (_ENGLISH_ALONE if is_mostly else _ENGLISH).isdisjoint(said):  # *in* and *was* are German, too
        return all(frequency(stem) < max(1.0, RARE * passages) for stem in stems(" ".join(small)))
    unnamed = [word for word in words(question) if word[0].islower()]
    known = [
        word
        for word in unnamed
        if word in STOP_WORDS
        or (len(word) >= TELLING and is_english(word))
        or any(frequency(stem) > UNKNOWN * passages for stem in stems(word))
    ]
    return len(unnamed) >= SEVERAL and len(known) <= KNOWN * len(unnamed) and _ENGLISH_ALONE.isdisjoint(said)


def _is_mostly_apart(question: str) -> bool:
    """Whether most letters are of another script than Latin; a Latin name beside them tells nothing."""
    plainly = [word for word in words(question) if word[0].islower() or word.lower() in STOP_WORDS]
    return sum(map(_is_apart, question)) > sum(not _is_apart(letter) for letter in "".join(plainly))


def _is_apart(character: str) -> bool:
    """Whether it is a letter of another script than Latin."""
    return character > "\u036f" and character.isalpha()
