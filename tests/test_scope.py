"""A search or a question of some of the articles: both legs keep to them, whatever their number."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import EVERYTHING, Article, Library, Scope
from index.encoder import Encoder
from index.scope import ScopeError
from qa.ask import ask

PUBLISHED = {
    "old": "Tue, 04 May 2021 10:00:00 GMT",
    "month": "2023-05",
    "new": "2023-06-30T08:00:00Z",
    "undated": None,
}


@pytest.fixture(scope="module", params=["folder", "servers"])
def shelf(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Library:
    """The same statement in articles of several dates, in a folder and on servers."""
    folder = tmp_path_factory.mktemp("scope")
    is_folder = request.param == "folder"
    place = folder / "library" if is_folder else request.getfixturevalue("servers").address(folder / "state")
    library = Library(place, create=True, encoder=encoder)
    library.add(
        Article(
            name, f"Bridges {name}", f"The {name} bridge of Arlen was opened by the mayor.", "x", published=published
        )
        for name, published in PUBLISHED.items()
    )
    return library


def found(library: Library, scope: Scope) -> set[str]:
    return {hit.article_id for hit in library.search("Who opened the bridge of Arlen?", 10, scope)}


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        (EVERYTHING, {"old", "month", "new", "undated"}),
        (Scope(frozenset({"old", "undated"})), {"old", "undated"}),
        (Scope(since="2023"), {"month", "new"}),
        (Scope(until="2021-05-04"), {"old"}),
        (Scope(until="2021-05-03"), set()),
        (Scope(since="2023-05-20", until="2023-05-25"), {"month"}),
        (Scope(since="2023-06"), {"new"}),
        (Scope(until="2023"), {"old", "month", "new"}),
        (Scope(frozenset({"old", "new"}), since="2022"), {"new"}),
        (Scope(frozenset()), set()),
        (Scope(frozenset({"no such article", "\ud800", "'); DROP TABLE articles; --"})), set()),
    ],
)
def test_only_articles_in_the_scope_are_found(shelf: Library, scope: Scope, names: set[str]) -> None:
    assert found(shelf, scope) == names
    assert (shelf.passage_count(scope) > 0) == bool(names)


@given(st.sets(st.sampled_from(sorted(PUBLISHED)), min_size=1))
def test_an_answer_cites_only_articles_in_the_scope_and_is_the_same_again(shelf: Library, names: set[str]) -> None:
    scope = Scope(frozenset(names))
    answer = ask("Who opened the bridge of Arlen?", shelf, scope=scope)
    assert {c.article_id for c in (*answer.citations, *answer.nearest)} <= names
    assert answer == ask("Who opened the bridge of Arlen?", shelf, scope=scope)


def test_a_scope_of_everything_that_is_there_finds_what_no_scope_does(seeds: Library) -> None:
    everything = Scope(frozenset(summary.id for summary in seeds.articles()))
    assert seeds.search("Ant Group", 10, everything) == seeds.search("Ant Group", 10)


@pytest.mark.parametrize("chosen", [150, 299])
def test_a_scope_of_any_size_finds_what_looking_at_every_passage_of_it_does(
    library: Library, encoder: Encoder, chosen: int
) -> None:
    library.add(
        Article(f"{n:03}", "", f"Ship number {n} carries {n * 7 % 91} barrels to port {n % 13}.", "x")
        for n in range(300)
    )
    scope = Scope(frozenset(f"{n:03}" for n in range(chosen)))
    hits = library.search("Which ship carries barrels to port 7?", 100, scope)
    assert {hit.article_id for hit in hits} <= (scope.articles or set())
    assert len(hits) == min(100, chosen)
    cosines = {hit.article_id: hit.cosine for hit in hits if hit.dense_rank}
    texts = [library.show(article_id).text for article_id in sorted(scope.articles or ())]
    exact = sorted(encoder.encode(texts) @ encoder.encode(["Which ship carries barrels to port 7?"])[0])[-100:]
    assert min(c for c in cosines.values() if c is not None) >= exact[0] - 1e-4


def test_where_no_article_fits_the_answer_says_so(shelf: Library) -> None:
    answer = ask("Who opened the bridge of Arlen?", shelf, scope=Scope(since="2030", until="2031"))
    assert answer.abstained
    assert answer.missing == ("there are no articles published since 2030 until 2031",)


@pytest.mark.parametrize("day", ["2023-13", "2023-02-30", "yesterday", "04/05/2023", "", "0000", "2023-5"])
def test_what_is_no_date_is_an_error_of_one_line(day: str) -> None:
    for name in ("since", "until"):
        with pytest.raises(ScopeError, match="is no date"):
            Scope(**{name: day})


def test_a_time_that_ends_before_it_begins_is_an_error() -> None:
    with pytest.raises(ScopeError, match="nothing is both"):
        Scope(since="2023-05", until="2022")
    Scope(since="2023-05", until="2023")


@pytest.mark.parametrize("shelf", ["folder"], indirect=True)
def test_a_library_of_version_2_learns_its_days(shelf: Library, tmp_path: Path, encoder: Encoder) -> None:
    folder = tmp_path / "old"
    folder.mkdir()
    with sqlite3.connect(shelf.folder / "catalog.sqlite3") as database:
        database.execute("VACUUM INTO ?", (str(folder / "catalog.sqlite3"),))
    with sqlite3.connect(folder / "catalog.sqlite3") as database:
        database.executescript(
            "DROP INDEX articles_by_day; ALTER TABLE articles DROP COLUMN day; ALTER TABLE articles DROP COLUMN added;"
            "UPDATE meta SET value = 2 WHERE key = 'schema'"
        )
    with Library(folder, encoder=encoder) as library:
        assert found(library, Scope(since="2023-06")) == {"new"}
