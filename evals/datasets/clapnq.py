"""CLAPNQ (Rosenthal et al., TACL 2025): questions with a passage, the sentences that answer, and a written answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from index import Article
from index.articles import content_id

from ..cases import Case, Relevant
from .dataset import Dataset, dataset, each_line, only

GET = "annotated_data/dev/*.jsonl from github.com/primeqa/clapnq, in one folder"


def read(folder: Path) -> Dataset:
    """The questions of every file `*answerable*.jsonl`, asked over the union of their passages."""
    problems: list[str] = []
    files = only(folder, "*answerable*.jsonl")
    found = [pair for path in files for pair in each_line(path, _question, problems)]
    return dataset("clapnq", files, [case for case, _ in found], [a for _, of in found for a in of], problems)


def _question(record: dict[str, Any]) -> tuple[Case, list[Article]]:
    articles = [
        Article(content_id(p.get("title") or "", p["text"]), p.get("title") or "", p["text"], source="clapnq")
        for p in record["passages"]
    ]
    wanted = dict.fromkeys(s for output in record["output"] for s in output.get("selected_sentences") or [])
    relevant = [Relevant(a.id, sentence) for sentence in wanted for a in articles if sentence in a.text]
    references = tuple(output["answer"] for output in record["output"] if output["answer"].strip())
    case = Case(
        id=str(record["id"]),
        question=record["input"],
        relevant=tuple(relevant),
        answerable=bool(references),
        tags=("answerable" if references else "unanswerable",),
        references=references,
        group=articles[0].id,
    )
    return case, articles
