"""Conversations kept in the library's folder: `FOLDER/conversations.sqlite3`, each under an id that cannot be guessed.

What is loaded is checked against the types of an answer: the file may be of another Footnote, or of another hand.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from index.errors import FootnoteError, LibraryError

from .answer import Answer

FILE = "conversations.sqlite3"
UNDO = timedelta(minutes=10)
"""How long a deleted conversation can be brought back; the first change after that deletes it for good."""
TITLE_LIMIT = 120
"""Characters of a title."""

_VERSION = 1
_WAIT_S = 10.0
_ANSWER = TypeAdapter(Answer)
_TABLES = (
    """CREATE TABLE IF NOT EXISTS conversations (
        id TEXT PRIMARY KEY,
        title TEXT NOT NULL,  -- '' until it is given one: then the first question stands for it
        created TEXT NOT NULL,  -- ISO 8601, UTC, as every time here
        changed TEXT NOT NULL,
        deleted TEXT
    ) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS answers (
        conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        question TEXT NOT NULL,
        content TEXT NOT NULL,  -- the answer as JSON
        words TEXT NOT NULL,  -- what a search looks through, case folded
        PRIMARY KEY (conversation_id, position)
    ) WITHOUT ROWID""",
)


class UnknownConversation(FootnoteError):
    """No conversation has this id."""

    def __init__(self, conversation_id: str) -> None:
        super().__init__(f"no conversation has the id {conversation_id!r}; `footnote conversations` lists them")
        self.conversation_id = conversation_id


class CannotKeep(LibraryError):
    """Conversations cannot be written, or what is there cannot be read; asking goes on without."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(f"conversations cannot be kept in {folder / FILE} ({reason}); asking works without")
        self.folder = folder
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Entry:
    """A conversation without its answers, for lists. `answers` is their count; times are ISO 8601 in UTC."""

    id: str
    title: str
    answers: int
    created: str
    changed: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation whole. `unreadable` counts answers that are none by this Footnote's types, and are left out."""

    id: str
    title: str
    answers: tuple[Answer, ...]
    created: str
    changed: str
    unreadable: int = 0


def new_id() -> str:
    """The id of a conversation that is still to be made: 32 hexadecimal digits of chance."""
    return secrets.token_hex(16)


class Conversations:
    """The conversations of a library. Safe from several threads and processes; each change is one transaction.

    Nothing is opened before it is needed. Reading what was never written finds nothing; where the file cannot be
    written or read, CannotKeep says so.
    """

    def __init__(self, folder: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.folder = folder
        self._path = folder / FILE
        self._now = now

    # -- writing ---------------------------------------------------------------------------------------------------

    def create(self, title: str = "", conversation_id: str = "") -> str:
        """A new conversation without answers; its id: this one of `new_id`, or another. Raises CannotKeep."""
        conversation_id, now = conversation_id or new_id(), self._time()
        with self._writing() as database:
            database.execute(
                "INSERT INTO conversations VALUES (?, ?, ?, ?, NULL)", (conversation_id, _title(title), now, now)
            )
        return conversation_id

    def append(self, conversation_id: str, answer: Answer, at: int | None = None) -> int:
        """Put an answer at the end, or in place of the last where that is at position `at` (from 0); where it is now.

        In the meantime another tab may have gone on with the conversation: what it asked is not replaced.

        Once this returns, the answer outlives a crash. Raises UnknownConversation and CannotKeep.
        """
        content = json.dumps(_ANSWER.dump_python(answer, mode="json"))
        with self._writing() as database:
            self._touch(database, conversation_id)
            ((position,),) = database.execute(
                "SELECT coalesce(max(position) + 1, 0) FROM answers WHERE conversation_id = ?", (conversation_id,)
            ).fetchall()
            if at is not None and at == position - 1:
                position = at
                database.execute(
                    "DELETE FROM answers WHERE conversation_id = ? AND position = ?", (conversation_id, at)
                )
            row = (conversation_id, position, _plain(answer.question), content, _words(answer))
            database.execute("INSERT INTO answers VALUES (?, ?, ?, ?, ?)", row)
        return int(position)

    def rename(self, conversation_id: str, title: str) -> None:
        """Give it a title; an empty one stands for its first question. Raises UnknownConversation and CannotKeep."""
        with self._writing() as database:
            changed = database.execute(
                "UPDATE conversations SET title = ? WHERE id = ? AND deleted IS NULL", (_title(title), conversation_id)
            )
            _expect_one(changed, conversation_id)

    def delete(self, conversation_id: str) -> None:
        """Delete it; for `UNDO`, `restore` brings it back. Raises UnknownConversation and CannotKeep."""
        with self._writing() as database:
            changed = database.execute(
                "UPDATE conversations SET deleted = ? WHERE id = ? AND deleted IS NULL", (self._time(), conversation_id)
            )
            _expect_one(changed, conversation_id)

    def restore(self, conversation_id: str) -> None:
        """Bring back what was deleted, as it was. Raises UnknownConversation where it is gone, and CannotKeep."""
        with self._writing() as database:
            changed = database.execute(
                "UPDATE conversations SET deleted = NULL WHERE id = ? AND deleted IS NOT NULL", (conversation_id,)
            )
            _expect_one(changed, conversation_id)

    # -- reading ---------------------------------------------------------------------------------------------------

    def load(self, conversation_id: str) -> Conversation:
        """The conversation with its answers, in order. Raises UnknownConversation and CannotKeep."""
        with self._reading() as database:
            entries = self._entries(database, conversations="AND c.id = ?", values=[conversation_id])
            if not entries:
                raise UnknownConversation(conversation_id)
            query = "SELECT content FROM answers WHERE conversation_id = ? ORDER BY position"
            contents = [content for (content,) in database.execute(query, (conversation_id,))]
        answers = tuple(answer for answer in map(_answer, contents) if answer)
        (entry,) = entries
        return Conversation(
            entry.id, entry.title, answers, entry.created, entry.changed, unreadable=len(contents) - len(answers)
        )

    def list(self) -> tuple[Entry, ...]:
        """Every conversation that has an answer or a title, the last changed first. Raises CannotKeep."""
        with self._reading() as database:
            return tuple(entry for entry in self._entries(database) if entry.title)

    def search(self, text: str) -> tuple[Entry, ...]:
        """The conversations whose title or answers hold every word of `text`, in any case. Raises CannotKeep."""
        words = _plain(text).casefold().split()
        with self._reading() as database:
            found = [self._having(database, word) for word in words]
            return tuple(
                entry for entry in self._entries(database) if entry.title and all(entry.id in ids for ids in found)
            )

    @staticmethod
    def _having(database: sqlite3.Connection, word: str) -> set[str]:
        rows = database.execute(
            "SELECT conversation_id FROM answers WHERE instr(words, ?1)"
            " UNION SELECT id FROM conversations WHERE instr(casefold(title), ?1)",
            (word,),
        )
        return {conversation_id for (conversation_id,) in rows}

    @staticmethod
    def _entries(
        database: sqlite3.Connection, conversations: str = "", values: Sequence[object] = ()
    ) -> Sequence[Entry]:
        query = (
            "SELECT c.id, c.title, c.created, c.changed,"
            " (SELECT count(*) FROM answers WHERE conversation_id = c.id),"
            " coalesce((SELECT question FROM answers WHERE conversation_id = c.id ORDER BY position LIMIT 1), '')"
            f" FROM conversations c WHERE c.deleted IS NULL {conversations} ORDER BY c.changed DESC, c.id"
        )
        return [
            Entry(conversation_id, title or _title(question), answers, created, changed)
            for conversation_id, title, created, changed, answers, question in database.execute(query, values)
        ]

    # -- the file --------------------------------------------------------------------------------------------------

    def _touch(self, database: sqlite3.Connection, conversation_id: str) -> None:
        changed = database.execute(
            "UPDATE conversations SET changed = ? WHERE id = ? AND deleted IS NULL", (self._time(), conversation_id)
        )
        _expect_one(changed, conversation_id)

    def _time(self) -> str:
        return self._now().astimezone(UTC).isoformat(timespec="milliseconds")

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """All of the block or nothing, on the disk once it is left."""
        with self._telling(), closing(self._connect("mode=rwc")) as database:
            database.executescript("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;")
            with suppress(sqlite3.OperationalError):  # busy: another process is making the file
                database.execute("PRAGMA journal_mode = WAL")
            database.execute("BEGIN IMMEDIATE")
            try:
                for statement in (*_TABLES, f"PRAGMA user_version = {_VERSION}"):
                    database.execute(statement)
                self._purge(database)
                yield database
                database.execute("COMMIT")
            except BaseException:
                if database.in_transaction:
                    database.execute("ROLLBACK")
                raise

    def _purge(self, database: sqlite3.Connection) -> None:
        before = (self._now() - UNDO).astimezone(UTC).isoformat(timespec="milliseconds")
        database.execute("DELETE FROM conversations WHERE deleted < ?", (before,))

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """One moment of the file; of none, an empty one."""
        with self._telling(), closing(self._connect_to_read()) as database:
            database.execute("BEGIN")
            yield database

    def _connect_to_read(self) -> sqlite3.Connection:
        if self._path.exists():
            database = self._connect_to_file()
            if database.execute("PRAGMA user_version").fetchone() != (0,):
                return database
            database.close()  # it is just being made
        empty = _prepared(sqlite3.connect(":memory:", isolation_level=None))
        for statement in _TABLES:
            empty.execute(statement)
        return empty

    def _connect_to_file(self) -> sqlite3.Connection:
        try:
            return self._connect("mode=rw")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise
            return self._connect("mode=ro&immutable=1")  # a folder that cannot be written has no room for the log

    def _connect(self, mode: str) -> sqlite3.Connection:
        address = f"{self._path.absolute().as_uri()}?{mode}"
        database = sqlite3.connect(address, uri=True, timeout=_WAIT_S, isolation_level=None)
        try:
            ((version,),) = _prepared(database).execute("PRAGMA user_version").fetchall()
        except sqlite3.Error:
            database.close()
            raise
        if version > _VERSION:
            database.close()
            raise CannotKeep(self.folder, f"it has version {version}, this Footnote reads {_VERSION}")
        return database

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise CannotKeep(self.folder, _reason(error)) from error


def _prepared(database: sqlite3.Connection) -> sqlite3.Connection:
    database.execute("PRAGMA foreign_keys = ON")
    database.create_function("casefold", 1, lambda text: str(text).casefold(), deterministic=True)
    return database


def _reason(error: Exception) -> str:
    reason = str(error)
    if "readonly" in reason or "unable to open" in reason:
        return "it cannot be written"
    if "not a database" in reason or "malformed" in reason:
        return f"it is damaged: {reason}; move it away to begin anew"
    return reason


def _expect_one(changed: sqlite3.Cursor, conversation_id: str) -> None:
    if changed.rowcount != 1:
        raise UnknownConversation(conversation_id)


def _answer(content: Any) -> Answer | None:
    try:
        return _ANSWER.validate_python(json.loads(content))
    except (ValidationError, ValueError, TypeError, RecursionError):
        return None


def _title(text: str) -> str:
    """On one line, cut between words."""
    text = " ".join(_plain(text).split())
    if len(text) <= TITLE_LIMIT:
        return text
    cut = text[: TITLE_LIMIT - 2]
    return f"{cut.rpartition(' ')[0] or cut} …"


def _words(answer: Answer) -> str:
    texts = [answer.question, *(s.text for s in answer.sentences), *(c.title for c in answer.citations)]
    return _plain("\n".join(texts)).casefold()


def _plain(text: str) -> str:
    """Text that SQLite takes: half a character comes from outside, and NUL would end it."""
    return text.encode(errors="replace").decode().replace("\0", "\ufffd")
