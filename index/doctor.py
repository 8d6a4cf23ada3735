"""What a library and its set-up are checked for, and how each fault is mended."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from . import schema
from .catalog import Catalog
from .encoder import Encoder
from .errors import DiskFull, LibraryDamaged, ModelError
from .place import Place
from .reencode import reencode
from .settings import BadSettings, read_settings
from .vectors import VectorIndexError

FREE_BYTES = 200_000_000
"""Room below which a library should not be left: an addition needs some, and Chroma is made anew beside the old."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found. `fault` is "" where all is well, else what is wrong, in one line.

    `is_vital` tells a fault of the articles themselves from one of what is made from them.
    """

    check: str
    checked: str
    fault: str = ""
    is_vital: bool = False
    mended: bool = False

    @property
    def is_well(self) -> bool:
        """Whether nothing is left to do."""
        return not self.fault or self.mended


def examine(place: Path | Place, encoder: Encoder, *, repair: bool = False) -> list[Finding]:
    """Every check of the library there, in order; with `repair`, what can be made anew is.

    Raises NoLibrary or LibraryDamaged where the catalog cannot be opened, and with `repair` LibraryLocked or
    ReadOnlyLibrary.
    """
    try:
        catalog = Catalog(place)
    except LibraryDamaged as error:
        raise LibraryDamaged(place, error.reason, is_final=True) from error
    try:
        if not repair:
            return list(_Doctor(catalog, encoder).findings())
        with catalog.writing():
            return list(_Doctor(catalog, encoder).repairs())
    finally:
        catalog.close()


class _Doctor:
    def __init__(self, catalog: Catalog, encoder: Encoder) -> None:
        self._catalog = catalog
        self._encoder = encoder
        self._mirror = catalog.place.open_mirror(catalog)
        # Each with what mends it; in this order, since what comes later is made from what comes before.
        self._checks: list[tuple[Callable[[], Finding], Callable[[], object] | None]] = [
            (self._version, None),
            (self._model_files, None),
            (self._settings, None),
            (self._disk, None),
            (self._writer, None),
            (self._database, None),
            (self._articles, None),
            (self._passages, None),
            (self._originals, self._sweep),
            (self._full_text, catalog.full_text.rebuild),
            (self._model, lambda: reencode(catalog, encoder)),
            (self._chroma, self._mirror.rebuild),
        ]

    def findings(self) -> Iterator[Finding]:
        for check, _ in self._checks:
            yield self._ask(check)

    def repairs(self) -> Iterator[Finding]:
        """Each check, and again after what was wrong has been mended."""
        for check, mend in self._checks:
            found = self._ask(check)
            if found.fault and mend:
                try:
                    mend()
                except (LibraryDamaged, DiskFull, ModelError, VectorIndexError) as error:
                    found = replace(found, fault=f"{found.fault}; mending failed: {error}")
                else:
                    found = replace(found, mended=not self._ask(check).fault)
            yield found

    @staticmethod
    def _ask(check: Callable[[], Finding]) -> Finding:
        try:
            return check()
        except LibraryDamaged as error:
            return Finding(check.__name__.strip("_").replace("_", " "), "", str(error), is_vital=True)

    # -- the set-up ------------------------------------------------------------------------------------------------

    def _version(self) -> Finding:
        try:
            footnote = version("footnote-qa")
        except PackageNotFoundError:
            footnote = "not installed"
        return Finding(
            "version", f"Footnote {footnote}, Python {platform.python_version()}, library schema {schema.VERSION}"
        )

    def _model_files(self) -> Finding:
        fault = ""
        try:
            self._encoder.check_files()
        except ModelError as error:
            fault = str(error)
        return Finding("model files", f"checksums of {self._encoder.name}", fault, is_vital=True)

    def _settings(self) -> Finding:
        fault = ""
        try:
            read_settings(self._catalog.place.folder)
        except BadSettings as error:
            fault = str(error)
        return Finding("settings", "settings.json, where there is one", fault, is_vital=True)

    def _disk(self) -> Finding:
        free = self._catalog.database.free_bytes()
        if free is None:
            return Finding("free disk", "the database server's is not seen from here")
        fault = f"only {free // 1_000_000:,} MB are free; make room" if free < FREE_BYTES else ""
        return Finding("free disk", f"{free // 1_000_000:,} MB", fault)

    def _writer(self) -> Finding:
        pid = self._catalog.database.holder()
        return Finding("writer", f"process {pid} is writing" if pid else "none")

    # -- the catalog -----------------------------------------------------------------------------------------------

    def _database(self) -> Finding:
        faults = self._catalog.integrity()
        return Finding(
            "catalog file", "the database's own check of its integrity", "; ".join(faults[:3]), is_vital=True
        )

    def _articles(self) -> Finding:
        """Hash drift: an article is no longer what was stored."""
        drifted = []
        with self._catalog.snapshot():  # others may write
            summaries = self._catalog.summaries()
            for summary in summaries:
                article = self._catalog.article(summary.id)
                if article is None or article.hash != self._catalog.hash_of(summary.id):
                    drifted.append(summary.id)
        fault = f"{len(drifted)} are not what was stored ({', '.join(drifted[:3])}); add them again" if drifted else ""
        return Finding("articles", f"hashes of {len(summaries)} articles", fault, is_vital=True)

    def _passages(self) -> Finding:
        wrong = 0
        with self._catalog.snapshot():
            rows = self._catalog.passage_ids()
            for start in range(0, len(rows), 5000):
                some = rows[start : start + 5000]
                lengths = np.linalg.norm(self._catalog.vectors(some), axis=1)
                stored = self._catalog.passages(some)
                wrong += int((~(np.abs(lengths - 1) < 1e-2)).sum())
                wrong += sum(row not in stored or not stored[row].text for row in some)
        fault = f"{wrong} have no text or no unit vector; add their articles again" if wrong else ""
        return Finding("passages", f"spans and vectors of {len(rows)} passages", fault, is_vital=True)

    def _originals(self) -> Finding:
        needed = self._catalog.original_names()
        broken = [name for name in needed if not self._catalog.originals.is_whole(name)]
        unneeded = self._catalog.originals.names() - set(needed)
        faults = [f"{len(broken)} are missing or changed ({broken[0]}); add their files again"] if broken else []
        if unneeded:
            faults.append(f"{len(unneeded)} belong to no article")
        return Finding("originals", f"checksums of {len(needed)} files", "; ".join(faults))

    def _sweep(self) -> None:
        """Without the broken ones their articles say that they have none, and a sync brings them back."""
        originals = self._catalog.originals
        needed = self._catalog.original_names()
        self._catalog.forget_originals([name for name in needed if not originals.is_whole(name)])
        originals.sweep(self._catalog.original_names())

    # -- what is made from it --------------------------------------------------------------------------------------

    def _full_text(self) -> Finding:
        return Finding("full-text index", "its rows, and the database's own check", self._catalog.full_text.fault())

    def _model(self) -> Finding:
        ours, theirs = self._encoder.name, self._catalog.model
        fault = f"the vectors are of {theirs}, this Footnote searches with {ours}" if ours != theirs else ""
        return Finding("model", f"vectors of {theirs}", fault)

    def _chroma(self) -> Finding:
        fault = ""
        try:
            self._mirror.check(self._catalog.revision)
        except VectorIndexError as error:
            fault = str(error)
        return Finding("Chroma", "files, rows, sample vectors and searches, in a process of its own", fault)
