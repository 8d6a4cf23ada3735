"""The bench runs and gives every figure; how high they are is the machine's business."""

from __future__ import annotations

import json
import math
import subprocess
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from evals import bench
from evals.grown import grow, real_passages
from index import Library
from index.encoder import Encoder
from index.errors import FootnoteError

SVG = "{http://www.w3.org/2000/svg}"
ROWS = [
    "openvino_best",
    "onnxruntime_best",
    "openvino_to_onnxruntime",
    "search_warm_p50",
    "search_warm_p95",
    "read_30_p50",
    "read_30_p95",
    "ask_warm_p50",
    "ask_warm_p95",
    "ask_warm_unread_p50",
    "ask_warm_unread_p95",
    "read_pairs",
    "ask_cold_best",
    "ask_cold_median",
    "help_cold_best",
    "help_cold_median",
]


@pytest.fixture(scope="module")
def measured() -> bench.Bench:
    return bench.measure(bench.QUICK)


def test_every_figure_is_there_and_positive(measured: bench.Bench) -> None:
    assert [row.name for row in measured.rows] == ROWS
    assert all(row.value > 0 and math.isfinite(row.value) and row.n >= 1 for row in measured.rows)


def test_figures_that_are_of_the_same_timings_agree(measured: bench.Bench) -> None:
    """The ratio is that of the two speeds, and a p50 is no more than its p95."""
    value = {row.name: row.value for row in measured.rows}
    assert value["openvino_to_onnxruntime"] == value["openvino_best"] / value["onnxruntime_best"]
    assert value["search_warm_p50"] <= value["search_warm_p95"]
    assert value["ask_warm_p50"] <= value["ask_warm_p95"]
    assert value["ask_cold_best"] <= value["ask_cold_median"]


def test_the_table_names_the_machine_and_has_a_line_a_figure(measured: bench.Bench) -> None:
    machine, table = measured.to_text(as_json=False).split("\n\n")
    names = [line.split()[0] for line in machine.splitlines()]
    assert names == ["processor", "cores", "threads", "openvino_precision", "onnxruntime_precision", "python"]
    assert measured.machine["openvino_precision"] in ("bf16", "f32")
    assert [line.split()[0] for line in table.splitlines()] == ["measure", *ROWS]


def test_the_command_prints_json(process: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    result = process("bench", "--quick", "--json")
    assert result.returncode == 0, result.stderr
    printed = json.loads(result.stdout)
    assert [row["name"] for row in printed["rows"]] == ROWS
    assert printed["machine"]["cores"] >= 1


def test_both_runtimes_are_given_the_same_work(encoder: Encoder) -> None:
    """Else the ratio would compare two things: int8 keeps a cosine above 0.95 to float32 even here."""
    texts = ["The crackdown began in late 2020.", "Apples are red. " * 30]
    ours, theirs = encoder.encode(texts), bench.Onnxruntime(threads=1).encode(texts)
    assert ((ours * theirs).sum(axis=1) > 0.95).all()
    assert np.isfinite(theirs).all()


def test_ingest_is_measured_beside_the_plain_way_and_the_encoder_alone(
    process: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    result = process("bench", "ingest", "seeds", "--json")
    assert result.returncode == 0, result.stderr
    value = {row["name"]: row["value"] for row in json.loads(result.stdout)["rows"]}
    assert all(number > 0 for number in value.values())
    assert (value["articles"], value["ours_to_plain_way"]) == (2, value["plain_way"] / value["ours"])
    assert value["ours_to_encoder_alone"] == value["encoder_alone"] / value["ours"]


def test_at_a_size_all_is_measured_beside_a_baseline(
    process: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    saved = tmp_path / "bench.json"
    result = process(
        "bench",
        "--articles",
        "seeds",
        "--size",
        "0.04k",
        "--count",
        "2",
        "--save",
        str(saved),
        "--plot",
        str(tmp_path / "curve.svg"),
        timeout=400,
    )
    assert result.returncode == 0, result.stderr
    rows = {row["name"]: row for row in json.loads(saved.read_text())["rows"]}
    assert [line.split()[0] for line in result.stdout.split("\n\n")[1].splitlines()][1:] == list(rows)
    drawn = ElementTree.parse(tmp_path / "curve.svg").getroot()  # noqa: S314 - our own
    assert {"search", "encode", "dense", "lexical", "plain", "exact"} < {text.text for text in drawn.iter(f"{SVG}text")}
    assert rows["search_p50"]["baseline"] == "plain_p50"
    assert rows["search_p50"]["ratio"] == rows["search_p50"]["value"] / rows["plain_p50"]["value"]
    assert rows["recall_at_10"]["value"] == 1.0
    assert rows["of_them_real"]["value"] < rows["of_them_real"]["size"]
    assert {"ask_p50", "ask_read_p50", "memory_a_passage", "web_start", "ask_cold", "exact_cpu_p50"} < set(rows)


def test_a_library_is_grown_of_real_passages_and_then_of_their_sentences(seeds: Library, tmp_path: Path) -> None:
    grow(seeds, 40, tmp_path / "grown")
    grow(seeds, 60, tmp_path / "grown")  # goes on with it
    with Library.open(tmp_path / "grown") as library:
        assert 60 <= library.passage_count() < 60 + 13
        assert real_passages(library) == seeds.passage_count()
        for summary in library.articles():
            text = library.show(summary.id).text
            assert all(text[s.start : s.end].strip() for s in library.sentences(summary.id))
        hits = library.search("Why was Ant Group's listing called off?", 60)
        assert {hit.article_id for hit in hits} > {summary.id for summary in seeds.articles()}
        assert all(hit.text == library.show(hit.article_id).text[hit.start : hit.end] for hit in hits)


@pytest.mark.parametrize("size", ["many", "0", "1k,-2"])
def test_a_size_that_is_none_is_refused_in_one_line(
    process: Callable[..., subprocess.CompletedProcess[str]], size: str
) -> None:
    result = process("bench", "--articles", "seeds", "--size", size)
    assert (result.returncode, result.stdout) == (2, "")
    assert "give numbers of passages" in result.stderr


def test_without_the_seeds_one_line_says_so(tmp_path: Path) -> None:
    with pytest.raises(FootnoteError, match="is not there") as error:
        bench.measure(bench.QUICK, tmp_path / "seeds")
    assert "\n" not in str(error.value)
