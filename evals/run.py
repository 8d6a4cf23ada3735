"""Asking: every case of a set goes through `search` and `ask`, as a user's question does."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from index import Library
from index.errors import FootnoteError, LibraryError
from qa.ask import ask
from qa.conversation import contextualise
from qa.rank import search
from qa.reader import Reader

from .cases import Case, Relevant
from .outcomes import Outcome, failed, judge
from .spans import Span, places_of

DEPTH = 10
"""Hits looked at a question."""


def run(cases: Sequence[Case], library: Library, reader: Reader | None = None) -> Iterator[Outcome]:
    """Ask the cases one after the other; an outcome each, in order.

    An error on one case is that case's outcome. An error of the library itself ends the run, as it would meet
    every case.
    """
    library.warm_up()  # else the first case's latency is that of loading the encoder
    for case in cases:
        try:
            yield _asked(case, library, reader)
        except LibraryError:
            raise
        except Exception as error:  # the system under test: whatever it raises is a result
            yield failed(case, error)


def check_same_articles(cases: Sequence[Case], library: Library) -> None:
    """Raise FootnoteError where the library holds none of the articles that the set rests on: another library."""
    wanted = {relevant.article_id for case in cases for relevant in case.relevant}
    held = {summary.id for summary in library.articles()}
    if wanted and not wanted & held:
        example = min(wanted)
        raise FootnoteError(
            f"the library holds none of the {len(wanted)} articles this set is about (such as {example})"
        )


def find_evidence(relevant: Sequence[Relevant], library: Library) -> tuple[Span, ...]:
    """Where the evidence stands: all places of each quote, or all of the article where there is no quote."""
    evidence: list[Span] = []
    for piece in relevant:
        text = library.show(piece.article_id).text
        places = places_of(text if piece.quote is None else piece.quote, piece.article_id, text)
        if not places:
            raise FootnoteError(f"the quote {piece.quote!r} does not stand in article {piece.article_id}")
        evidence.extend(places)
    return tuple(evidence)


def _asked(case: Case, library: Library, reader: Reader | None) -> Outcome:
    evidence = find_evidence(case.relevant, library) if case.answerable else ()
    searched = contextualise(case.question, case.history)
    hits = search(searched, library, DEPTH, reader)
    start = time.perf_counter()
    answer = ask(case.question, library, case.history, reader)
    latency_ms = (time.perf_counter() - start) * 1000
    return judge(case, evidence, searched, hits, answer, latency_ms)
