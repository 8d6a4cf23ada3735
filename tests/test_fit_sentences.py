"""Fitting the sentence weights: what decides is found, and the command says what it is worth."""

from __future__ import annotations

import numpy as np
import pytest
from click.testing import CliRunner

from evals.fit_sentences import Found, bias, cross_validate, first_is_right, fit, main
from qa.weights import READ_SENTENCE


def question(number: int, chance: np.random.Generator) -> Found:
    """Six sentences of three numbers, of which the first tells the right one, and the second tells nothing."""
    features = chance.normal(size=(6, 3))
    features[:, 2] = 1.0
    right = features[:, 0] == features[:, 0].max()
    return Found("made", f"g{number}", features, np.zeros(6), right)


@pytest.fixture(scope="module")
def questions() -> list[Found]:
    chance = np.random.default_rng(7)
    return [question(number, chance) for number in range(60)]


def test_what_decides_gets_the_weight_and_what_does_not_vary_none(questions: list[Found]) -> None:
    first, second, constant = fit(questions)
    assert first > 5 * abs(second)
    assert constant == 0.0
    assert np.mean(cross_validate(questions)) > 0.9


def test_with_the_bias_there_are_as_many_right_as_the_scores_say(questions: list[Found]) -> None:
    weights = fit(questions)
    added = bias(questions, weights)
    chances = [1 / (1 + np.exp(-(q.features @ weights + q.lift + added))) for q in questions]
    assert sum(map(np.sum, chances)) == pytest.approx(sum(q.right.sum() for q in questions))


def test_what_a_place_gains_is_not_counted_twice(questions: list[Found]) -> None:
    lifted = [Found(q.set, q.group, q.features, 5.0 * q.features[:, 0], q.right) for q in questions]
    assert fit(lifted)[0] < fit(questions)[0]
    assert all(first_is_right(np.zeros(3), q) for q in lifted)


def test_the_command_prints_as_many_weights_as_are_in_the_code() -> None:
    done = CliRunner().invoke(main, ["premises", "--limit", "20"])
    assert done.exit_code == 0, done.output
    bias, weights = done.stdout.splitlines()[0].removeprefix("Logistic(").rstrip(")").split(", (")
    assert float(bias) < 0
    assert len(weights.split(", ")) == len(READ_SENTENCE.weights)
    *_, name, count, crossed, shipped = done.stdout.splitlines()[-1].split()
    assert (name, count) == ("premises", str(int(count)))
    assert float(crossed) > 0.5 < float(shipped)


def test_claims_and_too_few_questions_are_one_line() -> None:
    done = CliRunner().invoke(main, ["premises", "--limit", "1"])
    assert done.exit_code != 0
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("footnote: too little to fit on")
