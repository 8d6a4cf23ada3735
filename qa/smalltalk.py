"""What is said for company and asks nothing of the articles: greetings, thanks, goodbyes. Pure."""

from __future__ import annotations

import re

_FILLERS = (
    r"(?:there|again|all|everyone|footnote|bot|you|very much|so much|a lot|for (?:that|this|your help|the help)|please)"
)
_PHRASES = (
    r"hi+|hey+|hello|greetings|good (?:morning|afternoon|evening|day)|howdy|hi,? can you (?:please )?help me"
    r"|how are you(?: doing)?(?: today)?|how(?:[’']s| is) it going|what(?:[’']s| is) up|nice to meet you"
    r"|hola|buenos d[ií]as|buenas tardes|bonjour|bonsoir|salut|hallo|guten (?:morgen|tag|abend)|ciao|buongiorno"
    r"|ol[áa]|bom dia"
    r"|namaste|नमस्ते|こんにちは|你好|您好|안녕하세요|привет|здравствуйте|مرحبا|السلام عليكم|שלום|γεια σου|merhaba",
    r"(?:many |ok |okay )?thanks?(?: you)?|thank you|thx|ty|cheers|much appreciated|i appreciate (?:it|that|your help)"
    r"|(?:muchas )?gracias|merci(?: beaucoup)?|danke(?: sch[öo]n)?|grazie|obrigad[oa]|谢谢|ありがとう(?:ございます)?"
    r"|спасибо|شكرا",
    r"ok(?:ay)?|i see|good to know|got it|understood|great|perfect|nice|cool|awesome|interesting|wow|all ?right|sure"
    r"|very (?:good|helpful|interesting)"
    r"|that(?:[’']s| is| was) (?:great|helpful|all|good|interesting|nice|very helpful)"
    r"|(?:that|this|it) (?:really )?help(?:s|ed)(?: me)?(?: a lot)?|good|excellent"
    r"|wonderful|lol|haha+|hmm+|no problem|never ?mind",
    r"bye(?: bye)?|goodbye|see you(?: later| soon)?|good night|farewell"
    r"|have a (?:nice|good|great) (?:day|evening|weekend)"
    r"|adi[óo]s|au revoir|tsch[üu]ss|auf wiedersehen|再见|さようなら|пока|до свидания",
)
_KINDS = ("greeting", "thanks", "remark", "goodbye")
_SMALL = tuple(re.compile(rf"(?:{phrase})(?: {_FILLERS})*", re.IGNORECASE) for phrase in _PHRASES)
_PARTS = re.compile(r"[.,;:!?¡¿…。！？،؟~\-–—()]+|\s{2,}|[^\w\s’'\u0300-\u036f\u0900-\u097f]+")
LONGEST = 80
"""Characters of a line that is small talk and no more."""


def is_small_talk(text: str) -> bool:
    """Whether a text says nothing but greetings, thanks and the like."""
    return kind_of(text) is not None


def kind_of(text: str) -> str | None:
    """`greeting`, `thanks`, `remark` or `goodbye`, of the last phrase; None where any of the text is something else.

    >>> kind_of("Great, thank you!"), kind_of("Thank you. Who founded it?")
    ('thanks', None)
    """
    if len(text) > LONGEST:
        return None
    parts = [part.strip() for part in _PARTS.split(text) if part.strip()]
    kinds = [next((k for k, p in zip(_KINDS, _SMALL, strict=True) if p.fullmatch(part)), None) for part in parts]
    return kinds[-1] if kinds and None not in kinds else None
