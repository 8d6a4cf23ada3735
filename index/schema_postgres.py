"""The catalog's tables in PostgreSQL, and the way from those of an older Footnote to them.

They are those of schema.py under the same names, so that the catalog's queries are the same. Texts compare by their
code points, as in SQLite.
"""

from __future__ import annotations

VERSION = 1
"""Of the tables here; the catalog's own version is schema.VERSION."""

TABLES = """
CREATE DOMAIN words AS text COLLATE "C";
CREATE TABLE meta (key words PRIMARY KEY, value jsonb NOT NULL);
CREATE TABLE articles (
    id words PRIMARY KEY,
    title words NOT NULL,
    text words NOT NULL,
    url words,
    published words,
    hash words NOT NULL,
    sentences words NOT NULL,
    author words,
    language words,
    pages words NOT NULL,
    text_key bytea NOT NULL,
    shingles bytea NOT NULL,
    original words,
    original_name words,
    day words,
    added words,
    rowid bigint GENERATED ALWAYS AS IDENTITY
);
CREATE INDEX articles_by_text ON articles (text_key);
CREATE INDEX articles_by_day ON articles (day DESC NULLS LAST, id);
CREATE INDEX articles_by_original ON articles (original) WHERE original IS NOT NULL;
CREATE TABLE sources (
    path words,
    article_id words REFERENCES articles (id) ON DELETE CASCADE,
    PRIMARY KEY (path, article_id)
);
CREATE INDEX sources_of ON sources (article_id);
CREATE TABLE files (path words PRIMARY KEY, digest words NOT NULL);
CREATE INDEX files_by_digest ON files (digest);
CREATE FUNCTION forget_file() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN DELETE FROM files WHERE path = OLD.path; RETURN NULL; END $$;
CREATE TRIGGER file_to_read_again AFTER DELETE ON sources FOR EACH ROW EXECUTE FUNCTION forget_file();
CREATE TABLE passages (
    id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,  -- never used twice: Chroma keys its rows by it
    article_id words NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    "start" integer NOT NULL,
    "end" integer NOT NULL,
    "first" integer NOT NULL,
    "last" integer NOT NULL,
    vector bytea NOT NULL,
    key bytea NOT NULL
);
ALTER TABLE passages ALTER COLUMN vector SET STORAGE EXTERNAL;  -- it cannot be compressed
CREATE INDEX passages_of ON passages (article_id, "start");
CREATE INDEX passages_by_key ON passages (key);
CREATE TABLE next_vectors (id integer PRIMARY KEY, vector bytea NOT NULL);
CREATE TABLE originals (name words PRIMARY KEY, content bytea NOT NULL);
ALTER TABLE originals ALTER COLUMN content SET STORAGE EXTERNAL;

CREATE TABLE postings (
    term words,
    passage integer,
    weight integer NOT NULL,  -- how often, the title counting double
    length integer NOT NULL  -- of the passage, in words
);
CREATE UNIQUE INDEX postings_by_term ON postings (term, passage) INCLUDE (weight, length);
CREATE INDEX postings_of ON postings USING brin (passage) WITH (autosummarize = on, pages_per_range = 32);
CREATE TABLE terms (term words PRIMARY KEY, passages integer NOT NULL) WITH (fillfactor = 70);

CREATE TABLE unmirrored (  -- passages that came or went, and of which Chroma has not been told
    id integer PRIMARY KEY,
    change bigint NOT NULL GENERATED ALWAYS AS IDENTITY
);
CREATE FUNCTION note_unmirrored() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO unmirrored (id) SELECT DISTINCT id FROM moved
        ON CONFLICT (id) DO UPDATE SET change = DEFAULT;
    RETURN NULL;
END $$;
CREATE TRIGGER passages_come AFTER INSERT ON passages REFERENCING NEW TABLE AS moved
    FOR EACH STATEMENT EXECUTE FUNCTION note_unmirrored();
CREATE TRIGGER passages_go AFTER DELETE ON passages REFERENCING OLD TABLE AS moved
    FOR EACH STATEMENT EXECUTE FUNCTION note_unmirrored();

CREATE TABLE jobs (  -- files that workers are to add
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    source words NOT NULL,
    name words NOT NULL,
    digest words NOT NULL,
    line integer NOT NULL,  -- how many lines of the file stand before this part
    is_whole boolean NOT NULL,
    content bytea NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    outcome words,  -- JSON, of a job that is done; jsonb would refuse a NUL
    done timestamptz,
    UNIQUE (source, digest, line)
);
ALTER TABLE jobs ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE INDEX jobs_waiting ON jobs (id) WHERE outcome IS NULL;

CREATE FUNCTION characters(given text) RETURNS integer LANGUAGE sql IMMUTABLE AS
    $$ SELECT CASE WHEN position(E'\\x1a' IN given) = 0 THEN char_length(given)
        ELSE char_length(regexp_replace(given, E'\\x1a.', ' ', 'g')) END $$;
"""

MIGRATIONS: dict[int, str] = {}
"""What brings the tables of a version to the next one's."""
