"""The tables of the catalog, and the way from those of an older Footnote to them."""

from __future__ import annotations

import hashlib
import sqlite3

from .dates import day_of
from .encoder import DIMENSIONS
from .full_text import TOKENIZER
from .shingles import shingle

VERSION = 4
FIRST_MODEL = "all-MiniLM-L6-v2/int8"
"""What made the vectors of every library of version 1, which did not say."""

FULL_TEXT = (
    f"CREATE VIRTUAL TABLE passages_fts USING fts5(title, text, tokenize = '{TOKENIZER}')",
    "CREATE VIRTUAL TABLE passages_vocabulary USING fts5vocab (passages_fts, row)",
)
"""Made anew where it is damaged."""

TABLES = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    url TEXT,
    published TEXT,
    hash TEXT NOT NULL,
    sentences TEXT NOT NULL,  -- JSON: [start, end, kind, list number] of each
    author TEXT,
    language TEXT,
    pages TEXT NOT NULL DEFAULT '[]',  -- JSON: where each page begins
    text_key BLOB NOT NULL DEFAULT x'',  -- of the text alone: finds the same text under another title
    shingles BLOB NOT NULL DEFAULT x'',  -- little-endian uint32: finds nearly the same text
    original TEXT,  -- file name in originals/
    original_name TEXT,  -- the name it had where it came from
    day TEXT,  -- of `published`, in ISO as far as it is told: 2023, 2023-05 or 2023-05-04
    added TEXT  -- the day on which it came first, in UTC; an older Footnote did not say
);
CREATE INDEX articles_by_text ON articles (text_key);
CREATE INDEX articles_by_day ON articles (day, id);
CREATE INDEX articles_by_original ON articles (original) WHERE original IS NOT NULL;
CREATE TABLE sources (
    path TEXT NOT NULL,
    article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    PRIMARY KEY (path, article_id)
) WITHOUT ROWID;
CREATE INDEX sources_of ON sources (article_id);
CREATE TABLE files (  -- those that were read whole, without a fault
    path TEXT PRIMARY KEY,
    digest TEXT NOT NULL  -- of its bytes and of the code that read them
) WITHOUT ROWID;
CREATE INDEX files_by_digest ON files (digest);
CREATE TRIGGER file_to_read_again AFTER DELETE ON sources BEGIN  -- what it gave is no longer all here
    DELETE FROM files WHERE path = OLD.path;
END;
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used twice: Chroma keys its rows by it
    article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    "start" INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    "first" INTEGER NOT NULL,
    "last" INTEGER NOT NULL,
    vector BLOB NOT NULL,  -- {DIMENSIONS} little-endian float32
    key BLOB NOT NULL DEFAULT x''  -- of title and text: the same words have the same vector
);
CREATE INDEX passages_of ON passages (article_id, "start");
CREATE INDEX passages_by_key ON passages (key);
CREATE TABLE next_vectors (id INTEGER PRIMARY KEY, vector BLOB NOT NULL);  -- of a new model, until it has all
{FULL_TEXT[0]};
{FULL_TEXT[1]};
"""

_FROM_1 = """
ALTER TABLE articles ADD COLUMN author TEXT;
ALTER TABLE articles ADD COLUMN language TEXT;
ALTER TABLE articles ADD COLUMN pages TEXT NOT NULL DEFAULT '[]';
ALTER TABLE articles ADD COLUMN text_key BLOB NOT NULL DEFAULT x'';
ALTER TABLE articles ADD COLUMN shingles BLOB NOT NULL DEFAULT x'';
ALTER TABLE articles ADD COLUMN original TEXT;
ALTER TABLE articles ADD COLUMN original_name TEXT;
CREATE INDEX articles_by_text ON articles (text_key);
CREATE INDEX articles_by_original ON articles (original) WHERE original IS NOT NULL;
CREATE TABLE files (path TEXT PRIMARY KEY, digest TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX files_by_digest ON files (digest);
CREATE TRIGGER file_to_read_again AFTER DELETE ON sources BEGIN DELETE FROM files WHERE path = OLD.path; END;
ALTER TABLE passages ADD COLUMN key BLOB NOT NULL DEFAULT x'';
CREATE INDEX passages_by_key ON passages (key);
CREATE TABLE next_vectors (id INTEGER PRIMARY KEY, vector BLOB NOT NULL)
"""

_FROM_2 = """
ALTER TABLE articles ADD COLUMN day TEXT;
CREATE INDEX articles_by_day ON articles (day, id)
"""

_FROM_3 = "ALTER TABLE articles ADD COLUMN added TEXT"


def key(*parts: str) -> bytes:
    """16 bytes that stand for these texts."""
    return hashlib.sha256("\x1f".join(parts).encode()).digest()[:16]


def migrate(database: sqlite3.Connection, version: int) -> None:
    """From an older version to the present one, in the caller's transaction. No vector is made anew."""
    if version == 1:
        _from_1(database)
    if version <= 2:
        _from_2(database)
    _run(database, _FROM_3)
    database.execute("INSERT OR REPLACE INTO meta VALUES ('schema', ?)", (VERSION,))


def _from_1(database: sqlite3.Connection) -> None:
    _run(database, _FROM_1)
    for (article_id,) in database.execute("SELECT id FROM articles").fetchall():
        title, text = database.execute("SELECT title, text FROM articles WHERE id = ?", (article_id,)).fetchone()
        database.execute(
            "UPDATE articles SET text_key = ?, shingles = ? WHERE id = ?",
            (key(text), shingle(text).tobytes(), article_id),
        )
        spans = database.execute('SELECT id, "start", "end" FROM passages WHERE article_id = ?', (article_id,))
        keys = [(key(title, text[start:end]), row) for row, start, end in spans.fetchall()]
        database.executemany("UPDATE passages SET key = ? WHERE id = ?", keys)
    settings = [("model", FIRST_MODEL), ("chroma_model", FIRST_MODEL)]
    database.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", settings)


def _from_2(database: sqlite3.Connection) -> None:
    _run(database, _FROM_2)
    dated = database.execute("SELECT id, published FROM articles WHERE published IS NOT NULL").fetchall()
    days = [(day_of(published), article_id) for article_id, published in dated]
    database.executemany("UPDATE articles SET day = ? WHERE id = ?", days)


def _run(database: sqlite3.Connection, script: str) -> None:
    for statement in script.split(";\n"):  # executescript() would commit first
        database.execute(statement)
