"""Sync is exact: what is new, edited, renamed, copied or gone is told apart, and only new words are encoded."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from index import Article, Library
from index.articles import Original
from index.encoder import Encoder, Vectors
from index.errors import MassRemoval
from index.report import Progress

PARAGRAPHS = [
    f"Paragraph {n} tells of thing {n} at length, " + f"and of what came of thing {n}. " * 12 for n in range(9)
]


class Counting(Encoder):
    """The real encoder, which also keeps count of the texts it has encoded."""

    def __init__(self) -> None:
        super().__init__()
        self.encoded = 0

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.encoded += len(texts)
        return super().encode(texts)


class Failing(Encoder):
    """The real encoder, failing as the runtime does at texts with a certain word."""

    word = "poison"

    def encode(self, texts: Sequence[str]) -> Vectors:
        if any(self.word in text for text in texts):
            raise RuntimeError("Exception from src/inference/src/cpp/infer_request.cpp:223:\nand more lines")
        return super().encode(texts)


@pytest.fixture(scope="module")
def counting() -> Counting:
    return Counting()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


@pytest.fixture
def library(either: Library) -> Library:
    return either


@pytest.fixture(params=["folder", "servers"])
def counted(request: pytest.FixtureRequest, tmp_path: Path, counting: Counting) -> Iterator[Library]:
    counting.encoded = 0
    is_folder = request.param == "folder"
    place = tmp_path / "library" if is_folder else request.getfixturevalue("address")
    with Library(place, create=True, encoder=counting) as opened:
        yield opened


def test_an_edited_file_is_one_changed_article_and_only_its_new_words_are_encoded(
    counted: Library, counting: Counting, folder: Path
) -> None:
    file = folder / "a.txt"
    file.write_text("Title: A\n\n" + "\n\n".join(PARAGRAPHS))
    (old,) = counted.sync(folder).added
    before, counting.encoded = counting.encoded, 0
    file.write_text("Title: A\n\n" + "\n\n".join([*PARAGRAPHS[:8], "A new ending. " * 40]))
    report = counted.sync(folder)
    assert len(report.changed) == 1
    assert (report.added, report.removed) == ((), ())
    assert 0 < counting.encoded <= before // 2
    assert [s.id for s in counted.articles()] == list(report.changed) != [old]


def test_adding_an_edited_file_again_replaces_what_it_held_and_leaves_its_copy_elsewhere(
    library: Library, folder: Path
) -> None:
    (folder / "a.txt").write_text("Title: A\n\nOne.")
    shutil.copy(folder / "a.txt", folder / "b.txt")
    library.add_files([folder])
    (folder / "a.txt").write_text("Title: A\n\nTwo.")
    assert len(library.add_files([folder / "a.txt"]).changed) == 1
    assert sorted(library.show(s.id).text for s in library.articles()) == ["Title: A\n\nOne.", "Title: A\n\nTwo."]
    (folder / "b.txt").write_text("Title: A\n\nTwo.")
    library.add_files([folder / "b.txt"])
    (left,) = library.articles()
    assert library.sources(left.id) == [str(folder / "a.txt"), str(folder / "b.txt")]


@pytest.mark.parametrize("counted", ["folder"], indirect=True)
def test_an_unchanged_folder_is_read_and_encoded_no_more_and_a_thousand_files_take_under_a_second(
    counted: Library, counting: Counting, folder: Path
) -> None:
    for number in range(1000):
        (folder / f"{number}.txt").write_text(f"Title: {number}\n\nArticle {number}.")
    assert len(counted.sync(folder).added) == 1000
    revision, counting.encoded = counted.revision, 0
    os.utime(folder / "5.txt", (0, 0))  # a clock that jumps back changes no content
    began = time.process_time()
    report = counted.sync(folder)
    assert time.process_time() - began < 1
    assert len(report.unchanged) == 1000
    assert (counting.encoded, counted.revision) == (0, revision)


def test_a_renamed_file_keeps_its_article_its_title_and_its_vectors(
    counted: Library, counting: Counting, folder: Path
) -> None:
    (folder / "first name.txt").write_text("just some words without a title.")
    (added,) = counted.sync(folder).added
    counting.encoded = 0
    (folder / "first name.txt").rename(folder / "second.txt")
    for dry_run in (True, False):
        report = counted.sync(folder, dry_run=dry_run)
        assert (report.renamed, report.removed) == ((added,), ())
    assert counting.encoded == 0
    assert counted.sources(added) == [str(folder / "second.txt")]


def test_the_same_words_under_two_names_and_formats_are_one_article(library: Library, folder: Path) -> None:
    (folder / "notes.txt").write_text("just some words without a title.")
    (folder / "copy.md").write_text("just some words without a title.")
    report = library.sync(folder)
    assert (len(report.added), len(report.unchanged)) == (1, 1)
    (only,) = library.articles()
    assert len(library.sources(only.id)) == 2
    assert len(library.sync(folder).unchanged) == 2


def test_removing_most_takes_force_and_until_then_removes_nothing(library: Library, folder: Path) -> None:
    for name in "abc":
        (folder / f"{name}.txt").write_text(f"Title: {name}\n\n{name}.")
    library.sync(folder)
    (folder / "a.txt").unlink()
    (folder / "b.txt").unlink()
    with pytest.raises(MassRemoval, match=r"2 of the 3 articles .* --force"):
        library.sync(folder)
    assert len(library.articles()) == 3
    assert library.sync(folder, dry_run=True).needs_force
    forced = library.sync(folder, force=True)
    assert (len(forced.removed), forced.needs_force) == (2, False)
    assert len(library.articles()) == 1


def test_a_library_in_the_folder_that_it_mirrors_is_no_article(folder: Path, encoder: Encoder) -> None:
    """Its originals are copies of the files there, and would keep what is deleted."""
    for name in "abc":
        (folder / f"{name}.txt").write_text(f"Title: {name}\n\nIt is {name}.")
    with Library(folder / "library", create=True, encoder=encoder) as library:
        assert len(library.sync(folder).added) == 3
        assert len(library.sync(folder).unchanged) == 3
        (folder / "a.txt").unlink()
        assert len(library.sync(folder).removed) == 1
        assert [summary.title for summary in library.articles()] == ["b", "c"]
        assert library.add_files([folder / "library"]).changes == ()


def test_a_wire_copy_is_said_and_counts_as_one_source(library: Library, folder: Path) -> None:
    story = (Path(__file__).parents[1] / "seeds" / "000_fc1ac18a21488567.txt").read_text()
    (folder / "a.txt").write_text(story)
    library.sync(folder)
    (folder / "b.txt").write_text("Title: Our own headline\n\nBy our desk\n\n" + story.split("\n", 2)[2])
    report = library.sync(folder)
    (group,) = report.near
    assert set(report.added) < set(group)
    assert library.duplicates() == [group]
    assert len(set(library.clusters(group).values())) == 1


def test_an_article_that_cannot_be_encoded_costs_no_other_and_is_tried_again(tmp_path: Path, folder: Path) -> None:
    (folder / "a.txt").write_text("Title: A\n\nGood words.")
    (folder / "b.txt").write_text("Title: B\n\nOld words.")
    with Library(tmp_path / "library", create=True, encoder=Failing()) as library:
        library.sync(folder)
        (folder / "a.txt").write_text("Title: A\n\nBetter words.")
        (folder / "b.txt").write_text("Title: B\n\nNow with poison.")
        report = library.sync(folder)
        assert len(report.changed) == 1
        assert [(Path(e.source).name, "\n" in e.reason) for e in report.failed] == [("b.txt", False)]
        assert sorted(library.show(s.id).text[10:] for s in library.articles()) == ["Better words.", "Old words."]
        assert [Path(e.source).name for e in library.sync(folder).failed] == ["b.txt"]
    with Library(tmp_path / "library") as library:
        assert len(library.sync(folder).changed) == 1


def test_another_model_s_vectors_are_never_mixed_with_the_old(tmp_path: Path, encoder: Encoder) -> None:
    class Other(Encoder):
        name = "other"

        def encode(self, texts: Sequence[str]) -> Vectors:
            return -super().encode(texts)

    with Library(tmp_path / "library", create=True, encoder=encoder) as library:
        library.add([Article(str(n), "", f"Thing {n} is here.", "a.jsonl") for n in range(3)])
    with Library(tmp_path / "library", encoder=Other()) as library:
        assert [hit.dense_rank for hit in library.search("thing 2")] == [None] * 3
        library.add([Article("3", "", "Thing 3 is here.", "a.jsonl")])
        rows = library._catalog.passage_ids()
        vectors = library._catalog.vectors(rows)
        texts = [library._catalog.passages([row])[row].text for row in rows]
        assert (vectors == Other().encode(texts)).all()
        library.warm_up()
        assert library.search("Thing 2 is here.", 1)[0].dense_rank == 1
    with Library(tmp_path / "library", encoder=encoder) as library:
        assert [hit.dense_rank for hit in library.search("thing 2")] == [None] * 4


def test_an_original_is_kept_once_and_goes_with_the_last_article_that_needs_it(library: Library) -> None:
    file = Original("Report of May.PDF", b"%PDF-1.7 bytes")
    library.add([Article(i, i, f"Text {i}.", "r.pdf", pages=(0, 3), author="A", original=file) for i in ("1", "2")])
    found = library.original("1")
    assert found is not None
    path, name = found
    assert (path.read_bytes(), path.suffix, name) == (b"%PDF-1.7 bytes", ".pdf", "Report of May.PDF")
    assert library.original("2") == found
    assert (library.show("1").pages, library.show("1").author) == ((0, 3), "A")
    library.remove(["1"])
    assert path.exists()
    library.remove(["2"])
    assert not path.exists()
    library.add([Article("3", "", "Without.", "a.txt")])
    assert library.original("3") is None


def test_progress_tells_files_articles_and_passages(library: Library, folder: Path) -> None:
    (folder / "a.jsonl").write_text("".join(json.dumps({"id": str(n), "text": f"T {n}."}) + "\n" for n in range(5)))
    told: list[Progress] = []
    library.sync(folder, progress=told.append)
    size = (folder / "a.jsonl").stat().st_size
    assert told[-1] == Progress(size, size, 5, 5)


@pytest.mark.parametrize("either", ["folder"], indirect=True)
def test_a_full_disk_is_said_and_loses_nothing(library: Library, tmp_path: Path, folder: Path) -> None:
    """A file size limit stands for the disk: SQLite meets the same error."""
    library.add([Article("1", "", "One.", "a.jsonl")])
    library.close()
    (folder / "big.jsonl").write_text(
        "".join(json.dumps({"id": f"b{n}", "text": f"Long text {n}. " * 400}) + "\n" for n in range(60))
    )
    size = (library.folder / "catalog.sqlite3").stat().st_size
    program = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, ({size + 60_000}, {size + 60_000}))
from evals.cli import main
sys.argv = ["footnote", "add", {str(folder)!r}, "--library", {str(library.folder)!r}]
main()
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert result.returncode == 3
    assert "what was stored before is safe" in result.stderr
    assert "Traceback" not in result.stderr
    with Library(library.folder) as opened:
        assert opened.show("1").text == "One."
        assert len(opened.add_files([folder]).failed) == 0
        assert len(opened.articles()) == 61


def test_sync_of_a_missing_folder_makes_no_library(tmp_path: Path, process: object) -> None:
    result = process("sync", tmp_path / "missing", "--library", tmp_path / "library")  # type: ignore[operator]
    assert result.returncode == 2
    assert "is not a folder" in result.stderr
    assert not (tmp_path / "library").exists()


def test_watch_follows_the_folder_and_ctrl_c_ends_it(tmp_path: Path, folder: Path) -> None:
    (folder / "a.txt").write_text("Title: A\n\nOne.")
    command = [Path(sys.executable).with_name("footnote"), "sync", folder, "--watch", "--library", tmp_path / "library"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline().startswith("1 added")
        (folder / "b.txt").write_text("Title: B\n\nTwo.")
        assert running.stdout.readline().startswith("1 added")
        running.send_signal(2)
        out, err = running.communicate(timeout=60)
    assert (running.returncode, out, err) == (0, "", "")
