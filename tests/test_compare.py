"""Two runs side by side: counted by hand, and the command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from evals.cli import footnote
from evals.compare import compare_runs
from index.errors import FootnoteError
from tests.made_runs import outcome, run_of, written

BEFORE = [outcome(n, found=n < 6, rank=1, tags=("fact",) if n % 2 else ("list",)) for n in range(10)]
AFTER = [outcome(n, found=2 <= n < 9, rank=2, tags=("fact",) if n % 2 else ("list",)) for n in range(10)]


def test_wins_ties_and_losses_by_hand() -> None:
    """Six of ten right before, seven after: 0 and 1 are lost, 6, 7 and 8 are won."""
    found = compare_runs(run_of(BEFORE), run_of(AFTER))
    right = found.change("right")
    assert right is not None
    assert (right.a, right.b, right.wins, right.ties, right.losses) == (0.6, 0.7, 3, 5, 2)
    assert right.difference is not None
    assert right.difference.value == pytest.approx(0.1)
    assert right.difference.p > 0.5
    assert [(flip.a.id, flip.b.right) for flip in found.flips] == [
        ("0", False), ("1", False), ("6", True), ("7", True), ("8", True),
    ]  # fmt: skip


def test_a_metric_that_is_worse_on_every_case_is_seen_as_such() -> None:
    rank = compare_runs(run_of(BEFORE), run_of(AFTER)).change("mrr@10")
    assert rank is not None
    assert rank.difference is not None
    assert (rank.losses, rank.better) == (10, False)
    assert rank.difference.p < 0.01


def test_low_latency_is_the_better_one() -> None:
    slow = [outcome(n, latency_ms=20.0) for n in range(10)]
    change = compare_runs(run_of(slow), run_of(AFTER)).change("latency_p50_ms")
    assert change is not None
    assert (change.better, change.wins) == (True, 10)


def test_tags_are_compared_by_themselves() -> None:
    tags = {change.name: change for change in compare_runs(run_of(BEFORE), run_of(AFTER)).tags}
    assert (tags["fact"].a, tags["fact"].b) == (0.6, 0.6)
    assert (tags["list"].a, tags["list"].b) == (0.6, 0.8)


def test_what_keeps_runs_from_being_comparable_is_said() -> None:
    broken = [*AFTER[:9], outcome(77, error="ValueError: no", abstained=None)]
    found = compare_runs(run_of(BEFORE), run_of(broken, set_sha256="other", cases=12))
    assert found.cases == 9
    assert [note.split(": ")[1].split(" ")[0] for note in found.notes] == ["1", "1", "B", "the"]
    assert found.errors == (0, 0)


def test_what_is_another_in_b_is_said_in_words(tmp_path: Path) -> None:
    one = {"settings": {"passages": 10, "threshold": 0.2}, "models": {"reader.bin": "a"}, "commit": "c" * 40}
    other = {"settings": {"passages": 5, "threshold": 0.2}, "models": {"reader.bin": "b"}, "commit": "d" * 40 + "+"}
    words = "passages was 10 and is now 5, the reader changed, commit was cccccccc and is now dddddddd+"
    assert compare_runs(run_of(BEFORE, **one), run_of(AFTER, **other)).notes == (f"since A: {words}",)
    a, b = written(tmp_path / "a", BEFORE, **one), written(tmp_path / "b", AFTER, **other)
    gate = CliRunner().invoke(footnote, ["eval", "gate", str(b), "--no-worse-than", str(a)])
    assert gate.stdout.splitlines()[-1] == f"  since the baseline: {words}"


def test_runs_without_a_common_case_are_not_compared() -> None:
    with pytest.raises(FootnoteError, match="no case in common"):
        compare_runs(run_of(BEFORE), run_of([outcome(99)]))


def test_the_command_shows_both_answers_of_what_flipped(tmp_path: Path) -> None:
    a, b = written(tmp_path / "a", BEFORE), written(tmp_path / "b", AFTER)
    text = CliRunner().invoke(footnote, ["eval", "compare", str(a), str(b)]).stdout
    assert "now wrong: 2" in text
    assert "now right: 3" in text
    assert "    A         Answer 0.\n    B         Answer 0." in text
    as_json = json.loads(CliRunner().invoke(footnote, ["eval", "compare", str(a), str(b), "--json"]).stdout)
    assert as_json["metrics"]["right"]["wins"] == 3
    assert len(as_json["flips"]) == 5


def test_a_folder_without_a_run_is_one_line(tmp_path: Path) -> None:
    done = CliRunner().invoke(footnote, ["eval", "compare", str(tmp_path), str(tmp_path)])
    assert (done.exit_code, len(done.stderr.splitlines())) == (2, 1)
    assert "holds no run" in done.stderr
