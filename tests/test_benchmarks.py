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
        assert set(benchmark.metrics) <= set(BY_NAME)


def test_the_table_has_the_sets_that_are_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "bench" / "scifact"
    folder.mkdir(parents=True)
    article = {"_id": "d1", "title": "Mills", "text": "The mills sold wool."}
    (folder / "corpus.jsonl").write_text(json.dumps(article) + "\n", "utf-8")
    query = {"_id": "q1", "text": "What did the mills sell?", "relevant": ["d1"]}
    (folder / "queries.jsonl").write_text(json.dumps(query) + "\n", "utf-8")
    for _ in range(2):  # the second time it goes on with the first
        done = CliRunner().invoke(main, [str(tmp_path / "bench"), "--out", str(tmp_path / "out")])
        assert done.exit_code == 0, done.output
        lines = done.stdout.splitlines()
        assert lines[2].startswith("| beir, 1 cases, 0 errors | ndcg@10 | 1.000 | 1.000 to 1.000 | 1 | bge-small")
        assert len(lines) == 5
        assert "squad2 is left out" in done.stderr
