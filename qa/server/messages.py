"""A question and its answer as chat messages: HTML on one line, every word of it escaped.

Gradio reads a message as Markdown. To Markdown, a line that opens with a block element is raw HTML up to its end, so
nothing inside is ever read as Markdown and escaping for HTML is enough; Gradio's sanitiser still goes over it.
Footnotes are plain links, which `static/chat.js` opens beside the chat; without it they open in a tab.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from ..answer import ABSTENTION, Answer, AnswerSentence, Citation
from .links import span_link

Message = dict[str, str]
"""A role and a content, as Gradio's Chatbot takes them."""

# Line ends would let Markdown in again, and Gradio expands tabs.
_ENTITIES = {ord(c): f"&#{ord(c)};" for c in "\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"}


def ask(question: str) -> Message:
    """The question, as its author's message."""
    lines = "<br>".join(literal(line) for line in question.strip().splitlines())
    return {"role": "user", "content": f'<section class="fn-question"><p>{lines}</p></section>'}


def reply(answer: Answer, shown: int | None = None) -> Message:
    """The answer as a message, or only its first `shown` sentences while it is coming in."""
    body = "".join(_abstention(answer) if answer.abstained else _body(answer, shown))
    return {"role": "assistant", "content": f'<section class="fn-answer">{body}</section>'}


def literal(text: str) -> str:
    """Text that a browser shows as it stands, wherever it is put inside a message."""
    return escape(text).translate(_ENTITIES)


def _body(answer: Answer, shown: int | None) -> Iterator[str]:
    links = {citation.number: span_link(citation) for citation in answer.citations}
    for is_list, group in groupby(answer.sentences[:shown], key=lambda sentence: sentence.is_item):
        sentences = [_sentence(sentence, links) for sentence in group]
        if is_list:
            yield f"<ul>{''.join(f'<li>{sentence}</li>' for sentence in sentences)}</ul>"
        else:
            yield f"<p>{' '.join(sentences)}</p>"
    if shown is None:
        for conflict in answer.conflicts:
            yield f'<p class="fn-conflict">The sources disagree: {literal(conflict.text)}</p>'
        yield _sources("Sources", answer.citations)
        yield _foot(answer)


def _sentence(sentence: AnswerSentence, links: dict[int, str]) -> str:
    refs = "".join(
        f'<a class="fn-ref" href="{literal(links[number])}"><span class="fn-sr">Source </span>{number}</a>'
        for number in sentence.citations
        if number in links
    )
    text = literal(sentence.text)
    if sentence.short:
        start, end = sentence.short
        before, short, after = sentence.text[:start], sentence.text[start:end], sentence.text[end:]
        text = f"{literal(before)}<b>{literal(short)}</b>{literal(after)}"
    if not sentence.supported:
        text = f'<span class="fn-unsupported">{text} <small>(no source says this)</small></span>'
    return f"{text}<sup>{refs}</sup>" if refs else text


def _abstention(answer: Answer) -> Iterator[str]:
    yield f'<p class="fn-none">{literal(ABSTENTION)}</p>'
    for lack in answer.missing:
        yield f"<p>{literal(lack[:1].upper() + lack[1:])}.</p>"
    if answer.nearest:
        yield _sources("The nearest passages", answer.nearest)
    yield _foot(answer)


def _sources(heading: str, citations: Sequence[Citation]) -> str:
    """The citations under the titles of their articles, in the order in which those are first cited."""
    articles: dict[str, list[Citation]] = {}
    for citation in citations:
        articles.setdefault(citation.article_id, []).append(citation)
    groups = "".join(_group(cited) for cited in articles.values())
    return f'<section class="fn-sources"><h3>{heading}</h3>{groups}</section>' if groups else ""


def _group(cited: Sequence[Citation]) -> str:
    date = f"<time>{literal(cited[0].published)}</time>" if cited[0].published else ""
    rows = "".join(
        f'<li><a class="fn-source" href="{literal(span_link(citation))}"><span class="fn-number">{citation.number}'
        f"</span><q>{literal(citation.quote)}</q></a></li>"
        for citation in cited
    )
    title = literal(cited[0].title or "Untitled")
    return f'<section class="fn-article"><p><cite>{title}</cite>{date}</p><ol>{rows}</ol></section>'


def _foot(answer: Answer) -> str:
    copy = "" if answer.abstained else '<button type="button" class="fn-copy">Copy with sources</button>'
    took = f"{answer.timings_ms.get('total', 0.0) / 1000:.2f} s"
    return f'<p class="fn-foot">Answered in {took}, on this machine {copy}</p>'
