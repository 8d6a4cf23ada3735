"""What people say of answers, as eval cases: `FOLDER/feedback.jsonl`, a set that `footnote eval run` takes.

An answer that was called right becomes a case with the spans that it cited. One that was called wrong becomes a case
with the span that it should have cited; without one it is a draft, for `footnote eval review`.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from index import Library, durable
from index.errors import DiskFull, FootnoteError, ReadOnlyLibrary

from .answer import Answer
from .conversations import Conversation

FILE = "feedback.jsonl"
SPAN_LIMIT = 2_000
"""Characters of a span that is called the right one."""


class Verdict(StrEnum):
    """What was said of an answer; `NONE` takes it back."""

    UP = "up"
    DOWN = "down"
    NONE = "none"


class BadFeedback(FootnoteError):
    """Feedback on an answer or a span that is not there."""


@dataclass(frozen=True, slots=True)
class RightSpan:
    """The span of an article, `text[start:end]`, that an answer should have cited."""

    article_id: str
    start: int
    end: int


class Feedback:
    """The feedback on a library's answers; one case an answer, the last word counts."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._path = library.folder / FILE

    def give(self, conversation: Conversation, position: int, verdict: Verdict, right: RightSpan | None = None) -> str:
        """Keep what is said of the answer at `position` (from 0) of a conversation; the id of its case.

        With `right`, the answer should have cited that span. Raises BadFeedback, UnknownArticle, ReadOnlyLibrary and
        DiskFull.
        """
        if not 0 <= position < len(conversation.answers):
            raise BadFeedback(f"the conversation has {len(conversation.answers)} answers, and none at {position}")
        key = hashlib.sha256(f"{conversation.id} {position}".encode()).hexdigest()[:16]
        case_id = f"feedback-{key}"
        kept = None if verdict is Verdict.NONE else self._case(case_id, conversation.answers, position, verdict, right)
        with self._alone():
            lines = [line for line in self._lines() if _id(line) != case_id]
            self._write([*lines, *([json.dumps(kept, ensure_ascii=False)] if kept else [])])
        return case_id

    def _case(
        self, case_id: str, answers: Sequence[Answer], position: int, verdict: Verdict, right: RightSpan | None
    ) -> dict[str, Any]:
        answer = answers[position]
        relevant = [{"article_id": c.article_id, "quote": c.quote} for c in answer.citations]
        if verdict is Verdict.DOWN:
            relevant = [self._relevant(right)] if right else []
        case: dict[str, Any] = {
            "id": case_id,
            "question": answer.question,
            "answers": [],
            "relevant": relevant,
            "answerable": not (verdict is Verdict.UP and answer.abstained),
            "history": list(_history(answers[:position])),
            "tags": ["feedback", verdict.value],
        }
        return case | ({} if relevant or not case["answerable"] else {"drafted": True})

    def _relevant(self, right: RightSpan) -> dict[str, str]:
        text = self._library.show(right.article_id).text
        if not 0 <= right.start < right.end <= len(text) or right.end - right.start > SPAN_LIMIT:
            raise BadFeedback(f"the article has no passage from {right.start} to {right.end} that could be cited")
        quote = text[right.start : right.end].strip()
        if not quote:
            raise BadFeedback("the passage that was chosen is empty")
        return {"article_id": right.article_id, "quote": quote}

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One at a time, whatever process or thread."""
        try:
            lock = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise ReadOnlyLibrary(self._library.folder) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        except OSError as error:
            raise DiskFull(self._library.folder, error.strerror or str(error)) from error
        finally:
            os.close(lock)

    def _lines(self) -> list[str]:
        try:
            return [line for line in self._path.read_text(encoding="utf-8").split("\n") if line.strip()]
        except FileNotFoundError:
            return []

    def _write(self, lines: Sequence[str]) -> None:
        making = self._path.with_suffix(".new")
        durable.write(making, "".join(f"{line}\n" for line in lines).encode())
        making.rename(self._path)


def _history(answers: Sequence[Answer]) -> Iterator[dict[str, str]]:
    for answer in answers:
        yield {"role": "user", "content": answer.question}
        yield {"role": "assistant", "content": answer.text}


def _id(line: str) -> str:
    """The id of a case; of a line that is none, nothing: it stays as it is."""
    with suppress(ValueError, AttributeError, RecursionError):
        return str(json.loads(line).get("id"))
    return ""
