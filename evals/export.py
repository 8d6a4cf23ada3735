"""A set as JSON lines that other systems take: questions, claims, articles."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from index import Article
from index.errors import FootnoteError

from .cases import Case
from .datasets import Dataset, Pair, SupportSet
from .subject import read_source, sample


def export(name: str, out: Path, articles: Path | None, limit: int | None, seed: int | None) -> str:
    """Write the files and say what was written. Raises FootnoteError."""
    source = read_source(name)
    if articles and not isinstance(source, Dataset):
        raise FootnoteError(f"{name} brings no articles; leave --articles out")
    if isinstance(source, SupportSet):
        written = _write(out, _claims(source.first(limit)))
        return f"{written} claims are in {out}"
    cases = source.set.cases if isinstance(source, Dataset) else source.cases
    written = _write(out, _questions(sample(cases, limit, seed)))
    if articles and isinstance(source, Dataset):
        return (
            f"{written} questions are in {out}, {_write(articles, _articles(source.articles))} articles in {articles}"
        )
    return f"{written} questions are in {out}"


def _questions(cases: Sequence[Case]) -> Iterator[dict[str, Any]]:
    """A line a question; a follow-up's stand-alone form comes under an id of its own."""
    for case in cases:
        history = [{"role": turn.role, "content": turn.text} for turn in case.history]
        yield {"id": case.id, "question": case.question} | ({"history": history} if history else {})
        if case.standalone:
            yield {"id": f"{case.id}#standalone", "question": case.standalone}


def _claims(pairs: Sequence[Pair]) -> Iterator[dict[str, Any]]:
    return ({"id": pair.id, **claim_of(pair)} for pair in pairs)


def claim_of(pair: Pair) -> dict[str, Any]:
    """The claim with its evidence, as `check --batch` reads it."""
    return {"claim": pair.claim, "evidence": pair.evidence} | ({"title": pair.title} if pair.title else {})


def _articles(articles: Sequence[Article]) -> Iterator[dict[str, Any]]:
    for article in articles:
        record = {"id": article.id, "title": article.title, "text": article.text}
        further = {"url": article.url, "published": article.published}
        yield record | {name: value for name, value in further.items() if value}


def _write(path: Path, records: Iterable[dict[str, Any]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
            count += 1
    return count
