"""MTRAG and MTRAG-UN (Katsis et al., TACL 2025): the last question of a conversation, over its reference passages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from index import Article
from qa.conversation import Turn

from ..cases import Case, Relevant
from .dataset import Dataset, dataset, each_line

GET = "a tasks file such as reference.jsonl from github.com/IBM/mt-rag-benchmark"

_ROLES = {"user": "user", "agent": "assistant"}
_ANSWERABLE = ("answerable", "partial")
"""What a system should answer; to the others (unanswerable, underspecified) it should not."""


def read(path: Path) -> Dataset:
    """The tasks of the file, asked over the union of all reference passages."""
    problems: list[str] = []
    found = list(each_line(path, _task, problems))
    return dataset("mtrag", [path], [case for case, _ in found], [a for _, of in found for a in of], problems)


def _task(record: dict[str, Any]) -> tuple[Case, list[Article]]:
    *before, asked = record["input"]
    kind = str((record.get("answerability") or record["Answerability"])[0]).lower()
    answerable = kind in _ANSWERABLE
    contexts = [context for context in record["contexts"] if context["text"].strip()]
    articles = [Article(c["document_id"], c.get("title") or "", c["text"], source="mtrag") for c in contexts]
    case = Case(
        id=record["task_id"],
        question=asked["text"],
        relevant=tuple(Relevant(article.id) for article in articles) if answerable else (),
        answerable=answerable,
        history=tuple(Turn(_ROLES[turn["speaker"]], turn["text"]) for turn in before),
        tags=(kind, *(str(tag).lower() for tag in record.get("Multi-Turn") or [] if tag != "N/A")),
        references=tuple(target["text"] for target in record.get("targets") or []) if answerable else (),
        group=record["conversation_id"],
    )
    return case, articles
