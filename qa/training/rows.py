"""Examples as token ids, and batches of them: rows of one width, a group's rows together. Pure."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from qa.reader import CLS, QUESTION_TOKENS, SEP, TITLE_TOKENS

from .examples import LABELS, Candidate, Claim, Example
from .pool import Span

WIDTHS = (32, 48, 64, 96, 128, 160, 192, 224)
"""Padded lengths in tokens. Few, because the training step is compiled once for each."""
BATCH_TOKENS = 6144
PAD = 0
UNTITLED = 0.15
"""The share of titles that are left out, so that the reader does not lean on them."""

NO_ANSWER = 0
"""The position of [CLS], which stands for `the passage does not hold the answer`."""
IGNORED = -1


@dataclass(frozen=True, slots=True)
class Row:
    """What the model reads in one go, and what it should say.

    `first` is the first token of the passage; `start` and `end` the answer's first and last token, NO_ANSWER or
    IGNORED; `relevant` is 0, 1 or IGNORED; `labels` are allowed positions in LABELS, empty where nothing is claimed.
    """

    ids: tuple[int, ...]
    question: int
    first: int
    start: int
    end: int
    relevant: int
    labels: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """Arrays of shape (rows, width), (rows,) and, for `groups`, (groups, most candidates): row numbers, -1 for none."""

    ids: NDArray[np.int64]
    types: NDArray[np.int64]
    first: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    relevant: NDArray[np.int64]
    labels: NDArray[np.bool_]
    groups: NDArray[np.int64]


def rows_of(example: Example, tokenizer: Tokenizer, chance: random.Random) -> tuple[Row, ...]:
    """The rows of one example, the relevant candidate first."""
    if isinstance(example, Claim):
        head = _head(tokenizer, example.claim, "")
        labels = tuple(LABELS.index(label) for label in example.labels)
        return (_row(tokenizer, head, Candidate("", example.text, False), IGNORED, labels),)
    untitled = chance.random() < UNTITLED
    rows = []
    for candidate in sorted(example.candidates, key=lambda c: not c.relevant):
        head = _head(tokenizer, example.question, "" if untitled else candidate.title)
        rows.append(_row(tokenizer, head, candidate, int(candidate.relevant), ()))
    return tuple(rows)


def _head(tokenizer: Tokenizer, question: str, title: str) -> tuple[list[int], int]:
    """[CLS] question [SEP] and, where there is a title, title [SEP]; and the length of the first part."""
    ids = [CLS, *tokenizer.encode(question, add_special_tokens=False).ids[:QUESTION_TOKENS], SEP]
    length = len(ids)
    if title:
        ids += [*tokenizer.encode(title, add_special_tokens=False).ids[:TITLE_TOKENS], SEP]
    return ids, length


def _row(
    tokenizer: Tokenizer, head: tuple[list[int], int], candidate: Candidate, relevant: int, labels: tuple[int, ...]
) -> Row:
    ids, question = head
    encoded = tokenizer.encode(candidate.text, add_special_tokens=False)
    room = WIDTHS[-1] - len(ids) - 1
    start = end = NO_ANSWER if relevant == 0 else IGNORED
    if candidate.span:
        inside = _tokens(encoded.offsets[:room], candidate.span)
        start, end = (len(ids) + inside[0], len(ids) + inside[1]) if inside else (IGNORED, IGNORED)
    return Row((*ids, *encoded.ids[:room], SEP), question, len(ids), start, end, relevant, labels)


def _tokens(offsets: Sequence[Span], span: Span) -> Span | None:
    """The first and last token that touch the span, None where it is cut off."""
    touched = [n for n, (start, end) in enumerate(offsets) if start < span[1] and end > span[0]]
    return (touched[0], touched[-1]) if touched and offsets[touched[-1]][1] >= span[1] else None


def batches(groups: Iterable[tuple[Row, ...]], chance: random.Random) -> list[Batch]:
    """The groups in batches of one width, in random order."""
    shelves: dict[int, list[tuple[Row, ...]]] = {width: [] for width in WIDTHS}
    for group in groups:
        longest = max(len(row.ids) for row in group)
        shelves[next(width for width in WIDTHS if width >= longest)].append(group)
    made: list[Batch] = []
    for width, shelf in shelves.items():
        chance.shuffle(shelf)
        room, held = BATCH_TOKENS // width, list[tuple[Row, ...]]()
        for group in shelf:
            if sum(map(len, held)) + len(group) > room:
                made.append(stack(held, width, room))
                held = []
            held.append(group)
        if held:
            made.append(stack(held, width, room))
    chance.shuffle(made)
    return made


def stack(groups: Sequence[tuple[Row, ...]], width: int, room: int) -> Batch:
    """The rows of the groups, and below them empty ones up to `room`."""
    rows = [row for group in groups for row in group]
    ids = np.full((room, width), PAD, dtype=np.int64)
    ids[:, 0] = CLS  # an empty row attends to one token, else its softmax is over nothing
    types = np.zeros_like(ids)
    columns = np.full((4, room), IGNORED, dtype=np.int64)
    columns[0] = 1
    labels = np.zeros((room, len(LABELS)), dtype=np.bool_)
    for number, row in enumerate(rows):
        ids[number, : len(row.ids)] = row.ids
        types[number, row.question : len(row.ids)] = 1
        columns[:, number] = row.first, row.start, row.end, row.relevant
        labels[number, list(row.labels)] = True
    members = np.full((len(groups), max(map(len, groups))), -1, dtype=np.int64)
    position = 0
    for number, group in enumerate(groups):
        members[number, : len(group)] = range(position, position + len(group))
        position += len(group)
    first, start, end, relevant = columns
    return Batch(ids, types, first, start, end, relevant, labels, members)
