"""A conversation as a file of its own: Markdown, a page that opens offline, or JSON. Pure.

Each quote stands in the file with its article and span, so that `footnote verify` can hold what a reader sees against
the library: in Markdown as a comment behind the quote, in HTML as attributes of it, and of each sentence that is one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from html import escape
from itertools import groupby
from pathlib import PurePath

from .answer import ABSTENTION, Answer, AnswerSentence, Citation
from .conversations import Conversation
from .verify import Checked

VERSION = 1
UNSUPPORTED = "(no source says this)"
QUOTE_MARK = "footnote-quote"
"""Names the comment in Markdown and the class in HTML that a quote is known by."""

Standings = Mapping[Citation, Checked]
"""How the citations of a conversation stand that no longer hold."""

_MARKDOWN_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~$&!])")
_WEB = re.compile(r"https?://", re.IGNORECASE)
_LINE_SIGNS = re.compile(r"^(\s*)([-+=]|\d+(?=[.)]))")


class Format(StrEnum):
    """What a conversation can be exported as; the value is the file's suffix."""

    MARKDOWN = "md"
    HTML = "html"
    JSON = "json"


MEDIA_TYPES = {
    Format.MARKDOWN: "text/markdown; charset=utf-8",
    Format.HTML: "text/html; charset=utf-8",
    Format.JSON: "application/json",
}


def export(conversation: Conversation, form: Format, changed: Sequence[Checked] = ()) -> str:
    """The conversation as a file's text. `changed` are those of its citations that no longer hold: the file says so."""
    standings = {checked.citation: checked for checked in changed}
    writers: dict[Format, Callable[[Conversation, Standings], str]] = {
        Format.MARKDOWN: _as_markdown,
        Format.HTML: _as_html,
        Format.JSON: _as_json,
    }
    return writers[form](conversation, standings).encode(errors="replace").decode()


def file_name(conversation: Conversation, form: Format) -> str:
    """A name for the file that every system takes.

    >>> file_name(Conversation("1", "Did it rain? Où/when", (), "", ""), Format.HTML)
    'did-it-rain-où-when.html'
    """
    words = re.findall(r"\w+", conversation.title.lower())
    return f"{'-'.join(words)[:60].strip('-') or 'conversation'}.{form}"


# -- JSON --------------------------------------------------------------------------------------------------------------


def _as_json(conversation: Conversation, standings: Standings) -> str:
    record = {
        "format": "footnote-conversation",
        "version": VERSION,
        "id": conversation.id,
        "title": conversation.title,
        "created": conversation.created,
        "changed": conversation.changed,
        "answers": [
            answer.to_json() | {"no_longer_hold": [found.to_json() for found in _of(answer, standings)]}
            for answer in conversation.answers
        ],
    }
    return json.dumps(record, ensure_ascii=False, indent=2) + "\n"


def _of(answer: Answer, standings: Standings) -> list[Checked]:
    return [standings[cited] for cited in (*answer.citations, *answer.nearest) if cited in standings]


# -- Markdown ----------------------------------------------------------------------------------------------------------


def _as_markdown(conversation: Conversation, standings: Standings) -> str:
    lines = [f"# {_md(conversation.title or 'Conversation')}", "", f"*{_stamp(conversation)}*", ""]
    first = 1
    for answer in conversation.answers:
        lines += _md_answer(answer, first, standings)
        first += max((citation.number for citation in answer.citations), default=0)
    return "\n".join(lines).rstrip() + "\n"


def _md_answer(answer: Answer, first: int, standings: Standings) -> Iterator[str]:
    """Footnotes count through the whole file: one that is number 1 of its answer is `first`."""
    yield from (f"## {_md(answer.question)}", "")
    if answer.abstained:
        yield from (ABSTENTION, "")
    for is_list, group in groupby(answer.sentences, key=lambda sentence: sentence.is_item):
        sentences = [_md_sentence(sentence, first) for sentence in group]
        yield from [f"- {sentence}" for sentence in sentences] if is_list else [" ".join(sentences)]
        yield ""
    for line in _remarks(answer, first):
        yield from (_md(line), "")
    for citation in answer.citations:
        yield from _md_source(f"[^{citation.number + first - 1}]: ", citation, standings)
    if answer.nearest:
        yield from ("The nearest passages:", "")
    for citation in answer.nearest:
        yield from _md_source("- ", citation, standings)


def _md_sentence(sentence: AnswerSentence, first: int) -> str:
    marks = "".join(f"[^{number + first - 1}]" for number in sentence.citations)
    return f"{_md(sentence.text)}{'' if sentence.supported else f' *{UNSUPPORTED}*'}{marks}"


def _md_source(mark: str, citation: Citation, standings: Standings) -> Iterator[str]:
    """The article and, below it, the quote with its place."""
    yield f"{mark}**{_md(citation.title or 'Untitled')}**, {_md(_where(citation))}"
    yield ""
    for line in citation.quote.splitlines():
        yield f"    > {_md(line)}"
    yield from ("", f"    <!-- {QUOTE_MARK} {_place(citation)} -->", "")
    if citation in standings:
        yield from (f"    *{_md(standings[citation].line)}*", "")


def _place(citation: Citation) -> str:
    """The span as JSON that no comment can end in."""
    place = {"article_id": citation.article_id, "start": citation.start, "end": citation.end}
    return json.dumps(place).replace("-", "\\u002d").replace(">", "\\u003e")


def _md(text: str) -> str:
    """Text on one line that Markdown shows as it stands."""
    line = _MARKDOWN_SIGNS.sub(r"\\\1", " ".join(text.replace("\0", "\ufffd").split()))
    return _LINE_SIGNS.sub(lambda sign: _escape_first(sign[2]), line)


def _escape_first(sign: str) -> str:
    return f"{sign}\\" if sign[0].isdigit() else f"\\{sign}"


# -- HTML --------------------------------------------------------------------------------------------------------------


def _as_html(conversation: Conversation, standings: Standings) -> str:
    title = _html(conversation.title or "Conversation")
    answers = "".join(_html_answer(n, answer, standings) for n, answer in enumerate(conversation.answers, start=1))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">"""
        '<meta name="referrer" content="no-referrer"><meta name="generator" content="Footnote">'
        f"<title>{title}</title><style>{_STYLE}</style></head>\n<body><main>\n"
        f"<header><h1>{title}</h1><p>{_html(_stamp(conversation))}</p></header>\n{answers}</main></body></html>\n"
    )


def _html_answer(number: int, answer: Answer, standings: Standings) -> str:
    cited = {citation.number: citation for citation in answer.citations}
    body = f"<p><strong>{_html(ABSTENTION)}</strong></p>" if answer.abstained else ""
    for is_list, group in groupby(answer.sentences, key=lambda sentence: sentence.is_item):
        sentences = [_html_sentence(number, sentence, cited) for sentence in group]
        body += (
            f"<ul>{''.join(f'<li>{s}</li>' for s in sentences)}</ul>" if is_list else f"<p>{' '.join(sentences)}</p>"
        )
    body += "".join(f"<p>{_html(line)}</p>" for line in _remarks(answer))
    return (
        f"<section><h2>{_html(answer.question)}</h2>{body}"
        f"{_html_sources('Sources', number, answer.citations, standings)}"
        f"{_html_sources('The nearest passages', number, answer.nearest, standings)}</section>\n"
    )


def _html_sentence(number: int, sentence: AnswerSentence, cited: Mapping[int, Citation]) -> str:
    """The sentence with its footnotes; where it is verbatim what it cites, it is a quote itself."""
    sources = [cited[n] for n in sentence.citations if n in cited]
    marks = " ".join(f'<a href="#a{number}-{c.number}" aria-label="Source {c.number}">{c.number}</a>' for c in sources)
    text = _html(sentence.text)
    if verbatim := [citation for citation in sources if citation.quote.split() == sentence.text.split()]:
        text = f"<span {_html_place(verbatim[0])}>{text}</span>"
    if not sentence.supported:
        text += f" <em>{UNSUPPORTED}</em>"
    return f"{text}<sup>{marks}</sup>" if marks else text


def _html_sources(heading: str, number: int, citations: Sequence[Citation], standings: Standings) -> str:
    rows = "".join(_html_source(number, citation, standings) for citation in citations)
    return f"<h3>{heading}</h3><ol>{rows}</ol>" if rows else ""


def _html_source(number: int, citation: Citation, standings: Standings) -> str:
    title = _html(citation.title or "Untitled")
    if _WEB.match(citation.source):
        title = f'<a href="{_html(citation.source)}" rel="noopener noreferrer">{title}</a>'
    note = f'<p class="note">{_html(standings[citation].line)}</p>' if citation in standings else ""
    return (
        f'<li id="a{number}-{citation.number}" value="{citation.number}"><p><cite>{title}</cite>, '
        f"{_html(_where(citation))}</p><blockquote {_html_place(citation)}>{_html(citation.quote)}</blockquote>"
        f"{note}</li>"
    )


def _html_place(citation: Citation) -> str:
    return (
        f'class="{QUOTE_MARK}" data-article="{_html(citation.article_id)}" '
        f'data-start="{citation.start}" data-end="{citation.end}"'
    )


def _html(text: str) -> str:
    """Text that a browser shows to the character: it would take a bare CR for a line feed, and has no NUL."""
    return escape(text).replace("\r", "&#13;").replace("\0", "\ufffd")


# -- common ------------------------------------------------------------------------------------------------------------


def _remarks(answer: Answer, first: int = 1) -> Iterator[str]:
    """What is said of an answer beside its sentences."""
    for lack in answer.missing:
        yield f"{lack[:1].upper()}{lack[1:]}."
    for conflict in answer.conflicts:
        numbers = " and ".join(str(number + first - 1) for number in conflict.citations)
        yield f"The sources {numbers} disagree: {conflict.text}"


def _where(citation: Citation) -> str:
    """Date, page, source and span of a citation, in words."""
    page = f"page {citation.page}" if citation.page else ""
    span = f"characters {citation.start} to {citation.end}"
    return ", ".join(part for part in (citation.published, page, _source(citation.source), span) if part)


def _source(source: str) -> str:
    """A web address, or the name of a file: the folders that it lay in are nobody's business."""
    return source if _WEB.match(source) else PurePath(source).name


def _stamp(conversation: Conversation) -> str:
    day, time = conversation.changed[:10], conversation.changed[11:16]
    return f"From Footnote, {day} {time} UTC. Every quote is in an article's own words; footnote verify checks them."


_STYLE = """
:root{color-scheme:light dark;--sheet:#fff;--ink:#1d2026;--soft:#5a606c;--line:#e3e0d8;--accent:#2b4a9b;--mark:#fff3c4}
@media(prefers-color-scheme:dark){:root{--sheet:#1a1d22;--ink:#e6e4df;--soft:#a2a8b4;--line:#31353d;--accent:#a9bfff;
--mark:#4a3d08}}
body{margin:0;background:var(--sheet);color:var(--ink);font:1.05rem/1.65 "Iowan Old Style",Palatino,Georgia,serif}
main{max-width:44rem;margin:0 auto;padding:2rem 1.25rem 6rem;overflow-wrap:anywhere}
header p,li>p,h3{font:.85rem/1.5 system-ui,sans-serif;color:var(--soft)}
h1{font-size:1.6rem;line-height:1.25}h2{margin:0 0 .8rem;font-size:1.2rem;line-height:1.35}
section{padding:1.6rem 0;border-top:1px solid var(--line)}h3{margin:1.4rem 0 .4rem;font-weight:600}
a{color:var(--accent);text-underline-offset:.18em}a:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
sup{line-height:0}sup a{padding:0 .15em}cite{font-style:normal;font-weight:600;color:var(--ink)}
li>p{margin:0}blockquote{margin:.3rem 0 1rem;padding:.1rem 0 .1rem .9rem;border-left:3px solid var(--line);
white-space:pre-wrap}li:target blockquote{background:var(--mark)}.note{font-style:italic}
@media print{section{break-inside:avoid}}
"""
