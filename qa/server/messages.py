"""A question and its answer as chat messages: HTML on one line, every word of it escaped.

Gradio reads a message as Markdown. To Markdown, a line that opens with a block element is raw HTML up to its end, so
nothing inside is ever read as Markdown and escaping for HTML is enough; Gradio's sanitiser still goes over it.
Footnotes are plain links, which `static/chat.js` opens beside the chat; without it they open in a tab.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import groupby

from index.dates import day_of

from ..answer import ABSTENTION, Answer, AnswerSentence, Citation, Conflict
from ..conflicts import newest_of
from ..verify import Standing
from .links import SHELF, day, span_link

Message = dict[str, str]
"""A role and a content, as Gradio's Chatbot takes them."""

UNSUPPORTED = "Not in the articles:"
"""What stands before a sentence that no cited span supports."""
WAITING = "Waiting for the questions before yours, and then reading"
_CHANGED = {
    Standing.CHANGED: "The article has changed since",
    Standing.REMOVED: "The article has been deleted since",
}
_ABSTAINED = f'<p class="fn-none">{ABSTENTION}</p>'
_ADD = (
    '<p class="fn-add">Is it in an article that is not here yet? '
    f'<a class="fn-open" href="{SHELF}">Add articles</a></p>'
)
_TOOLS = (
    '<button type="button" class="fn-edit">Edit question</button>'
    '<button type="button" class="fn-again">Ask again</button>'
)
_VERDICTS = (
    '<button type="button" class="fn-verdict fn-up">Good answer</button>'
    '<button type="button" class="fn-verdict fn-down">Wrong</button>'
)

# Line ends would let Markdown in again, and Gradio expands tabs.
_ENTITIES = {ord(c): f"&#{ord(c)};" for c in "\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"}


def ask(question: str) -> Message:
    """The question, as its author's message."""
    lines = "<br>".join(literal(line) for line in question.strip().splitlines())
    return {"role": "user", "content": f'<section class="fn-question"><h2>{lines}</h2></section>'}


def earlier(count: int, link: str) -> Message:
    """What stands above a conversation of which the first answers are not shown."""
    said = f'{_count(count, "earlier answer")} not shown. <a href="{literal(link)}">Show the whole conversation</a>'
    return {"role": "assistant", "content": f'<section class="fn-earlier"><p>{said}</p></section>'}


def looking(titles: Sequence[str], *, waits: bool = False) -> Message:
    """What is said while the answer is being found: the articles that are being read, once others are answered."""
    rows = "".join(f"<li>{literal(title or 'Untitled')}</li>" for title in titles)
    body = f'<p class="fn-pending">{WAITING if waits else "Reading"}</p><ul class="fn-looking">{rows}</ul>'
    return {"role": "assistant", "content": f'<section class="fn-answer">{body}</section>'}


def reply(
    answer: Answer, *, whole: bool = True, changed: Mapping[int, Standing] | None = None, place: str = ""
) -> Message:
    """The answer as a message; without what stands below it while it is not yet whole.

    `changed` says of citations, by number, what has become of their words since. `place` says for feedback which
    answer of which conversation this is: CONVERSATION-POSITION, empty where it is not kept.
    """
    understood = _understood(answer.understood) if answer.understood else ""
    body = _ABSTAINED if answer.abstained else "".join(_body(answer))
    below = "".join(_below(answer, changed or {}, place)) if whole else '<p class="fn-pending">Writing</p>'
    name = f' id="{literal(place)}"' if place else ""
    return {"role": "assistant", "content": f'<section class="fn-answer"{name}>{understood}{body}{below}</section>'}


def literal(text: str) -> str:
    """Text that a browser shows as it stands, wherever it is put inside a message."""
    return escape(text).translate(_ENTITIES)


def _understood(question: str) -> str:
    return (
        f'<p class="fn-understood">Understood as: <q>{literal(question)}</q> '
        '<button type="button" class="fn-edit">Edit</button></p>'
    )


def _body(answer: Answer) -> Iterator[str]:
    links = {citation.number: span_link(citation) for citation in answer.citations}
    for is_list, group in groupby(answer.sentences, key=lambda sentence: sentence.is_item):
        sentences = [_sentence(sentence, links) for sentence in group]
        if is_list:
            yield f"<ul>{''.join(f'<li>{sentence}</li>' for sentence in sentences)}</ul>"
        else:
            yield f"<p>{' '.join(sentences)}</p>"


def _sentence(sentence: AnswerSentence, links: dict[int, str]) -> str:
    refs = "".join(_ref(number, links[number]) for number in sentence.citations if number in links)
    text = literal(sentence.text)
    if sentence.short:
        start, end = sentence.short
        before, short, after = sentence.text[:start], sentence.text[start:end], sentence.text[end:]
        text = f"{literal(before)}<b>{literal(short)}</b>{literal(after)}"
    text = f"{text}<sup>{refs}</sup>" if refs else text
    return text if sentence.supported else f'<span class="fn-unsupported"><small>{UNSUPPORTED}</small> {text}</span>'


def _ref(number: int, link: str) -> str:
    return f'<a class="fn-ref" href="{literal(link)}"><span class="fn-sr">Footnote </span>{number}</a>'


def _below(answer: Answer, changed: Mapping[int, Standing], place: str) -> Iterator[str]:
    for lack in answer.missing:
        yield f'<p class="fn-missing">{literal(lack[:1].upper() + lack[1:])}.</p>'
    links = {citation.number: citation for citation in answer.citations}
    for conflict in answer.conflicts:
        yield _conflict(conflict, [links[number] for number in conflict.citations if number in links])
    if answer.abstained:
        yield _sources("The nearest passages", answer.nearest, changed)
        yield _ADD
    else:
        yield _sources("Sources", answer.citations, changed)
    yield from (f'<p class="fn-remark">{literal(note)}</p>' for note in answer.notes)
    yield _foot(answer, _TOOLS + _VERDICTS if place else _TOOLS)
    if answer.follow_ups:
        buttons = "".join(
            f'<li><button type="button" class="fn-next">{literal(question)}</button></li>'
            for question in answer.follow_ups
        )
        yield f'<section class="fn-nexts"><h3>{answer.follow_ups_heading}</h3><ul>{buttons}</ul></section>'


def _conflict(conflict: Conflict, cited: Sequence[Citation]) -> str:
    """What articles say differently, side by side, the newest said to be so."""
    newest = newest_of([found for citation in cited if (found := day_of(citation.published))])
    sides = "".join(_side(citation, newest) for citation in cited)
    about = conflict.text.rpartition(" ([")[0] or conflict.text  # the dates behind it stand in the sides
    return (
        f'<section class="fn-conflict"><h3>The articles disagree</h3><p>{literal(about)}</p>'
        f'<div class="fn-sides">{sides}</div></section>'
    )


def _side(citation: Citation, newest: str) -> str:
    date = f"<time>{literal(day(citation.published))}</time>" if citation.published else "<span>no date</span>"
    is_newest = newest != "" and day_of(citation.published) == newest
    return (
        f"<figure><figcaption>{date}{' <b>newest</b>' if is_newest else ''}<cite>{literal(_title(citation))}</cite>"
        f"</figcaption><blockquote>{literal(citation.quote)}<sup>{_ref(citation.number, span_link(citation))}</sup>"
        "</blockquote></figure>"
    )


def _sources(heading: str, citations: Sequence[Citation], changed: Mapping[int, Standing]) -> str:
    """The citations under the titles of their articles, in the order in which those are first cited."""
    articles: dict[str, list[Citation]] = {}
    for citation in citations:
        articles.setdefault(citation.article_id, []).append(citation)
    groups = "".join(_group(cited, changed) for cited in articles.values())
    return f'<section class="fn-sources"><h3>{heading}</h3>{groups}</section>' if groups else ""


def _group(cited: Sequence[Citation], changed: Mapping[int, Standing]) -> str:
    date = f"<time>{literal(day(cited[0].published))}</time>" if cited[0].published else ""
    rows = "".join(
        _source(citation, _CHANGED.get(changed.get(citation.number, Standing.HOLDS), "")) for citation in cited
    )
    title = literal(_title(cited[0]))
    return f'<section class="fn-article"><p><cite>{title}</cite>{date}</p><ol>{rows}</ol></section>'


def _source(citation: Citation, changed: str) -> str:
    page = f'<span class="fn-page">page {citation.page}</span>' if citation.page else ""
    note = f'<small class="fn-changed">{changed}</small>' if changed else ""
    return (
        f'<li><a class="fn-source" href="{literal(span_link(citation))}"><span class="fn-number">{citation.number}'
        f"</span><span><q>{literal(citation.quote)}</q>{page}{note}</span></a></li>"
    )


def _title(citation: Citation) -> str:
    return citation.title or "Untitled"


def _foot(answer: Answer, tools: str) -> str:
    """What the answer was made of, and what can be done with it."""
    copy = "" if answer.abstained else '<button type="button" class="fn-copy">Copy with footnotes</button>'
    return f'<p class="fn-foot">{literal(_made(answer))}</p><p class="fn-tools">{copy}{tools}</p>'


def _made(answer: Answer) -> str:
    took = f"in {answer.timings_ms.get('total', 0.0) / 1000:.2f} s"
    if answer.mode == "talk":
        return f"About Footnote and this library, {took}"
    if answer.abstained:
        return f"{_count(answer.read, 'article')} read {took}"
    cited = len({citation.article_id for citation in answer.citations})
    articles = f"{cited:,} of {_count(answer.read, 'article')} read" if answer.read else _count(cited, "article")
    if answer.mode == "llm":
        supported = sum(sentence.supported for sentence in answer.sentences)
        all_of = f"{supported:,} of {_count(len(answer.sentences), 'sentence')} supported"
        return f"Written by a language model from {articles}, {all_of}, {took}"
    return f"Quoted word for word from {articles}, {took}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
