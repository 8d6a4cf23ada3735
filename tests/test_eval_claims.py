"""Claims as a set: what a support check makes of them, ours or another, beside what is known of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evals.cli import footnote


def write(path: Path, records: Sequence[object]) -> Path:
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records), "utf-8")
    return path


def run_eval(*arguments: object) -> Result:
    return CliRunner().invoke(footnote, ["eval", "run", *map(str, arguments)])


def test_checks_of_claims_are_scored_with_their_threshold_named(tmp_path: Path) -> None:
    labels = ["supported", "supported", "not_supported", "partially_supported"]
    pairs = [{"label": is_, "claim": "c", "evidence": ["e"], "meta": {"id": f"d{n}"}} for n, is_ in enumerate(labels)]
    path = write(tmp_path / "dev.jsonl", pairs)
    exported = tmp_path / "claims.jsonl"
    assert CliRunner().invoke(footnote, ["eval", "export", f"wice:{path}", "--out", str(exported)]).exit_code == 0
    claims = [json.loads(line) for line in exported.read_text("utf-8").splitlines()]
    assert claims[0] == {"id": "d0-1", "claim": "c", "evidence": "e"}
    support = [0.9, 0.2, 0.1, 0.3]
    checks = write(
        tmp_path / "checks.jsonl",
        [{"id": claim["id"], "support": s, "label": "partly"} for claim, s in zip(claims, support, strict=True)],
    )
    done = run_eval(f"wice:{path}", "--answers", checks, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.stderr
    assert "balanced_accuracy   0.750" in done.stdout
    assert "4 claims, 0 errors; supported is a support of 0.5 or more" in done.stdout
    failed = run_eval(f"wice:{path}", "--answers", checks, "--out", tmp_path / "two", "--min", "balanced_accuracy=0.8")
    assert failed.exit_code == 1


CLAIMS = (
    ("Orlo was founded in Lisbon.", "Orlo was founded in Lisbon in 1987.", True),
    ("Orlo paid nine banks.", ["Orlo was founded in Lisbon in 1987.", "It sells boats."], False),
)


@pytest.mark.parametrize("reader", [(), ("--no-reader",)], ids=["reader", "no reader"])
def test_claims_of_ones_own_are_checked_as_they_are_by_check(tmp_path: Path, reader: tuple[str, ...]) -> None:
    records = [{"id": f"{n}", "claim": c, "evidence": e, "supported": s} for n, (c, e, s) in enumerate(CLAIMS)]
    path = write(tmp_path / "claims.jsonl", records)
    done = run_eval(path, "--out", tmp_path / "out", "--min", "balanced_accuracy=1", *reader)
    assert done.exit_code == 0, done.stderr
    assert "balanced_accuracy   1.000" in done.stdout
    checked = tmp_path / "checked.jsonl"
    with_reader = {"FOOTNOTE_READER": "0"} if reader else {}
    CliRunner(env=with_reader).invoke(footnote, ["check", "--batch", str(path), "--out", str(checked)])
    kept = [json.loads(line)["support"] for line in (tmp_path / "out" / "results.jsonl").read_text().splitlines()]
    assert kept == [json.loads(line)["support"] for line in checked.read_text().splitlines()]


def test_what_is_no_claim_is_left_out_with_its_line(tmp_path: Path) -> None:
    records = [{"id": "a", "claim": c, "evidence": e, "supported": s} for c, e, s in CLAIMS]
    path = write(tmp_path / "claims.jsonl", [*records, {"id": "b", "claim": "Orlo sells boats.", "evidence": "Boats."}])
    done = run_eval(path, "--out", tmp_path / "out", "--no-reader")
    assert done.exit_code == 2
    assert f"{path}: the id 'a' comes twice" in done.stderr
    assert f"{path}:3: lacks the field 'supported'" in done.stderr
    assert "1 claims, 0 errors" in done.stdout


def test_no_server_is_asked_for_claims(tmp_path: Path) -> None:
    path = write(tmp_path / "claims.jsonl", [{"id": "a", "claim": "c", "evidence": "e", "supported": True}])
    done = run_eval(path, "--endpoint", "http://127.0.0.1:9/v1", "--out", tmp_path / "out")
    assert (done.exit_code, "holds claims" in done.stderr) == (2, True)
