"""The doctor finds each fault, names it, mends what can be made again, and says so by its exit code."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evals.cli import footnote
from index import Article, Library
from index.articles import Original
from index.encoder import Encoder
from index.lock import writing
from index.vectors import VectorIndex
from qa.doctor import examine_reader
from qa.reader import MODEL

CHECKS = [
    "version", "model files", "settings", "free disk", "writer", "catalog file", "articles", "passages", "originals",
    "full-text index", "model", "Chroma", "reader",
]  # fmt: skip


def doctor(library: Path, *options: str) -> Result:
    return CliRunner().invoke(footnote, ["doctor", "--library", str(library), *options])


def faults(library: Path) -> dict[str, str]:
    """Check -> fault, of those that found one."""
    found = json.loads(doctor(library, "--json").stdout)
    assert [finding["check"] for finding in found] == CHECKS
    return {finding["check"]: finding["fault"] for finding in found if finding["fault"]}


def change(library: Path, statement: str) -> None:
    database = sqlite3.connect(library / "catalog.sqlite3")
    database.executescript(statement)
    database.close()


def add_orphan(library: Path) -> None:
    index = VectorIndex(next(library.glob("chroma/*")))
    index._collection.upsert(ids=["999"], embeddings=[[1.0] + [0.0] * 383])
    index.close()


MENDABLE: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "full text": (lambda f: change(f, "UPDATE passages_fts_data SET block = x'ff'"), "full-text index", "SQLite says"),
    "fts rows": (lambda f: change(f, "DELETE FROM passages_fts WHERE rowid < 3"), "full-text index", "2 passages"),
    "model": (lambda f: change(f, "UPDATE meta SET value = 'old' WHERE key = 'model'"), "model", "are of old"),
    "orphans": (add_orphan, "Chroma", "1 vectors of no passage"),
    "chroma gone": (lambda f: shutil.rmtree(f / "chroma"), "Chroma", "its folder is gone"),
    "stray original": (
        lambda f: ((f / "originals").mkdir(exist_ok=True), (f / "originals" / "stray.pdf").touch()),
        "originals",
        "1 belong to no article",
    ),
}


def test_a_sound_library_has_no_fault_and_every_check_says_what_it_looked_at(seeds_copy: Path) -> None:
    result = doctor(seeds_copy)
    assert result.exit_code == 0, result.output
    assert all(line.startswith("ok") and len(line.split()) > 2 for line in result.stdout.splitlines()[:3])
    assert faults(seeds_copy) == {}


@pytest.mark.parametrize(("damage", "check", "fault"), MENDABLE.values(), ids=MENDABLE)
def test_what_is_made_from_the_articles_is_found_and_mended(
    seeds_copy: Path, damage: Callable[[Path], object], check: str, fault: str
) -> None:
    damage(seeds_copy)
    found = faults(seeds_copy)
    assert fault in found[check]
    assert doctor(seeds_copy).exit_code == 1
    repaired = doctor(seeds_copy, "--repair")
    assert repaired.exit_code == 0, repaired.output
    assert f"mended {check}" in repaired.stdout
    assert faults(seeds_copy) == {}
    with Library(seeds_copy) as library:
        assert library.search("Jack Ma returns to public view", 1)[0].lexical_rank is not None


def test_an_article_that_is_not_what_was_stored_is_named_and_exits_with_3(seeds_copy: Path) -> None:
    change(seeds_copy, "UPDATE articles SET text = replace(text, 'Alibaba', 'Elsewhere')")
    assert "are not what was stored" in faults(seeds_copy)["articles"]
    assert doctor(seeds_copy).exit_code == 3
    assert doctor(seeds_copy, "--repair").exit_code == 3


def test_a_missing_original_is_named_and_comes_back_with_its_file(library: Library, encoder: Encoder) -> None:
    new = Article("1", "", "Text of it.", "r.pdf", original=Original("r.pdf", b"bytes"))
    library.add([new])
    shutil.rmtree(library.folder / "originals")
    assert "1 are missing or changed" in faults(library.folder)["originals"]
    assert doctor(library.folder, "--repair").exit_code == 0
    assert library.original("1") is None
    library.add([new])
    found = library.original("1")
    assert found is not None
    assert found[0].read_bytes() == b"bytes"


def test_a_library_that_is_written_can_be_looked_at_and_not_repaired(seeds_copy: Path) -> None:
    with writing(seeds_copy):
        assert doctor(seeds_copy).exit_code == 0
        assert "is writing" in doctor(seeds_copy).stdout
        assert doctor(seeds_copy, "--repair").exit_code == 3


def test_a_damaged_reader_is_a_fault_and_the_shipped_one_is_none(tmp_path: Path) -> None:
    assert examine_reader().is_well
    shutil.copy(MODEL.parent / "checksums.json", tmp_path)
    assert "cannot be read" in examine_reader(tmp_path / "reader.xml").fault
    (tmp_path / "reader.xml").write_bytes(b"xml")
    assert "is damaged" in examine_reader(tmp_path / "reader.xml").fault
    for name in ("reader.xml", "reader.bin"):
        shutil.copy(MODEL.parent / name, tmp_path)
    assert "checker.xml" in examine_reader(tmp_path / "reader.xml").fault


def test_no_library_is_one_line(tmp_path: Path) -> None:
    result = doctor(tmp_path / "nowhere")
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)


def test_a_broken_full_text_index_stops_no_answer(seeds_copy: Path) -> None:
    change(seeds_copy, "UPDATE passages_fts_data SET block = x'ff'")
    question = ["ask", "How much value did the crackdown wipe out?", "--json", "--library", str(seeds_copy)]
    result = CliRunner().invoke(footnote, question)
    assert result.exit_code == 0
    assert "$1 trillion" in json.loads(result.stdout)["answer"]


def test_settings_that_keep_everybody_from_asking_are_a_fault(seeds_copy: Path) -> None:
    (seeds_copy / "settings.json").write_text("{bad")
    assert "is no JSON object of settings" in faults(seeds_copy)["settings"]
