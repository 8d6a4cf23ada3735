"""What a model that ships is calibrated on: some hundred texts of the sets that the reader learns from. Pure."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from tokenizers import Tokenizer

from index.encoder import MAX_TOKENS

from .examples import Candidate, Example, Group, for_development
from .quantize import Inputs
from .rows import Row, rows_of

GROUPS = {"realtimeqa": 150, "squad": 80, "qamr": 60, "clapnq": 40, "fairytaleqa": 30}
"""Questions of each set, with a passage each."""
CLAIMS = {"begin": 40, "climate_fever": 40, "msr": 20, "qags": 40, "sick": 20}
QUESTION_EACH = 4
"""Of so many groups, the encoder is also given one question by itself: what it encodes is mostly passages."""


def encoder_rows(examples: Sequence[Example], tokenizer: Tokenizer) -> list[Inputs]:
    """Passages under their titles, and questions, one a row, as `Encoder.encode` makes them."""
    groups = [example for example in _drawn(examples, GROUPS) if isinstance(example, Group)]
    texts = [text for group in groups for text in _texts(group.candidates[:1])]
    texts += [group.question for group in groups[::QUESTION_EACH]]
    ids = [np.array([tokenizer.encode(text).ids[:MAX_TOKENS]], dtype=np.int64) for text in texts]
    return [{"input_ids": row, "attention_mask": np.ones_like(row)} for row in ids]


def reader_rows(examples: Sequence[Example], tokenizer: Tokenizer) -> list[Inputs]:
    """Questions with the passage that answers and with one that does not, and claims, one pair a row."""
    chance = random.Random(0)
    drawn = [*_drawn(examples, GROUPS), *_drawn(examples, CLAIMS)]
    return [_inputs(row) for example in drawn for row in rows_of(example, tokenizer, chance)[:2]]


def _drawn(examples: Sequence[Example], wanted: dict[str, int]) -> Iterator[Example]:
    held: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        if example.source in wanted and not for_development(example):
            held[example.source].append(example)
    for source, count in wanted.items():
        yield from random.Random(0).sample(held[source], min(count, len(held[source])))


def _texts(candidates: Sequence[Candidate]) -> list[str]:
    return [f"{candidate.title}\n\n{candidate.text}".strip() for candidate in candidates]


def _inputs(row: Row) -> Inputs:
    ids = np.array([row.ids], dtype=np.int64)
    types = np.zeros_like(ids)
    types[0, row.question :] = 1
    return {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": types}
