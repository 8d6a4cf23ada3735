"""Chroma as a mirror of the catalog: checked before it is used, made anew when it is not what the catalog says."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from .catalog import Catalog
from .encoder import Vectors
from .errors import LibraryLocked, ReadOnlyLibrary
from .lock import writing
from .retrieve import Ranked
from .vectors import VectorIndex, VectorIndexError, fingerprint, remove_folder

_UNKNOWN = "unknown"
"""Kept in place of Chroma's revision or fingerprint while a write is under way: a process may die before it ends."""
_COPIED_AT_ONCE = 5000
"""Passages that are read from the catalog in one go."""

log = logging.getLogger(__name__)


class Mirror:
    """The Chroma folder of a library. No failure of Chroma's leaves here: the catalog's vectors are scanned instead.

    Each rebuild gets a folder of its own (`chroma/0`, `chroma/1`, ...); the catalog names the one in use, its revision
    and a fingerprint of its files.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._index: VectorIndex | None = None
        self._revision = -1
        self._lock = threading.RLock()
        self._failure = (-1, "")  # the revision at which Chroma could not be opened, and why
        self._complaint = ""

    def nearest(self, vector: Vectors, k: int) -> Ranked:
        """Up to k (row number, cosine) pairs, nearest first."""
        try:
            with self._lock:
                return self._current().nearest(vector, k)
        except VectorIndexError as error:
            if str(error) != self._complaint:  # once, not at every question
                self._complaint = str(error)
                log.warning("Chroma cannot answer (%s); the catalog's vectors are scanned instead", error)
            return self._catalog.nearest(vector, k)

    def load(self) -> None:
        """Open Chroma now, and bring it up to date where this process may write."""
        with self._lock:
            try:
                self._current()
            except VectorIndexError:
                self._heal()

    def follow(self) -> None:
        """Bring Chroma to the catalog's state, by the difference, or from nothing when it is damaged.

        Only for who holds the library for writing.
        """
        revision = self._catalog.revision
        with self._lock:
            if self._catalog.meta("chroma_revision") == revision:
                return
            self.close()
            try:
                self._mend(self.open_index())
            except VectorIndexError as error:
                log.warning("Chroma is damaged (%s); making it anew from the catalog", error)
                self._rebuild()
            self._catalog.set_meta("chroma_revision", revision)

    def close(self) -> None:
        """Let go of the folder."""
        with self._lock:
            if self._index is not None:
                self._index.close()
                self._index = None

    def open_index(self) -> VectorIndex:
        """Chroma, if its files are as the last write left them: torn ones can end the process that opens them."""
        if fingerprint(self._folder()) != (self._catalog.meta("chroma_files") or ""):
            raise VectorIndexError("its files are not as they were left")
        return VectorIndex(self._folder())

    def _current(self) -> VectorIndex:
        """Chroma as of the catalog's revision; raises VectorIndexError when it cannot be had without writing."""
        revision = self._catalog.revision
        if self._index is None or self._revision != revision:
            self.close()
            if self._catalog.meta("chroma_revision") != revision:
                raise VectorIndexError(
                    "it is behind the catalog; adding, syncing or `footnote chat` brings it up to date"
                )
            if self._failure[0] == revision:  # trying at every question would only make each one slow
                raise VectorIndexError(self._failure[1])
            try:
                self._index = self._whole_index()
            except VectorIndexError as error:
                self._failure = (revision, str(error))
                raise
            self._revision = revision
        return self._index

    def _whole_index(self) -> VectorIndex:
        """Chroma, if it holds the catalog's passages and no others; raises VectorIndexError."""
        index = self.open_index()
        if (count := index.count()) == self._catalog.passage_count():
            return index
        index.close()
        raise VectorIndexError(f"it holds {count} passages in place of {self._catalog.passage_count()}")

    def _heal(self) -> None:
        try:
            with writing(self._catalog.folder):
                self._catalog.set_meta("chroma_revision", _UNKNOWN)
                self.follow()
            self._failure = (-1, "")
            self._current()
        except (LibraryLocked, ReadOnlyLibrary, VectorIndexError) as error:
            log.info("Chroma is not brought up to date (%s)", error)

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
        self._catalog.set_meta("chroma_files", fingerprint(self._folder()))

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
