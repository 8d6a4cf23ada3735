"""Where the articles come from: paths and URLs, and the files that have been read whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .tables import Tables


class Sources(Tables):
    """The tables `sources` and `files`."""

    def add_sources(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Note that these files, too, hold these articles: (path, article id) pairs. One transaction."""
        known = "SELECT 1 FROM sources WHERE path = ? AND article_id = ?"
        if new := [pair for pair in pairs if not self.rows(known, pair)]:
            with self.transaction() as database:
                database.executemany("INSERT INTO sources VALUES (?, ?) ON CONFLICT DO NOTHING", new)

    def sources(self) -> list[tuple[str, str]]:
        """Every (path, article id) pair, in order."""
        return self.rows("SELECT path, article_id FROM sources ORDER BY path, article_id")

    def sources_of(self, article_id: str) -> list[str]:
        """Every path and URL that the article came from, in order."""
        return [row[0] for row in self.rows("SELECT path FROM sources WHERE article_id = ? ORDER BY 1", (article_id,))]

    def articles_from(self, path: str) -> list[str]:
        """The ids of the articles that came from this path or URL, in order."""
        rows = self.rows("SELECT article_id FROM sources WHERE path = ? ORDER BY article_id", (path,))
        return [row[0] for row in rows]

    # -- files -----------------------------------------------------------------------------------------------------

    def digest_of(self, path: str) -> str | None:
        """The digest under which the file was read, if all it gave is still here; or None."""
        rows = self.rows("SELECT digest FROM files WHERE path = ?", (path,))
        return rows[0][0] if rows else None

    def file_with(self, digest: str) -> str | None:
        """A file that was read with this digest, or None."""
        rows = self.rows("SELECT path FROM files WHERE digest = ? ORDER BY path LIMIT 1", (digest,))
        return rows[0][0] if rows else None

    def note_files(self, digests: Mapping[str, str]) -> None:
        """Note path -> digest for files that were read whole, without a fault. Does not raise the revision."""
        if new := [item for item in digests.items() if self.digest_of(item[0]) != item[1]]:
            with self.writes() as database:
                database.executemany(
                    "INSERT INTO files VALUES (?, ?) ON CONFLICT (path) DO UPDATE SET digest = excluded.digest", new
                )
