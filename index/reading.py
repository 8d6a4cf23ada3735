"""Files to articles that are split and ready to be encoded: here, or in a process of its own.

A process keeps the encoder's busy while it reads, and a file that hangs or kills it costs that file alone.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import IO, Any, cast

from . import readers
from .articles import Article
from .encoder import Encoder
from .errors import ArticleError
from .passages import Passage, fit_sentences, split_passages
from .sentences import Sentence, split_sentences

PASSAGE_TOKENS = 192
"""Size of a passage in tokens."""
LIMIT_S = 30
"""Seconds that one article may take to be read and split."""
HELD_BYTES = 32_000_000
"""How far the reading process may run ahead, in bytes of what it has read."""
_PLAIN = {".txt", ".md", ".jsonl", ".csv"}
_FEW_BYTES = 1_000_000
"""Plain text up to this size is read here: starting a process would take longer."""
_PROGRAM = (sys.executable, "-P", "-c", "from index.reading import serve; serve()")  # -P: no `index` of the folder's


@dataclass(frozen=True, slots=True)
class File:
    """A file to read: its path as given, the resolved one (its articles' source), its size in bytes and its digest.

    The digest is of its bytes and of the code that reads them: two files with one digest hold the same articles.
    """

    path: Path
    source: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class LaidOut:
    """An article with its sentences and passages."""

    article: Article
    sentences: tuple[Sentence, ...]
    passages: tuple[Passage, ...]


Item = LaidOut | ArticleError
Step = tuple[File, Item | None]
"""What came out of a file; None when it has given all."""


def look_at(path: Path) -> File:
    """The file with its size and digest; of one that cannot be read, or is none, the digest is empty."""
    try:
        source = str(path.resolve())
        source.encode()
        if not path.is_file():
            return File(path, source, 0, "")
        digest = sha256(f"{_reading_code()} {path.suffix.lower()} ".encode())
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
            return File(path, source, file.tell(), digest.hexdigest())
    except (OSError, RuntimeError, UnicodeEncodeError):  # a loop of links is a RuntimeError
        return File(path, os.fsencode(path).decode(errors="replace"), 0, "")


def lay_out(article: Article, encoder: Encoder, tokens: int = PASSAGE_TOKENS) -> LaidOut:
    """Sentences and passages of one article, each of at most so many tokens."""
    sentences = fit_sentences(article.text, split_sentences(article.text, article.title), tokens, encoder.count)
    return LaidOut(article, sentences, split_passages(article.id, article.text, sentences, tokens, encoder.count))


def read_files(files: Sequence[File], encoder: Encoder, tokens: int = PASSAGE_TOKENS) -> Iterator[Step]:
    """What each file gives, file by file, in order; of a few plain texts here, else in a process of its own."""
    if all(file.path.suffix.lower() in _PLAIN for file in files) and sum(f.size for f in files) <= _FEW_BYTES:
        return _read(files, encoder, tokens)
    return _read_apart(files, tokens)


def _read(files: Sequence[File], encoder: Encoder, tokens: int) -> Iterator[Step]:
    for file in files:
        for article in readers.read(file.path):
            if isinstance(article, ArticleError):
                yield file, article
            else:
                yield file, lay_out(replace(article, source=file.source), encoder, tokens)
        yield file, None


def _read_apart(files: Sequence[File], tokens: int) -> Iterator[Step]:
    """As `_read`; a file at which the process stops or ends is an error, and the next process goes on after it."""
    left = list(files)
    while left:
        process = _Process(left, tokens)
        try:
            done = 0
            for item in process.items():
                yield left[done], item
                done += item is None
            left = left[done:]
            if left:
                yield left[0], ArticleError(str(left[0].path), process.complaint)
                yield left.pop(0), None
        finally:
            process.end()


class _Process:
    """A Python that reads files; a thread here takes what it sends, up to a bound."""

    def __init__(self, files: Sequence[File], tokens: int) -> None:
        self.complaint = "reading it ended the process that read it; the file may be damaged"
        self._process = subprocess.Popen(  # noqa: S603
            _PROGRAM, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._received: deque[tuple[int, Any]] = deque()  # (bytes, message)
        self._held = 0
        self._ended = False
        self._changed = threading.Condition()
        threading.Thread(target=self._receive, args=[files, tokens], daemon=True).start()

    def items(self) -> Iterator[Item | None]:
        """What the process sends until it ends, or until it sends nothing for too long."""
        limit: float | None = None  # its own start may take as long as it takes
        while True:
            with self._changed:
                if not self._changed.wait_for(lambda: self._received or self._ended, limit):
                    self.complaint = f"reading it takes longer than {LIMIT_S} seconds; split or convert it"
                    return
                if not self._received:
                    return
                size, message = self._received.popleft()
                self._held -= size
                self._changed.notify_all()
            if limit is None:
                limit = LIMIT_S
            else:
                yield message

    def end(self) -> None:
        """Stop the process, done or not."""
        self._process.kill()
        self._process.wait()
        with self._changed:
            self._held = 0
            self._changed.notify_all()

    def _receive(self, files: Sequence[File], tokens: int) -> None:
        to, out = cast(IO[bytes], self._process.stdin), cast(IO[bytes], self._process.stdout)
        try:
            with to, out:
                pickle.dump((list(files), tokens), to)
                to.flush()
                while True:
                    size = int.from_bytes(out.read(8), "big")
                    message = pickle.loads(out.read(size))  # noqa: S301 - sent by this very module
                    with self._changed:
                        self._changed.wait_for(lambda: self._held < HELD_BYTES)
                        self._held += size
                        self._received.append((size, message))
                        self._changed.notify_all()
        except (OSError, EOFError, pickle.UnpicklingError):
            pass
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()


def serve() -> None:
    """The process's side: files from standard input, and what they give to standard output."""
    out = os.fdopen(os.dup(1), "wb")
    silence = os.open(os.devnull, os.O_WRONLY)  # what a reader's library prints is no message, and nobody's business
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    files, tokens = pickle.load(sys.stdin.buffer)  # noqa: S301 - sent by this very module
    encoder = Encoder()
    encoder.count(["loads the tokenizers"])
    _send(out, None)
    for _, item in _read(files, encoder, tokens):
        _send(out, item)


def _send(out: IO[bytes], message: object) -> None:
    content = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    out.write(len(content).to_bytes(8, "big") + content)
    out.flush()


@cache
def _reading_code() -> str:
    """A checksum of what turns bytes into articles: a file that was read by other code is read again."""
    here = Path(__file__).parent
    code = chain(sorted((here / "readers").glob("*.py")), [here / "articles.py", here / "sentences.py"])
    return sha256(b"".join(path.read_bytes() for path in code)).hexdigest()
