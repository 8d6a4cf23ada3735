"""BEIR (Thakur et al., NeurIPS 2021 datasets track): corpus.jsonl, queries.jsonl and qrels/test.tsv."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from index import Article

from ..cases import Case, Relevant
from .dataset import Dataset, dataset, each_line, only

GET = "a data set unzipped from github.com/beir-cellar/beir"


def read(folder: Path) -> Dataset:
    """The judged queries of the test split, else of dev, else of train; or queries whose lines hold `relevant`."""
    problems: list[str] = []
    (corpus,) = only(folder, "corpus.jsonl", "corpus.jsonl.gz")[:1]
    queries = only(folder, "queries.jsonl", "*queries.jsonl")
    articles = list(each_line(corpus, _article, problems))
    judged = [folder / "qrels" / f"{split}.tsv" for split in ("test", "dev", "train")]
    qrels = [path for path in judged if path.is_file()][:1]
    grades = _grades(qrels[0]) if qrels else {}

    def case(record: dict[str, Any]) -> Case:
        relevant = [key for key, grade in grades.get(str(record["_id"]), {}).items() if grade > 0]
        return Case(
            id=str(record["_id"]),
            question=record["text"],
            relevant=tuple(Relevant(str(key)) for key in relevant or record.get("relevant", [])),
            group=str(record["_id"]),
        )

    cases = [made for path in queries for made in each_line(path, case, problems)]
    graded = any(grade > 1 for of_query in grades.values() for grade in of_query.values())
    notes = ["beir: the judgements are graded; here an article is relevant or not"] if graded else []
    files = [corpus, *queries, *qrels]
    return dataset(folder.name, files, [made for made in cases if made.relevant], articles, problems, notes)


def _article(record: dict[str, Any]) -> Article:
    title, text = record.get("title") or "", record["text"]
    return Article(str(record["_id"]), title, text if text.strip() else title, source="beir")


def _grades(path: Path) -> dict[str, dict[str, int]]:
    """Query to article to grade, from lines `query-id corpus-id score` under a heading."""
    grades: dict[str, dict[str, int]] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.reader(lines, delimiter="\t"):
            if len(row) == 3 and row[2].lstrip("-").isdigit():
                grades.setdefault(row[0], {})[row[1]] = int(row[2])
    return grades
