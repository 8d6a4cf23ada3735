"""The folder of what is handed in, `FOLDER/inbox/`: a folder a delivery, with its file or its address.

It is written under another name, and gets its own once it is whole and synced.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from index import ArticleError, durable
from index.errors import DiskFull, ReadOnlyLibrary

from .delivery import Delivery, file_name

MAX_FILE = 100_000_000
"""Bytes of a file that is handed in."""
_MAKING = ".new"


class Tray:
    """The deliveries of one library as they lie on the disk: `ID/file/NAME` and perhaps `ID/replaces`, or
    `ID/address`."""

    def __init__(self, library_folder: Path) -> None:
        self._library_folder = library_folder
        self.folder = library_folder.resolve() / "inbox"
        self._claim: int | None = None

    def claim(self) -> bool:
        """Whether what others leave here is this process's to index, as long as it lives; not if it is another's."""
        if self._claim is None:
            self._claim = self._locked()
        return self._claim is not None

    def close(self) -> None:
        """Let another process claim it."""
        if self._claim is not None:
            os.close(self._claim)
            self._claim = None

    def _locked(self) -> int | None:
        try:
            lock = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
        except OSError:
            return None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return None
        return lock

    def put_address(self, delivery: Delivery) -> None:
        """Lay down an address, the delivery's name. Raises ReadOnlyLibrary and DiskFull."""
        making = self.making(delivery)
        with self.telling():
            making.mkdir(parents=True)
            durable.write(making / "address", delivery.name.encode())
            self.finish(delivery)

    def making(self, delivery: Delivery) -> Path:
        """The delivery's folder before it is whole."""
        return self.folder / f"{delivery.id}{_MAKING}"

    def finish(self, delivery: Delivery) -> None:
        """It is whole: a crash leaves it here from now on. Raises OSError."""
        durable.sync(self.making(delivery))
        self.making(delivery).rename(self.folder / delivery.id)
        durable.sync(self.folder)

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Raises what a failure to write means for the user: ReadOnlyLibrary or DiskFull."""
        folder = self._library_folder
        try:
            yield
        except OSError as error:
            if not os.access(folder, os.W_OK):
                raise ReadOnlyLibrary(folder) from error
            raise DiskFull(folder, error.strerror or str(error)) from error

    def left(self) -> Iterator[Delivery]:
        """What an earlier process left, and deletes what it left half written."""
        for entry in sorted(self.folder.iterdir(), key=lambda entry: entry.name):
            if entry.suffix == _MAKING:
                shutil.rmtree(entry, ignore_errors=True)
            elif entry.is_dir():
                delivery = Delivery(entry.name, "")
                name = self.address(delivery) or next((file.name for file in self.files(delivery)), "")
                yield Delivery(entry.name, name)

    def address(self, delivery: Delivery) -> str:
        """The address that was handed in; empty where it was a file."""
        return self._read(delivery, "address")

    def files(self, delivery: Delivery) -> list[Path]:
        """The file that was handed in, if it was one."""
        return sorted((self.folder / delivery.id / "file").glob("*"))

    def replaces(self, delivery: Delivery) -> str:
        """The id of the article that the file takes the place of; empty where it takes none's."""
        return self._read(delivery, "replaces")

    def remove(self, delivery: Delivery) -> None:
        """Delete what was handed in."""
        shutil.rmtree(self.folder / delivery.id, ignore_errors=True)

    def _read(self, delivery: Delivery, name: str) -> str:
        try:
            return (self.folder / delivery.id / name).read_text(encoding="utf-8")
        except OSError:
            return ""


class Reception:
    """A file on its way into the tray: write it, then accept it; or abandon it, and nothing is left."""

    def __init__(self, tray: Tray, delivery: Delivery, replaces: str, take: Callable[[Delivery], None]) -> None:
        self._tray = tray
        self._delivery = delivery
        self._take = take
        self._making = tray.making(delivery)
        try:
            with tray.telling():
                (self._making / "file").mkdir(parents=True)
                if replaces:
                    durable.write(self._making / "replaces", replaces.encode())
                self._file = (self._making / "file" / file_name(delivery.name)).open("wb")
        except BaseException:
            self.abandon()
            raise

    def write(self, content: bytes) -> None:
        """The next part of the file; raises ArticleError where it becomes too large, and DiskFull."""
        with self._tray.telling():
            self._file.write(content)
            if self._file.tell() > MAX_FILE:
                raise ArticleError(self._delivery.name, f"is larger than {MAX_FILE // 1_000_000} MB; split it")

    def accept(self) -> Delivery:
        """The file is whole: from now on it survives a crash, and is indexed when its turn comes."""
        with self._tray.telling():
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            durable.sync(self._making / "file")
            self._tray.finish(self._delivery)
        self._take(self._delivery)
        return self._delivery

    def abandon(self) -> None:
        """Leave nothing of a file that did not come whole."""
        shutil.rmtree(self._making, ignore_errors=True)
