"""Conversations on the disk: what was acknowledged is there, whatever happens beside it."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import Article, Library
from qa.answer import Answer, AnswerSentence, Citation, Conflict
from qa.conversations import FILE, TITLE_LIMIT, UNDO, CannotKeep, Conversations, Entry, UnknownConversation
from qa.verify import Standing, changes, verify

from .conftest import OBEY_FILE_MODES

CITATION = Citation(1, "a", "Weather", "a.txt", "2024-03-01", 0, 9, "It rained", page=2)
ANSWER = Answer(
    "Did it rain?",
    (AnswerSentence("It rained", (1,), 0.9, is_item=True, short=(3, 9)),),
    (CITATION,),
    0.9,
    conflicts=(Conflict("the weather", (1, 1)),),
    missing=("the year",),
    understood="Did it rain in March?",
    notes=("a note",),
    follow_ups=("And then?",),
    read=3,
    timings_ms={"total": 1.5},
)


@pytest.fixture
def kept(tmp_path: Path) -> Conversations:
    return Conversations(tmp_path)


def titles(entries: tuple[Entry, ...]) -> list[str]:
    return [entry.title for entry in entries]


def test_answers_come_back_as_they_went(kept: Conversations) -> None:
    """All their fields, in order, to another process's eyes."""
    conversation_id = kept.create()
    other = replace(ANSWER, question="And in April?", abstained=True, nearest=(CITATION,))
    assert [kept.append(conversation_id, ANSWER), kept.append(conversation_id, other)] == [0, 1]
    loaded = Conversations(kept.folder).load(conversation_id)
    assert loaded.answers == (ANSWER, other)
    assert loaded.answers[0].timings_ms == ANSWER.timings_ms
    assert (loaded.id, loaded.title, loaded.unreadable) == (conversation_id, "Did it rain?", 0)


def test_ids_cannot_be_guessed(kept: Conversations) -> None:
    """128 bits, no two alike."""
    ids = {kept.create() for _ in range(20)}
    assert len(ids) == 20
    assert all(len(bytes.fromhex(one)) == 16 for one in ids)


def test_an_answer_takes_the_place_of_the_last(kept: Conversations) -> None:
    """Where that is still the one that was edited: what another tab has asked since stays, and so does the edited."""
    conversation_id = kept.create()
    for question in ("one", "two", "three"):
        kept.append(conversation_id, replace(ANSWER, question=question))
    assert kept.append(conversation_id, replace(ANSWER, question="other"), at=2) == 2
    assert kept.append(conversation_id, replace(ANSWER, question="late"), at=1) == 3
    assert [answer.question for answer in kept.load(conversation_id).answers] == ["one", "two", "other", "late"]


def test_the_list_has_the_last_changed_first(tmp_path: Path) -> None:
    """With titles, counts and times; one that was never used is not on it."""
    times = iter(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=n) for n in range(100))
    kept = Conversations(tmp_path, lambda: next(times))
    first, second, _ = kept.create(), kept.create("Second"), kept.create()
    kept.append(second, ANSWER)
    kept.append(first, ANSWER)
    assert [(entry.id, entry.title, entry.answers) for entry in kept.list()] == [
        (first, "Did it rain?", 1),
        (second, "Second", 1),
    ]
    assert kept.list()[0].created < kept.list()[0].changed


def test_a_title_can_be_given_and_taken_back(kept: Conversations) -> None:
    conversation_id = kept.create()
    kept.append(conversation_id, replace(ANSWER, question="word " * 100))
    assert len(kept.load(conversation_id).title) <= TITLE_LIMIT
    kept.rename(conversation_id, "  The\nweather ")
    assert kept.load(conversation_id).title == "The weather"
    kept.rename(conversation_id, " ")
    assert kept.load(conversation_id).title.startswith("word word")


def test_search_finds_words_of_questions_answers_and_titles(kept: Conversations) -> None:
    """Every word must be there, in any case; signs of SQL are only signs."""
    rain, snow = kept.create(), kept.create("Über den Schnee")
    kept.append(rain, ANSWER)
    kept.append(snow, replace(ANSWER, question="100% snow_fall?"))
    assert titles(kept.search("RAIN did")) == ["Did it rain?"]
    assert set(titles(kept.search("weather"))) == set(titles(kept.search(""))) == {"Did it rain?", "Über den Schnee"}
    for words in ("ÜBER", "100%", "w_f"):
        assert titles(kept.search(words)) == ["Über den Schnee"]
    assert kept.search("rain snow_fall'") == ()


def test_what_is_deleted_can_be_brought_back_for_a_while(tmp_path: Path) -> None:
    """Undone it is as it was; later its words are gone from the file."""
    clock = [datetime(2026, 1, 1, tzinfo=UTC)]
    kept = Conversations(tmp_path, lambda: clock[0])
    conversation_id = kept.create()
    kept.append(conversation_id, ANSWER)
    before = kept.load(conversation_id)
    kept.delete(conversation_id)
    assert kept.list() == kept.search("rain") == ()
    with pytest.raises(UnknownConversation):
        kept.load(conversation_id)
    with pytest.raises(UnknownConversation):
        kept.append(conversation_id, ANSWER)
    kept.restore(conversation_id)
    assert kept.load(conversation_id) == before
    kept.delete(conversation_id)
    clock[0] += UNDO + timedelta(seconds=1)
    kept.create()
    with pytest.raises(UnknownConversation):
        kept.restore(conversation_id)
    assert b"rain" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())


def test_an_unknown_id_changes_nothing(kept: Conversations) -> None:
    """Before there is a file, and after."""
    for attempt in range(2):
        for call in (
            kept.load,
            kept.delete,
            kept.restore,
            lambda i: kept.rename(i, "x"),
            lambda i: kept.append(i, ANSWER),
        ):
            with pytest.raises(UnknownConversation, match="no conversation has the id 'none'"):
                call("none")
        assert kept.list() == kept.search("x") == () or attempt
        if attempt == 0:
            kept.create("one")
    assert titles(kept.list()) == ["one"]


def test_reading_makes_no_file(kept: Conversations) -> None:
    assert kept.list() == kept.search("x") == ()
    assert list(kept.folder.iterdir()) == []


@settings(max_examples=25)
@given(question=st.text(min_size=1), title=st.text())
def test_any_text_is_kept(question: str, title: str) -> None:
    """Half characters and NULs of a question too."""
    with tempfile.TemporaryDirectory() as folder:
        kept = Conversations(Path(folder))
        conversation_id = kept.create(title + "\ud800")
        kept.append(conversation_id, replace(ANSWER, question=question + "\ud800\0"))
        assert kept.load(conversation_id).answers[0].question == question + "\ud800\0"
        kept.search(question + title)


def test_rubbish_in_the_file_is_left_out_and_counted(kept: Conversations) -> None:
    """What is there is checked, not trusted; fields of a later Footnote do no harm."""
    conversation_id = kept.create()
    for _ in range(4):
        kept.append(conversation_id, ANSWER)
    with sqlite3.connect(kept.folder / FILE) as database:
        ((content,),) = database.execute("SELECT content FROM answers WHERE position = 3").fetchall()
        more = json.dumps(json.loads(content) | {"later": True})
        wrong = json.dumps(json.loads(content) | {"citations": [{"number": "<b>"}]})
        for position, rubbish in enumerate(["{", wrong, more]):
            database.execute("UPDATE answers SET content = ? WHERE position = ?", (rubbish, position))
    database.close()
    loaded = kept.load(conversation_id)
    assert (loaded.answers, loaded.unreadable) == ((ANSWER, ANSWER), 2)


@pytest.mark.parametrize("what", ["damaged", "newer", "a folder"])
def test_a_file_that_cannot_be_used_says_so(kept: Conversations, what: str) -> None:
    """Never a traceback, and nothing is overwritten."""
    path = kept.folder / FILE
    if what == "damaged":
        path.write_bytes(b"no database at all" * 100)
    elif what == "newer":
        with sqlite3.connect(path) as database:
            database.execute("PRAGMA user_version = 99")
        database.close()
    else:
        path.mkdir()
    before = path.read_bytes() if path.is_file() else b""
    for call in (kept.list, kept.create, lambda: kept.search("x"), lambda: kept.load("x")):
        with pytest.raises(CannotKeep, match="asking works without"):
            call()
    assert before == (path.read_bytes() if path.is_file() else b"")


READ_ONLY = """
import sys
from pathlib import Path
from qa.conversations import CannotKeep, Conversations
kept = Conversations(Path(sys.argv[1]))
print([entry.title for entry in kept.list()], len(kept.load(sys.argv[2]).answers))
try:
    kept.create()
except CannotKeep as error:
    print(error)
"""


def test_a_folder_that_cannot_be_written_can_be_read(kept: Conversations) -> None:
    """What was kept is shown; that nothing more will be is one line."""
    conversation_id = kept.create()
    kept.append(conversation_id, ANSWER)
    command = [sys.executable, "-c", READ_ONLY, kept.folder, conversation_id]
    kept.folder.chmod(0o500)
    (kept.folder / FILE).chmod(0o400)
    try:
        done = subprocess.run(
            [sys.executable, "-c", OBEY_FILE_MODES, *command], capture_output=True, text=True, timeout=60
        )
    finally:
        kept.folder.chmod(0o700)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "['Did it rain?'] 1",
        f"conversations cannot be kept in {kept.folder / FILE} (it cannot be written); asking works without",
    ]


WRITER = """
import sys
from pathlib import Path
from qa.answer import Answer
from qa.conversations import Conversations
kept = Conversations(Path(sys.argv[1]))
mine = kept.create(sys.argv[2])
n = 0
while True:
    position = kept.append(mine, Answer(f"question {n}", (), (), 0.5))
    print(mine, position, flush=True)
    n += 1
"""


def test_what_was_acknowledged_survives_kill_9_of_several_writers(tmp_path: Path) -> None:
    """Three processes make the file and write it at once, each is killed in the middle; nothing they said is lost."""
    processes = [
        subprocess.Popen([sys.executable, "-c", WRITER, tmp_path, f"writer {n}"], stdout=subprocess.PIPE, text=True)
        for n in range(3)
    ]
    said: dict[str, int] = {}
    for number, process in enumerate(processes):
        assert process.stdout is not None
        for _ in range(10 + number):
            mine, position = process.stdout.readline().split()
            said[mine] = int(position)
        os.kill(process.pid, signal.SIGKILL)
        for line in process.stdout.read().splitlines():
            if line.count(" ") == 1:
                said[line.split()[0]] = int(line.split()[1])
        process.wait()
    kept = Conversations(tmp_path)
    assert len(said) == 3
    for mine, position in said.items():
        questions = [answer.question for answer in kept.load(mine).answers]
        assert questions[: position + 1] == [f"question {n}" for n in range(position + 1)]
        assert len(questions) <= position + 2
    kept.append(mine, ANSWER)


def test_threads_write_side_by_side(kept: Conversations) -> None:
    conversation_id = kept.create()
    threads = [threading.Thread(target=kept.append, args=[conversation_id, ANSWER]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept.load(conversation_id).answers) == 8


def test_an_old_answer_says_what_has_changed_since(library: Library) -> None:
    """Against the articles as they are now: held, moved, changed, removed."""
    names = ("same", "moved", "edited", "gone")
    library.add(Article(name, name.title(), "It rained here.", f"{name}.txt") for name in names)
    citations = tuple(
        Citation(n, name, name.title(), f"{name}.txt", None, 0, 9, "It rained") for n, name in enumerate(names, start=1)
    )
    answer = Answer("Did it?", (), citations[:2], 0.9, nearest=citations[2:])
    assert changes(answer, library) == ()
    library.add([Article("moved", "Moved", "Then. It rained.", "m"), Article("edited", "Edited", "It snowed.", "e")])
    library.remove(["gone"])
    found = changes(answer, library)
    assert [(checked.citation.article_id, checked.standing, checked.start) for checked in found] == [
        ("moved", Standing.MOVED, 6),
        ("edited", Standing.CHANGED, None),
        ("gone", Standing.REMOVED, None),
    ]
    assert [checked.line.split("”")[1] for checked in found] == [
        " has changed since; the quoted words now stand in another place.",
        " has changed since; the quoted words are no longer in it.",
        " is no longer in the library.",
    ]
    assert found[1].citation.quote == "It rained", "the old quote can still be shown"


def test_an_edited_file_is_known_as_the_newer_version(library: Library, tmp_path: Path) -> None:
    """Its article has another id; where the old words are still in it, it is said so."""
    path = tmp_path / "note.txt"
    path.write_text("Title: Note\n\nIt rained on Monday.\n\nIt snowed on Friday.")
    library.add_files([path])
    (old,) = library.articles()
    text = library.show(old.id).text
    quotes = ("It rained on Monday.", "It snowed on Friday.")
    cited = [
        Citation(n, old.id, old.title, old.source, None, text.index(quote), text.index(quote) + len(quote), quote)
        for n, quote in enumerate(quotes, start=1)
    ]
    path.write_text("Title: Note\n\nAnd then:\n\nIt rained on Monday.")
    library.add_files([path])
    (new,) = library.articles()
    still, gone = verify(cited, library)
    assert (still.standing, still.successor, gone.successor) == (Standing.REMOVED, new.id, new.id)
    assert library.show(new.id).text[still.start :] == "It rained on Monday."
    assert (still.line.split("; ")[1], gone.line.split("; ")[1]) == (
        "the quoted words are still in it.",
        "the quoted words are no longer in it.",
    )
