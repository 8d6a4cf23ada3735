"""RealTime QA (Kasai et al., NeurIPS 2023 datasets track): news quizzes and the articles found for them.

Nobody has marked the evidence: an article counts where its text holds the answer, a weak label. A question that no
article answers in this sense is taken as unanswerable.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from index import Article
from index.articles import content_id

from ..cases import Case, Relevant
from ..metrics import contains
from .dataset import Dataset, dataset, each_line, only

GET = "a year's *_qa.jsonl and *_gcs.jsonl from github.com/realtimeqa/realtimeqa_public, in one folder"


def read(folder: Path) -> Dataset:
    """The questions of a folder: the official `*_qa.jsonl` and `*_gcs.jsonl`, or questions.jsonl and articles.jsonl."""
    problems: list[str] = []
    questions = only(folder, "questions.jsonl", "*_qa.jsonl")
    pages = only(folder, "articles.jsonl", "articles.jsonl.gz", "*_gcs.jsonl")
    if questions[0].name == "questions.jsonl":
        articles = [article for path in pages for article in each_line(path, _article, problems)]
        cases = [case for path in questions for case in each_line(path, _prepared, problems)]
        return dataset(folder.name, [*questions, *pages], cases, _with_text(articles), problems)
    found = dict(pair for path in pages for pair in each_line(path, _found, problems))

    def case(record: dict[str, Any]) -> Case:
        answers = [record["choices"][int(number)] for number in record["answer"]]
        held = [a.id for a in found.get(record["question_id"], []) if any(contains(a.text, x) for x in answers)]
        return _case(record["question_id"], record["question_sentence"], answers, held, record["question_date"])

    cases = [made for path in questions for made in each_line(path, case, problems)]
    return dataset(
        folder.name, [*questions, *pages], cases, _with_text(a for of in found.values() for a in of), problems
    )


def _with_text(articles: Iterable[Article]) -> list[Article]:
    return [article for article in articles if article.text.strip()]


def _case(identity: str, question: str, answers: list[str], articles: list[str], date: str) -> Case:
    return Case(
        id=identity,
        question=question,
        answers=tuple(answers),
        relevant=tuple(Relevant(article) for article in articles),
        answerable=bool(articles),
        tags=("answerable" if articles else "unanswerable",),
        group=date,
    )


def _prepared(record: dict[str, Any]) -> Case:
    return _case(record["id"], record["question"], [record["answer"]], record["answer_in"], record["date"])


def _article(record: dict[str, Any]) -> Article:
    return Article(
        record["id"],
        record.get("title") or "",
        record["text"],
        source="realtimeqa",
        url=record.get("url"),
        published=record.get("published"),
    )


def _found(record: dict[str, Any]) -> tuple[str, list[Article]]:
    """The pages that the search engine gave for a question, those without text left out."""
    pages = [page for page in record["search_result"] if (page.get("text") or "").strip()]
    return record["question_id"], [
        Article(
            content_id(page.get("title") or "", page["text"]),
            page.get("title") or "",
            page["text"],
            source="realtimeqa",
            url=page.get("url"),
            published=page.get("publish_date"),
        )
        for page in pages
    ]
