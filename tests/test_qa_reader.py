"""The reader that ranks passages and finds answers: the shipped model, and what surrounds it."""

from __future__ import annotations

import shutil
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.cli import footnote
from index.errors import ModelError
from qa.reader import CHECKER, MAX_TOKENS, MODEL, PAIRS_AT_ONCE, Reader, Text, _starts

HARBOUR = Text(
    "The harbour", "The harbour of Eldvik opened in 1901. Its first master was Ada Lund, who came from Bergen."
)
MILL = Text("The mill", "The mill at Eldvik burned down in 1888. Nobody was hurt.")


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader().load()


def test_the_passage_that_answers_is_more_relevant_and_the_answer_is_found_in_it(reader: Reader) -> None:
    harbour, mill = reader.read("Who was the first master of the harbour?", [HARBOUR, MILL])
    assert harbour.relevance > mill.relevance
    found = harbour.best()
    assert found is not None
    assert HARBOUR.text[found.start : found.end] == "Ada Lund"
    assert found.odds > 0


def test_an_answer_is_looked_for_only_where_it_is_asked_for(reader: Reader) -> None:
    (reading,) = reader.read("When did the harbour open?", [HARBOUR])
    first = HARBOUR.text.index("Its")
    in_first, in_second = reading.best(0, first), reading.best(first)
    assert in_first is not None
    assert in_second is not None
    assert HARBOUR.text[in_first.start : in_first.end] == "1901"
    assert in_first.odds > in_second.odds
    assert reading.best(5, 6) is None


def test_a_claim_with_another_number_is_less_supported(reader: Reader) -> None:
    for judge in (reader, reader.checker):
        true, false = judge.support(
            [("The harbour opened in 1901.", HARBOUR.text), ("Nobody has ever seen the harbour of Oslo.", HARBOUR.text)]
        )
        assert true[0] > false[0]
        assert np.isclose(true.sum(), 1.0, atol=1e-3)


def test_the_checker_tells_twins_apart_that_are_as_near_in_words(reader: Reader) -> None:
    rate = "The central bank of Tarnia raised its interest rate to 4 percent on Friday."
    names = "After the merger the shares of Brask rose by a fifth, while those of Halvorsen fell."
    pairs = [
        ("Tarnia's central bank put its interest rate up to 4 percent.", rate),
        ("Tarnia's central bank took its interest rate down to 4 percent.", rate),
        ("The shares of Brask rose by a fifth after the merger.", names),
        ("The shares of Halvorsen rose by a fifth after the merger.", names),
        ("Prices climbed in March.", "In March, prices rose."),
        ("Prices dropped in March.", "In March, prices rose."),
    ]
    entailed = reader.checker.support(pairs)[:, 0]
    assert (entailed[::2] > entailed[1::2]).all()


def test_the_same_pair_gives_the_same_numbers_whatever_stands_beside_it(reader: Reader) -> None:
    alone = reader.read("Who was the first master?", [HARBOUR])[0]
    beside = reader.read("Who was the first master?", [MILL, Text("", MILL.text * 20), HARBOUR, MILL])[2]
    assert alone.relevance == beside.relevance
    assert np.array_equal(alone.starts, beside.starts)


def test_an_answer_far_down_a_long_passage_is_found(reader: Reader) -> None:
    filler = "The town has a school, a church and a market on Saturdays. " * 60
    long = Text("Eldvik", filler + HARBOUR.text)
    (reading,) = reader.read("Who was the first master of the harbour?", [long])
    found = reading.best()
    assert found is not None
    assert long.text[found.start : found.end] == "Ada Lund"


@settings(max_examples=200)
@given(st.integers(0, 2000), st.integers(60, 250))
def test_windows_cover_every_token_and_overlap(length: int, room: int) -> None:
    starts = list(_starts(length, room))
    covered = set[int]()
    for start in starts:
        covered.update(range(start, min(start + room, length)))
    assert covered == set(range(length))
    assert all(b - a < room for a, b in pairwise(starts))


ODD = st.text(st.characters(codec="utf-8"), max_size=60)


@settings(deadline=None, max_examples=30)
@given(ODD, st.lists(st.builds(Text, ODD, ODD), max_size=3))
def test_any_text_can_be_read(reader: Reader, question: str, passages: list[Text]) -> None:
    readings = reader.read(question, passages)
    assert len(readings) == len(passages)
    for passage, reading in zip(passages, readings, strict=True):
        assert np.isfinite(reading.relevance)
        found = reading.best()
        assert found is None or 0 <= found.start < found.end <= len(passage.text)


def test_other_scripts_and_empty_texts_do_no_harm(reader: Reader) -> None:
    readings = reader.read(
        "アントの上場はなぜ中止されたのか", [Text("", ""), Text("標題", "監督当局が介入した。"), HARBOUR]
    )
    assert len(readings) == 3
    assert readings[0].best() is None
    assert reader.read("Who?", []) == []
    assert reader.support([]).shape == (0, 3)


def test_many_pairs_are_read_in_parts(reader: Reader) -> None:
    pairs = [Text("", f"Number {n}.") for n in range(PAIRS_AT_ONCE + 3)]
    readings = reader.read("Which number?", pairs)
    assert len(readings) == len(pairs)
    assert readings[-1].offsets[-1][1] == len(pairs[-1].text)
    assert len(readings[0].offsets) < MAX_TOKENS


@pytest.mark.parametrize("name", [MODEL.name, CHECKER])
@pytest.mark.parametrize("damage", ["cut", "missing"])
def test_without_its_file_everything_else_works_and_one_line_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, seeds_folder: Path, damage: str, name: str
) -> None:
    shutil.copytree(MODEL.parent, tmp_path / "models")
    file = tmp_path / "models" / name
    if damage == "cut":
        file.write_bytes(file.read_bytes()[:1000])
    else:
        file.unlink()

    with pytest.raises(ModelError, match=name):
        Reader(file).load()
    monkeypatch.setattr(Reader.__init__, "__defaults__", (file.with_name(MODEL.name),))
    done = CliRunner().invoke(
        footnote, ["ask", "--library", str(seeds_folder), "How much value did the crackdown wipe out?"]
    )
    assert done.exit_code == 0
    assert "trillion" in done.stdout
    assert done.stderr.count("\n") == 1
    assert "answering without the reader" in done.stderr


def test_the_file_is_small_enough_to_ship() -> None:
    assert MODEL.stat().st_size <= 25_000_000


def test_thirty_candidates_are_read_in_bounded_time(reader: Reader) -> None:
    passages = [Text("The harbour", (HARBOUR.text + " ") * 6)] * 30
    reader.read("Who was the first master?", passages)
    start = time.perf_counter()
    reader.read("Who was the first master?", passages)
    assert time.perf_counter() - start < 5.0
