"""Every error that a user can cause or meet, each with the exit code the command line gives it.

* FootnoteError
  x ArticleError      a file or record cannot be read as an article            (2)
  x UnknownArticle    no article has this id                                    (2)
  * LibraryError      the library cannot be used as it is                       (3)
    x NoLibrary       there is no library in that folder                        (2)
    x LibraryLocked   another process is writing                                (3)
    x LibraryDamaged  the catalog cannot be read                                (3)
    x NewerLibrary    a newer Footnote made it                                  (3)
    x ReadOnlyLibrary the folder cannot be written                              (3)
    x DiskFull        a write failed for want of room                           (3)
    x ServerUnavailable  a server of the library's does not answer              (3)
    x ServerRefuses   it does not let this user in                              (3)
  x MassRemoval       a sync would remove most of what it mirrors               (2)
  x ModelError        the encoder's files are missing or damaged                (3)

A message is one line: what is wrong, with the value, and what to do about it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .place import Place


class FootnoteError(Exception):
    """Anything that is reported to the user as one line, never as a traceback."""

    exit_code = 2


class ArticleError(FootnoteError):
    """A file, a line of it, or a folder that cannot be read. `source` is its path."""

    def __init__(self, source: str, reason: str, line: int | None = None) -> None:
        super().__init__(f"{source}:{line}: {reason}" if line else f"{source}: {reason}")
        self.source = source
        self.reason = reason
        self.line = line

    def __reduce__(self) -> tuple[type[ArticleError], tuple[str, str, int | None]]:
        """So that a process that reads can send it."""
        return ArticleError, (self.source, self.reason, self.line)


class UnknownArticle(FootnoteError):
    """No article in the library has this id."""

    def __init__(self, article_id: str) -> None:
        super().__init__(f"no article has the id {article_id!r}; `footnote articles` lists them")


class LibraryError(FootnoteError):
    """The library cannot be used as it is."""

    exit_code = 3


class NoLibrary(LibraryError):
    """There is no library in that folder."""

    exit_code = 2

    def __init__(self, folder: Path | Place) -> None:
        super().__init__(f"no library in {folder}; make one with `footnote add PATH --library {folder}`")


class LibraryLocked(LibraryError):
    """Another process is writing to the library."""

    def __init__(self, folder: Path | Place, holder: str) -> None:
        super().__init__(f"{folder} is being written by process {holder}; try again when it is done")


class LibraryDamaged(LibraryError):
    """The catalog cannot be read."""

    def __init__(self, folder: Path | Place, reason: str, *, is_final: bool = False) -> None:
        """`is_final`: no repair is left to try."""
        hint = "restore it from a copy, or add the articles to a new one"
        hint = hint if is_final else f"try `footnote doctor --repair`, else {hint}"
        super().__init__(f"the library in {folder} cannot be read ({reason}); {hint}")
        self.reason = reason


class NewerLibrary(LibraryError):
    """A newer Footnote made or migrated it; `found` and `known` are schema versions."""

    def __init__(self, place: Path | Place, found: int, known: int) -> None:
        super().__init__(
            f"the library in {place} was made by a newer Footnote (its schema version {found}, this one reads up to"
            f" {known}); open it with that one, or update this one"
        )
        self.found = found
        self.known = known


class ReadOnlyLibrary(LibraryError):
    """The folder cannot be written."""

    def __init__(self, folder: Path | Place) -> None:
        super().__init__(f"{folder} cannot be written; asking works, but adding and removing need write access")


class DiskFull(LibraryError):
    """A write failed; what was acknowledged before is safe."""

    def __init__(self, folder: Path | Place, reason: str) -> None:
        super().__init__(
            f"{folder} has no room, or its disk fails ({reason}); what was stored before is safe:"
            " make room and run it again"
        )


class ServerUnavailable(LibraryError):
    """The server that holds the library does not answer, or not in time."""

    def __init__(self, place: Path | Place, reason: str) -> None:
        super().__init__(f"{place} does not answer ({reason}); see that the server runs, and try again")


class ServerRefuses(LibraryError):
    """The server that holds the library does not let this user in, or has no such database."""

    def __init__(self, place: Path | Place, reason: str) -> None:
        super().__init__(
            f"{place} refuses the connection ({reason}); check user, password (PGPASSWORD or ~/.pgpass) and database"
        )


class MassRemoval(FootnoteError):
    """A sync would remove more than half of what the library has from the folder."""

    def __init__(self, folder: Path, removed: int, held: int) -> None:
        super().__init__(
            f"{folder} no longer has {removed} of the {held} articles that came from it, and none was removed;"
            " if they are to go, run it again with --force"
        )


class ModelError(FootnoteError):
    """The encoder's files are missing or damaged."""

    exit_code = 3
