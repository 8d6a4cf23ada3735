"""Several processes add to one library on servers: each article once, whoever dies, whoever else is at it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from index import Library
from index.encoder import Encoder
from index.errors import FootnoteError
from index.jobs import PART_BYTES, Queue
from index.reading import look_at

from .servers import Servers, until

FOOTNOTE = (sys.executable, "-P", "-c", "from evals.cli import main; main()")


@pytest.fixture
def shared(address: str, encoder: Encoder) -> Iterator[Library]:
    with Library.open(address, create=True) as opened:
        opened.encoder = encoder
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def write(folder: Path, count: int, words: int = 200) -> None:
    for number in range(count):
        text = f"Ship {number} carries barrels to port {number % 7}. " * (words // 8)
        (folder / f"{number:02}.txt").write_text(f"Title: Ship {number}\n\n{text}")


def run(*arguments: str, address: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "FOOTNOTE_LIBRARY": address}
    return subprocess.Popen(
        [*FOOTNOTE, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def jobs(servers: Servers, address: str, what: str) -> str:
    database = address.partition("?")[0].rpartition("/")[2]
    return servers.postgres.psql(database, f"SELECT {what} FROM footnote.jobs").strip()


def test_two_syncs_of_one_folder_and_a_worker_that_is_killed_end_as_one(
    servers: Servers, address: str, shared: Library, folder: Path
) -> None:
    write(folder, 6, words=1000)
    doomed = run("work", address=address)
    syncs = [run("sync", str(folder), address=address) for _ in range(2)]
    until(lambda: jobs(servers, address, "coalesce(sum(attempts), 0)") not in ("", "0"), "no job is taken")
    time.sleep(0.3)
    doomed.kill()
    doomed.communicate()
    said = [sync.communicate(timeout=120) for sync in syncs]
    assert [sync.returncode for sync in syncs] == [0, 0], said
    assert sorted(s.title for s in shared.articles()) == sorted(f"Ship {n}" for n in range(6))
    assert [shared.sources(s.id) for s in shared.articles() if s.title == "Ship 3"] == [[str(folder / "03.txt")]]
    assert shared._catalog.full_text.fault() == ""
    shared.warm_up()
    shared._mirror.check(shared.revision)
    assert str(shared.sync(folder)) == "0 added, 0 changed, 0 renamed, 0 removed, 6 unchanged, 0 failed"


def test_the_job_of_a_worker_that_died_is_free_at_once_and_one_that_ends_three_is_given_up(
    servers: Servers, address: str, shared: Library, folder: Path
) -> None:
    (folder / "a.txt").write_text("Title: A\n\nZebras run.")
    queue = Queue(shared._catalog)
    (job,) = queue.put(look_at(folder / "a.txt"))
    program = """
import os, sys
from index import Library
from index.jobs import Queue
catalog = Library.open(sys.argv[1])._catalog
with catalog.database.held():
    assert Queue(catalog).take() is not None
    os.kill(os.getpid(), 9)
"""
    assert subprocess.run([sys.executable, "-c", program, address], check=False).returncode == -signal.SIGKILL
    # As soon as PostgreSQL has noticed that the worker is gone.
    until(lambda: bool(shared.work(once=True) or shared.articles()), "the job does not come free")
    assert (jobs(servers, address, "attempts"), len(shared.articles())) == ("2", 1)
    shared.remove([shared.articles()[0].id])
    assert queue.put(look_at(folder / "a.txt")) == [job]
    jobs(servers, address, "1; UPDATE footnote.jobs SET attempts = 3; SELECT 1")
    shared.work(once=True)
    assert [str(e) for e in queue.outcomes([job])[job].failed] == [
        f"{folder / 'a.txt'}: adding it ended 3 workers; it may be damaged, or need more memory"
    ]
    assert len(shared.sync(folder).added) == 1, "who syncs again tries again"


def test_a_long_file_of_lines_is_cut_and_a_bad_line_keeps_its_number(shared: Library, folder: Path) -> None:
    count, path = 250, folder / "long.jsonl"
    lines = ["{" * 5000] * count
    lines[0] = json.dumps({"id": "first", "text": "Zebras run."})
    lines[-1] = json.dumps({"id": "last", "title": "A\0B", "text": "Horses sleep."})
    path.write_text("\n".join(lines) + "\n")
    assert path.stat().st_size > 2 * PART_BYTES
    entries = Queue(shared._catalog).put(look_at(path))
    assert len(entries) == 3
    assert Queue(shared._catalog).put(look_at(path)) == entries
    report = shared.sync(folder)
    assert sorted(report.added) == ["first", "last"]
    assert [(e.line, e.source) for e in report.failed] == [(line, str(path)) for line in range(2, count)]


def test_workers_store_what_a_process_alone_does(shared: Library, folder: Path, library: Library) -> None:
    """Twins, copies, an edit, a rename and a bad file, by the queue and without."""
    for step in (
        {"a.txt": "Title: A\n\nOne.", "b.txt": "Title: B\n\nTwo.", "c.txt": "Title: A\n\nOne.", "d.txt": "\xff"},
        {"a.txt": "Title: A\n\nOne and more.", "e.txt": "Title: B\n\nTwo.", "f.txt": "Title: X\n\nTwo."},
        {"b.txt": None, "f.txt": None, "g.txt": "Title: G\n\nThree."},
    ):
        for name, text in step.items():
            if text is None:
                (folder / name).unlink()
            else:
                (folder / name).write_bytes(text.encode("latin-1"))
        ours, theirs = shared.sync(folder), library.sync(folder)
        assert str(ours) == str(theirs)
        assert sorted(ours.changes, key=str) == sorted(theirs.changes, key=str)
        assert [str(e) for e in ours.failed] == [str(e) for e in theirs.failed]
        assert shared._catalog.sources() == library._catalog.sources()


def test_a_library_in_a_folder_has_no_queue(library: Library) -> None:
    with pytest.raises(FootnoteError, match="is a folder, which one process writes"):
        library.work()
