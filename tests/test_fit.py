"""The fit finds weights that are known, its measures are worked by hand, and the command prints what it learned."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evals import fit
from evals.fit import Asked, Problem
from index.errors import FootnoteError
from qa.evidence import Features
from qa.weights import Logistic

REPOSITORY = Path(__file__).parents[1]
TOWNS = {
    "Aberwen": ("1911", "copper", "Owen Pryce"),
    "Brackley": ("1874", "wool", "Ann Hale"),
    "Corso": ("1930", "marble", "Ugo Berti"),
}


def squad() -> dict[str, Any]:
    """Three towns of two paragraphs; of each three questions with an answer and one without."""
    data = []
    for town, (year, goods, mayor) in TOWNS.items():
        asked = [
            (f"When was the harbour of {town} opened?", year),
            (f"What did the mills of {town} sell?", goods),
            (f"What did {town} pay for its library?", None),
        ]
        harbour = f"The harbour of {town} was opened in {year}. It silted up later. The mills of {town} sold {goods}."
        hall = f"The mayor of {town} was {mayor}. The town hall burned down twice. Nobody was hurt."
        paragraphs = [
            {"context": harbour, "qas": [record(*pair) for pair in asked]},
            {"context": hall, "qas": [record(f"Who was the mayor of {town}?", mayor)]},
        ]
        data.append({"title": f"{town}_(town)", "paragraphs": paragraphs})
    return {"version": "v2.0", "data": data}


def record(question: str, answer: str | None) -> dict[str, Any]:
    answers = [] if answer is None else [{"text": answer, "answer_start": 0}]
    return {"id": question, "question": question, "answers": answers, "is_impossible": answer is None}


def asked(title: str, answers: tuple[str, ...], *rows: tuple[float, float]) -> Asked:
    """Rows are a sentence's cosine and whether it is right; its other features are 0."""
    features = np.zeros((len(rows), 9))
    features[:, 0] = [cosine for cosine, _ in rows]
    return Asked(Problem("?", title, f"{title}#0", answers), features, np.array([label for _, label in rows]))


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "evals.fit", *map(str, arguments)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=120, cwd=REPOSITORY)


# -- the fit -----------------------------------------------------------------------------------------------------------


def test_known_weights_are_found_again() -> None:
    """Labels drawn with the probabilities of known weights, on columns of unlike size; 0.1 is over four errors."""
    random = np.random.default_rng(0)
    rows = random.normal(size=(40_000, 3)) * [1, 10, 0.1] + [0, 5, 1]
    known = Logistic(-1.5, (1.0, -0.2, 8.0))
    labels = (random.random(len(rows)) < [known.probability(row) for row in rows]).astype(float)
    found = fit.fit_logistic(rows, labels)
    spread = np.array([1, 10, 0.1])
    assert np.array(found.weights) * spread == pytest.approx(np.array(known.weights) * spread, abs=0.1)
    assert found.bias + np.dot(found.weights, [0, 5, 1]) == pytest.approx(5.5, abs=0.25)


def test_the_mean_probability_is_the_share_of_ones() -> None:
    """So it is wherever the bias is not penalised, as the loss's slope along it is 0."""
    random = np.random.default_rng(1)
    rows, labels = random.normal(size=(200, 2)), (random.random(200) < 0.1).astype(float)
    found = fit.fit_logistic(rows, labels)
    assert np.mean([found.probability(row) for row in rows]) == pytest.approx(labels.mean(), abs=1e-6)


def test_what_can_be_told_apart_is_and_the_weights_stay_finite() -> None:
    """Without the penalty they would grow without end; a column that does not vary gets none."""
    rows = np.column_stack([np.linspace(-1, 1, 40), np.full(40, 3.0)])
    found = fit.fit_logistic(rows, (rows[:, 0] > 0).astype(float))
    chances = np.array([found.probability(row) for row in rows])
    assert ((chances > 0.5) == (rows[:, 0] > 0)).all()
    assert 1 < found.weights[0] < 1000
    assert found.weights[1] == 0


# -- what it is fitted on and measured by ------------------------------------------------------------------------------


def test_the_first_and_every_fourth_title_after_it_are_held_out() -> None:
    training, held_out = fit.split([asked(title, ()) for title in "fbacedab"])
    assert [a.problem.title for a in held_out] == ["a", "e", "a"]
    assert [a.problem.title for a in training] == ["f", "b", "c", "d", "b"]


def test_the_sample_is_the_same_for_the_same_seed_and_in_order() -> None:
    problems = [Problem(str(number), "t", "t#0", ()) for number in range(50)]
    drawn = fit.sample(problems, 10, seed=3)
    assert drawn == fit.sample(problems, 10, seed=3) != fit.sample(problems, 10, seed=4)
    assert drawn == sorted(drawn, key=lambda problem: int(problem.question))
    assert fit.sample(problems, 100, seed=0) == problems


def test_the_best_sentence_by_hand() -> None:
    """By cosine one of three is right; one finds nothing; the unanswerable one does not count. Turned round, two."""
    three = [
        asked("a", ("x",), (0.9, 1.0), (0.1, 0.0)),
        asked("a", ("x",), (0.9, 0.0), (0.1, 1.0)),
        asked("a", ("x",)),
        asked("a", (), (0.9, 0.0)),
    ]
    assert fit.found_first(three, None) == (pytest.approx(1 / 3), 3)
    assert fit.found_first(three[1:], Logistic(0.0, (-1.0,) + 8 * (0.0,))) == (pytest.approx(1 / 2), 2)
    assert fit.found_first([], None) == (None, 0)


def test_a_sentence_is_right_in_its_own_paragraph_alone(tmp_path: Path) -> None:
    """Every town's harbour was opened in some year; only the sentence with this town's year is right."""
    path = tmp_path / "squad.json"
    path.write_text(json.dumps(squad()))
    articles, problems = fit.read_squad(path)
    assert [article.id for article in articles][:3] == ["Aberwen_(town)#0", "Aberwen_(town)#1", "Brackley_(town)#0"]
    assert articles[0].title == "Aberwen (town)"
    with fit.Library.open(tmp_path / "library", create=True) as library:
        library.add(articles)
        results = list(fit.gather(problems, library))
    assert [result.labels.sum() for result in results] == [1, 1, 0, 1] * 3
    assert {result.features.shape for result in results} == {(18, len(Features.__slots__))}


# -- the command -------------------------------------------------------------------------------------------------------


def test_the_command_prints_the_weights_as_they_are_written_in_the_code(tmp_path: Path) -> None:
    path = tmp_path / "squad.json"
    path.write_text(json.dumps(squad()))
    result = run(path)
    assert result.returncode == 0, result.stderr
    first, _, heading, fitted, cosine = result.stdout.splitlines()
    name, learned = first.split(" = ")
    weights = eval(learned, {"Logistic": Logistic}).weights  # noqa: S307
    assert (name, len(weights), weights[-2:]) == ("SENTENCE", 11, (0.0, 0.0))
    assert heading.split()[-3:] == ["held-out", "titles", "n"]
    assert [line.split()[-1] for line in (fitted, cosine)] == ["3", "3"]
    assert fitted.split()[-3] == "6"


@pytest.mark.parametrize("content", ["no json", "[]", '{"data": [{"title": "t"}]}', '{"data": []}', None])
def test_what_is_no_such_file_gives_one_line(content: str | None, tmp_path: Path) -> None:
    path = tmp_path / "squad.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(FootnoteError) as error:
        fit.fit([asked(p.title, p.answers) for p in fit.read_squad(path)[1]])
    assert "\n" not in str(error.value)
