"""Three web processes and two ingest workers on one pair of servers, questions all the while.

    python -m tests.load articles.jsonl questions.jsonl --minutes 10 --rate 20

`articles.jsonl` is what `footnote add` takes. Half of it is in the library when the questions begin; the workers add
the other half meanwhile, a part at a time. Every quote of every answer is held against the library. Afterwards its
answers are compared with those of a library in a folder that holds the same articles.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from index import Article, Library, readers
from qa.ask import ask

from .servers import Chroma, Postgres, Servers, binaries, free_port, until

FOOTNOTE = (sys.executable, "-P", "-c", "from evals.cli import main; main()")
CHATS, WORKERS = 3, 2
START_S = 600
PARTS = 10
"""Into how many files the articles are cut that come during the load."""


class Tally:
    """What came of the questions."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.statuses: Counter[str] = Counter()
        self.seconds: list[float] = []
        self.refused_after: list[float] = []
        self._texts: dict[str, str] = {}
        self.wrong: list[str] = []
        self.quotes = 0

    def note(self, status: str, seconds: float) -> None:
        with self._lock:
            self.statuses[status] += 1
            if status == "200":
                self.seconds.append(seconds)
            elif status.startswith("503"):
                self.refused_after.append(seconds)

    def check(self, answer: dict[str, Any], library: Library) -> None:
        """Hold every quote against the library, which only gains articles."""
        for citation in (*answer["citations"], *answer["nearest"]):
            identity = citation["article_id"]
            text = self._texts.get(identity) or library.show(identity).text
            with self._lock:
                self._texts[identity] = text
                self.quotes += 1
                if text[citation["start"] : citation["end"]] != citation["quote"]:
                    self.wrong.append(f"{citation['article_id']} {citation['start']}")

    def report(self, minutes: float) -> None:
        sys.stdout.write(
            f"{sum(self.statuses.values())} questions: {dict(self.statuses)}\n"
            f"answered {len(self.seconds) / (60 * minutes):.1f} a second, after {_spread(self.seconds)} seconds\n"
            f"refused after {_spread(self.refused_after)} seconds\n"
            f"{self.quotes} quotes, {len(self.wrong)} of them wrong {self.wrong[:3]}\n"
        )


def _spread(seconds: Sequence[float]) -> str:
    times = sorted(seconds) or [0.0]
    return f"p50 {statistics.median(times):.3f}, p95 {times[int(0.95 * (len(times) - 1))]:.3f}"


def start(*arguments: str, address: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "FOOTNOTE_LIBRARY": address}
    return subprocess.Popen([*FOOTNOTE, *arguments], env=environment, stdout=subprocess.DEVNULL)


_own = threading.local()


def client() -> httpx.Client:
    """This thread's own: of one that threads share, httpx may close a connection that another has just taken."""
    if not hasattr(_own, "client"):
        _own.client = httpx.Client(timeout=90, verify=False)  # noqa: S501 (no TLS here, and its certificates load slowly)
    return _own.client  # type: ignore[no-any-return]


def put_question(base: str, question: str, tally: Tally, library: Library) -> None:
    began = time.monotonic()
    try:
        response = client().post(f"{base}/api/ask", json={"question": question})
    except httpx.HTTPError as error:
        tally.note(f"{error!r} at {time.strftime('%X')} after {time.monotonic() - began:.0f} s", 0)
        return
    why = "" if response.status_code == 200 else f" {response.json()['error'][:60]}"
    tally.note(f"{response.status_code}{why}", time.monotonic() - began)
    if response.status_code == 200:
        tally.check(response.json(), library)


def load(address: str, questions: Sequence[str], given: argparse.Namespace, late: Path) -> Tally:
    """Ask at the rate while the workers add what lies in `late`."""
    tally = Tally()
    ports = [free_port() for _ in range(CHATS)]
    reader = () if given.reader else ("--no-reader",)
    running = [start("chat", "--port", str(port), *reader, address=address) for port in ports]
    running += [start("work", address=address) for _ in range(WORKERS)]
    try:
        with Library.open(address) as library, ThreadPoolExecutor(200) as pool:
            for port in ports:
                until(lambda port=port: is_ready(port), "a chat does not start", START_S)  # type: ignore[misc]
            before = library.article_count()
            running.append(start("sync", str(late), address=address))
            began = time.monotonic()
            number = 0
            while (elapsed := time.monotonic() - began) < given.minutes * 60:
                if number < elapsed * given.rate:
                    base = f"http://127.0.0.1:{ports[number % CHATS]}"
                    pool.submit(put_question, base, questions[number % len(questions)], tally, library)
                    number += 1
                else:
                    time.sleep(0.005)
            pool.shutdown(wait=True)
            sys.stdout.write(f"{before} articles before, {library.article_count()} after\n")
        running[-1].wait(600)
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            process.wait(60)
    return tally


def is_ready(port: int) -> bool:
    try:
        return client().get(f"http://127.0.0.1:{port}/readyz").status_code == 200
    except httpx.HTTPError:
        return False


def differences(served: Library, local: Library, questions: Sequence[str]) -> list[str]:
    """The questions to which the two libraries say not the same."""
    found = []
    for question in questions:
        ours, theirs = (ask(question, library) for library in (served, local))
        if (ours.sentences, ours.citations, ours.abstained) != (theirs.sentences, theirs.citations, theirs.abstained):
            found.append(question)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rate", type=float, default=20, help="questions a second")
    parser.add_argument("--reader", action="store_true", help="with the reader in each web process")
    parser.add_argument("--same", type=int, default=200, help="questions whose answers are compared")
    given = parser.parse_args()
    articles = [article for article in readers.read(given.articles) if isinstance(article, Article)]
    questions = [json.loads(line)["question"] for line in given.questions.read_text().splitlines()]
    installed = binaries()
    if installed is None:
        sys.exit("PostgreSQL is not installed")
    servers = Servers(Postgres(installed).make(), Chroma())
    with tempfile.TemporaryDirectory(prefix="footnote-load-") as name:
        folder = Path(name)
        try:
            servers.postgres.start()
            servers.chroma.start()
            address = servers.address(folder / "state")
            late = articles[len(articles) // 2 :]
            (folder / "late").mkdir()
            for part in range(PARTS):
                lines = [json.dumps(record(article)) + "\n" for article in late[part::PARTS]]
                (folder / "late" / f"{part}.jsonl").write_text("".join(lines))
            with Library.open(address, create=True) as library:
                library.add(articles[: len(articles) // 2])
                library.warm_up()
            load(address, questions, given, folder / "late").report(given.minutes)
            with Library.open(address) as served, Library.open(folder / "library", create=True) as local:
                local.add(articles[: len(articles) // 2])
                local.sync(folder / "late")
                for library in (served, local):
                    library.warm_up()
                asked = questions[: given.same]
                found = differences(served, local, asked)
                sys.stdout.write(f"{len(asked) - len(found)} of {len(asked)} answers are the folder's: {found[:3]}\n")
        finally:
            servers.chroma.remove()
            servers.postgres.remove()


def record(article: Article) -> dict[str, str | None]:
    """A line as `footnote add` takes it."""
    return {"id": article.id, "title": article.title, "text": article.text, "published": article.published}


if __name__ == "__main__":
    main()
