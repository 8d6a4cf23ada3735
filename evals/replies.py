"""What a system said to a question: the contract's answer, wherever it comes from."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from index.errors import FootnoteError

_MARKERS = re.compile(r"\s?\[\d+\]")


class ReplyError(FootnoteError):
    """An answer or a list of hits that is not as the contract has it."""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A passage that was found, best first in a list of them; `text` may be cut."""

    article_id: str
    start: int
    end: int
    title: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation: `start:end` of an article, or all of it where a system names no span; `quote` is what it shows."""

    number: int
    article_id: str
    start: int
    end: int
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Stated:
    """A sentence of an answer: the numbers of its citations, and whether the system says that they support it."""

    text: str
    citations: tuple[int, ...] = ()
    supported: bool | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `confidence` is in 0..1, `latency_ms` and `tokens` are those of the whole answer; None: not told.

    `record` is the JSON object that it was read from.
    """

    text: str
    sentences: tuple[Stated, ...] = ()
    citations: tuple[Cited, ...] = ()
    abstained: bool = False
    confidence: float | None = None
    latency_ms: float | None = None
    tokens: int | None = None
    record: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def prediction(self) -> str:
        """The words of the answer without its footnote numbers, nothing where it abstains: what EM and F1 compare."""
        if self.abstained:
            return ""
        return " ".join(s.text for s in self.sentences) if self.sentences else _MARKERS.sub("", self.text)


def read_reply(record: Mapping[str, Any]) -> Reply:
    """A reply from the object that `ask --json` prints; only `answer` is needed. Raises ReplyError."""
    text = record.get("answer")
    if not isinstance(text, str):
        raise ReplyError("has no answer")
    try:
        return Reply(
            text,
            tuple(_sentence(entry) for entry in record.get("sentences") or ()),
            tuple(_citation(entry, n) for n, entry in enumerate(record.get("citations") or (), start=1)),
            bool(record.get("abstained", not text.strip())),
            _number(record.get("confidence")),
            _number((record.get("timings_ms") or {}).get("total")),
            record=record,
        )
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise ReplyError(f"is no answer as `ask --json` prints it ({error})") from error


def read_hits(entries: object) -> tuple[Retrieved, ...]:
    """Passages from the list that `search --json` prints. Raises ReplyError."""
    if not isinstance(entries, Sequence) or isinstance(entries, str):
        raise ReplyError("has hits that are no list")
    try:
        return tuple(
            Retrieved(
                str(entry["article_id"]),
                int(entry.get("start", 0)),
                int(entry.get("end", sys.maxsize)),
                str(entry.get("title") or ""),
                str(entry.get("text") or ""),
            )
            for entry in entries
        )
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise ReplyError(f"has hits that are not as `search --json` prints them ({error})") from error


def _sentence(entry: Mapping[str, Any]) -> Stated:
    numbers = tuple(int(number) for number in entry.get("citations") or ())
    supported = entry.get("supported")
    return Stated(str(entry["text"]), numbers, None if supported is None else bool(supported))


def _citation(entry: Mapping[str, Any], number: int) -> Cited:
    return Cited(
        int(entry.get("number", number)),
        str(entry["article_id"]),
        int(entry.get("start", 0)),
        int(entry.get("end", sys.maxsize)),
        str(entry.get("quote") or ""),
    )


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
