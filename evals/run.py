"""Asking: every case of a set goes to the system under test, and what comes back is judged."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index import Hit, Library
from index.errors import FootnoteError, LibraryError, ModelError
from qa.ask import ask
from qa.conversation import beside, contextualise
from qa.rank import search
from qa.reader import Reader, Reading, Text

from .cases import Case
from .libraries import Reduced
from .outcomes import DEPTH, Articles, Outcome, by_article, failed, find_evidence, judge
from .replies import Reply, Retrieved, read_reply

ARTICLE_DEPTH = 50
"""Passages that are searched for where results are articles: enough for DEPTH of them."""


class Unreachable(FootnoteError):
    """The system under test cannot be reached: no other case would fare better."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a system gave for a case. `searched` and `hits` are None where it does not say what it found."""

    reply: Reply
    searched: str | None = None
    hits: tuple[Retrieved, ...] | None = None


class System(Protocol):
    """What answers: a library, a file of answers, a server."""

    def ask(self, case: Case, *, whole_articles: bool) -> Asked:
        """The answer to a case; an error is that case's outcome. `whole_articles`: results are articles."""


class OwnLibrary:
    """Footnote itself: `search` and `ask` on a library, as a user's question goes."""

    def __init__(self, library: Library, reduced: Reduced, reader: Reader | None = None) -> None:
        """`reduced` gives the library without some articles."""
        self.library = library
        self.reader = reader
        self._reduced = reduced
        library.warm_up()  # else the first case's latency is that of loading the encoder

    def ask(self, case: Case, *, whole_articles: bool) -> Asked:
        """See System."""
        library = self._reduced.without(case.without) if case.without else self.library
        reader = _Remembering(self.reader) if self.reader else None
        start = time.perf_counter()
        answer = ask(case.question, library, case.history, reader)
        latency_ms = (time.perf_counter() - start) * 1000
        searched = contextualise(case.question, case.history)
        said = beside(case.question, searched, case.history)
        depth = ARTICLE_DEPTH if whole_articles else DEPTH
        hits = search(searched, library, depth, reader, beside=said)
        reply = replace(read_reply(answer.to_json()), latency_ms=latency_ms)
        return Asked(reply, searched, tuple(_retrieved(hit) for hit in hits))


class _Remembering(Reader):
    """A reader that reads no pair twice: what is asked is then searched, over the same passages. For one case."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._known: dict[tuple[str, Text], Reading] = {}

    def read(self, question: str, passages: Sequence[Text]) -> list[Reading]:
        new = [passage for passage in dict.fromkeys(passages) if (question, passage) not in self._known]
        readings = self._reader.read(question, new) if new else []
        self._known |= {(question, passage): one for passage, one in zip(new, readings, strict=True)}
        return [self._known[question, passage] for passage in passages]

    def support(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        return self._reader.support(pairs)


def run(cases: Sequence[Case], system: System, articles: Articles, jobs: int = 1) -> Iterator[Outcome]:
    """Ask the cases, `jobs` at a time; an outcome each, in order.

    An error on one case is that case's outcome. An error that every case would meet ends the run.
    """
    if jobs == 1:
        for case in cases:
            yield _outcome(case, system, articles)
        return
    pool = ThreadPoolExecutor(jobs)
    waiting: deque[Future[Outcome]] = deque()
    left = iter(cases)
    try:
        while True:
            ready = islice(left, 2 * jobs - len(waiting))
            waiting.extend(pool.submit(_outcome, case, system, articles) for case in ready)
            if not waiting:
                return
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def check_same_articles(cases: Sequence[Case], held: set[str]) -> list[str]:
    """What to say of articles that the cases rest on and the library does not hold; none: nothing.

    Raises FootnoteError where it holds none of them: another library.
    """
    wanted = {relevant.article_id for case in cases if case.answerable for relevant in case.relevant}
    gone = wanted - held
    if wanted and gone == wanted:
        raise FootnoteError(
            f"the library holds none of the {len(wanted)} articles this set is about (such as {min(wanted)})"
        )
    lost = [case for case in cases if case.answerable and any(r.article_id in gone for r in case.relevant)]
    if not lost:
        return []
    return [
        f"{len(lost)} of {len(cases)} cases rest on articles that the library does not hold (such as {min(gone)}):"
        " they count as errors"
    ]


def _outcome(case: Case, system: System, articles: Articles) -> Outcome:
    try:
        pieces = find_evidence(case, articles)
        asked = system.ask(case, whole_articles=by_article(pieces))
        outcome = judge(case, pieces, asked.reply, articles, asked.searched, asked.hits)
        return replace(outcome, standalone_right=_standalone_right(case, system, articles))
    except (LibraryError, ModelError, Unreachable):
        raise
    except Exception as error:  # the system under test: whatever it raises is a result
        return failed(case, error)


def _standalone_right(case: Case, system: System, articles: Articles) -> bool | None:
    """Whether the follow-up is answered rightly when it is asked in full, without what was said before."""
    if case.standalone is None:
        return None
    alone = replace(case, id=f"{case.id}#standalone", question=case.standalone, history=(), standalone=None)
    return _outcome(alone, system, articles).right


def _retrieved(hit: Hit) -> Retrieved:
    return Retrieved(hit.article_id, hit.start, hit.end, hit.title, hit.text)
