"""Files that several processes add to one library on servers: a queue in its database, and who works it off.

A job is a file, or a part of a long one, with its bytes: a worker on any machine can read it. Who takes one holds a
lock of its session on it, so that the job of a worker that was killed is free at once; what it had stored by then is
found unchanged, and nothing is there twice. Reading and encoding go side by side; the library is held for writing only
while what is encoded is stored.

By hand, and not by a library such as procrastinate: a worker's death would there be noticed by its missing heartbeat,
half a minute later, and a job be tied to a transaction of its own. The lock is 20 lines.
"""

from __future__ import annotations

import json
import logging
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from .catalog import Catalog
from .encoder import Encoder
from .errors import ArticleError, FootnoteError, LibraryError
from .intake import Intake
from .postgres import Postgres
from .reading import File, LaidOut, Step, look_at, read_files
from .reencode import reencode
from .report import Change

PART_BYTES = 500_000
"""Size from which a file of lines is cut, at a line's end: so many bytes are some two hundred articles of news."""
ATTEMPTS = 3
"""Workers that a job may end before it is given up."""
POLL_S = 0.2
KEPT = "1 day"
"""How long it is known what became of a job."""
_BY_LINES = {".jsonl"}
_LOOKED_AT = 50

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """A file, or, where it is not whole, a part; `line` is how many lines stand before it."""

    id: int
    source: str
    name: str
    digest: str
    line: int
    is_whole: bool
    attempts: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job: its changes, its failures, what its source held before, and how many passages it gave."""

    changes: tuple[Change, ...] = ()
    failed: tuple[ArticleError, ...] = ()
    replaced: tuple[str, ...] = ()
    passages: int = 0

    def to_json(self) -> str:
        """As it is kept."""
        return json.dumps(
            {
                "changes": [(c.what, c.article_id, c.title, c.source) for c in self.changes],
                "failed": [(e.source, e.reason, e.line) for e in self.failed],
                "replaced": self.replaced,
                "passages": self.passages,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Outcome:
        """What was kept."""
        kept = json.loads(text)
        return cls(
            tuple(Change(*change) for change in kept["changes"]),
            tuple(ArticleError(*failure) for failure in kept["failed"]),
            tuple(kept["replaced"]),
            int(kept["passages"]),
        )


class OtherFootnote(FootnoteError):
    """Who queued a file reads files in another way than this process does."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} was queued by another version of Footnote; run the same one here and there")


class Queue:
    """The table `jobs` of one library."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._database = cast(Postgres, catalog.database)

    def put(self, file: File) -> list[int]:
        """Queue a file: the ids of its jobs. One that waits already is not queued again; raises OSError."""
        with self._catalog.writes() as database:
            database.execute(f"DELETE FROM jobs WHERE done < now() - interval '{KEPT}'")
            return [
                database.execute(
                    "INSERT INTO jobs (source, name, digest, line, is_whole, content) VALUES (?, ?, ?, ?, ?, ?)"
                    " ON CONFLICT (source, digest, line) DO UPDATE SET attempts = 0, outcome = NULL, done = NULL,"
                    " content = excluded.content RETURNING id",
                    (file.source, file.path.name, file.digest, line, not _is_cut(file), content),
                ).fetchone()[0]
                for line, content in _parts(file)
            ]

    def take(self) -> Job | None:
        """A job that nobody works on, for this thread's connection to hold until `let_go`; None where there is none."""
        for row in self._catalog.rows("SELECT id FROM jobs WHERE outcome IS NULL ORDER BY id LIMIT ?", (_LOOKED_AT,)):
            if self._database.try_lease(row[0]):
                with self._catalog.writes() as database:
                    found = database.execute(
                        "UPDATE jobs SET attempts = attempts + 1 WHERE id = ? AND outcome IS NULL"
                        " RETURNING id, source, name, digest, line, is_whole, attempts",
                        (row[0],),
                    ).fetchone()
                if found:
                    return Job(*found)
                self._database.end_lease(row[0])
        return None

    def content(self, job: Job) -> bytes:
        """The bytes of the file, or of the part."""
        return bytes(self._catalog.rows("SELECT content FROM jobs WHERE id = ?", (job.id,))[0][0])

    def finish(self, job: Job, outcome: Outcome) -> None:
        """Keep what became of it, and no longer its bytes."""
        with self._catalog.writes() as database:
            database.execute(
                "UPDATE jobs SET outcome = ?, done = now(), content = '' WHERE id = ?",
                (outcome.to_json(), job.id),
            )

    def put_back(self, job: Job) -> None:
        """It did not end this worker, which only could not do it."""
        with suppress(LibraryError), self._catalog.writes() as database:
            database.execute("UPDATE jobs SET attempts = attempts - 1 WHERE id = ?", (job.id,))

    def let_go(self, job: Job) -> None:
        """Let another take it, unless it is finished."""
        self._database.end_lease(job.id)

    def outcomes(self, ids: Sequence[int]) -> dict[int, Outcome]:
        """What became of those of these jobs that are done; one that nobody remembers is done, too."""
        rows = self._catalog.rows("SELECT id, outcome FROM jobs WHERE id = ANY (?)", (list(ids),))
        known = dict(rows)
        return {i: Outcome.from_json(known[i]) if i in known else Outcome() for i in ids if known.get(i, 1) is not None}


class Worker:
    """Works jobs off, one after the other."""

    def __init__(self, catalog: Catalog, encoder: Encoder, tokens: int) -> None:
        self._catalog = catalog
        self._encoder = encoder
        self._tokens = tokens
        self._queue = Queue(catalog)

    def work_one(self) -> Job | None:
        """Do one job that waits; None where there is none. Raises LibraryError, and OtherFootnote."""
        with cast(Postgres, self._catalog.database).held():
            job = self._queue.take()
            if job is None:
                return None
            try:
                outcome = Outcome(failed=(_given_up(job),)) if job.attempts > ATTEMPTS else self._add(job)
                self._queue.finish(job, outcome)
            except FootnoteError:
                self._queue.put_back(job)
                raise
            finally:
                self._queue.let_go(job)
            return job

    def _add(self, job: Job) -> Outcome:
        with tempfile.TemporaryDirectory(prefix="footnote-work-") as folder:
            path = Path(folder) / job.name
            path.write_bytes(self._queue.content(job))
            file = look_at(path)
            if job.is_whole and file.digest != job.digest:
                raise OtherFootnote(job.name)
            steps = list(read_files([replace(file, source=job.source, digest="")], self._encoder, self._tokens))
        intake = Intake(self._catalog, self._encoder, self._tokens, None)
        intake.prepare([item for _, item in steps if isinstance(item, LaidOut)])
        with self._catalog.writing():
            reencode(self._catalog, self._encoder)
            intake.take(_of_source(steps, job))
        replaced = tuple(article_id for _, article_id in sorted(intake.replaced))
        return Outcome(tuple(intake.changes), tuple(intake.failed), replaced, intake.passages)


class SharedIntake(Intake):
    """Adding in which every worker of the library helps; this process is one of them."""

    def _bring(self, files: Sequence[File]) -> None:
        """Queue the files, and work until all of them are done, by whomever."""
        if self._dry_run:
            super()._bring(files)
            return
        queue, worker = Queue(self._catalog), Worker(self._catalog, self._encoder, self._tokens)
        jobs: dict[str, list[int]] = {}
        for file in files:
            with suppress(OSError):  # it went since it was looked at: said when it is read, below
                jobs[file.source] = queue.put(file) if file.digest else []
        outcomes = self._await({job: file for file in files for job in jobs.get(file.source, ())}, queue, worker)
        for file in files:
            if found := [outcomes[job] for job in jobs.get(file.source, ())]:
                self._take_over(file, found)
            else:
                super()._bring([file])
        self._flush()

    def _await(self, waiting: dict[int, File], queue: Queue, worker: Worker) -> dict[int, Outcome]:
        """Work until these jobs are done, by whomever: what became of each."""
        outcomes: dict[int, Outcome] = {}
        parts = Counter(file.source for file in waiting.values())
        looked = time.monotonic()
        with cast(Postgres, self._catalog.database).paused():
            while len(outcomes) < len(waiting):
                worked = worker.work_one()
                if worked and time.monotonic() - looked < 1:
                    continue
                looked = time.monotonic()
                for job, outcome in queue.outcomes([job for job in waiting if job not in outcomes]).items():
                    outcomes[job], file = outcome, waiting[job]
                    parts[file.source] -= 1
                    self._done += 0 if parts[file.source] else file.size
                    self._articles += len(outcome.changes)
                    self.passages += outcome.passages
                self._tell()
                if not worked and len(outcomes) < len(waiting):
                    time.sleep(POLL_S)
        return outcomes

    def _take_over(self, file: File, outcomes: Sequence[Outcome]) -> None:
        """Note what workers stored as this run's own."""
        for outcome in outcomes:
            for change in outcome.changes:
                self._note_change(change)
            self.failed += outcome.failed
            self.replaced |= {(file.source, article_id) for article_id in outcome.replaced}
        if not any(outcome.failed for outcome in outcomes):
            self._finish(file)


def work(
    catalog: Catalog,
    encoder: Encoder,
    tokens: int,
    follow: Callable[[], None],
    done: Callable[[Job], object],
    once: bool,
) -> None:
    """Work jobs off until Ctrl-C, or, with `once`, until none waits. What hinders is said, and waited for."""
    worker = Worker(catalog, encoder, tokens)
    while True:
        try:
            job = worker.work_one()
            if job:
                follow()
                done(job)
                continue
        except LibraryError as error:
            if once:
                raise
            log.warning("%s", error)
            time.sleep(2)
        if once:
            return
        time.sleep(POLL_S)


def _is_cut(file: File) -> bool:
    return file.path.suffix.lower() in _BY_LINES and file.size > PART_BYTES


def _parts(file: File) -> Iterator[tuple[int, bytes]]:
    """The file's bytes, whole, or so many lines at a time, with the number of lines before them."""
    if not _is_cut(file):
        yield 0, file.path.read_bytes()
        return
    with file.path.open("rb") as lines:
        number = 0
        while some := lines.readlines(PART_BYTES):
            yield number, b"".join(some)
            number += len(some)


def _of_source(steps: Sequence[Step], job: Job) -> Iterator[Step]:
    """With the failures' place as the file's owner knows it."""
    for file, item in steps:
        if isinstance(item, ArticleError):
            line = item.line + job.line if item.line is not None else None
            yield file, ArticleError(job.source, item.reason, line)
        else:
            yield file, item


def _given_up(job: Job) -> ArticleError:
    return ArticleError(job.source, f"adding it ended {ATTEMPTS} workers; it may be damaged, or need more memory")
