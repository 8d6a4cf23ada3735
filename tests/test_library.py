"""The one door: what goes in comes out exact, twice is once, and no damage to Chroma loses an article or an answer."""

from __future__ import annotations

import json
import logging
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index import Article, ArticleError, Library
from index.encoder import Encoder
from index.errors import LibraryLocked, NoLibrary, UnknownArticle
from index.intake import Intake
from index.lock import GRACE_S, writing
from index.place import Place
from index.served import ServedMirror
from index.vectors import VectorIndex

MANY = 1100
"""Articles of a sentence each: enough for Chroma to keep its graph in files."""
PIECES = ("Prices fell. ", "“No.” ", "🙂 ", "e\u0301", "\u00a0", "\r\n", "\n\n", "1. One. ", "中文。", "\0", "a" * 400)
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=20), max_size=20).map("".join)


@pytest.fixture
def library(either: Library) -> Library:
    """Each test that is about no file runs on both."""
    return either


def article(article_id: str, text: str, title: str = "", source: str = "a.jsonl") -> Article:
    return Article(article_id, title, text, source)


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.txt").write_text(text)
    return folder


def records(path: Path, *found: dict[str, str]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in found))
    return path


def ids(library: Library) -> list[str]:
    return sorted(summary.id for summary in library.articles())


def holdings(library: Library) -> list[tuple[str, str, int]]:
    return [(s.id, library.show(s.id).text, s.passages) for s in library.articles()]


def in_chroma(place: Path | Place, encoder: Encoder) -> set[int]:
    """What Chroma holds now, seen by a library that asks it rather than the catalog."""
    with Library(place, encoder=encoder) as opened:
        mirror = opened._mirror
        index = mirror._open() if isinstance(mirror, ServedMirror) else VectorIndex(mirror._folder())
        rows = index.ids()
        index.close()
        return rows


def store_alone(library: Library, new: Article) -> None:
    """The catalog has it and Chroma has not, as after a kill between the two."""
    Intake(library._catalog, library.encoder, library._tokens, None).take(library._steps([new]))


# -- adding -----------------------------------------------------------------------------------------------------------


def test_adding_twice_changes_nothing(library: Library, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", a="Title: A\n\nZebras run.", b="Title: B\n\nHorses sleep.")
    assert str(library.add_files([folder])) == "2 added, 0 changed, 0 renamed, 0 removed, 0 unchanged, 0 failed"
    revision, held = library.revision, holdings(library)
    for again in (library.add_files([folder]), library.add_files([folder / "b.txt", folder / "a.txt", folder])):
        assert (again.added, again.changed, again.failed) == ((), (), ())
    assert (library.revision, holdings(library)) == (revision, held)


def test_records_keep_their_ids_and_their_text_to_the_character_even_where_texts_are_equal(
    library: Library, tmp_path: Path
) -> None:
    text = " Zebras\r\n run\t🙂\u00a0e\u0301. \0 "
    path = records(
        tmp_path / "a.jsonl", {"id": "1", "text": text}, {"id": "2", "text": text}, {"id": "3", "text": text}
    )
    assert library.add_files([path]).added == ("1", "2", "3")
    assert [library.show(i).text for i in ("1", "2", "3")] == [text] * 3
    assert [s.characters for s in library.articles()] == [len(text)] * 3


def test_a_record_with_a_known_id_and_other_content_takes_its_place(library: Library, tmp_path: Path) -> None:
    path = records(tmp_path / "a.jsonl", {"id": "1", "text": "Zebras run."})
    library.add_files([path])
    records(path, {"id": "1", "text": "Horses sleep."})
    report = library.add_files([path])
    assert (report.added, report.changed) == ((), ("1",))
    assert library.show("1").text == "Horses sleep."
    assert [hit.text for hit in library.search("zebras")] == ["Horses sleep."]


def test_the_same_text_in_two_files_is_one_article_with_two_sources(library: Library, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", a="Title: A\n\nZebras run.", b="Title: A\n\nZebras run.")
    report = library.add_files([folder])
    assert (len(report.added), len(report.unchanged)) == (1, 1)
    assert len(library.articles()) == 1
    (folder / "a.txt").unlink()
    assert library.sync(folder).removed == ()
    (folder / "b.txt").unlink()
    assert library.sync(folder, force=True).removed == report.added


def test_the_same_text_added_from_two_folders_stays_while_one_has_it(library: Library, tmp_path: Path) -> None:
    one = write(tmp_path / "one", a="Title: A\n\nZebras run.")
    two = write(tmp_path / "two", b="Title: A\n\nZebras run.")
    library.add_files([one, two])
    (one / "a.txt").unlink()
    library.sync(one)
    assert len(library.articles()) == 1


def test_bad_files_are_reported_and_good_ones_in_the_same_call_are_indexed(library: Library, tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_bytes(b"\xff")
    (tmp_path / "empty.txt").touch()
    good = write(tmp_path / "in", a="Title: A\n\nZebras run.")
    missing = tmp_path / ("long" * 100 + ".txt")
    report = library.add_files([tmp_path / "bad.txt", good, tmp_path / "empty.txt", missing])
    assert str(report) == "1 added, 0 changed, 0 renamed, 0 removed, 0 unchanged, 3 failed"
    assert [failure.source for failure in report.failed] == [
        str(tmp_path / "bad.txt"),
        str(tmp_path / "empty.txt"),
        str(missing),
    ]
    assert [hit.text for hit in library.search("zebras")] == ["Zebras run."]


@pytest.mark.parametrize(
    "text", ["# \n", "Just the title", "READ ALSO: something else", "\u200b", "- ", "?", "\x01\x02"]
)
def test_an_article_with_little_to_read_is_kept_all_the_same(library: Library, text: str) -> None:
    library.add([article("1", text, title="Just the title"), article("2", "Zebras run.")])
    assert library.show("1").text == text
    assert library.search("zebras", 1)[0].article_id == "2"


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(TEXTS.filter(str.strip), TEXTS), min_size=1, max_size=4), st.text(max_size=30))
def test_every_hit_s_text_is_exactly_its_span_of_the_article(
    library: Library, texts: list[tuple[str, str]], query: str
) -> None:
    library.add([article(str(number), text, title) for number, (text, title) in enumerate(texts)])
    for number, (text, title) in enumerate(texts):
        shown = library.show(str(number))
        assert (shown.text, shown.title) == (text, title)
    for hit in library.search(query, 50):
        text = library.show(hit.article_id).text
        assert hit.text == text[hit.start : hit.end] != ""
        assert [hit.sentences[0].start, hit.sentences[-1].end] == [hit.start, hit.end]


# -- removing ---------------------------------------------------------------------------------------------------------


def test_removing_deletes_everywhere(library: Library, encoder: Encoder) -> None:
    library.add([article("1", "Zebras run."), article("2", "Horses sleep.")])
    kept = library.search("horses", 1)[0]
    library.remove(["1"])
    with pytest.raises(UnknownArticle):
        library.show("1")
    assert library.sentences("1") == ()
    assert [hit.article_id for hit in library.search("zebras run")] == ["2"]
    assert library.search("zebras run")[0].lexical_rank is None
    library.close()
    rows = in_chroma(library.place, encoder)
    assert len(rows) == 1
    with Library(library.place, encoder=encoder) as opened:
        assert opened._catalog.passages(list(rows))[rows.pop()].passage == kept.passage


def test_an_unknown_id_among_those_to_remove_removes_none(library: Library) -> None:
    library.add([article("1", "Zebras run.")])
    with pytest.raises(UnknownArticle, match="'2'"):
        library.remove(["1", "2"])
    assert ids(library) == ["1"]


# -- syncing ----------------------------------------------------------------------------------------------------------


def test_sync_adds_changes_removes_and_leaves_and_a_dry_run_says_the_same_and_does_nothing(
    library: Library, tmp_path: Path
) -> None:
    folder = write(tmp_path / "in", a="Title: A\n\nOne.", b="Title: B\n\nTwo.", c="Title: C\n\nThree.")
    library.sync(folder)
    library.add([article("elsewhere", "Zebras run.")])
    write(folder, b="Title: B\n\nTwo and more.", d="Title: D\n\nFour.")
    (folder / "c.txt").unlink()
    revision, before = library.revision, holdings(library)
    planned = library.sync(folder, dry_run=True)
    assert (library.revision, holdings(library)) == (revision, before)
    done = library.sync(folder)
    assert str(done) == "1 added, 1 changed, 0 renamed, 1 removed, 1 unchanged, 0 failed"
    assert done == planned
    assert sorted(s.title for s in library.articles()) == ["", "A", "B", "D"]
    assert str(library.sync(folder)) == "0 added, 0 changed, 0 renamed, 0 removed, 3 unchanged, 0 failed"


@settings(deadline=None, max_examples=25)
@given(
    st.lists(
        st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["One.", "Two.", "Three."])), min_size=2, max_size=4
    )
)
def test_after_any_changes_the_library_mirrors_the_folder_as_the_dry_run_said(
    tmp_path_factory: pytest.TempPathFactory, encoder: Encoder, states: list[dict[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("mirror")
    with Library(folder / "library", create=True, encoder=encoder) as library:
        for state in states:
            shutil.rmtree(folder / "in", ignore_errors=True)
            write(folder / "in", **{name: f"Title: T\n\n{text}" for name, text in state.items()})
            planned = library.sync(folder / "in", dry_run=True)
            done = library.sync(folder / "in", force=True)
            for part in ("added", "changed", "renamed", "removed", "unchanged"):
                assert sorted(getattr(planned, part)) == sorted(getattr(done, part)), part
            assert {library.show(i).text.removeprefix("Title: T\n\n") for i in ids(library)} == set(state.values())


def test_a_renamed_file_is_the_same_article_with_another_source(library: Library, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", a="Title: A\n\nOne.")
    (added,) = library.sync(folder).added
    (folder / "a.txt").rename(folder / "b.txt")
    report = library.sync(folder)
    assert (report.removed, report.renamed) == ((), (added,))
    assert library.show(added).source == str(folder / "b.txt")


def test_a_file_that_became_unreadable_loses_nothing(library: Library, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", a="Title: A\n\nOne.", b="Title: B\n\nTwo.")
    library.sync(folder)
    (folder / "a.txt").write_bytes(b"")
    (folder / "b.txt").write_bytes(b"\xff\xfe\xff")
    report = library.sync(folder)
    assert (report.removed, len(report.failed)) == ((), 2)
    assert len(library.articles()) == 2


def test_a_line_that_became_unreadable_loses_nothing_of_its_file(library: Library, tmp_path: Path) -> None:
    """A save cut short leaves half a line, and none of those that stood below it."""
    folder = tmp_path / "in"
    folder.mkdir()
    path = records(folder / "a.jsonl", *({"id": str(n), "text": f"Article {n}."} for n in range(5)))
    library.sync(folder)
    path.write_text(path.read_text()[:70])
    for dry_run in (True, False):
        report = library.sync(folder, dry_run=dry_run)
        assert (report.removed, len(report.failed)) == ((), 1)
    assert ids(library) == ["0", "1", "2", "3", "4"]


def test_a_line_that_was_taken_out_is_removed(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    records(folder / "a.jsonl", {"id": "1", "text": "One."}, {"id": "2", "text": "Two."}, {"id": "3", "text": "Three."})
    library.sync(folder)
    records(folder / "a.jsonl", {"id": "2", "text": "Two."})
    assert library.sync(folder, force=True).removed == ("1", "3")
    assert ids(library) == ["2"]


def test_sync_takes_only_a_folder(library: Library, tmp_path: Path) -> None:
    for path in (tmp_path / "missing", write(tmp_path / "in", a="One.") / "a.txt"):
        with pytest.raises(ArticleError, match="is not a folder"):
            library.sync(path)


# -- searching --------------------------------------------------------------------------------------------------------


def test_a_hit_says_the_rank_that_each_leg_gave_it(library: Library) -> None:
    library.add([article("1", "Zebras run over the plain."), article("2", "Striped animals gallop across grassland.")])
    hits = {hit.article_id: hit for hit in library.search("zebras running")}
    assert (hits["1"].dense_rank, hits["1"].lexical_rank) == (1, 1)
    assert (hits["2"].dense_rank, hits["2"].lexical_rank) == (2, None)
    assert hits["1"].score > hits["2"].score


def test_an_empty_library_finds_nothing(library: Library) -> None:
    assert library.search("zebras") == []
    library.warm_up()
    assert library.search("zebras") == []
    assert library.articles() == []


@pytest.mark.parametrize("query", ["", "?!", "half \ud800 a character", "a\0b", "word " * 50_000, '") OR ("', "🙂"])
def test_no_query_breaks_the_search(seeds: Library, query: str) -> None:
    assert len(seeds.search(query, 3)) == 3


def test_k_bounds_the_hits_and_changes_no_order(seeds: Library) -> None:
    every = seeds.search("tech crackdown", 1000)
    assert len(every) == seeds.passage_count()
    assert [hit.passage for hit in seeds.search("tech crackdown", 3)] == [hit.passage for hit in every[:3]]


def test_chroma_and_the_exact_scan_agree_on_the_seeds(seeds_copy: Path, encoder: Encoder) -> None:
    questions = ["How much value was lost?", "Jack Ma's return", "Which sectors get investment?", "Ant Group's listing"]
    with Library(seeds_copy, encoder=encoder) as cold, Library(seeds_copy, encoder=encoder) as warm:
        warm.warm_up()
        assert warm._mirror._index is not None
        for question in questions:
            scanned, found = cold.search(question), warm.search(question)
            assert [h.passage for h in found] == [h.passage for h in scanned]
            assert np.allclose([h.cosine for h in found], [h.cosine for h in scanned], atol=1e-4)


def test_chroma_is_asked_ahead_of_the_catalog_only_at_the_revision_that_it_mirrors(
    seeds_copy: Path, encoder: Encoder
) -> None:
    (vector,) = encoder.encode(["Jack Ma's return"])
    with Library(seeds_copy, encoder=encoder) as library:
        mirror, revision = library._mirror, library.revision
        assert mirror.nearest_at(revision, vector, 3) is None, "nobody has verified it yet"
        library.warm_up()
        assert mirror.nearest_at(revision, vector, 3) == mirror.nearest(vector, 3) != []
        library.remove([library.articles()[0].id])
        assert mirror.nearest_at(revision, vector, 3) is None
        assert {hit.article_id for hit in library.search("Jack Ma's return")} == {library.articles()[0].id}


def test_threads_may_search_while_a_process_writes(seeds_copy: Path, encoder: Encoder) -> None:
    program = """
import sys
from index import Article, Library
with Library.open(sys.argv[1]) as library:
    for number in range(30):
        library.add([Article("new", "", f"Alibaba in version {number}. " * (1 + number % 7), "n.jsonl")])
"""
    with Library(seeds_copy, encoder=encoder) as library:
        library.warm_up()
        writer = subprocess.Popen([sys.executable, "-c", program, str(seeds_copy)])

        def look(_: int) -> None:
            for hit in library.search("Alibaba version", 10):
                assert hit.text[0].strip()
                assert len(hit.text) == hit.end - hit.start
                if hit.article_id == "new":
                    assert hit.text.startswith("Alibaba in version ")
                    assert hit.text.endswith(".")
                    assert len({hit.text[s.start - hit.start : s.end - hit.start] for s in hit.sentences}) == 1

        searches = 0
        with ThreadPoolExecutor(3) as pool:
            while writer.poll() is None:
                list(pool.map(look, range(6)))
                searches += 6
        assert writer.returncode == 0
        assert searches > 0
        assert library.search("Alibaba in version 29", 1)[0].text.startswith("Alibaba in version 29.")


# -- one writer -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda library, folder: library.add([article("1", "One.")]),
        lambda library, folder: library.add_files([folder]),
        lambda library, folder: library.sync(folder),
        lambda library, folder: library.remove(["589594a651d405dc"]),
    ],
    ids=["add", "add_files", "sync", "remove"],
)
def test_a_second_writer_is_refused_with_the_number_of_the_first(
    seeds_copy: Path, tmp_path: Path, encoder: Encoder, change: Callable[[Library, Path], object]
) -> None:
    with Library(seeds_copy, encoder=encoder) as library:
        before = holdings(library)
        with writing(seeds_copy), pytest.raises(LibraryLocked, match=f"process {os.getpid()};"):
            change(library, write(tmp_path / "in", a="One."))
        assert holdings(library) == before
        assert len(library.search("Alibaba")) > 0


def test_a_writer_waits_for_who_only_brings_chroma_up_to_date(seeds_copy: Path, encoder: Encoder) -> None:
    """A chat that follows a library must not make an `add` fail that came in between."""
    with Library(seeds_copy, encoder=encoder) as library, ThreadPoolExecutor(1) as pool:
        with writing(seeds_copy, upkeep=True):
            added = pool.submit(library.add, [article("1", "One.")])
            time.sleep(2 * GRACE_S)
            assert not added.done()
        assert added.result().added == ("1",)


def test_what_another_process_was_writing_is_not_taken_for_damage(
    many: Path, tmp_path: Path, encoder: Encoder, caplog: pytest.LogCaptureFixture
) -> None:
    """A reader that looks at Chroma while a writer is at it waits for its end, and does not make it anew."""
    folder = Path(shutil.copytree(many, tmp_path / "library"))
    with Library(folder, encoder=encoder) as writer, Library(folder, encoder=encoder) as reader:
        files, generation = str(writer._catalog.meta("chroma_files")), writer._catalog.meta("chroma_generation")
        with ThreadPoolExecutor(1) as pool:
            with writing(folder, upkeep=True):
                writer._catalog.set_meta("chroma_files", "unknown")  # as while rows go to Chroma
                loading = pool.submit(reader.warm_up)
                time.sleep(1)
                writer._catalog.set_meta("chroma_files", files)
            loading.result()
        assert "anew" not in caplog.text
        assert reader._mirror._index is not None
        assert writer._catalog.meta("chroma_generation") == generation


def test_a_writer_that_died_holds_nothing(seeds_copy: Path, encoder: Encoder) -> None:
    program = """
import os, sys
from pathlib import Path
from index.intake import Intake
from index.lock import GRACE_S, writing
from index.vectors import VectorIndex
with writing(Path(sys.argv[1])):
    os.kill(os.getpid(), 9)
"""
    assert subprocess.run([sys.executable, "-c", program, str(seeds_copy)], check=False).returncode == -9
    with Library(seeds_copy, encoder=encoder) as library:
        assert library.add([article("1", "One.")]).added == ("1",)


# -- Chroma is derived ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    """A library so large that Chroma keeps its graph in files."""
    folder = tmp_path_factory.mktemp("many") / "library"
    with Library(folder, create=True, encoder=encoder) as library:
        library.add(article(str(n), f"Sentence {n} is about the number {n * 7}.") for n in range(MANY))
    return folder


def only(pattern: Iterator[Path]) -> Path:
    (path,) = pattern
    return path


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def forget_rows(library: Path) -> None:
    """Rows deleted behind its back, as another process on the same folder would."""
    index = VectorIndex(only(library.glob("chroma/*")))
    index.delete(range(1, 100))
    index.close()


def flip(path: Path) -> None:
    """Bytes here and there in the second half, as a bad disk leaves them."""
    content = bytearray(path.read_bytes())
    for position in range(len(content) // 2, len(content), 997):
        content[position] ^= 0xFF
    path.write_bytes(content)


def change(database: Path, statement: str) -> None:
    connection = sqlite3.connect(database)
    connection.executescript(statement)
    connection.close()


DAMAGES: dict[str, Callable[[Path], object]] = {
    "its folder is gone": lambda library: shutil.rmtree(library / "chroma"),
    "its database is garbage": lambda library: only(library.glob("chroma/*/chroma.sqlite3")).write_bytes(b"x" * 9000),
    "its database is empty": lambda library: only(library.glob("chroma/*/chroma.sqlite3")).write_bytes(b""),
    "its database has flipped bits": lambda library: flip(only(library.glob("chroma/*/chroma.sqlite3"))),
    "its database is of another release": lambda library: change(
        only(library.glob("chroma/*/chroma.sqlite3")), "UPDATE migrations SET hash = 'other', version = version + 50"
    ),
    "its graph is gone": lambda library: shutil.rmtree(only(library.glob("chroma/*/*/header.bin")).parent),
    "its metadata is cut": lambda library: truncate(only(library.glob("chroma/*/*/index_metadata.pickle"))),
    "its vectors are cut": lambda library: truncate(only(library.glob("chroma/*/*/data_level0.bin"))),
    "its links are zeros": lambda library: only(library.glob("chroma/*/*/link_lists.bin")).write_bytes(bytes(8224)),
    "its lengths are garbage": lambda library: only(library.glob("chroma/*/*/length.bin")).write_bytes(b"\xa5" * 4400),
    "its vectors are gone": lambda library: forget_rows(library),
    "a file stands in its place": lambda library: (shutil.rmtree(library / "chroma"), (library / "chroma").touch()),
}


def finds_every(library: Library, numbers: range) -> None:
    assert library._mirror._index is not None, "the catalog is scanned, Chroma is not used"
    for number in numbers:
        (best, *_) = library.search(f"Sentence {number} is about the number {number * 7}.", 5)
        assert best.article_id == str(number)
        assert best.dense_rank == 1


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_whatever_befalls_chroma_searching_goes_on_and_warming_up_mends_it(
    many: Path,
    tmp_path: Path,
    encoder: Encoder,
    damage: Callable[[Path], object],
    request: pytest.FixtureRequest,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """With `pytest -s` it prints the rows of the table in docs/library.md."""
    folder = Path(shutil.copytree(many, tmp_path / "library"))
    damage(folder)
    name = request.node.callspec.id
    with Library(folder, encoder=encoder) as library:
        assert library.search("Sentence 5 is about the number 35.", 1)[0].article_id == "5"
        began = time.monotonic()
        library.warm_up()
        took = time.monotonic() - began
        if name != "a file stands in its place":
            finds_every(library, range(0, MANY, 100))
        assert library.search("Sentence 5 is about the number 35.", 1)[0].article_id == "5"
    said = " ".join(dict.fromkeys(record.getMessage().splitlines()[0] for record in caplog.records))
    sys.stdout.write(f"\n| {name} | {said[:160]} | {took:.1f} s |\n")


@pytest.mark.parametrize("damage", list(DAMAGES.values())[:6], ids=list(DAMAGES)[:6])
def test_whatever_befalls_chroma_the_next_change_mends_it(
    many: Path, tmp_path: Path, encoder: Encoder, damage: Callable[[Path], object]
) -> None:
    folder = Path(shutil.copytree(many, tmp_path / "library"))
    damage(folder)
    with Library(folder, encoder=encoder) as library:
        library.add([article(str(MANY), f"Sentence {MANY} is about the number {MANY * 7}.")])
        rows = set(library._catalog.passage_ids())
    assert in_chroma(folder, encoder) == rows
    with Library(folder, encoder=encoder) as library:
        library.warm_up()
        finds_every(library, range(0, MANY + 1, 100))


def test_a_process_that_dies_while_it_writes_chroma_costs_nothing(seeds_copy: Path, encoder: Encoder) -> None:
    """The catalog has the article, Chroma has not: the state that a kill between the two leaves."""
    with Library(seeds_copy, encoder=encoder) as library:
        store_alone(library, article("1", "Zebras run over the plain."))
    with Library(seeds_copy, encoder=encoder) as library:
        assert library.search("zebras", 1)[0].article_id == "1"
        library.warm_up()
        assert library._mirror._index is not None
        assert library._mirror._index.count() == library.passage_count()
        assert library.search("zebras", 1)[0].dense_rank == 1


def test_while_another_process_writes_a_library_that_lags_is_scanned(
    seeds_copy: Path, encoder: Encoder, caplog: pytest.LogCaptureFixture
) -> None:
    with Library(seeds_copy, encoder=encoder) as library:
        store_alone(library, article("1", "Zebras run over the plain."))
        with writing(seeds_copy), caplog.at_level(logging.WARNING):
            library.warm_up()
            assert library.search("zebras", 1)[0].article_id == "1"
        assert "are scanned instead" in caplog.text


def test_without_its_full_text_index_the_vectors_still_answer(seeds_copy: Path, encoder: Encoder) -> None:
    with Library(seeds_copy, encoder=encoder) as library:
        with library._catalog.transaction() as database:
            database.execute("UPDATE passages_fts_data SET block = x'ff'")
        library.close()
    with Library(seeds_copy, encoder=encoder) as library:
        hits = library.search("Jack Ma returns to public view")
        assert [(hit.dense_rank, hit.lexical_rank) for hit in hits] == [(n + 1, None) for n in range(len(hits))]
        assert "return of Jack Ma" in hits[0].text


def test_a_copied_library_is_a_library(seeds: Library, seeds_copy: Path, tmp_path: Path, encoder: Encoder) -> None:
    with Library(seeds_copy, encoder=encoder) as original:
        original.add([article("1", "Zebras run.")])
        copied = Path(shutil.copytree(seeds_copy, tmp_path / "copied while open"))
    with Library(copied, encoder=encoder) as library:
        library.warm_up()
        assert library.search("zebras", 1)[0].article_id == "1"
        assert len(library.articles()) == 3


@pytest.mark.parametrize("texts", [["the of and to"], ["Zebras."], ["the of and", "to be or not"]])
def test_a_library_with_next_to_nothing_in_it_searches(library: Library, texts: list[str]) -> None:
    library.add([article(str(number), text) for number, text in enumerate(texts)])
    for query in ("the", "of and to", "zebras", "?", "and the zebras of the"):
        assert len(library.search(query, 5)) == len(texts)


@pytest.mark.parametrize("either", ["folder"], indirect=True)
def test_another_clock_time_zone_and_locale_change_nothing(library: Library, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", a="Title: A\r\n\r\nZebras run.\r\n", b="Title: B\n\nCafé Ümlaut.")
    library.sync(folder)
    held, revision = holdings(library), library.revision
    for file in folder.iterdir():
        os.utime(file, (0, 0))
    program = "import sys; from evals.cli import main; main()"
    for environment in ({"TZ": "Asia/Tokyo", "LC_ALL": "C"}, {"TZ": "America/Caracas", "LC_ALL": "tr_TR.UTF-8"}):
        command = [sys.executable, "-c", program, "sync", str(folder), "--library", str(library.folder)]
        done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=True)
        assert "0 added, 0 changed, 0 renamed, 0 removed, 2 unchanged, 0 failed" in done.stdout + done.stderr
    assert (holdings(library), library.revision) == (held, revision)


def test_there_is_no_library_until_one_is_made(tmp_path: Path) -> None:
    with pytest.raises(NoLibrary, match="make one with `footnote add PATH"):
        Library.open(tmp_path / "nowhere")
    Library.open(tmp_path / "nowhere", create=True).close()
    Library.open(str(tmp_path / "nowhere")).close()
