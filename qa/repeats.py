"""Whether a sentence only says again what another has said: small models do little else after the second. Pure."""

from __future__ import annotations

from itertools import pairwise

from .evidence import NEGATION
from .opposites import OUTCOMES, opposite
from .question import content_words, stems, words

AGAIN = 0.8
"""Share of the neighbouring content words from which a sentence says again: one other word and a new beginning leave
0.8 of a sentence of sixteen such words."""


def says_again(text: str, said: str) -> bool:
    """Whether the text has the neighbouring words of what was said, and no name, number, denial or opposite of its own.

    >>> says_again("The article also says that the mill was sold.", "The mill was sold.")
    True
    >>> says_again("Orlo sued Kumo.", "Kumo sued Orlo."), says_again("It paid 4 crowns.", "It paid 5 crowns.")
    (False, False)
    """
    if text == said:
        return True
    held = set(stems(said))
    # The first word has its capital from where it stands.
    own = (word for word in words(text)[1:] if held.isdisjoint(stems(word)))
    if any(word[0].isupper() or word[0].isdigit() for word in own):
        return False
    if bool(NEGATION.search(text)) != bool(NEGATION.search(said)) or opposite(stems(text), stems(said), OUTCOMES):
        return False
    pairs, known = (set(pairwise(stems(" ".join(content_words(t))))) for t in (text, said))
    return bool(pairs) and len(pairs & known) >= AGAIN * len(pairs)
