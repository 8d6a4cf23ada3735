"""What is handed in through the page, and indexed in the background: `FOLDER/inbox/`.

A file is acknowledged once it lies in the inbox whole and synced; from there it is added by the readers that
`footnote add` uses, and leaves the inbox. What a crash finds there is added at the next start.
"""

from __future__ import annotations

import fcntl
import logging
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Self

from index import Article, ArticleError, Library, Report
from index.errors import DiskFull, FootnoteError, LibraryLocked, ReadOnlyLibrary
from index.fetch import Permits, is_public
from index.readers import READERS
from index.report import Progress
from index.web import read_address

from .delivery import Delivery, State, Status, file_name, shown, state_of, told
from .trash import Trash

MAX_FILE = 100_000_000
"""Bytes of a file that is handed in."""
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
_MAKING = ".new"

log = logging.getLogger(__name__)


class _Stopped(Exception):
    """The process ends."""


class InboxFull(FootnoteError):
    """More has been handed in than is indexed any time soon."""

    def __init__(self) -> None:
        super().__init__(f"{MAX_WAITING:,} files are waiting to be indexed; hand in more when they are done")


class Reception:
    """A file on its way into the inbox: write it, then accept it; or abandon it, and nothing is left."""

    def __init__(self, inbox: Inbox, delivery: Delivery, replaces: str | None) -> None:
        self._inbox = inbox
        self._delivery = delivery
        self._making = inbox.folder / f"{delivery.id}{_MAKING}"
        try:
            (self._making / "file").mkdir(parents=True)
            if replaces is not None:
                (self._making / "replaces").write_text(replaces, encoding="utf-8")
            self._file = (self._making / "file" / file_name(delivery.name)).open("wb")
        except OSError as error:
            self.abandon()
            raise inbox.trouble(error) from error

    def write(self, content: bytes) -> None:
        """The next part of the file; raises ArticleError where it becomes too large, and DiskFull."""
        try:
            self._file.write(content)
            if self._file.tell() > MAX_FILE:
                raise ArticleError(self._delivery.name, f"is larger than {MAX_FILE // 1_000_000} MB; split it")
        except OSError as error:
            raise self._inbox.trouble(error) from error

    def accept(self) -> Delivery:
        """The file is whole: from now on it survives a crash, and is indexed when its turn comes."""
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._making.rename(self._inbox.folder / self._delivery.id)
        except OSError as error:
            raise self._inbox.trouble(error) from error
        self._inbox.take(self._delivery)
        return self._delivery

    def abandon(self) -> None:
        """Leave nothing of a file that did not come whole."""
        shutil.rmtree(self._making, ignore_errors=True)


class Inbox:
    """The deliveries to one library, and the thread that indexes them."""

    def __init__(self, library: Library, permits: Permits = is_public) -> None:
        self.folder = library.folder.resolve() / "inbox"
        self._library = library
        self._permits = permits
        self._trash = Trash(library)
        self._pen = threading.Lock()  # one writer in this process; the library's own lock is for the others
        self._changed = threading.Condition()
        self._deliveries: dict[str, Delivery] = {}
        self._hindrance = ""
        self._passages = 0
        self._closed = False
        self._thread: threading.Thread | None = None
        self._claim: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    # -- handing in ------------------------------------------------------------------------------------------------

    def receive(self, name: str, replaces: str | None = None) -> Reception:
        """Begin to receive a file; its articles take the place of the article `replaces`, if one is given.

        Raises ArticleError where nothing reads such a file, InboxFull, ReadOnlyLibrary and DiskFull.
        """
        self._check_room()
        suffix = PurePosixPath(file_name(name)).suffix.lower()
        if suffix not in READERS:
            kind = f"{suffix} files are" if suffix else "files without a suffix are"
            raise ArticleError(shown(name), f"{kind} not read; Footnote reads {', '.join(READERS)}")
        return Reception(self, Delivery(secrets.token_hex(8), shown(name)), replaces)

    def add_address(self, url: str) -> Delivery:
        """Fetch a page or feed when its turn comes. Raises as `receive` does, and where it is no web address."""
        self._check_room()
        url = url.strip()
        if not re.match(r"https?://[^\s/]", url, re.IGNORECASE) or len(url) > 2000:
            raise ArticleError(shown(url) or "the address", "is not a web address; it begins with https:// or http://")
        delivery = Delivery(secrets.token_hex(8), url)
        making = self.folder / f"{delivery.id}{_MAKING}"
        try:
            making.mkdir(parents=True)
            (making / "address").write_text(url, encoding="utf-8")
            making.rename(self.folder / delivery.id)
        except OSError as error:
            raise self.trouble(error) from error
        self.take(delivery)
        return delivery

    def take(self, delivery: Delivery) -> None:
        """Index what lies in the inbox under this delivery's id."""
        self._note(delivery)
        self._start()

    def _check_room(self) -> None:
        if self.status().left >= MAX_WAITING:
            raise InboxFull

    def _start(self) -> None:
        with self._changed:
            if self._thread is None and not self._closed:
                if self._claim is None:
                    self._claim = self._claimed()
                self._thread = threading.Thread(target=self._work, name="inbox", daemon=True)
                self._thread.start()

    def trouble(self, error: OSError) -> FootnoteError:
        """What a failure to write into the inbox means for the user."""
        folder = self._library.folder
        return DiskFull(folder, error.strerror or str(error)) if os.access(folder, os.W_OK) else ReadOnlyLibrary(folder)

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
        """Take what an earlier process left in the inbox, unless another one is at work here."""
        if os.access(self._library.folder, os.W_OK):
            self._trash.purge()
        if self.folder.is_dir():
            self._claim = self._claimed()
        if self._claim is None:
            return
        for entry in sorted(self.folder.iterdir(), key=lambda entry: entry.name):
            if entry.suffix == _MAKING:
                shutil.rmtree(entry, ignore_errors=True)
            elif entry.is_dir():
                name = _address(entry) or next((file.name for file in (entry / "file").glob("*")), "")
                self.take(Delivery(entry.name, name))

    def close(self) -> None:
        """Stop after the passages that are being encoded. What is not done stays in the inbox, for the next start."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread:
            self._thread.join(_STOP_S)
        if self._claim is not None:
            os.close(self._claim)
            self._claim = None

    def _claimed(self) -> int | None:
        """A lock on the inbox, as long as this process lives: what others leave here is its. None: it is another's."""
        try:
            claim = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
        except OSError:
            return None
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(claim)
            return None
        return claim

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
            if _address(self.folder / delivery.id):
                return batch or [delivery]
            size += sum(file.stat().st_size for file in self._files(delivery))
            if batch and size > _TOGETHER_BYTES:
                break
            batch.append(delivery)
        return batch

    def _waiting(self) -> list[Delivery]:
        return [d for d in self._deliveries.values() if d.state is State.WAITING]

    def _files(self, delivery: Delivery) -> list[Path]:
        return sorted((self.folder / delivery.id / "file").glob("*"))

    def _fetched(self, batch: Sequence[Delivery]) -> list[Article | ArticleError]:
        """What the address of the batch leads to; nothing where it is one of files."""
        address = _address(self.folder / batch[0].id) if batch else ""
        return list(read_address(address, self._permits)) if address else []

    def _index(self, batch: Sequence[Delivery], fetched: Sequence[Article | ArticleError]) -> None:
        if fetched:
            report = self._library.add(fetched, self._progress)
            self._finish(batch[0], report, report)
            return
        files = {delivery.id: self._files(delivery) for delivery in batch}
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
        replaced = self.folder / delivery.id / "replaces"
        line, key = told(own, self._near(ids, whole)), ""
        if ids and not own.failed and replaced.exists():
            old = replaced.read_text(encoding="utf-8")
            if old not in ids and any(article.id == old for article in self._library.articles()):
                key = self._trash.discard([old])
                line = f"{line}, in place of the old one"
        shutil.rmtree(self.folder / delivery.id, ignore_errors=True)
        self._note(replace(delivery, state=state_of(own), line=line, articles=ids, replaced=key))

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
                shutil.rmtree(self.folder / delivery.id, ignore_errors=True)

    def _is_open(self, delivery: Delivery) -> bool:
        """Whether it is not done; what is done may be forgotten already."""
        known = self._deliveries.get(delivery.id)
        return known is not None and not known.state.is_done

    def _hinder(self, why: str) -> None:
        with self._changed:
            self._hindrance = why
            self._passages = 0
            self._changed.notify_all()


def _address(folder: Path) -> str:
    try:
        return (folder / "address").read_text(encoding="utf-8")
    except OSError:
        return ""
