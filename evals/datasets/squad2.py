"""SQuAD 2.0 (Rajpurkar et al., ACL 2018): each paragraph an article, half of the questions without an answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from index import Article, Sentence
from index.errors import FootnoteError
from index.sentences import split_sentences

from ..cases import Case, Relevant
from .dataset import Dataset, dataset, each_record, whole_file

GET = "dev-v2.0.json from rajpurkar.github.io/SQuAD-explorer"


def read(path: Path) -> Dataset:
    """The questions of the file over its paragraphs. The evidence is the sentence that holds the answer."""
    content = whole_file(path)
    if not isinstance(content, dict) or not isinstance(content.get("data"), list):
        raise FootnoteError(f"{path}: is not a SQuAD file: it has no list `data`")
    problems: list[str] = []
    found = list(each_record(content["data"], _document, path, problems))
    cases = [case for document, _ in found for case in document]
    return dataset("squad2", [path], cases, [article for _, a in found for article in a], problems)


def _document(record: dict[str, Any]) -> tuple[list[Case], list[Article]]:
    title = record["title"].replace("_", " ")
    cases, articles = [], []
    for number, paragraph in enumerate(record["paragraphs"]):
        article = Article(f"{record['title']}-{number}", title, paragraph["context"], source="squad2")
        articles.append(article)
        cases += list(_cases(paragraph["qas"], article))
    return cases, articles


def _cases(questions: Sequence[dict[str, Any]], article: Article) -> Iterator[Case]:
    sentences = split_sentences(article.text, article.title)
    for question in questions:
        answers = question["answers"] if not question.get("is_impossible") else []
        quotes = dict.fromkeys(_around(article.text, sentences, answer) for answer in answers)
        yield Case(
            id=question["id"],
            question=question["question"],
            answers=tuple(dict.fromkeys(answer["text"] for answer in answers)),
            relevant=tuple(Relevant(article.id, quote) for quote in quotes),
            answerable=bool(answers),
            tags=("answerable" if answers else "unanswerable",),
            group=article.title,
        )


def _around(text: str, sentences: Sequence[Sentence], answer: dict[str, Any]) -> str:
    """The sentence that holds the answer, or those it runs over."""
    start, end = answer["answer_start"], answer["answer_start"] + len(answer["text"])
    met = [s for s in sentences if s.start < end and start < s.end]
    return text[min(s.start for s in met) : max(s.end for s in met)] if met else text[start:end]
