"""Chroma on a server as a mirror of the catalog in PostgreSQL.

The catalog notes each passage that comes or goes in the transaction in which it does, and forgets the note once Chroma
has been told. So Chroma may lag: a passage that it does not know yet is looked at in the catalog, one that is gone is
left out, and what is found is what the catalog holds at that moment.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator

from .catalog import Catalog
from .encoder import Vectors
from .errors import DiskFull, LibraryError, LibraryLocked, ReadOnlyLibrary
from .nearest import Nearest
from .place import Servers
from .retrieve import Ranked
from .vectors import ServedIndex, VectorIndex, VectorIndexError
from .verify import faults

LOOKED_AT = 8192
"""Passages that Chroma does not know yet which are looked at with a question, the newest: 12 MB of vectors."""
RETRY_S = 2.0
"""How long Chroma is not asked after it has failed, at least."""
RESTS = 4
"""It is left alone so many times as long as its failing took: no question waits for its deadline each time."""
GONE = "The vector index does not answer just now: passages are found by their words alone."
FILLING = "The vector index is being filled: of some passages only the words are found."
_TOLD_AT_ONCE = 1000
_CHANGES = "SELECT id, change FROM unmirrored LIMIT ?"
_WAITING = "SELECT u.id, p.id IS NOT NULL FROM unmirrored u LEFT JOIN passages p USING (id) ORDER BY u.id DESC LIMIT ?"

log = logging.getLogger(__name__)


class ServedMirror(Nearest):
    """A collection on a Chroma server, named after the library. Where it cannot be asked, words alone find."""

    goes_beside_writers = True

    def __init__(self, catalog: Catalog, servers: Servers) -> None:
        super().__init__(catalog)
        self._servers = servers
        self._opened = ""  # the collection that the index in use is
        self._failure = ""
        self._resting_until = 0.0
        self._follows = False
        self._upkeep: threading.Thread | None = None

    # -- asking ----------------------------------------------------------------------------------------------------

    def nearest(self, vector: Vectors, k: int) -> Ranked:
        """See the class; no passage where Chroma does not answer. Never waits for more than its deadline."""
        waiting: dict[int, bool] = dict(self._catalog.rows(_WAITING, (LOOKED_AT,)))  # row -> whether it is there
        try:
            found = self._asked(vector, k + min(len(waiting), k))
        except VectorIndexError as error:
            self._fail(error)
            return []
        if not waiting:
            return found
        self._later(self.follow)
        if len(waiting) == LOOKED_AT:
            self.hindrance = FILLING
        new = self._catalog.nearest(vector, k, sorted(row for row in waiting if waiting[row]))
        known = [pair for pair in found if pair[0] not in waiting]
        return sorted([*known, *new], key=lambda pair: (-pair[1], pair[0]))[:k]

    def _asked(self, vector: Vectors, k: int) -> list[tuple[int, float]]:
        began = time.monotonic()
        if began < self._resting_until:
            raise VectorIndexError(self._failure)
        try:
            found = self._verified().nearest(vector, k)
        except VectorIndexError:
            now = time.monotonic()
            self._resting_until = now + max(RETRY_S, RESTS * (now - began))
            raise
        self._works()
        return found

    def _works(self) -> None:
        self._resting_until = 0.0
        if self._failure:
            log.warning("Chroma answers again")
        self._failure = self.hindrance = ""

    def _fail(self, error: VectorIndexError) -> None:
        with self._lock:
            self.close()
            if not self._failure:
                log.warning("Chroma cannot answer (%s); passages are found by their words alone", error)
            self._failure, self.hindrance = str(error), GONE

    def _verified(self) -> VectorIndex:
        """The collection, seen to hold what it should when it was opened: a server that lost it makes an empty one."""
        name = self._name()
        with self._lock:
            if self._index is not None and self._opened == name:
                return self._index
        index = self._open()
        try:
            if self._lacks(index):
                self._later(self.load)
                raise VectorIndexError("it lacks passages")
        except BaseException:
            _let_go(index)
            raise
        with self._lock:
            self.close()
            self._index, self._opened = index, name
        return index

    def _open(self) -> ServedIndex:
        servers = self._servers
        return ServedIndex(servers.chroma_host, servers.chroma_port, self._name(), tls=servers.chroma_tls)

    @contextlib.contextmanager
    def _borrowed(self) -> Iterator[ServedIndex]:
        """The collection, through a connection of its own."""
        index = self._open()
        try:
            yield index
        finally:
            _let_go(index)

    def _lacks(self, index: ServedIndex) -> bool:
        with self._catalog.snapshot():
            return index.count() < self._catalog.passage_count() - self._untold()

    def _name(self) -> str:
        return f"footnote-{self._catalog.meta('library')}-{self._generation()}"

    def _generation(self) -> int:
        return int(self._catalog.meta("chroma_generation") or 0)

    # -- upkeep ----------------------------------------------------------------------------------------------------

    def load(self) -> None:
        """See the class. A server that lost the collection, or some of it, gets it again."""
        self._follows = True
        try:
            with self._borrowed() as index:
                is_lacking = self._lacks(index)
            if is_lacking:
                log.warning("Chroma lacks passages; it is made anew from the catalog")
                with self._catalog.writing(upkeep=True):
                    self._forget_all()
            self.follow()
            self._verified()
            self._works()
        except VectorIndexError as error:
            self._fail(error)
        except (LibraryLocked, ReadOnlyLibrary, DiskFull) as reason:
            log.info("Chroma is not brought up to date (%s)", reason)

    def follow(self) -> None:
        """See the class; where another process does so already, it is left to it."""
        try:
            with self._catalog.writing(upkeep=True):
                if self._catalog.meta("chroma_model") != self._catalog.model:
                    self._forget_all()
                if self._catalog.rows("SELECT 1 FROM unmirrored LIMIT 1"):
                    with self._borrowed() as index:
                        while changes := self._catalog.rows(_CHANGES, (_TOLD_AT_ONCE,)):
                            self._tell(index, dict(changes))
        except VectorIndexError as error:
            self._fail(error)
        except LibraryLocked:
            pass

    def _tell(self, index: ServedIndex, changes: dict[int, int]) -> None:
        """Bring these passages to Chroma or out of it, and forget the notes of them that are still the same."""
        with self._catalog.snapshot():  # a writer beside this may take a passage away
            stored = self._catalog.passages(sorted(changes))
            vectors = self._catalog.vectors(list(stored))
        index.upsert(list(stored.values()), vectors)
        index.delete(row for row in changes if row not in stored)
        with self._catalog.writes() as database:
            database.execute(
                "DELETE FROM unmirrored u USING unnest(?::int[], ?::bigint[]) AS told (id, change)"
                " WHERE u.id = told.id AND u.change = told.change",
                (list(changes), list(changes.values())),
            )

    def rebuild(self) -> None:
        """See the class; raises VectorIndexError."""
        with self._catalog.writing(upkeep=True):
            old = self._name()
            self._forget_all()
            with contextlib.suppress(VectorIndexError), self._borrowed() as index:
                index.drop(old)
        self.follow()
        self.check(self._catalog.revision)

    def _forget_all(self) -> None:
        """From now on, Chroma knows nothing: a collection of another name, and a note of every passage."""
        with self._catalog.writes() as database:
            database.execute("INSERT INTO unmirrored (id) SELECT id FROM passages ON CONFLICT DO NOTHING")
        self._catalog.set_meta("chroma_generation", self._generation() + 1)
        self._catalog.set_meta("chroma_model", self._catalog.model)

    def check(self, revision: int) -> None:
        """See the class."""
        if waiting := self._untold():
            raise VectorIndexError(f"it has not been told of {waiting} passages yet; adding or `footnote chat` does so")
        with self._borrowed() as index:
            found = faults(self._catalog, index)
        if found:
            raise VectorIndexError("; ".join(found))

    def _untold(self) -> int:
        """How many passages Chroma does not know yet."""
        return int(self._catalog.rows("SELECT count(*) FROM unmirrored JOIN passages USING (id)")[0][0])

    def _later(self, upkeep: Callable[[], None]) -> None:
        """In a process that answers many questions: what is left undone is done by the way."""
        with self._lock:
            if not self._follows or (self._upkeep is not None and self._upkeep.is_alive()):
                return
            self._upkeep = threading.Thread(target=_quietly, args=[upkeep], name="chroma upkeep", daemon=True)
            self._upkeep.start()


def _let_go(index: ServedIndex) -> None:
    with contextlib.suppress(VectorIndexError):
        index.close()


def _quietly(upkeep: Callable[[], None]) -> None:
    with contextlib.suppress(LibraryError):  # the next question meets it again
        upkeep()
