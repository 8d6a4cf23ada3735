"""The signs of the vectors: what they single out of many holds the nearest, however old or broken their file is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index import Article, Passage
from index.catalog import Catalog
from index.encoder import DIMENSIONS, Vectors
from index.mirror import Mirror
from index.signs import FEW, WORTH, keep_signs, read_signs

MANY = FEW + 3_616


def near(centres: Vectors, seed: int) -> Vectors:
    """Unit vectors around these, as near as those of news are."""
    noise = np.random.default_rng(seed).standard_normal(centres.shape)
    moved = centres + 0.5 / np.sqrt(DIMENSIONS) * noise
    return (moved / np.linalg.norm(moved, axis=1, keepdims=True)).astype(np.float32)


def spread(count: int, seed: int) -> Vectors:
    vectors = np.random.default_rng(seed).standard_normal((count, DIMENSIONS))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


VECTORS = near(np.repeat(spread(MANY // 20, 0), 20, axis=0), 1)


def put(catalog: Catalog, identity: str, vectors: Vectors) -> None:
    count = len(vectors)
    passages = [Passage(identity, n, n + 1, 0, 0) for n in range(count)]
    catalog.put(Article(identity, "", "a" * count, identity), (), passages, vectors)


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    made = Catalog(tmp_path_factory.mktemp("signs"), create=True)
    put(made, "many", VECTORS)
    keep_signs(made)
    return made


def test_without_chroma_the_nearest_of_many_are_those_of_the_exact_scan(catalog: Catalog) -> None:
    mirror = Mirror(catalog)
    signs = read_signs(catalog)
    assert signs is not None
    for query in near(VECTORS[::4000], 2):
        assert len(signs.worth_looking_at(query)) == WORTH
        assert mirror.nearest(query, 10) == catalog.nearest(query, 10)


def test_what_came_since_is_found_and_what_is_gone_is_not(catalog: Catalog) -> None:
    query = near(VECTORS[:1], 3)
    before = (catalog.folder / "signs.npz").read_bytes()
    put(catalog, "new", query)
    keep_signs(catalog)
    assert (catalog.folder / "signs.npz").read_bytes() == before, "one passage is not worth a new file"
    mirror = Mirror(catalog)
    (new,) = catalog.passage_ids(after=MANY)
    assert mirror.nearest(query[0], 1)[0][0] == new
    catalog.delete(["new"])
    assert mirror.nearest(query[0], 10) == catalog.nearest(query[0], 10)


def test_after_many_changes_the_file_is_made_anew_of_what_is_there(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path, create=True)
    put(catalog, "gone", VECTORS[: FEW // 2])
    put(catalog, "stays", VECTORS)
    keep_signs(catalog)
    catalog.delete(["gone"])
    put(catalog, "new", spread(WORTH, 4))
    keep_signs(catalog)
    signs = read_signs(catalog)
    assert signs is not None
    assert signs.rows.tolist() == catalog.passage_ids()
    assert Mirror(catalog).nearest(spread(WORTH, 4)[7], 1)[0][0] == signs.rows[-WORTH + 7]


@pytest.mark.parametrize("damage", ["cut", "garbage", "another's", "of another model", "gone"])
def test_a_file_that_is_not_the_librarys_is_not_used(catalog: Catalog, tmp_path: Path, damage: str) -> None:
    path = catalog.folder / "signs.npz"
    whole, mark = path.read_bytes(), str(catalog.meta("signs"))
    try:
        if damage == "cut":
            path.write_bytes(whole[: len(whole) // 2])
        elif damage == "garbage":
            path.write_bytes(b"\0" * 500)
        elif damage == "another's":
            catalog.set_meta("signs", mark + "0")
        elif damage == "of another model":
            catalog.set_meta("model", "other")
        else:
            path.unlink()
        assert read_signs(catalog) is None
        query = VECTORS[5]
        assert Mirror(catalog).nearest(query, 10) == catalog.nearest(query, 10)
    finally:
        path.write_bytes(whole)
        catalog.set_meta("signs", mark)
        catalog.set_meta("model", mark.split()[0])
