#!/bin/sh
# A copy of the library: `deploy/backup.sh FILE`. PGHOST, PGUSER, PGDATABASE and ~/.pgpass say of which one.
# It is of one moment, and nobody has to stop. Chroma needs none: it is made anew from this.
set -eu
exec pg_dump --format=custom --schema=footnote --file="${1:?a file for the copy}"
