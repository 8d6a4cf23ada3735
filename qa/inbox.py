"""What is handed in through the page, and indexed in the background.

A file is acknowledged once it lies in the tray whole and synced; from there it is added by the readers that
`footnote add` uses, and leaves the tray. What a crash finds there is added at the next start.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Self

from index import Article, ArticleError, Library, Report
from index.errors import DiskFull, FootnoteError, LibraryLocked
from index.fetch import Permits, is_public
from index.readers import READERS
from index.report import Progress
from index.web import read_address

from .delivery import Delivery, State, Status, file_name, shown, state_of, told
from .trash import Trash
from .tray import Reception, Tray

MAX_WAITING = 10_000
"""Deliveries that may wait."""
REMEMBERED = 2_000
"""Deliveries that are done and still told of."""

_TOGETHER = 32
_TOGETHER_BYTES = 16_000_000
"""Files that are indexed in one go: not so many that a deletion would have to wait for long."""
_PATIENCE_S = 30.0
_RETRY_S = 2.0
_STOP_S = 6.0  # the encoder's threads must not outlive the interpreter
_PURGE_S = 60.0

log = logging.getLogger(__name__)


class _Stopped(Exception):
    """The process ends."""


class InboxFull(FootnoteError):
    """More has been handed in than is indexed any time soon."""

    def __init__(self) -> None:
        super().__init__(f"{MAX_WAITING:,} files are waiting to be indexed; hand in more when they are done")


class Inbox:
    """The deliveries to one library, and the thread that indexes them."""

    def __init__(self, library: Library, permits: Permits = is_public) -> None:
        self._library = library
        self._tray = Tray(library.folder)
        self._permits = permits
        self._trash = Trash(library)
        self._pen = threading.Lock()  # one writer in this process; the library's own lock is for the others
        self._changed = threading.Condition()
        self._deliveries: dict[str, Delivery] = {}
        self._hindrance = ""
        self._passages = 0
        self._closed = False
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    # -- handing in ------------------------------------------------------------------------------------------------

    def receive(self, name: str, replaces: str = "") -> Reception:
        """Begin to receive a file; its articles take the place of the article `replaces`, if one is given.

        Raises ArticleError where nothing reads such a file, InboxFull, ReadOnlyLibrary and DiskFull.
        """
        self._check_room()
        suffix = PurePosixPath(file_name(name)).suffix.lower()
        if suffix not in READERS:
            kind = f"{suffix} files are" if suffix else "files without a suffix are"
            raise ArticleError(shown(name), f"{kind} not read; Footnote reads {', '.join(READERS)}")
        return Reception(self._tray, Delivery(secrets.token_hex(8), shown(name)), replaces, self._take)

    def add_address(self, url: str) -> Delivery:
        """Fetch a page or feed when its turn comes. Raises as `receive` does, and where it is no web address."""
        self._check_room()
        url = url.strip()
        if not re.match(r"https?://[^\s/]", url, re.IGNORECASE) or len(url) > 2000:
            raise ArticleError(shown(url) or "the address", "is not a web address; it begins with https:// or http://")
        delivery = Delivery(secrets.token_hex(8), url)
        self._tray.put_address(delivery)
        self._take(delivery)
        return delivery

    def _take(self, delivery: Delivery) -> None:
        """Index what lies in the tray."""
        self._note(delivery)
        self._start()

    def _check_room(self) -> None:
        if self.status().left >= MAX_WAITING:
            raise InboxFull

    def _start(self) -> None:
        with self._changed:
            if self._thread is None and not self._closed:
                self._tray.claim()
                self._thread = threading.Thread(target=self._work, name="inbox", daemon=True)
                self._thread.start()

    # -- deleting --------------------------------------------------------------------------------------------------

    def discard(self, article_ids: Sequence[str]) -> str:
        """As `Trash.discard`; waits for what is being indexed."""
        self._start()  # it empties the trash
        with self.alone():
            return self._trash.discard(article_ids)

    def restore(self, key: str) -> tuple[str, ...]:
        """As `Trash.restore`; waits for what is being indexed."""
        with self.alone():
            return self._trash.restore(key)

    def in_trash(self, key: str) -> tuple[str, ...]:
        """The titles of what was deleted under this key; none where it cannot be brought back."""
        return self._trash.titles(key)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """In turn with all that writes in this process; raises LibraryLocked after a long wait."""
        if not self._pen.acquire(timeout=_PATIENCE_S):
            raise LibraryLocked(self._library.folder, str(os.getpid()))
        try:
            yield
        finally:
            self._pen.release()

    # -- telling ---------------------------------------------------------------------------------------------------

    def status(self) -> Status:
        """How far everything is."""
        with self._changed:
            return Status(tuple(self._deliveries.values()), self._hindrance, self._passages)

    def forget(self) -> None:
        """Tell no more of what is done."""
        with self._changed:
            self._deliveries = {d.id: d for d in self._deliveries.values() if not d.state.is_done}

    def wait(self, timeout: float) -> bool:
        """Until everything is done; whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: all(d.state.is_done for d in self._deliveries.values()), timeout)

    # -- the work --------------------------------------------------------------------------------------------------

    def resume(self) -> None:
        """Take what an earlier process left in the tray, unless another one is at work here."""
        if os.access(self._library.folder, os.W_OK):
            self._trash.purge()
        if self._tray.claim():
            for delivery in self._tray.left():
                self._take(delivery)

    def close(self) -> None:
        """Stop after the passages that are being encoded. What is not done stays in the tray, for the next start."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread:
            self._thread.join(_STOP_S)
        self._tray.close()

    def _note(self, delivery: Delivery) -> None:
        with self._changed:
            self._deliveries[delivery.id] = delivery
            if len(self._deliveries) > 2 * REMEMBERED:
                done = [d.id for d in self._deliveries.values() if d.state.is_done]
                for delivery_id in done[:-REMEMBERED]:
                    del self._deliveries[delivery_id]
            self._changed.notify_all()

    def _work(self) -> None:
        while (batch := self._next()) is not None:
            for delivery in batch:
                self._note(replace(delivery, state=State.INDEXING))
            try:
                fetched = self._fetched(batch)  # before the pen is taken: others may write while the network is slow
                with self._pen:
                    self._trash.purge()
                    if batch:
                        self._index(batch, fetched)
                self._hinder("")
            except _Stopped:
                return
            except (LibraryLocked, DiskFull) as error:  # it will pass: what waits, waits
                self._put_back(batch, str(error))
            except FootnoteError as error:
                self._give_up(batch, str(error))
            except Exception:
                log.exception("what was handed in could not be indexed")
                self._give_up(batch, "a fault of Footnote's; the terminal it runs in says more")
            time.sleep(0.01)  # who waits for the pen is next

    def _next(self) -> list[Delivery] | None:
        """The files, or the one address, that are indexed next, nothing after a while without; None when this is the
        end."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._waiting(), _PURGE_S)
            if self._closed:
                return None
            waiting = self._waiting()
        batch: list[Delivery] = []
        size = 0
        for delivery in waiting[:_TOGETHER]:
            if self._tray.address(delivery):
                return batch or [delivery]
            size += sum(file.stat().st_size for file in self._tray.files(delivery))
            if batch and size > _TOGETHER_BYTES:
                break
            batch.append(delivery)
        return batch

    def _waiting(self) -> list[Delivery]:
        return [d for d in self._deliveries.values() if d.state is State.WAITING]

    def _fetched(self, batch: Sequence[Delivery]) -> list[Article | ArticleError]:
        """What the address of the batch leads to; nothing where it is one of files."""
        address = self._tray.address(batch[0]) if batch else ""
        return list(read_address(address, self._permits)) if address else []

    def _index(self, batch: Sequence[Delivery], fetched: Sequence[Article | ArticleError]) -> None:
        if fetched:
            report = self._library.add(fetched, self._progress)
            self._finish(batch[0], report, report)
            return
        files = {delivery.id: self._tray.files(delivery) for delivery in batch}
        report = self._library.add_files([path for paths in files.values() for path in paths], self._progress)
        for delivery in batch:
            sources = {str(path) for path in files[delivery.id]}
            own = Report(
                tuple(change for change in report.changes if change.source in sources),
                tuple(failure for failure in report.failed if failure.source in sources),
            )
            self._finish(delivery, own, report)

    def _progress(self, progress: Progress) -> None:
        with self._changed:
            self._passages = progress.passages
            if self._closed:
                raise _Stopped

    def _finish(self, delivery: Delivery, own: Report, whole: Report) -> None:
        """What became of a delivery; `whole` knows of near-duplicates."""
        ids = tuple(dict.fromkeys(change.article_id for change in own.changes if change.what != "removed"))
        line, key = told(own, self._near(ids, whole)), ""
        old = self._tray.replaces(delivery)
        if ids and not own.failed and old and old not in ids and self._holds(old):
            key = self._trash.discard([old])
            line = f"{line}, in place of the old one"
        self._tray.remove(delivery)
        self._note(replace(delivery, state=state_of(own), line=line, articles=ids, replaced=key))

    def _holds(self, article_id: str) -> bool:
        return any(article.id == article_id for article in self._library.articles())

    def _near(self, ids: Sequence[str], report: Report) -> str:
        """The title of an article that was here and says nearly the same."""
        for group in report.near:
            others = [article_id for article_id in group if article_id not in ids]
            if others and len(others) < len(group):
                return self._library.show(others[0]).title
        return ""

    def _put_back(self, batch: Sequence[Delivery], why: str) -> None:
        self._hinder(why)
        with self._changed:
            for delivery in batch:
                if self._is_open(delivery):
                    self._deliveries[delivery.id] = delivery
            self._changed.wait_for(lambda: self._closed, _RETRY_S)

    def _give_up(self, batch: Sequence[Delivery], why: str) -> None:
        for delivery in batch:
            with self._changed:
                is_open = self._is_open(delivery)
            if is_open:
                self._note(replace(delivery, state=State.FAILED, line=why))
                self._tray.remove(delivery)

    def _is_open(self, delivery: Delivery) -> bool:
        """Whether it is not done; what is done may be forgotten already."""
        known = self._deliveries.get(delivery.id)
        return known is not None and not known.state.is_done

    def _hinder(self, why: str) -> None:
        with self._changed:
            self._hindrance = why
            self._passages = 0
            self._changed.notify_all()
