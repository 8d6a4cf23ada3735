"""Chroma as a mirror of the catalog: checked before it is used, made anew when it is not what the catalog says."""

from __future__ import annotations

import contextlib
import logging
import threading
from pathlib import Path

from .catalog import Catalog
from .encoder import Vectors
from .errors import DiskFull, LibraryLocked, ReadOnlyLibrary
from .nearest import Nearest
from .retrieve import Ranked
from .signs import FEW, Signs, keep_signs, read_signs
from .vectors import VectorIndex, VectorIndexError, fingerprint, remove_folder
from .verify import verify

_UNKNOWN = "unknown"
"""Kept in place of Chroma's revision or fingerprint while a write is under way: a process may die before it ends."""
_COPIED_AT_ONCE = 5000
"""Passages that are read from the catalog in one go."""

State = tuple[int, int | str | None]

log = logging.getLogger(__name__)


class Mirror(Nearest):
    """The Chroma folder of a library. No failure of Chroma's leaves here: the catalog's vectors are scanned instead.

    Each rebuild gets a folder of its own (`chroma/0`, `chroma/1`, ...); the catalog names the one in use, its
    revision, the model of its vectors and a fingerprint of its files. It is asked only once it has been verified, by
    a process of its own; until then, and wherever it is behind, the stored vectors are looked at: every one of a small
    library, of a large one those whose signs are like the question's.
    """

    def __init__(self, catalog: Catalog) -> None:
        super().__init__(catalog)
        self._revision = -1  # of the index in use
        self._upkeep = threading.RLock()  # of the folder: held while it is verified or written
        self._follows = False
        self._tried: State | None = None  # at which Chroma was last looked at, whatever came of it
        self._failure: VectorIndexError | None = None  # why it cannot be asked: said when a question comes
        self._complaint = ""
        self._signs: tuple[int | str | None, Signs | None] = (None, None)  # and the mark that they were read under

    def nearest(self, vector: Vectors, k: int) -> Ranked:
        """Up to k (row number, cosine) pairs, nearest first. Never waits for Chroma."""
        state = self._state()
        with self._lock:
            if self._index is not None and self._revision == state[0]:
                try:
                    return self._index.nearest(vector, k)
                except VectorIndexError as error:
                    self._complain(error)
                    self.close()
            is_new = self._follows and self._tried != state
            self._tried = state
        if is_new:
            threading.Thread(target=self.load, daemon=True).start()
        elif self._failure:
            self._complain(self._failure)
        return self._without_chroma(vector, k)

    def nearest_at(self, revision: int, vector: Vectors, k: int) -> Ranked | None:
        """See the class."""
        with self._lock:
            if self._index is None or self._revision != revision:
                return None
            with contextlib.suppress(VectorIndexError):  # `nearest` meets it again, and says so
                return self._index.nearest(vector, k)
        return None

    def _without_chroma(self, vector: Vectors, k: int) -> Ranked:
        if self._catalog.passage_count() <= FEW:
            return self._catalog.nearest(vector, k)
        mark, signs = self._signs
        if mark is None or mark != self._catalog.meta("signs"):
            mark, signs = self._signs = self._catalog.meta("signs"), read_signs(self._catalog)
        if signs is None:
            return self._catalog.nearest(vector, k)
        rows = [*signs.worth_looking_at(vector), *self._catalog.passage_ids(after=signs.last)]
        return self._catalog.nearest(vector, k, rows)

    def load(self) -> None:
        """Verify and open Chroma, and mend it where this process may write. From now on, new revisions are followed."""
        self._follows = True
        with self._upkeep:
            self._tried = self._state()
            revision = self._tried[0]
            if self._index is not None and self._revision == revision:
                return
            self.close()
            found = self._mark()
            try:
                self._open(revision)
            except VectorIndexError as error:
                self._heal(error, found)
            keep_signs(self._catalog)

    def _state(self) -> State:
        """The catalog's revision, and the one that Chroma was brought to."""
        return self._catalog.revision, self._catalog.meta("chroma_revision")

    def _open(self, revision: int) -> None:
        """Ask Chroma from now on; raises VectorIndexError where it is not what the catalog of this revision says."""
        self.check(revision)
        index = VectorIndex(self._folder())
        index.load()
        with self._lock:
            self._index, self._revision, self._failure = index, revision, None
            self._signs = (None, None)

    def check(self, revision: int) -> None:
        """Raise VectorIndexError, with what is wrong, unless Chroma mirrors the catalog of this revision."""
        if (self._catalog.meta("chroma_revision") or 0) != revision:
            raise VectorIndexError("it is behind the catalog; adding, syncing or `footnote chat` brings it up to date")
        if not self._folder().exists():
            if self._catalog.passage_count() == 0:
                return
            raise VectorIndexError("its folder is gone")
        self._check_files()
        verify(self._catalog.folder, self._folder())

    def _mark(self) -> tuple[int | str | None, ...]:
        """What the catalog says of Chroma: another writer at work changes it."""
        return tuple(self._catalog.meta(f"chroma_{what}") for what in ("revision", "files", "generation"))

    def _heal(self, error: VectorIndexError, found: tuple[int | str | None, ...]) -> None:
        """Bring Chroma up to date, or make it anew; not for what was only a writer's doing, who is done by now."""
        try:
            with self._catalog.writing(upkeep=True):
                if self._mark() == found and found[0] == self._catalog.revision:
                    log.warning("Chroma is damaged (%s); making it anew from the catalog", error)
                    self.rebuild()
                self.follow()
                self._open(self._catalog.revision)
        except (LibraryLocked, ReadOnlyLibrary, DiskFull) as reason:
            self._failure = error
            log.info("Chroma is not brought up to date (%s)", reason)
        except VectorIndexError as again:
            self._failure = again

    def _complain(self, error: VectorIndexError) -> None:
        if str(error) != self._complaint:  # once, not at every question
            self._complaint = str(error)
            log.warning("Chroma cannot answer (%s); the catalog's vectors are scanned instead", error)

    def follow(self) -> None:
        """Bring Chroma to the catalog's state, by the difference, or from nothing when it is damaged.

        Only for who holds the library for writing.
        """
        revision = self._catalog.revision
        with self._upkeep:
            if self._catalog.meta("chroma_revision") == revision:
                return
            self.close()
            try:
                if self._catalog.meta("chroma_model") != self._catalog.model:
                    raise VectorIndexError("its vectors are of another model")
                self._check_files()
                self._mend(VectorIndex(self._folder()))
            except VectorIndexError as error:
                if self._folder().exists():
                    log.warning("Chroma is made anew from the catalog (%s)", error)
                self._rebuild()
            self._catalog.set_meta("chroma_revision", revision)
            keep_signs(self._catalog)

    def _check_files(self) -> None:
        """Raise VectorIndexError unless Chroma's files are as the last write left them: a crash tears them."""
        if fingerprint(self._folder()) != (self._catalog.meta("chroma_files") or ""):
            raise VectorIndexError("its files are not as they were left")

    def _mend(self, index: VectorIndex) -> None:
        self._catalog.set_meta("chroma_files", _UNKNOWN)
        wanted = self._catalog.passage_ids()
        present = index.ids()
        index.delete(sorted(present - set(wanted)))
        missing = [row for row in wanted if row not in present]
        for start in range(0, len(missing), _COPIED_AT_ONCE):
            rows = missing[start : start + _COPIED_AT_ONCE]
            stored = self._catalog.passages(rows)
            index.upsert([stored[row] for row in rows], self._catalog.vectors(rows))
        if index.count() != len(wanted):
            raise VectorIndexError(f"it holds {index.count()} passages in place of {len(wanted)}")
        index.close()
        self._catalog.set_meta("chroma_model", self._catalog.model)
        self._catalog.set_meta("chroma_files", fingerprint(self._folder()))

    def rebuild(self) -> None:
        """Make Chroma anew from the catalog, in a folder of its own. Only for who holds the library for writing."""
        revision = self._catalog.revision
        with self._upkeep:
            self.close()
            self._rebuild()
            self._catalog.set_meta("chroma_revision", revision)

    def _rebuild(self) -> None:
        old = self._folder()
        self._catalog.set_meta("chroma_generation", self._generation() + 1)
        try:
            self._mend(VectorIndex(self._folder()))
        except VectorIndexError as error:
            log.warning("Chroma cannot be made (%s); searching goes on without it", error)
        remove_folder(old)

    def _generation(self) -> int:
        return int(self._catalog.meta("chroma_generation") or 0)

    def _folder(self) -> Path:
        return self._catalog.folder / "chroma" / str(self._generation())
