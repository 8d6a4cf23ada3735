"""A library on servers: what a folder gives it gives, and what befalls a server costs no article and no restart."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from index import Article, Library
from index.encoder import DIMENSIONS, Encoder
from index.errors import (
    DiskFull,
    NewerLibrary,
    NoLibrary,
    ReadOnlyLibrary,
    ServerRefuses,
    ServerUnavailable,
)
from index.place import AddressError, place_of
from index.postgres_pool import DEADLINE_S
from qa.ask import ask
from qa.server.app import create_app

from .conftest import SEEDS
from .servers import PASSWORD, USER, Servers, free_port, until

QUESTION = "Why was Ant Group's listing called off?"
FOOTNOTE = (sys.executable, "-P", "-c", "from evals.cli import main; main()")


def name_of(address: str) -> str:
    return address.partition("?")[0].rpartition("/")[2]


@pytest.fixture(scope="module")
def home(servers: Servers, tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> str:
    """The address of a library of the seeds. Nobody writes to it."""
    address = servers.address(tmp_path_factory.mktemp("home"))
    with Library(address, create=True, encoder=encoder) as opened:
        opened.sync(SEEDS)
    return address


@pytest.fixture
def served(home: str, encoder: Encoder) -> Iterator[Library]:
    with Library(home, encoder=encoder) as opened:
        opened.warm_up()
        yield opened


def said(library: Library, question: str) -> dict[str, object]:
    """The answer as it is printed, without how long it took."""
    return ask(question, library).to_json() | {"timings_ms": {}}


# -- the address ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://ann:secret@db.example:5433/news?chroma=vectors:9000", "postgresql://ann@db.example:5433/news"),
        ("postgres://db/news?password=secret&user=ann&sslmode=require", "postgresql://ann@db/news"),
        ("postgresql:///news?host=/run/postgresql", "postgresql:///run/postgresql/news"),
    ],
)
def test_an_address_never_shows_its_password(address: str, shown: str) -> None:
    place = place_of(address)
    assert str(place) == shown
    assert "secret" not in repr(place)


@pytest.mark.parametrize(
    "address",
    [
        "postgresq://ann:secret@db/n",
        "postgresql://ann:secret@db",
        "postgresql://ann:secret@db:x/news",
        "postgresql://ann:secret@db/n?chroma=h:x",
    ],
)
def test_what_is_no_address_is_said_in_one_line_without_it(address: str) -> None:
    with pytest.raises(AddressError) as error:
        place_of(address)
    assert "secret" not in str(error.value)


# -- the same as in a folder ------------------------------------------------------------------------------------------


def test_answers_over_the_seeds_are_those_of_the_folder(served: Library, seeds: Library) -> None:
    cases = [line for line in (SEEDS.parent / "evals/sets/seeds.jsonl").read_text().splitlines() if line]
    questions = [QUESTION, "What did Jack Ma do?", "the of and", "How much value was lost since 2020?"]
    questions += [part.partition('"')[0] for line in cases[::6] for part in line.split('"question": "')[1:]]
    assert len(questions) > 20
    for question in questions:
        assert said(served, question) == said(seeds, question)


def test_words_score_as_in_the_folder_after_changes_of_all_kinds(
    address: str, tmp_path: Path, encoder: Encoder
) -> None:
    texts = ["Zebras run and ran.", "Ünïcode zebra's stripes-and_more.", "A zebra.\n\n" * 5, "中文 zebra 🙂 \0 x"]
    queries = ("zebra", "running zebras run ran", "horses sleep", "中文", "stripes-and_more", "nothing", "z" * 900)
    with (
        Library(address, create=True, encoder=encoder) as served,
        Library(tmp_path / "l", create=True, encoder=encoder) as local,
    ):
        for library in (served, local):
            library.add(Article(str(n), f"Running {n} zebra", text, "x") for n, text in enumerate(texts))
            library.add([Article("1", "Other", "Horses sleep near zebras.", "x")])
            library.remove(["2"])
        for query in queries:
            ours, theirs = served._catalog.full_text.match(query, 9), local._catalog.full_text.match(query, 9)
            texts_of = [
                [(library._catalog.passages([row])[row].text, pytest.approx(score)) for row, score in found]
                for library, found in ((served, ours), (local, theirs))
            ]
            assert texts_of[0] == texts_of[1], query
        for stem in ("zebbra", "runing", "中", "q"):
            assert sorted(served.stems_like(stem)) == sorted(local.stems_like(stem))
        assert served._catalog.full_text.fault() == ""
        before = served._catalog.full_text.match("zebra", 9)
        served._catalog.full_text.rebuild()
        assert served._catalog.full_text.match("zebra", 9) == before


def test_readers_see_what_is_committed_and_never_half_of_it(address: str, encoder: Encoder) -> None:
    with Library(address, create=True, encoder=encoder) as writer, Library(address, encoder=encoder) as reader:
        writer.add([Article("1", "", "Zebras run.", "x")])
        with reader.snapshot():
            assert reader.search("zebras", 1)[0].text == "Zebras run."
            thread = threading.Thread(target=writer.add, args=[[Article("1", "", "Horses sleep.", "x")]])
            thread.start()
            thread.join()
            assert reader.show("1").text == "Zebras run."
        assert reader.search("horses", 1)[0].text == "Horses sleep."


def test_a_second_writer_waits_for_its_turn(address: str, encoder: Encoder) -> None:
    with Library(address, create=True, encoder=encoder) as one, Library(address, encoder=encoder) as other:
        threads = [
            threading.Thread(target=library.add, args=[[Article(f"{n}-{m}", "", f"Thing {n} {m}.", "x")]])
            for n, library in enumerate((one, other))
            for m in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(one.articles()) == 6
        assert one._catalog.full_text.fault() == ""


def test_a_backup_that_is_restored_is_the_library(
    servers: Servers, home: str, tmp_path: Path, encoder: Encoder
) -> None:
    postgres, deploy = servers.postgres, SEEDS.parent / "deploy"
    restored = postgres.database()
    environment = os.environ | {
        "PATH": f"{postgres.binaries}:{os.environ['PATH']}",
        "PGHOST": "127.0.0.1",
        "PGPORT": str(postgres.port),
        "PGUSER": USER,
        "PGPASSWORD": PASSWORD,
    }
    for script, database in (("backup.sh", name_of(home)), ("restore.sh", name_of(restored))):
        command = [deploy / script, tmp_path / "copy"]
        subprocess.run(command, env=environment | {"PGDATABASE": database}, check=True, timeout=60)
    with (
        Library(home, encoder=encoder) as library,
        Library(servers.address(tmp_path, restored), encoder=encoder) as copy,
    ):
        assert said(copy, QUESTION) == said(library, QUESTION)
        copy.warm_up()
        copy._mirror.check(copy.revision)
        assert said(copy, QUESTION) == said(library, QUESTION)


# -- faults -----------------------------------------------------------------------------------------------------------


@contextmanager
def small_disk(servers: Servers) -> Iterator[Path]:
    """A file system that is soon full; where none can be mounted, the test is skipped."""
    folder = servers.postgres.folder / "small"
    folder.mkdir()
    owner = servers.postgres.folder.stat()
    options = f"size=6m,mode=700,uid={owner.st_uid},gid={owner.st_gid}"
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        pytest.skip(f"no small file system can be mounted: {error}")
    if done.returncode:
        pytest.skip(f"no small file system can be mounted: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
        folder.rmdir()


def fill(library: Library) -> None:
    """Articles without passages: what would be encoded does not matter here."""
    for number in range(2, 60):
        article = Article(str(number), "", os.urandom(150_000).hex(), "x")
        library._catalog.put(article, (), (), np.empty((0, DIMENSIONS), dtype=np.float32))


def run(*arguments: str, library: str, **environment: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "FOOTNOTE_LIBRARY": library, **environment}
    return subprocess.run(
        [*FOOTNOTE, *arguments], env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def test_the_command_line_takes_an_address_and_says_a_wrong_password_in_one_line_without_it(home: str) -> None:
    found = run("articles", library=home.replace(f":{PASSWORD.replace(' ', '%20')}@", "@"), PGPASSWORD=PASSWORD)
    assert (found.returncode, len(found.stdout.splitlines())) == (0, 2), found.stderr
    wrong = run("articles", library=home.replace("correct", "xyzzy"))
    assert wrong.returncode == 3
    assert wrong.stderr.count("\n") == 1
    assert "password" in wrong.stderr
    assert "xyzzy" not in wrong.stderr


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (lambda a: a.replace("correct", "wrong"), ServerRefuses, "password authentication failed"),
        (lambda a: a.replace("/library_", "/no_library_"), ServerRefuses, "does not exist"),
        (lambda a: a.replace(USER, "nobody"), ServerRefuses, "nobody"),
        (lambda a: f"postgresql://{USER}@127.0.0.1:{free_port()}/x", ServerUnavailable, "refused"),
        (lambda a: a + "&no_such_option=1", ServerRefuses, "no_such_option"),
    ],
    ids=["password", "database", "user", "server", "option"],
)
def test_a_server_that_cannot_be_had_is_one_line(
    home: str, encoder: Encoder, change: Callable[[str], str], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words) as raised:
        Library(change(home), encoder=encoder)
    assert "\n" not in str(raised.value)
    assert PASSWORD not in str(raised.value)


def test_there_is_no_library_until_one_is_made_and_that_of_a_newer_footnote_is_refused(
    servers: Servers, address: str, encoder: Encoder
) -> None:
    with pytest.raises(NoLibrary, match="make one with `footnote add PATH --library postgresql://"):
        Library(address, encoder=encoder)
    Library(address, create=True, encoder=encoder).close()
    servers.postgres.psql(name_of(address), "UPDATE footnote.meta SET value = '99' WHERE key = 'schema'")
    with pytest.raises(NewerLibrary, match="schema version 99"):
        Library(address, encoder=encoder)


def test_where_the_user_may_only_read_asking_works(servers: Servers, home: str, encoder: Encoder) -> None:
    servers.postgres.psql(
        name_of(home),
        "CREATE ROLE reader LOGIN PASSWORD 'r'",
        "GRANT USAGE ON SCHEMA footnote TO reader",
        "GRANT SELECT ON ALL TABLES IN SCHEMA footnote TO reader",
    )
    address = home.replace(f"{USER}:{PASSWORD.replace(' ', '%20')}", "reader:r")
    with Library(address, encoder=encoder) as library:
        assert library.search("Ant Group", 1)[0].dense_rank == 1
        with pytest.raises(ReadOnlyLibrary):
            library.add([Article("1", "", "One.", "x")])


def test_while_chroma_is_gone_words_find_with_a_note_and_when_it_is_back_so_is_meaning(
    servers: Servers, address: str, encoder: Encoder
) -> None:
    with Library(address, create=True, encoder=encoder) as library:
        library.sync(SEEDS)
        library.warm_up()
        before = ask(QUESTION, library)
        servers.chroma.stop()
        try:
            answer = ask(QUESTION, library)
            assert any("by their words alone" in note for note in answer.notes)
            assert not answer.abstained
            assert {hit.dense_rank for hit in library.search("Ant Group", 3)} == {None}
            library.add([Article("z", "", "Zebras gallop over Ant Group.", "x")])
            assert library.search("zebras gallop", 1)[0].article_id == "z"
            with Library(address, encoder=encoder) as late:
                late.warm_up()
                assert late.search("zebras gallop", 1)[0].article_id == "z"
        finally:
            servers.chroma.start()
        until(lambda: any(hit.dense_rank for hit in library.search("striped animals", 1)), "Chroma is not asked again")
        assert library.search("striped animals", 1)[0].article_id == "z"
        library.remove(["z"])
        assert ask(QUESTION, library) == before
        library._mirror.check(library.revision)


class _OldChroma(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'"0.6.3"')

    def log_message(self, *_: object) -> None:
        """Nothing on stderr."""


def test_a_chroma_of_another_version_is_named_and_words_find(home: str, encoder: Encoder) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _OldChroma) as old:
        threading.Thread(target=old.serve_forever, daemon=True).start()
        place = replace(place_of(home), chroma_port=old.server_port)  # type: ignore[type-var]
        with Library(place, encoder=encoder) as library:
            assert library.search("Ant Group", 1)[0].lexical_rank == 1
            assert "Chroma 0.6.3" in library._mirror._failure  # type: ignore[attr-defined]
        old.shutdown()


def test_a_chroma_that_hangs_costs_its_deadline_once(servers: Servers, served: Library) -> None:
    assert servers.chroma.process
    servers.chroma.process.send_signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        assert served.search("Ant Group", 3)[0].lexical_rank
        slow, began = time.monotonic() - began, time.monotonic()
        for _ in range(5):
            assert served.search("Ant Group", 3)[0].lexical_rank
        assert time.monotonic() - began < slow
        assert served.hindrance
    finally:
        servers.chroma.process.send_signal(signal.SIGCONT)


def test_who_adds_while_chroma_hangs_holds_up_no_other_writer(servers: Servers, address: str, encoder: Encoder) -> None:
    assert servers.chroma.process
    with Library(address, create=True, encoder=encoder) as one, Library(address, encoder=encoder) as other:
        one.add([Article("1", "", "Zebras run.", "1")])
        servers.chroma.process.send_signal(signal.SIGSTOP)
        try:
            adding = threading.Thread(target=one.add, args=[[Article("2", "", "Horses sleep.", "2")]])
            adding.start()
            until(lambda: other.article_count() == 2, "the article is not stored")
            with other._catalog.writing():
                assert adding.is_alive(), "it has not waited for Chroma"
        finally:
            servers.chroma.process.send_signal(signal.SIGCONT)
            adding.join()
        assert one.article_count() == 2


def test_a_chroma_server_that_lost_everything_gets_it_again(servers: Servers, address: str, encoder: Encoder) -> None:
    with Library(address, create=True, encoder=encoder) as library:
        library.sync(SEEDS)
        library.warm_up()
        mirror: Any = library._mirror
        mirror._open().drop(mirror._name())
        assert library.search("Ant Group", 1)[0].lexical_rank == 1
        until(lambda: library.search("Ant Group", 1)[0].dense_rank == 1, "Chroma is not made anew")
        assert library.hindrance == ""
        mirror.check(library.revision)


def test_while_postgres_is_gone_the_web_app_says_503_and_when_it_is_back_it_answers(
    servers: Servers, home: str, encoder: Encoder
) -> None:
    with Library(home, encoder=encoder) as library, TestClient(create_app(library)) as client:
        assert client.post("/api/ask", json={"question": QUESTION}).status_code == 200
        servers.postgres.stop()
        try:
            refused = client.post("/api/ask", json={"question": QUESTION})
            assert refused.status_code == 503
            assert "does not answer" in refused.json()["error"]
            assert PASSWORD not in refused.text
            with pytest.raises(ServerUnavailable, match="refused") as error:
                Library(home, encoder=encoder)
            assert error.value.exit_code == 3
        finally:
            servers.postgres.start()
        assert client.post("/api/ask", json={"question": QUESTION}).status_code == 200


def test_a_database_that_goes_in_the_middle_of_a_question_costs_that_one(servers: Servers, served: Library) -> None:
    with served.snapshot():
        assert served.articles()
        servers.postgres.psql(
            "postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'footnote'"
        )
        with pytest.raises(ServerUnavailable):
            served.articles()
    assert len(served.articles()) == 2


def test_a_database_that_hangs_is_given_up_after_its_deadline(servers: Servers, served: Library) -> None:
    database: Any = served._catalog.database
    assert DEADLINE_S <= 10
    with database.held() as connection:
        connection.deadline_s = 1.0
        with pytest.raises(ServerUnavailable, match="no answer within 1 seconds"):
            served._catalog.rows("SELECT pg_sleep(60)")
    assert len(served.articles()) == 2


def test_a_full_disk_of_the_database_is_said_and_loses_nothing(
    servers: Servers, address: str, encoder: Encoder, tmp_path: Path
) -> None:
    """A file system of 6 MB for the texts."""
    with small_disk(servers) as disk, Library(address, create=True, encoder=encoder) as library:
        library.add([Article("1", "", "One.", "x")])
        library.close()
        servers.postgres.psql(name_of(address), f"CREATE TABLESPACE small LOCATION '{disk}'")
        servers.postgres.psql(name_of(address), "ALTER TABLE footnote.articles SET TABLESPACE small")
        try:
            with pytest.raises(DiskFull, match="what was stored before is safe"):
                fill(library)
            held = len(library.articles())
            assert library.show("1").text == "One."
            assert library._catalog.full_text.fault() == ""
            assert held == max(int(summary.id) for summary in library.articles())
        finally:
            servers.postgres.psql(name_of(address), "ALTER TABLE footnote.articles SET TABLESPACE pg_default")
            servers.postgres.psql(name_of(address), "DROP TABLESPACE small")
        library.add([Article("more", "", "There is room again.", "x")])
