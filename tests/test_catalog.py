"""The system of record: whole articles or none, one version, and a damaged file is said so."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from pathlib import Path

import numpy as np
import pytest

from index import Article, Kind, Passage, Sentence
from index.catalog import Catalog
from index.encoder import DIMENSIONS, Vectors
from index.errors import LibraryDamaged, LibraryLocked, NewerLibrary, NoLibrary
from index.lock import writing
from index.schema import FIRST_MODEL, VERSION


def vector(*axes: int) -> Vectors:
    found = np.zeros((len(axes), DIMENSIONS), dtype=np.float32)
    found[range(len(axes)), axes] = 1
    return found


def put(catalog: Catalog, article_id: str, text: str, *axes: int, title: str = "T", source: str = "a.txt") -> None:
    """The article as one passage a line, each with the unit vector of the axis given."""
    spans = []
    start = 0
    for line in text.split("\n"):
        spans.append((start, start + len(line)))
        start += len(line) + 1
    sentences = [Sentence(s, e) for s, e in spans]
    passages = [Passage(article_id, s, e, n, n + 1) for n, (s, e) in enumerate(spans)]
    catalog.put(Article(article_id, title, text, source), sentences, passages, vector(*axes))


def counts(folder: Path) -> dict[str, int]:
    """Rows of each table, as another program sees them."""
    database = sqlite3.connect(folder / "catalog.sqlite3")
    tables = ("articles", "sources", "passages", "passages_fts")
    found = {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}
    found["index"] = database.execute("SELECT count(*) FROM passages_fts WHERE passages_fts MATCH 'zebra'").fetchone()[
        0
    ]
    database.close()
    return found


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(tmp_path / "library", create=True)


# -- opening -----------------------------------------------------------------------------------------------------------


def test_a_catalog_is_made_only_when_asked_for(tmp_path: Path) -> None:
    with pytest.raises(NoLibrary):
        Catalog(tmp_path / "new")
    assert not (tmp_path / "new").exists()
    assert Catalog(tmp_path / "new" / "deeper", create=True).summaries() == []
    assert Catalog(tmp_path / "new" / "deeper").summaries() == []


def test_what_a_crash_left_of_a_catalog_in_the_making_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "catalog.new").write_bytes(b"half")
    (tmp_path / "catalog.new-journal").write_bytes(b"half")
    assert Catalog(tmp_path, create=True).summaries() == []


def test_a_catalog_is_not_made_while_another_process_writes_there(tmp_path: Path) -> None:
    """Two that start at once must not replace each other's catalog, and the articles in it."""
    with writing(tmp_path), pytest.raises(LibraryLocked):
        Catalog(tmp_path, create=True)
    assert Catalog(tmp_path, create=True).summaries() == []


@pytest.mark.parametrize("version", [0, "x"])
def test_a_schema_version_that_never_was_is_damage(catalog: Catalog, version: int | str) -> None:
    catalog.set_meta("schema", version)
    catalog.close()
    with pytest.raises(LibraryDamaged, match=f"schema version is {version}"):
        Catalog(catalog.folder)


def test_the_library_of_a_newer_footnote_is_refused_and_not_called_damaged(catalog: Catalog) -> None:
    catalog.set_meta("schema", VERSION + 1)
    catalog.close()
    with pytest.raises(NewerLibrary, match="open it with that one, or update this one"):
        Catalog(catalog.folder)


VERSION_1 = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, text TEXT NOT NULL, url TEXT, published TEXT, hash TEXT NOT NULL,
    sentences TEXT NOT NULL
);
CREATE TABLE sources (
    path TEXT NOT NULL, article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    PRIMARY KEY (path, article_id)
) WITHOUT ROWID;
CREATE INDEX sources_of ON sources (article_id);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    "start" INTEGER NOT NULL, "end" INTEGER NOT NULL, "first" INTEGER NOT NULL, "last" INTEGER NOT NULL,
    vector BLOB NOT NULL
);
CREATE INDEX passages_of ON passages (article_id, "start");
CREATE VIRTUAL TABLE passages_fts USING fts5(title, text, tokenize = 'porter unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE passages_vocabulary USING fts5vocab (passages_fts, row);
"""


def columns(database: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """Name, type and default of every column, by table."""
    tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {name: [row[1:5] for row in database.execute(f"PRAGMA table_info({name})")] for name in tables}


def as_version_1(seeds_folder: Path, folder: Path) -> Path:
    """The seeds as Footnote 0.1 kept them."""
    folder.mkdir()
    database = sqlite3.connect(folder / "catalog.sqlite3")
    database.executescript(VERSION_1)
    database.execute("ATTACH ? AS new", (str(seeds_folder / "catalog.sqlite3"),))
    database.executescript("""
INSERT INTO articles SELECT id, title, text, url, published, hash, sentences FROM new.articles;
INSERT INTO sources SELECT * FROM new.sources;
INSERT INTO passages SELECT id, article_id, "start", "end", "first", "last", vector FROM new.passages;
INSERT INTO passages_fts (rowid, title, text) SELECT rowid, title, text FROM new.passages_fts;
INSERT INTO meta VALUES ('schema', 1), ('revision', 2);
""")
    database.close()
    return folder


def test_a_library_of_version_1_is_brought_up_to_date_and_keeps_all(seeds_folder: Path, tmp_path: Path) -> None:
    catalog, whole = Catalog(as_version_1(seeds_folder, tmp_path / "old")), Catalog(seeds_folder)
    for summary in whole.summaries():
        assert catalog.article(summary.id) == whole.article(summary.id)
    assert catalog.sources() == whole.sources()
    assert (catalog.vectors(catalog.passage_ids()) == whole.vectors(whole.passage_ids())).all()
    assert {k: v.tolist() for k, v in catalog.shingles().items()} == {
        k: v.tolist() for k, v in whole.shingles().items()
    }
    keys = [row[0] for row in whole.rows("SELECT key FROM passages")]
    assert catalog.vectors_by_key(keys).keys() == set(keys)
    assert catalog.model == FIRST_MODEL
    assert columns(catalog.database.connection) == columns(whole.database.connection)
    assert Catalog(catalog.folder).meta("schema") == VERSION


def test_an_old_library_that_is_being_written_or_may_not_be_is_refused_and_left(
    seeds_folder: Path, tmp_path: Path
) -> None:
    folder = as_version_1(seeds_folder, tmp_path / "old")
    before = (folder / "catalog.sqlite3").read_bytes()
    with writing(folder), pytest.raises(LibraryLocked):
        Catalog(folder)
    assert (folder / "catalog.sqlite3").read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"garbage" * 2000, b"SQLite format 3\0" + b"\xff" * 8000])
def test_a_file_that_is_no_catalog_is_damaged(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "catalog.sqlite3").write_bytes(content)
    with pytest.raises(LibraryDamaged) as error:
        Catalog(tmp_path)
    assert "\n" not in str(error.value)


def test_a_folder_in_its_place_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "catalog.sqlite3").mkdir()
    with pytest.raises(LibraryDamaged):
        Catalog(tmp_path)


def test_a_catalog_with_torn_pages_reads_right_or_says_that_it_is_damaged(seeds_folder: Path, tmp_path: Path) -> None:
    """Every page in turn: whatever a method gives is what the whole catalog gives, or it raises LibraryDamaged."""
    content = (seeds_folder / "catalog.sqlite3").read_bytes()
    size = 4096
    whole = Catalog(seeds_folder)
    article_ids = [summary.id for summary in whole.summaries()]
    rows = whole.passage_ids()
    query = whole.vectors(rows[:1])[0]
    damaged = 0
    for page in range(1, len(content) // size):
        folder = tmp_path / str(page)
        folder.mkdir()
        torn = content[: page * size] + b"\xa5" * size + content[(page + 1) * size :]
        (folder / "catalog.sqlite3").write_bytes(torn)
        for read in (
            lambda c: [c.article(i) for i in article_ids],
            lambda c: [c.sentences(i) for i in article_ids],
            lambda c: c.summaries(),
            lambda c: c.sources(),
            lambda c: c.passages(rows),
            lambda c: c.nearest(query, 5),
            lambda c: c.full_text.match("alibaba crackdown", 5),
        ):
            try:
                found = read(Catalog(folder))
            except LibraryDamaged:
                damaged += 1
            else:
                assert found == read(whole)
        shutil.rmtree(folder)
    assert damaged > len(content) // size


# -- writing -----------------------------------------------------------------------------------------------------------


def test_an_article_comes_back_as_it_was_put(catalog: Catalog) -> None:
    article = Article("1", "Title", "One.\0 Two 🙂.", "/a.txt", "https://a.example/", "2023")
    sentences = (Sentence(0, 4), Sentence(6, 12, Kind.ITEM, 2))
    catalog.put(article, sentences, [Passage("1", 0, 12, 0, 2)], vector(3))
    assert catalog.article("1") == article
    assert catalog.sentences("1") == sentences
    assert catalog.hash_of("1") == article.hash
    (stored,) = catalog.passages(catalog.passage_ids()).values()
    assert (stored.passage, stored.title, stored.text) == (Passage("1", 0, 12, 0, 2), "Title", "One.\0 Two 🙂.")
    (summary,) = catalog.summaries()
    assert (summary.characters, summary.passages, summary.source) == (12, 1, "https://a.example/")
    assert abs(date.fromisoformat(summary.added or "") - datetime.now(UTC).date()) <= timedelta(days=1)


def test_an_article_put_again_leaves_nothing_of_what_it_was(catalog: Catalog) -> None:
    put(catalog, "1", "A zebra.\nA zebra again.\nAnd a zebra.", 1, 2, 3)
    before = catalog.passage_ids()
    put(catalog, "1", "A horse.", 4)
    assert counts(catalog.folder) == {"articles": 1, "sources": 1, "passages": 1, "passages_fts": 1, "index": 0}
    assert not set(before) & set(catalog.passage_ids())
    assert catalog.full_text.match("zebra", 5) == []


def test_deleting_leaves_nothing_anywhere_and_row_numbers_are_not_used_again(catalog: Catalog) -> None:
    put(catalog, "1", "A zebra.\nA horse.", 1, 2)
    put(catalog, "2", "Another zebra.", 3)
    used = catalog.passage_ids()
    catalog.delete(["2", "1"])
    assert counts(catalog.folder) == {"articles": 0, "sources": 0, "passages": 0, "passages_fts": 0, "index": 0}
    put(catalog, "1", "A zebra.", 1)
    assert min(catalog.passage_ids()) > max(used)


def test_a_transaction_that_fails_changes_nothing(catalog: Catalog) -> None:
    put(catalog, "1", "A zebra.", 1)
    before, revision = counts(catalog.folder), catalog.revision

    def die_half_way() -> None:
        with catalog.transaction() as database:
            database.execute("DELETE FROM articles")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        die_half_way()
    with pytest.raises(ValueError, match="zip"):  # two passages, one vector
        put(catalog, "1", "A horse.\nA cow.", 1)
    assert counts(catalog.folder) == before
    assert catalog.revision == revision
    article = catalog.article("1")
    assert article is not None
    assert article.text == "A zebra."


def test_the_revision_rises_with_each_change_and_with_nothing_else(catalog: Catalog) -> None:
    put(catalog, "1", "A zebra.", 1)
    revision = catalog.revision
    catalog.set_meta("x", 1)
    catalog.full_text.match("zebra", 1)
    catalog.add_sources([("a.txt", "1")])
    assert catalog.revision == revision
    catalog.add_sources([("b.txt", "1")])
    catalog.delete(["1"])
    assert catalog.revision == revision + 2


def test_an_article_lives_as_long_as_one_of_its_sources(catalog: Catalog) -> None:
    put(catalog, "1", "A zebra.", 1, source="a.txt")
    catalog.add_sources([("b.txt", "1")])
    assert catalog.remove_sources([("a.txt", "1")]) == []
    assert catalog.sources() == [("b.txt", "1")]
    assert catalog.remove_sources([("b.txt", "1")]) == ["1"]
    assert catalog.summaries() == []


# -- reading -----------------------------------------------------------------------------------------------------------


def test_the_nearest_are_by_cosine_then_by_row(catalog: Catalog) -> None:
    put(catalog, "1", "a\nb\nc", 5, 6, 6)
    one, two, three = catalog.passage_ids()
    query = (vector(6) * 0.8 + vector(5) * 0.6)[0]
    assert catalog.nearest(query, 10) == [
        (two, pytest.approx(0.8)),
        (three, pytest.approx(0.8)),
        (one, pytest.approx(0.6)),
    ]
    assert len(catalog.nearest(query, 2)) == 2


def test_vectors_come_in_the_order_asked_for(catalog: Catalog) -> None:
    put(catalog, "1", "a\nb\nc", 5, 6, 7)
    one, two, three = catalog.passage_ids()
    assert catalog.vectors([three, one, two]).tolist() == vector(7, 5, 6).tolist()
    assert catalog.vectors([]).shape == (0, DIMENSIONS)


def test_words_match_in_any_form_in_text_or_title(catalog: Catalog) -> None:
    put(catalog, "1", "The zebras were running.\nNothing here.", 1, 2)
    put(catalog, "2", "Nothing here either.", 3, title="A zebra")
    matched = {catalog.passages([row])[row].text for row, _ in catalog.full_text.match("Zebra", 10)}
    assert matched == {"The zebras were running.", "Nothing here either."}
    assert [score > 0 for _, score in catalog.full_text.match("zebra runs", 10)] == [True, True]
    assert catalog.full_text.match("éclair", 10) == []


@pytest.mark.parametrize(
    "query", ["", "   ", "?!", '"', "NEAR(", "a AND", "*", "title:", "²", "\u0300", "x" * 10_000, "()^"]
)
def test_no_query_is_a_syntax_error(catalog: Catalog, query: str) -> None:
    put(catalog, "1", "The zebras were running.", 1)
    assert catalog.full_text.match(query, 10) == []


def test_an_unknown_id_is_nothing(catalog: Catalog) -> None:
    assert catalog.article("x") is None
    assert catalog.hash_of("x") is None
    assert catalog.sentences("x") == ()
    assert catalog.passages([99]) == {}
    assert catalog.meta("x") is None
    catalog.delete(["x"])
    assert catalog.remove_sources([("x", "y")]) == []


def test_a_snapshot_stands_still_while_another_thread_writes(catalog: Catalog) -> None:
    put(catalog, "1", "A zebra.", 1)
    with catalog.snapshot():
        before = catalog.article("1")
        writer = threading.Thread(target=put, args=(catalog, "1", "A horse and more.", 1))
        writer.start()
        writer.join()
        assert catalog.article("1") == before
        assert catalog.full_text.match("horse", 1) == []
    after = catalog.article("1")
    assert after is not None
    assert after.text == "A horse and more."


def test_rare_words_find_and_common_ones_add_to_the_score(catalog: Catalog) -> None:
    """Of more passages than are scored at a query, those with its rarest word come as if all had been."""
    many = 12_000
    words = [f"{'rare ' * (n % 50 == 0)}{'often ' * (n % 20 < 9)}{'common ' * (1 + n % 4)}w{n}" for n in range(many)]
    ends = list(accumulate(len(word) + 1 for word in words))
    passages = [Passage("m", end - len(word) - 1, end - 1, 0, 1) for word, end in zip(words, ends, strict=True)]
    vectors = np.tile(vector(0), (many, 1))
    catalog.put(Article("m", "", " ".join(words), "m.txt"), (), passages, vectors)
    query = "SELECT rowid, -bm25(passages_fts, 2.0, 1.0) FROM passages_fts WHERE passages_fts MATCH ?"
    scores = dict(catalog.rows(query, ('"rare" OR "often" OR "common"',)))
    rare = {row[0] for row in catalog.rows(query, ("rare",))}
    best = sorted((scores[row] for row in rare), reverse=True)[:50]
    found = catalog.full_text.match("Common, often: rare?", 50)
    assert {row for row, _ in found} < rare
    assert [score for _, score in found] == pytest.approx(best, rel=1e-4)
    assert len(catalog.full_text.match("common", 10)) == 10
    assert {row for row, _ in catalog.full_text.match("rare common", 10, among=[2, 3])} == {2, 3}
    assert len(catalog.full_text.match("rare often", 10, among=range(1, many))) == 10  # takes minutes row by row
    counts = catalog.full_text._counts(["rare", "often", "common", "w7", "none"])
    assert counts == {"rare": 240, "often": 5400, "common": many, "w7": 1, "none": 0}


def test_how_common_a_word_is_in_many_passages_is_told_by_a_sample(catalog: Catalog) -> None:
    """A third of the rows are gone, and the word stands in three of five of those that are left."""
    for part in range(30):
        words = [f"{'often ' * (n % 5 < 3)}w{n} " for n in range(1000)]
        ends = list(accumulate(len(word) for word in words))
        passages = [Passage(str(part), end - len(word), end, 0, 1) for word, end in zip(words, ends, strict=True)]
        catalog.put(Article(str(part), "", "".join(words), str(part)), (), passages, np.tile(vector(0), (1000, 1)))
    catalog.delete([str(part) for part in range(0, 30, 3)])
    (often,) = catalog.full_text._counts(["often"]).values()
    assert often == pytest.approx(12_000, rel=0.01)
