"""Tuning: the halves, when a gain is real, what is written then and that the product reads it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from evals.cases import Case, find_set
from evals.cli import footnote
from evals.measures import RIGHT
from evals.trials import Trial, Tuned
from evals.tune import halves
from index import Library
from index.settings import FILE, Settings, read_settings, write_settings
from qa.ask import ask
from tests.made_runs import outcome

QUESTION = "When did Beijing start cracking down on tech companies?"


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    """Twenty-five cases of the shipped set, every fifth."""
    path = tmp_path / "some.jsonl"
    path.write_text("\n".join(find_set("seeds").read_text("utf-8").splitlines()[::5]), "utf-8")
    return path


def tune(*arguments: object) -> Result:
    return CliRunner().invoke(footnote, ["eval", "tune", *map(str, arguments)])


@given(st.lists(st.integers(0, 30), max_size=80))
def test_halves_hold_every_case_once_and_what_belongs_together_in_one(labels: list[int]) -> None:
    cases = [Case(str(n), "Who?", group=f"g{label}") for n, label in enumerate(labels)]
    first, second = halves(cases)
    assert sorted([*first, *second], key=lambda case: int(case.id)) == cases
    together = len(set(labels)) >= 10 and len(labels) ** 2 >= 10 * sum(labels.count(n) ** 2 for n in set(labels))
    if together:
        assert {case.group for case in first}.isdisjoint({case.group for case in second})
    largest = max((labels.count(n) for n in set(labels)), default=0) if together else 1
    assert abs(len(first) - len(second)) <= max(largest, len(labels) % 2)


def test_a_gain_is_real_where_chance_seldom_makes_one_as_large() -> None:
    base = Trial({}, tuple(outcome(n, found=n % 2 == 0) for n in range(40)))
    better = Trial({"passages": 5.0}, tuple(outcome(n, found=True) for n in range(40)))
    luckier = Trial({"passages": 5.0}, tuple(outcome(n, found=n % 2 == 0 or n == 1) for n in range(40)))
    for trial, real in ((better, True), (luckier, False)):
        tuned = Tuned(RIGHT, (base, trial), trial, RIGHT.between(base.outcomes, trial.outcomes), 40)
        assert tuned.is_real is real
        assert tuned.verdict.endswith(": a real gain" if real else ": no real gain")
    worse = Tuned(RIGHT, (better, base), base, RIGHT.between(better.outcomes, base.outcomes), 40)
    assert not worse.is_real


def test_what_is_really_better_is_written_and_the_library_answers_with_it(
    seeds_copy: Path, questions: Path, tmp_path: Path
) -> None:
    write_settings(seeds_copy, Settings(threshold_without_reader=1.0, passages=8))
    command = (questions, "--library", seeds_copy, "--no-reader", "--out", tmp_path / "out")
    values = ("--set", "threshold_without_reader=0.12,1.0")
    said = tune(*command, *values, "--dry-run")
    assert said.exit_code == 0, said.stderr
    assert read_settings(seeds_copy).threshold_without_reader == 1.0
    kept = {path: path.read_bytes() for path in (tmp_path / "out").rglob("results.jsonl")}
    assert [path.parent.name for path in sorted(kept)] == ["as-it-is", "threshold_without_reader=0.12"]

    done = tune(*command, *values)  # goes on with the same runs: nothing is asked again
    assert done.exit_code == 0, done.stderr
    assert done.stdout == said.stdout
    assert {path: path.read_bytes() for path in kept} == kept
    assert done.stdout.splitlines()[1].startswith("threshold_without_reader=0.12")
    assert done.stdout.rstrip().endswith(": a real gain")
    assert f"written to {seeds_copy / FILE}" in done.stderr
    assert read_settings(seeds_copy) == Settings(threshold_without_reader=0.12, passages=8)
    with Library.open(seeds_copy) as library:
        assert not ask(QUESTION, library).abstained

    again = tune(*command, *values)  # the runs are those of other settings
    assert (again.exit_code, len(again.stderr.splitlines())) == (2, 2)
    assert "cannot go on: threshold_without_reader was 1.0 and is now 0.12" in again.stderr


def test_what_is_clearly_worse_is_given_up_and_nothing_is_written(seeds_copy: Path, tmp_path: Path) -> None:
    where = ("--library", seeds_copy, "--no-reader", "--out", tmp_path / "out")
    done = tune("seeds", "--limit=60", "--seed=0", *where, "--json", "--set", "threshold_without_reader=1.0")
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    base, worse = found["trials"]
    assert (base["given_up"], worse["given_up"]) == (False, True)
    assert worse["n"] < base["n"]
    assert worse["gain"]["value"] < 0
    assert found["best"] == {}
    assert done.stderr.rstrip().endswith("nothing is written")
    assert not (seeds_copy / FILE).exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--set", "beauty=1"], "there is no setting beauty"),
        (["--set", "passages=5,0"], "passages is a whole number from 1 to 100"),
        (["--set", "passages=5", "--metric", "beauty"], "there is no such metric"),
        (["--set", "passages=" + ",".join(map(str, range(1, 80)))], "that makes 79 combinations"),
        ([], "Missing option '--set'"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(
    seeds_folder: Path, questions: Path, arguments: list[str], message: str
) -> None:
    done = tune(questions, "--library", seeds_folder, *arguments)
    assert (done.exit_code, len(done.stderr.splitlines()), done.stdout) == (2, 1, "")
    assert message in done.stderr
