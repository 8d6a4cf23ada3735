"""Whether a question leans on what was said before: it points back, starts over, or names nothing itself. Pure."""

from __future__ import annotations

import re

from .question import content_words

LATIN = "\u036f"
"""The last character of the Latin script and its accents."""
UNSPACED = 6
"""Characters of a `word` from which it is a whole question in a script without spaces."""
STARTS_OVER = re.compile(r"\s*(?:and|but|or|also|so|what about|how about)\b", re.IGNORECASE)
"""Begins what goes on from before."""
_CORRECTS = re.compile(
    r"\s*(?:no\W+|sorry\W+)*i(?:[’']m| am| was)? (?:mean|meant|referring|talking|asking)\b", re.IGNORECASE
)
_DEFINES = re.compile(
    r"\s*(?:who|what) (?:is|are|was|were|does) (?:an? )?(?!the\b)[\w’'-]+(?: mean)?\W*$", re.IGNORECASE
)
_CLAUSE = re.compile(
    r"\b(?:when|before|after|because|if|that|since|while|as|and|but|or|until|where|which|who|than)\b", re.IGNORECASE
)
_EMPTY_IT = re.compile(
    r"\bit (?:(?:is|was|would be)(?: not)? )?"
    r"(?:true|possible|impossible|legal|illegal|safe|necessary|better|best|important|common|likely|hard|easy|difficult"
    r"|normal|worth|wise) (?:to|that|for|if)\b|\b(?:does|did|will|would) it take (?:to|for)\b",
    re.IGNORECASE,
)
_PERSON = r"(?:he|him|his|she|hers?)"
_PRONOUN = re.compile(rf"\b(?:{_PERSON}|its?|they|them|theirs?)\b", re.IGNORECASE)
PERSON_BACK = re.compile(rf"\b{_PERSON}\b", re.IGNORECASE)
"""Stands for a person."""
_POSSESSIVE = ("his", "her", "its", "their")
_PLURAL = ("they", "them", "their", "theirs")
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
ORDINAL = re.compile(
    rf"\bthe ({'|'.join(ORDINALS)}|last|latter|former|other)"
    r"(?: ones?\b|(?: (?:points?|items?|reasons?|steps?|measures?|ways?))?(?=\s*(?:[?.,;!]|$|and\b|mean|about|work)))",
    re.IGNORECASE,
)
"""Picks one of several by its place: `the second one`."""
_THINGS = "company|man|woman|firm|founder|country|government|move|change|decision|plan|law|deal|ban|bill|report|study"
_POINTS_BACK = re.compile(
    r"\b(?:this|these)\b(?! (?:articles?|texts?|pages?|documents?|librar\w+|year|month|week|century|decade)\b)"
    r"|\bthose\b(?! (?:who|whose|that|which|in|with|of)\b)"
    r"|\bthat\b(?=\s*(?:[?.,;!]|$))|\b(?:is|was|does|did|do|will|would|can|could|has|had) that\b"
    r"|\bthat (?:time|year|day|month|case|company|firm|man|woman|country|law|deal|plan|move|change|decision)\b"
    r"|\b(?:since|until|by|back|from) then\b|\bthen(?=\s*(?:\?|$))|\bif so\b|\b(?:do|did|does) so\b"
    r"|\bthe (?:same|others?)\b"
    r"|\b(?:what|who|where|how|anything|anyone|something|someone) else\b"
    r"|\bwhich ones?\b(?! of\b)|\bones?(?=\s*(?:\?|$))"
    r"|(?<!is )(?<!are )(?<!was )(?<!were )\bthere\b(?! (?:is|are|was|were|be|been|has|have|had|will|any|an?)\b)",
    re.IGNORECASE,
)
_THE_THING = re.compile(
    rf"\bthe (?:{_THINGS})\b(?! (?:of|in|that|which|who|behind|for|to|from|on|between|about|with)\b)", re.IGNORECASE
)


def leans(question: str) -> bool:
    """Whether the question cannot be understood by itself."""
    content = content_words(question)
    if STARTS_OVER.match(question) or _CORRECTS.match(question):
        return True
    if len(content) == 1 and len(content[0]) >= UNSPACED and min(content[0]) > LATIN:
        return False
    if len(content) <= 1:
        return not (content and _DEFINES.match(question))
    if _POINTS_BACK.search(question) or ORDINAL.search(question):
        return True
    if len(content) <= 2 and _THE_THING.search(question) and not names_in(question):
        return True
    open_text = _EMPTY_IT.sub(" ", question)
    return any(not _has_antecedent(open_text[: m.start()], m.group().lower()) for m in _PRONOUN.finditer(open_text))


def _has_antecedent(before: str, pronoun: str) -> bool:
    """Whether a pronoun may stand for something that comes before it in the same question."""
    content = content_words(before)
    if not content:
        return False
    if any(word[0].isupper() for word in content if not before.lstrip().startswith(word)):
        return True
    if before.lower().lstrip().startswith("who ") and not pronoun.startswith("it"):
        return True
    if not (pronoun in _POSSESSIVE or _CLAUSE.search(before.lstrip(), 1)):
        return False
    if pronoun in _PLURAL:
        return any(word.endswith("s") and not word.endswith("ss") for word in content)
    return not PERSON_BACK.match(pronoun) or any(re.search(r"(?:er|or|ist|ent|ian|man)$", word) for word in content)


def names_in(question: str) -> set[str]:
    """Words in upper case, but for the first, which is whatever it is."""
    return {word for word in content_words(question) if word[0].isupper() and not question.lstrip().startswith(word)}
