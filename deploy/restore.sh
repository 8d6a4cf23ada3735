#!/bin/sh
# A library from its copy, into an empty UTF8 database: `createdb -E UTF8 -T template0 NAME`, then
# `PGDATABASE=NAME deploy/restore.sh FILE`. The first chat or `footnote doctor --repair` then fills Chroma.
set -eu
pg_restore --exit-on-error --no-owner --single-transaction --dbname="${PGDATABASE:?the database}" "${1:?the copy}"
# The copied library is another one from now on: it must not write into the first one's collection of Chroma.
psql --quiet --set=ON_ERROR_STOP=1 <<'SQL'
UPDATE footnote.meta SET value = to_jsonb(replace(gen_random_uuid()::text, '-', '')) WHERE key = 'library';
INSERT INTO footnote.unmirrored (id) SELECT id FROM footnote.passages ON CONFLICT DO NOTHING;
SQL
