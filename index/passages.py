"""From sentences to passages: runs of whole sentences that the encoder can read in one go. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from .sentences import Kind, Sentence

Count = Callable[[Sequence[str]], list[int]]
"""Tokens of each text. Given as an argument, so that this module knows no tokenizer."""


@dataclass(frozen=True, slots=True)
class Passage:
    """`text[start:end]` of an article; `first` and `last` bound its sentences (last excluded)."""

    article_id: str
    start: int
    end: int
    first: int
    last: int


def fit_sentences(text: str, sentences: Sequence[Sentence], limit: int, count: Count) -> tuple[Sentence, ...]:
    """The same sentences, with those of more than `limit` tokens cut at white space, or anywhere if there is none."""
    sizes = count([text[s.start : s.end] for s in sentences])
    fitted: list[Sentence] = []
    for sentence, size in zip(sentences, sizes, strict=True):
        fitted.extend([sentence] if size <= limit else _cut(text, sentence, limit, count))
    return tuple(fitted)


def split_passages(
    article_id: str, text: str, sentences: Sequence[Sentence], limit: int, count: Count
) -> tuple[Passage, ...]:
    """Passages of at most `limit` tokens, in reading order, that cover every sentence but titles and adverts.

    `sentences` must each fit (see `fit_sentences`). A passage ends before an advert or title, before the sentence
    that would overfill it, and, once more than half full, before a heading; headings stay with what follows them.
    """
    # Each sentence is measured with the gap before it (a list marker, white space): tokens add up across gaps.
    starts = [0, *(s.end for s in sentences)][: len(sentences)]
    sizes = count([text[a : s.end] for a, s in zip(starts, sentences, strict=True)])
    passages: list[Passage] = []
    open_at: int | None = None
    filled = 0

    def close(last: int) -> None:
        nonlocal open_at
        if open_at is not None:
            passages.append(Passage(article_id, sentences[open_at].start, sentences[last - 1].end, open_at, last))
        open_at = None

    for first, last in _units(sentences, sizes, limit):
        if sentences[first].kind in (Kind.TITLE, Kind.ADVERT):
            close(first)
            continue
        size = sum(sizes[first:last])
        heads = sentences[first].kind is Kind.HEADING
        if open_at is not None and (filled + size > limit or (heads and filled > limit // 2)):
            close(first)
        if open_at is None:
            open_at, filled = first, 0
        filled += size
        following = sentences[last].kind if last < len(sentences) else Kind.TITLE
        if following in (Kind.TITLE, Kind.ADVERT):
            close(last)
    return tuple(passages)


def _units(sentences: Sequence[Sentence], sizes: Sequence[int], limit: int) -> Iterator[tuple[int, int]]:
    """Ranges that stay together: a sentence with the headings right above it, as far as they fit."""
    first = 0
    for number, sentence in enumerate(sentences):
        if sentence.kind is Kind.HEADING and number + 1 < len(sentences):
            if sum(sizes[first : number + 2]) <= limit:
                continue
        elif first < number and sentence.kind in (Kind.TITLE, Kind.ADVERT):
            yield first, number
            first = number
        yield first, number + 1
        first = number + 1


def _cut(text: str, sentence: Sentence, limit: int, count: Count) -> Iterator[Sentence]:
    rest = sentence
    while rest.start < rest.end:
        end = _fitting_end(text, rest.start, rest.end, limit, count)
        yield replace(rest, end=rest.start + len(text[rest.start : end].rstrip()))
        start = rest.end - len(text[end : rest.end].lstrip())
        rest = replace(rest, start=start, kind=Kind.TEXT if rest.kind is Kind.ITEM else rest.kind)


def _fitting_end(text: str, start: int, end: int, limit: int, count: Count) -> int:
    """The furthest end, at white space where there is any, so that text[start:end] has at most `limit` tokens."""
    low, high = start + 1, min(end, start + limit)
    while high < end and count([text[start:high]])[0] <= limit:  # doubling keeps a 1 MB "word" linear
        low, high = high, min(end, start + 2 * (high - start))
    while low < high:  # the largest end that fits: token counts grow with the text
        middle = (low + high + 1) // 2
        if count([text[start:middle]])[0] <= limit:
            low = middle
        else:
            high = middle - 1
    if low == end:
        return end
    spaces = [position for position in range(start + 1, low + 1) if text[position].isspace()]
    return spaces[-1] if spaces else low
