"""The gate: one verdict and its exit code; it catches a planted regression and lets noise through."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from click.testing import CliRunner, Result

from evals.cli import footnote
from evals.gate import Exit, judge_run
from evals.outcomes import Outcome
from tests.made_runs import outcome, run_of, written

GOOD = [outcome(n, found=n < 9, rank=1, citation_precision=1.0) for n in range(12)]
POOR = [outcome(n, found=n < 1, rank=3, citation_precision=0.5) for n in range(12)]


def gate(*arguments: object) -> Result:
    return CliRunner().invoke(footnote, ["eval", "gate", *map(str, arguments)])


def noisy(chances: np.ndarray, random: np.random.Generator) -> list[Outcome]:
    """A run of a system that gets each case right with its chance, ranks and cites accordingly."""
    return [
        outcome(
            n,
            found=bool(random.random() < chance),
            rank=1 + int(random.random() > chance) * 2,
            citation_precision=float(random.random() < chance),
            answerable=n % 4 > 0,
            abstained=bool(random.random() < (0.7 if n % 4 == 0 else 0.1)),
        )
        for n, chance in enumerate(chances)
    ]


def test_noise_is_let_through() -> None:
    """A hundred times two runs of one system that differ by chance alone: at most five are called worse."""
    random = np.random.default_rng(2026)
    chances = random.random(120)
    alarms = 0
    for _ in range(100):
        before, after = run_of(noisy(chances, random)), run_of(noisy(chances, random))
        alarms += judge_run(after, {}, before).code is Exit.FAILED
    assert alarms <= 5


def test_a_real_loss_is_caught_in_the_same_noise() -> None:
    """Thirty points less of a chance: caught nearly every time."""
    random = np.random.default_rng(2027)
    chances = random.random(120)
    worse = np.clip(chances - 0.3, 0, 1)
    caught = [
        judge_run(run_of(noisy(worse, random)), {}, run_of(noisy(chances, random))).code is Exit.FAILED
        for _ in range(20)
    ]
    assert sum(caught) >= 19


def test_absurd_passages_are_a_regression_that_the_gate_catches(seeds_folder: Path, tmp_path: Path) -> None:
    """The real system on the shipped set, once as it is and once with passages of eight tokens.

    Without the reader, which takes a minute for it; docs/evals.md shows the same with it.
    """
    arguments = ["eval", "run", "seeds", "--no-reader", "--library", str(seeds_folder), "--out"]
    environment = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    for name, more in (("before", []), ("after", ["--set", "passage_tokens=8"])):
        done = CliRunner().invoke(footnote, [*arguments, str(tmp_path / name), *more], env=environment)
        assert done.exit_code == 0, done.stderr
    caught = gate(tmp_path / "after", "--no-worse-than", tmp_path / "before")
    assert caught.exit_code == 1
    assert caught.stdout.startswith("failed: right 0.")
    assert gate(tmp_path / "before", "--no-worse-than", tmp_path / "before").exit_code == 0


def test_the_verdict_names_what_decided_it(tmp_path: Path) -> None:
    good, poor = written(tmp_path / "good", GOOD), written(tmp_path / "poor", POOR)
    passed = gate(good, "--min", "right=0.75", "--no-worse-than", good)
    assert passed.exit_code == 0
    assert passed.stdout.splitlines()[0] == "passed: all 5 checks are met"
    failed = gate(poor, "--min", "right=0.5", "--no-worse-than", good, "--metric", "mrr@10")
    assert failed.exit_code == 1
    assert failed.stdout.splitlines() == [
        "failed: right 0.083 is below 0.5; mrr@10 1.000 -> 0.333: really worse (p <0.001)",
        "  FAIL  right 0.083 is below 0.5",
        "  FAIL  mrr@10 1.000 -> 0.333: really worse (p <0.001)",
    ]
    assert gate(good, "--no-worse-than", poor).exit_code == 0


def test_a_run_that_was_stopped_or_met_errors_cannot_be_judged(tmp_path: Path) -> None:
    half = written(tmp_path / "half", GOOD[:5], cases=12)
    found = gate(half, "--min", "right=0")
    assert found.exit_code == 3
    assert found.stdout.startswith("cannot be judged: only 5 of 12 cases were asked")
    broken = written(tmp_path / "broken", [*GOOD, outcome(50, error="OSError: no", abstained=None)])
    assert gate(broken, "--min", "right=0").exit_code == 3
    assert gate(broken, "--min", "right=0", "--max-errors", 1).exit_code == 0


def test_leaving_hard_cases_out_does_not_pass(tmp_path: Path) -> None:
    all_of, easy = written(tmp_path / "all", GOOD), written(tmp_path / "easy", GOOD[:9])
    found = gate(easy, "--no-worse-than", all_of)
    assert found.exit_code == 3
    assert "3 cases of the baseline are not in it (such as 9)" in found.stdout


@pytest.mark.parametrize(
    "arguments",
    [[], ["--min", "beauty=1"], ["--min", "right=2"], ["--no-worse-than", "nowhere"], ["--max-errors", "x"]],
)
def test_wrong_use_is_one_line_and_exit_code_2(tmp_path: Path, arguments: list[str]) -> None:
    found = gate(written(tmp_path / "good", GOOD), *arguments)
    assert (found.exit_code, len(found.stderr.splitlines()), found.stdout) == (2, 1, "")


def test_junit_and_markdown_hold_the_verdict_and_escape_what_they_quote(tmp_path: Path) -> None:
    hostile = {"answer": "<script>alert(1)</script> | [x](javascript:y)\x00"}
    bad = [outcome(n, found=False, rank=3, answer=hostile, citation_precision=0.0) for n in range(12)]
    good, poor = written(tmp_path / "good", GOOD), written(tmp_path / "poor", bad)
    junit, markdown = tmp_path / "gate.xml", tmp_path / "gate.md"
    markdown.write_text("# before\n", "utf-8")
    assert gate(poor, "--no-worse-than", good, "--junit", junit, "--markdown", markdown).exit_code == 1
    suite = ElementTree.fromstring(junit.read_text("utf-8"))  # noqa: S314  # our own
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("4", "4", "0")
    assert len(suite.findall("testcase/failure")) == 4
    text = markdown.read_text("utf-8")
    assert text.startswith("# before\n### ❌ footnote eval: failed: right")
    assert "| right | 0.750 | 0.000 |" in text
    assert "<script>" not in text
    assert "[x](javascript" not in text
