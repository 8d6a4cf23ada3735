"""The copy of the catalog's vectors that finds the nearest of many: what the library asks of it."""

from __future__ import annotations

import contextlib
import threading
from abc import ABC, abstractmethod

from .catalog import Catalog
from .encoder import Vectors
from .retrieve import Ranked
from .vectors import VectorIndex, VectorIndexError


class Nearest(ABC):
    """Chroma, in this process or on a server. No failure of Chroma's leaves here."""

    hindrance: str = ""
    """What the user should know of how passages are found just now, in a sentence; "" where all is well."""

    goes_beside_writers: bool = False
    """Whether `follow` may go on while others write articles: it can take long."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._index: VectorIndex | None = None
        self._lock = threading.RLock()  # of the index in use

    @property
    def is_in_use(self) -> bool:
        """Whether Chroma is open, and asked."""
        return self._index is not None

    def close(self) -> None:
        """Let go of Chroma."""
        with self._lock:
            if self._index is not None:
                index, self._index = self._index, None
                with contextlib.suppress(VectorIndexError):
                    index.close()

    @abstractmethod
    def nearest(self, vector: Vectors, k: int) -> Ranked:
        """Up to k (row number, cosine) pairs, nearest first."""

    def nearest_at(self, revision: int, vector: Vectors, k: int) -> Ranked | None:
        """The same from Chroma alone, without a look at the catalog; None where it does not answer at once, or is not
        known to mirror the catalog of this revision."""
        return None

    @abstractmethod
    def load(self) -> None:
        """Verify and open Chroma, and mend it where this process may write. From now on, new revisions are followed."""

    @abstractmethod
    def check(self, revision: int) -> None:
        """Raise VectorIndexError, with what is wrong, unless Chroma mirrors the catalog of this revision."""

    @abstractmethod
    def follow(self) -> None:
        """Bring Chroma to the catalog's state. Only for who holds the library for writing, unless it goes beside."""

    @abstractmethod
    def rebuild(self) -> None:
        """Make Chroma anew from the catalog. Only for who holds the library for writing."""
