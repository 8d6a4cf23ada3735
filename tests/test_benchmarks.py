"""The table of the public sets, on one of them made small."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from evals.benchmarks import BENCHMARKS, main
from evals.datasets import FORMATS
from evals.measures import BY_NAME


def test_every_benchmark_names_a_format_and_metrics_that_are_there() -> None:
    for benchmark in BENCHMARKS:
        assert benchmark.form in FORMATS
        of_claims = {"balanced_accuracy", "true_positive_rate", "true_negative_rate"}
        assert set(benchmark.metrics) <= set(BY_NAME) | of_claims
    assert len({benchmark.form for benchmark in BENCHMARKS}) == len(BENCHMARKS)


def test_the_table_has_the_sets_that_are_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "bench" / "scifact"
    folder.mkdir(parents=True)
    article = {"_id": "d1", "title": "Mills", "text": "The mills sold wool."}
    (folder / "corpus.jsonl").write_text(json.dumps(article) + "\n", "utf-8")
    query = {"_id": "q1", "text": "What did the mills sell?", "relevant": ["d1"]}
    (folder / "queries.jsonl").write_text(json.dumps(query) + "\n", "utf-8")
    said = []
    for _ in range(2):  # the second time it reads what the first one left
        done = CliRunner().invoke(main, [str(tmp_path / "bench"), "--out", str(tmp_path / "out"), "--limit", "5"])
        assert done.exit_code == 0, done.output
        assert "squad2 is left out" in done.stderr
        said.append(done.stdout)
    lines = said[0].splitlines()
    assert said[0] == said[1]
    assert lines[0] == "### beir: 1 cases, 0 errors, 1 articles"
    command = f"`footnote eval run beir:{folder} --limit 5 --seed 0`"
    assert lines[2].startswith(f"{command}, and the same with `--no-reader`, at ")
    assert "| ndcg@10 | 1.000 | 1.000 to 1.000 | 1 | 1.000 | +0.000 | +0.000 to +0.000 | 1.000 |" in lines


def test_a_support_set_is_checked_and_measured(tmp_path: Path) -> None:
    claims = tmp_path / "bench" / "qags" / "cnndm.jsonl"
    claims.parent.mkdir(parents=True)
    text = "The mills of the valley sold wool until 1911."
    records = (
        {"id": f"{n}", "doc": text, "claim": claim, "label": 1 - n} for n, claim in enumerate((text, "It snows."))
    )
    claims.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    done = CliRunner().invoke(main, [str(tmp_path / "bench"), "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert "### qags: 2 claims, 0 errors" in done.stdout
    assert "| balanced_accuracy | 1.000 | 1.000 to 1.000 | 2 |" in done.stdout
