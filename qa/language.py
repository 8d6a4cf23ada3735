"""Whether a question is in another language than the articles, by the small words that every sentence has. Pure."""

from __future__ import annotations

from collections.abc import Callable

from .question import stems, words

RARE = 0.05
"""Share of passages below which a small word is not one of the articles' language."""

_ENGLISH = frozenset(
    "who what when where why how which whose is are was were did does do has have the of and to in for on with".split()
)
_OTHERS = frozenset(
    """qui que quoi quel quelle quels quelles quand où comment pourquoi combien est les des une dans sur avec pour
    wer wie wann warum wo welche welcher welches ist der das und ein eine den dem mit wurde haben
    quién quiénes qué cuál cuándo cuánto cuántos cómo dónde por los las una el fue son con
    chi cosa quando dove perché quanto quanti quale il gli della nel è sono
    quem onde porque quantos qual foi são uma os não wat wanneer waarom hoe het een zijn heeft""".split()
)


def is_foreign(question: str, frequency: Callable[[str], int], passages: int) -> bool:
    """Whether the question is in a language that the articles are hardly in; `frequency` is a stem's document
    frequency in `passages` passages.

    >>> is_foreign("Qui a fondé Alibaba ?", lambda stem: 0, 40), is_foreign("Who founded it?", lambda stem: 0, 40)
    (True, False)
    """
    said = [word.lower() for word in words(question)]
    letters = [character for character in question if character.isalpha()]
    if sum(character > "\u036f" for character in letters) * 2 > len(letters):
        return all(frequency(stem) == 0 for stem in stems(question))
    small = [word for word in said if word in _OTHERS]
    if not small or not _ENGLISH.isdisjoint(said):
        return False
    return all(frequency(stem) < max(1.0, RARE * passages) for stem in stems(" ".join(small)))
