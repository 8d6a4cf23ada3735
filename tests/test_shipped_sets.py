"""The question sets that are shipped: each reads without a problem, and every quote stands in its article."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from evals.cases import SHIPPED, find_set, read_set
from evals.cli import footnote
from evals.datasets import SupportSet
from evals.metrics import contains
from evals.subject import own_articles, read_source

WITH_ARTICLES = ("premises", "desk", "office")


@pytest.mark.parametrize("name", WITH_ARTICLES)
def test_every_quote_stands_in_its_article_and_every_answer_in_a_quote(name: str) -> None:
    cases = read_set(find_set(name))
    texts = {article.id: article.text for article in own_articles(cases)}
    assert cases.problems == ()
    assert texts
    for case in cases.cases:
        assert case.answerable == bool(case.relevant)
        assert all(piece.quote and piece.quote in texts[piece.article_id] for piece in case.relevant)
        quotes = [piece.quote or "" for piece in case.relevant]
        wanted = [case.answers, *case.all_answers] if case.answers else case.all_answers
        assert all(any(contains(quote, answer) for answer in either for quote in quotes) for either in wanted)


@pytest.mark.parametrize("name", WITH_ARTICLES)
def test_a_set_with_articles_needs_no_library(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(footnote, ["eval", "run", name, "--limit", "2", "--no-reader", "--out", "run"])
    assert done.exit_code == 0, done.output
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["articles"] == len(own_articles(read_set(find_set(name))))


def test_a_set_of_ones_own_by_a_shipped_name_has_no_articles(tmp_path: Path) -> None:
    own = tmp_path / "desk.jsonl"
    own.write_text((SHIPPED / "desk.jsonl").read_text() + '{"question": "And mine?", "answerable": false}\n')
    assert list(own_articles(read_set(own))) == []


@pytest.mark.parametrize("name", ["desk", "office"])
def test_what_a_claim_cites_stands_in_its_article(name: str) -> None:
    articles = {article.id: article for article in own_articles(read_set(find_set(name)))}
    claims = read_source(f"{name}-claims")
    assert isinstance(claims, SupportSet)
    assert claims.problems == ()
    assert 0.4 < sum(pair.supported for pair in claims.pairs) / len(claims) < 0.6
    for pair in claims.pairs:
        article = articles[pair.id.rpartition("-")[0]]
        assert pair.title == article.title
        assert all(sentence in " ".join(article.text.split()) for sentence in pair.evidence.split("\n\n"))
