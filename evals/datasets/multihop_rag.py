"""MultiHop-RAG (Tang and Yang, COLM 2024): questions that need facts of two to four news articles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from index import Article
from index.articles import content_id

from ..cases import Case, Relevant
from .dataset import Dataset, dataset, each_record, only, whole_file

GET = "corpus.json and MultiHopRAG.json from the data set yixuantt/MultiHopRAG on Hugging Face"


def read(folder: Path) -> Dataset:
    """The questions over all articles. A fact that does not stand in its article to the letter is the whole article."""
    problems: list[str] = []
    (corpus,) = only(folder, "corpus.json")
    (questions,) = only(folder, "MultiHopRAG.json")
    articles = list(each_record(whole_file(corpus), _article, corpus, problems))
    by_url = {article.url: article for article in articles}
    by_title = {article.title: article for article in articles}

    def case(record: dict[str, Any]) -> Case:
        facts = [piece["fact"] for piece in record["evidence_list"]]
        held = [by_url.get(piece["url"]) or by_title[piece["title"]] for piece in record["evidence_list"]]
        asked = record["query"]
        return Case(
            id=content_id(asked, record["answer"]),
            question=asked,
            answers=(record["answer"],) if facts else (),
            relevant=tuple(
                Relevant(article.id, fact if fact in article.text else None)
                for article, fact in zip(held, facts, strict=True)
            ),
            answerable=bool(facts),
            tags=(record["question_type"],),
            group=content_id(asked, ""),
            facts=tuple(facts),
        )

    cases = list(each_record(whole_file(questions), case, questions, problems))
    return dataset("multihop-rag", [corpus, questions], cases, articles, problems)


def _article(record: dict[str, Any]) -> Article:
    return Article(
        content_id(record["title"], record["body"]),
        record["title"],
        record["body"],
        source="multihop-rag",
        url=record.get("url"),
        published=record.get("published_at"),
    )
