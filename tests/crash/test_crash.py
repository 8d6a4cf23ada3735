"""kill -9 at any moment: what was acknowledged is there and found, nothing is half there, and it answers at once.

`make test` kills a few times; `make crash-test` three hundred times and more, and prints what it saw.
"""

from __future__ import annotations

import importlib.util
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index import Library
from index.encoder import Encoder
from index.reading import lay_out

WRITER = Path(__file__).with_name("writer.py")
KILLS = int(os.environ.get("FOOTNOTE_KILLS", "4"))
"""Kills at random moments; those at named points come on top."""
ANSWERS_WITHIN_S = 30

spec = importlib.util.spec_from_file_location("crash_writer", WRITER)
assert spec is not None
assert spec.loader is not None
writer = importlib.util.module_from_spec(spec)
spec.loader.exec_module(writer)


class Lives:
    """One writer after another on one library, and what they were told is done."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        self.library = folder / "library"
        self.slowest_s = 0.0
        self.kills = 0
        self.acknowledged = 0
        self._encoder = encoder
        self._notes = folder / "notes"
        self._process = subprocess.Popen(
            [sys.executable, WRITER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._present: dict[int, int] = {}
        self._gone: set[int] = set()
        self._first = 0

    def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)

    def live(self, seed: int, *, point: str | None = None, seconds: float = 0.0) -> None:
        """One life, ended at the point or after some seconds of work; then the library is looked at."""
        self._notes.unlink(missing_ok=True)
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        request: dict[str, Any] = {
            "library": str(self.library),
            "notes": str(self._notes),
            "seed": seed,
            "first": self._first,
            "present": self._present,
            "point": point,
        }
        stdin.write(json.dumps(request) + "\n")
        stdin.flush()
        pid = int(stdout.readline())
        if point is None:
            while not self._notes.exists():  # the library is open, and the first change begins
                time.sleep(0.002)
            time.sleep(seconds)
            os.kill(pid, signal.SIGKILL)
        assert int(stdout.readline()) == -signal.SIGKILL
        self.kills += 1
        self._look(*self._read_notes())

    def _read_notes(self) -> tuple[set[int], tuple[int, int | None] | None]:
        """Take what was acknowledged; the numbers it concerns, and (number, version) of what was under way."""
        touched: set[int] = set()
        under_way = None
        for line in self._notes.read_text().splitlines() if self._notes.exists() else []:
            state, what, number, version = line.split()
            if state == "begin":
                under_way = (int(number), None if what == "remove" else int(version))
                self._first = max(self._first, int(number))
                continue
            under_way = None
            self.acknowledged += 1
            touched.add(int(number))
            if what == "remove":
                del self._present[int(number)]
                self._gone.add(int(number))
            else:
                self._present[int(number)] = int(version)
        return touched, under_way

    def _look(self, touched: set[int], under_way: tuple[int, int | None] | None) -> None:
        began = time.monotonic()
        with Library(self.library, create=True, encoder=self._encoder) as library:
            library.search("anything at all", 1)
            self.slowest_s = max(self.slowest_s, time.monotonic() - began)
            self._settle(library, under_way)
            assert {s.id for s in library.articles()} == {f"a{number}" for number in self._present}
            for number in sorted(touched & set(self._present)):
                self._check_whole(library, number)
                self._check_found(library, number)

    def _settle(self, library: Library, under_way: tuple[int, int | None] | None) -> None:
        """What was under way is done or not, and nothing between."""
        if under_way is None:
            return
        number, version = under_way
        there = library._catalog.article(f"a{number}")
        if there is None:
            assert version is None or number not in self._present
            self._present.pop(number, None)
        else:
            versions = [v for v in (self._present.get(number), version) if v is not None]
            self._present[number] = next(v for v in versions if there.text == writer.text_of(number, v))

    def _check_whole(self, library: Library, number: int) -> None:
        """Text, sentences, passages, vectors, full text and original are those of one version."""
        article_id = f"a{number}"
        expected = writer.article(number, self._present[number])
        assert library.show(article_id).text == expected.text
        laid_out = lay_out(library.show(article_id), self._encoder)
        assert library.sentences(article_id) == laid_out.sentences
        assert library.passages(article_id) == laid_out.passages
        original = library.original(article_id)
        assert original is not None
        assert original[0].read_bytes() == expected.original.content

    def _check_found(self, library: Library, number: int) -> None:
        """By its words, and by its vector where the vectors are of the model that asks."""
        hits = [hit for hit in library.search(f"article {number}x", 10) if hit.article_id == f"a{number}"]
        assert hits
        assert hits[0].lexical_rank is not None
        if library._catalog.model == self._encoder.name:
            assert any(hit.dense_rank is not None for hit in library.search(hits[0].text, 10))

    def check_everything(self) -> None:
        """Every article, and then Chroma: mended, whole, and giving what the scan gives."""
        with Library(self.library, encoder=self._encoder) as library:
            for number in sorted(self._present):
                self._check_whole(library, number)
            library.add([writer.article(self._first + 1, 0)])  # also renews the vectors of another model
            self._present[self._first + 1] = 0
            library.warm_up()
            assert library._mirror._index is not None
            assert library._mirror._index.ids() == set(library._catalog.passage_ids())
            for number in sorted(self._present):
                self._check_found(library, number)
            assert library._catalog.full_text.fault() == ""
            assert library._catalog.integrity() == []


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[Lives]:
    found = Lives(tmp_path_factory.mktemp("crash"), encoder)
    yield found
    found.end()
    sys.stdout.write(
        f"\n{found.kills} kills, {found.acknowledged} changes acknowledged, 0 lost, 0 half;"
        f" slowest first search after a kill {found.slowest_s:.2f} s\n"
    )


def test_killed_at_random_it_loses_nothing_that_was_acknowledged(lives: Lives) -> None:
    chance = random.Random(1)
    for seed in range(KILLS):
        lives.live(seed, seconds=chance.uniform(0, 1.0))
        if seed % 25 == 24:
            lives.check_everything()
    assert lives.slowest_s < ANSWERS_WITHIN_S
    lives.check_everything()


@pytest.mark.parametrize("point", writer.POINTS)
def test_killed_at_a_named_point_it_loses_nothing_that_was_acknowledged(lives: Lives, point: str) -> None:
    for repeat in range(1 + KILLS // 100):
        lives.live(1000 + repeat, point=point)
    assert lives.slowest_s < ANSWERS_WITHIN_S


def test_after_all_of_it_every_article_is_whole_and_found(lives: Lives) -> None:
    lives.check_everything()
