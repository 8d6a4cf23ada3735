"""Chroma as a derived index: exact enough, replaceable row by row, and known to be whole before it is opened."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from index import Passage
from index.catalog import StoredPassage
from index.encoder import DIMENSIONS, Vectors
from index.vectors import BATCH, VectorIndex, VectorIndexError, fingerprint


def unit_vectors(count: int, seed: int = 0) -> Vectors:
    vectors = np.random.default_rng(seed).standard_normal((count, DIMENSIONS)).astype(np.float32)
    normalised: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return normalised


def rows(count: int, first: int = 1) -> list[StoredPassage]:
    return [StoredPassage(i, Passage("a", i, i + 4, 0, 1), "Title", "text") for i in range(first, first + count)]


@pytest.fixture
def chroma(tmp_path: Path) -> Iterator[VectorIndex]:
    opened = VectorIndex(tmp_path / "chroma")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed index of so many rows that Chroma keeps its graph in files."""
    folder = tmp_path_factory.mktemp("graph") / "chroma"
    opened = VectorIndex(folder)
    opened.upsert(rows(1100), unit_vectors(1100))
    opened.close()
    return folder


def test_the_nearest_are_those_of_the_exact_scan_with_their_cosines(chroma: VectorIndex) -> None:
    vectors = unit_vectors(400)
    chroma.upsert(rows(400), vectors)
    for query in unit_vectors(10, seed=1):
        cosines = vectors @ query
        order = np.argsort(-cosines)[:10]
        found = chroma.nearest(query, 10)
        assert [row for row, _ in found] == [int(position) + 1 for position in order]
        assert np.allclose([cosine for _, cosine in found], cosines[order], atol=1e-5)


def test_more_rows_than_a_batch_are_all_kept(chroma: VectorIndex) -> None:
    chroma.upsert(rows(2 * BATCH + 1), unit_vectors(2 * BATCH + 1))
    assert chroma.count() == 2 * BATCH + 1
    assert chroma.ids() == set(range(1, 2 * BATCH + 2))


def test_a_row_written_again_is_replaced(chroma: VectorIndex) -> None:
    first, second = unit_vectors(2)
    chroma.upsert(rows(1), first[None, :])
    chroma.upsert(rows(1), second[None, :])
    assert chroma.count() == 1
    assert chroma.nearest(second, 1)[0] == (1, pytest.approx(1.0, abs=1e-5))


def test_deleted_rows_are_found_no_more_and_unknown_ones_are_no_error(chroma: VectorIndex) -> None:
    vectors = unit_vectors(3)
    chroma.upsert(rows(3), vectors)
    chroma.delete([2, 99])
    assert chroma.ids() == {1, 3}
    assert {row for row, _ in chroma.nearest(vectors[1], 5)} == {1, 3}


def test_an_empty_index_finds_nothing(chroma: VectorIndex) -> None:
    assert chroma.nearest(unit_vectors(1)[0], 5) == []
    assert chroma.ids() == set()
    chroma.upsert([], unit_vectors(0))
    chroma.delete([])
    assert chroma.count() == 0


def test_equal_vectors_come_in_row_order(chroma: VectorIndex) -> None:
    vector = unit_vectors(1)
    chroma.upsert(list(reversed(rows(3))), np.repeat(vector, 3, axis=0))
    assert [row for row, _ in chroma.nearest(vector[0], 3)] == [1, 2, 3]


def test_searches_stay_right_when_a_third_was_deleted_and_added_anew(graph: Path, tmp_path: Path) -> None:
    opened = VectorIndex(Path(shutil.copytree(graph, tmp_path / "copy")))
    vectors = unit_vectors(1100)
    opened.delete(range(1, 331))
    opened.upsert(rows(330, first=2001), unit_vectors(330, seed=5))
    everything = np.concatenate([vectors[330:], unit_vectors(330, seed=5)])
    numbers = np.array([*range(331, 1101), *range(2001, 2331)])
    found = 0
    for query in unit_vectors(20, seed=6):
        best = set(numbers[np.argsort(-(everything @ query))[:10]].tolist())
        found += len(best & {row for row, _ in opened.nearest(query, 10)})
    assert found >= 0.98 * 200
    assert opened._client.get_max_batch_size() > BATCH
    opened.close()


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_a_query_that_is_no_number_is_refused(chroma: VectorIndex, number: float) -> None:
    with pytest.raises(VectorIndexError):
        chroma.nearest(np.full(DIMENSIONS, number, dtype=np.float32), 1)


def test_texts_with_nul_and_emoji_are_taken(chroma: VectorIndex) -> None:
    passage = StoredPassage(1, Passage("a", 0, 3, 0, 1), "T\0🙂", "a\0🙂")
    chroma.upsert([passage], unit_vectors(1))
    assert chroma.ids() == {1}


def test_what_was_closed_is_there_when_opened_again(tmp_path: Path) -> None:
    vectors = unit_vectors(5)
    opened = VectorIndex(tmp_path)
    opened.upsert(rows(5), vectors)
    opened.close()
    opened = VectorIndex(tmp_path)
    assert opened.nearest(vectors[3], 1)[0][0] == 4
    opened.close()


def test_an_index_whose_database_is_garbage_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "chroma.sqlite3").write_bytes(b"garbage" * 1000)
    with pytest.raises(VectorIndexError):
        VectorIndex(tmp_path)


def test_reading_leaves_the_fingerprint_and_writing_a_new_graph_changes_it(graph: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(graph, tmp_path / "copy"))
    before = fingerprint(folder)
    assert before != ""
    opened = VectorIndex(folder)
    opened.nearest(unit_vectors(1)[0], 5)
    opened.close()
    assert fingerprint(folder) == before
    opened = VectorIndex(folder)
    opened.upsert(rows(1100, first=2000), unit_vectors(1100, seed=2))
    opened.close()
    assert fingerprint(folder) not in ("", before)


def test_a_few_rows_have_no_graph_and_so_no_fingerprint(chroma: VectorIndex) -> None:
    assert fingerprint(chroma.folder / "nowhere") == ""
    chroma.upsert(rows(5), unit_vectors(5))
    chroma.nearest(unit_vectors(1)[0], 5)
    assert fingerprint(chroma.folder) == ""


@pytest.mark.parametrize(
    "name", ["data_level0.bin", "header.bin", "index_metadata.pickle", "length.bin", "link_lists.bin"]
)
def test_every_torn_file_shows_in_the_fingerprint(graph: Path, tmp_path: Path, name: str) -> None:
    folder = Path(shutil.copytree(graph, tmp_path / "copy"))
    (file,) = folder.glob(f"*/{name}")
    content = file.read_bytes()
    for torn in (content[: len(content) // 2], bytes(len(content)), b""):
        file.write_bytes(torn)
        assert fingerprint(folder) != fingerprint(graph)
    file.unlink()
    assert fingerprint(folder) != fingerprint(graph)
