"""The reader: a small cross-encoder that reads a question and a passage together.

It says how well the passage answers, where in it the answer stands, and whether a passage bears out a claim; the last
its checker knows better, the same network taught on with claims alone. How they were trained and what they are worth:
`docs/reader.md`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.runtime import batches, load_model, load_tokenizer

if TYPE_CHECKING:
    import tokenizers

Logits = NDArray[np.float32]

MODEL = Path(__file__).parent / "models" / "reader.xml"
CHECKER = "checker.xml"
"""The checker's file, beside the reader's."""
MAX_TOKENS = 256
"""What the reader reads in one go: question, title and passage. A longer passage is read in windows."""
QUESTION_TOKENS = 64
TITLE_TOKENS = 32
OVERLAP_TOKENS = 48
"""What a window shares with the one before, so that no answer is cut in two."""
ANSWER_TOKENS = 30
"""The longest answer looked for."""
PAIRS_AT_ONCE = 512
"""Pairs tokenised and read together: ten thousand are read in bounded memory."""
CLS, SEP = 101, 102
SUPPORT = ("entailment", "neutral", "contradiction")


@dataclass(frozen=True, slots=True)
class Text:
    """A passage with the title that it stands under, which may be empty."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Answered:
    """`text[start:end]` of a passage as the answer. `odds`: its log odds against `the passage holds no answer`."""

    start: int
    end: int
    odds: float


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What one reading of a passage gave; of several windows, the one of most relevance.

    `relevance` is a logit. `starts` and `ends` are logits for each of `offsets`, the tokens' places in the passage;
    `none` is the logit of there being no answer (both its halves added).
    """

    relevance: float
    starts: Logits
    ends: Logits
    none: float
    offsets: tuple[tuple[int, int], ...]

    def best(self, start: int = 0, end: int | None = None) -> Answered | None:
        """The likeliest answer within `text[start:end]`; None where no token lies there."""
        last = math.inf if end is None else end
        tokens = [n for n, (a, b) in enumerate(self.offsets) if a >= start and b <= last]
        if not tokens:
            return None
        low, high = tokens[0], tokens[-1] + 1
        sums = self.starts[low:high, None] + self.ends[None, low:high]
        length = np.arange(high - low)[None, :] - np.arange(high - low)[:, None]
        sums = np.where((length >= 0) & (length < ANSWER_TOKENS), sums, -np.inf)
        first, final = divmod(int(np.argmax(sums)), high - low)
        odds = float(sums[first, final]) - self.none
        return Answered(self.offsets[low + first][0], self.offsets[low + final][1], odds)


class Reader:
    """The model and its tokenizer, each loaded at first use; raises ModelError where the files are damaged."""

    name = "footnote-reader/4/w8a8"

    def __init__(self, model: Path = MODEL) -> None:
        self.path = model

    def load(self) -> Reader:
        """Itself, with the model loaded: 0.3 s that a first question need not wait for. Raises ModelError."""
        _ = self._model, self._tokenizer
        return self

    @cached_property
    def checker(self) -> Reader:
        """What judges claims; a question does without, so it is loaded with the first claim."""
        return Reader(self.path.with_name(CHECKER))

    def read(self, question: str, passages: Sequence[Text]) -> list[Reading]:
        """One reading a passage, in their order; the same for the same pair, whatever stands beside it."""
        readings: list[Reading] = []
        for first in range(0, len(passages), PAIRS_AT_ONCE):
            windows = list(self._windows(question, passages[first : first + PAIRS_AT_ONCE]))
            outputs = self._infer([window.ids for window in windows], [window.question for window in windows])
            best: dict[int, Reading] = {}
            for window, output in zip(windows, outputs, strict=True):
                reading = _reading(window, output)
                if window.passage not in best or reading.relevance > best[window.passage].relevance:
                    best[window.passage] = reading
            readings += [best[number] for number in sorted(best)]
        return readings

    def support(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """Probabilities of SUPPORT for each (claim, passage), shape (pairs, 3); of windows, the most entailing."""
        rows = []
        for first in range(0, len(pairs), PAIRS_AT_ONCE):
            part = pairs[first : first + PAIRS_AT_ONCE]
            windows = [w for n, (claim, text) in enumerate(part) for w in self._windows(claim, [Text("", text)], n)]
            outputs = self._infer([window.ids for window in windows], [window.question for window in windows])
            best: dict[int, NDArray[np.float32]] = {}
            for window, output in zip(windows, outputs, strict=True):
                chances = _softmax(output.support)
                if window.passage not in best or chances[0] > best[window.passage][0]:
                    best[window.passage] = chances
            rows += [best[number] for number in sorted(best)]
        return np.stack(rows) if rows else np.empty((0, len(SUPPORT)), dtype=np.float32)

    def _windows(self, question: str, passages: Sequence[Text], number: int = 0) -> Iterator[_Window]:
        asked = [CLS, *self._ids(question)[:QUESTION_TOKENS], SEP]
        titles = {passage.title: self._ids(passage.title)[:TITLE_TOKENS] for passage in passages}
        texts = self._tokenizer.encode_batch([passage.text for passage in passages], add_special_tokens=False)
        for position, (passage, encoding) in enumerate(zip(passages, texts, strict=True), start=number):
            title = titles[passage.title]
            head = [*asked, *title, SEP] if title else asked
            room = MAX_TOKENS - len(head) - 1
            for start in _starts(len(encoding.ids), room):
                ids = [*head, *encoding.ids[start : start + room], SEP]
                yield _Window(position, ids, len(asked), len(head), tuple(encoding.offsets[start : start + room]))

    def _infer(self, ids: Sequence[Sequence[int]], questions: Sequence[int]) -> list[_Output]:
        outputs: list[_Output | None] = [None] * len(ids)
        for width, rows in batches([len(i) for i in ids]):
            tokens = np.zeros((len(rows), width), dtype=np.int64)
            types, mask = np.zeros_like(tokens), np.zeros_like(tokens)
            for position, row in enumerate(rows):
                length = len(ids[row])
                tokens[position, :length] = ids[row]
                mask[position, :length] = 1
                types[position, questions[row] : length] = 1
            request = self._model.create_infer_request()  # one a call: several threads may read
            found = request.infer({"input_ids": tokens, "attention_mask": mask, "token_type_ids": types})
            for position, row in enumerate(rows):
                outputs[row] = _Output(*(np.array(found[output][position]) for output in range(4)))
        return [output for output in outputs if output is not None]

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    @cached_property
    def _model(self) -> Any:
        return load_model(self.path)

    @cached_property
    def _tokenizer(self) -> tokenizers.Tokenizer:
        return load_tokenizer()


@dataclass(frozen=True, slots=True)
class _Window:
    """Part of a passage as the model takes it: ids, where the question and the head end, and the tokens' places."""

    passage: int
    ids: list[int]
    question: int
    head: int
    offsets: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Output:
    """The model's logits for one row, in the order in which the graph gives them."""

    starts: Logits
    ends: Logits
    relevance: Logits
    support: Logits


def _reading(window: _Window, output: _Output) -> Reading:
    inside = slice(window.head, window.head + len(window.offsets))
    none = float(output.starts[0] + output.ends[0])
    return Reading(float(output.relevance), output.starts[inside], output.ends[inside], none, window.offsets)


def _starts(length: int, room: int) -> Iterable[int]:
    """Where the windows over `length` tokens begin.

    >>> list(_starts(100, 200)), list(_starts(300, 200))
    ([0], [0, 100])
    """
    if length <= room:
        return [0]
    step = room - OVERLAP_TOKENS
    return [*range(0, length - room, step), length - room]


def _softmax(logits: Logits) -> NDArray[np.float32]:
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum(), dtype=np.float32)
