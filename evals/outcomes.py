"""One case, asked and judged. Pure: the answer and the hits come in, the verdict comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from index import Article
from index.errors import FootnoteError

from . import metrics
from .cases import Case
from .replies import Cited, Reply, Retrieved, read_hits
from .spans import Span, overlap, places_of

DEPTH = 10
"""Results looked at a question: passages, or articles where the evidence is whole articles."""
EXCERPT = 240
"""Characters of a passage that are kept with the outcome, to be shown."""

Articles = Callable[[str], Article]
"""An article by its id; raises FootnoteError where there is none."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of evidence: all places where its quote stands, or `whole`, an article from end to end."""

    places: tuple[Span, ...]
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one case. A line of results.jsonl. None stands for what the case does not say or was not reached.

    `searched` is the question as retrieval saw it: a follow-up holds what it was made whole with. `hits` are the
    results in their order, `evidence` the pieces they are held against, `piece_ranks` where each was met (0: nowhere),
    `rank` the first of those. `fact_ranks` are the same for MultiHop-RAG's facts, by its script. `found` says whether
    the cited quotes hold the expected answer, `said` whether the answer's own words do; `exact` and `f1` compare it
    word by word. `citation_precision` is the share of citations on evidence, `citation_recall` the share of evidence
    cited, `exact_quotes` the share of citations that stand in their article to the letter, `support` the share of
    sentences that the system calls supported. `standalone_right` is the verdict on the question asked by itself.
    `answer` is what `ask --json` prints. `error` says how the system failed.
    """

    id: str
    question: str
    answerable: bool
    tags: tuple[str, ...]
    expected: tuple[str, ...]
    group: str = ""
    history: tuple[str, ...] = ()
    searched: str | None = None
    hits: tuple[Retrieved, ...] = ()
    evidence: tuple[Piece, ...] = ()
    piece_ranks: tuple[int, ...] | None = None
    rank: int | None = None
    fact_ranks: tuple[int, ...] | None = None
    answer: Mapping[str, Any] | None = None
    abstained: bool | None = None
    confidence: float | None = None
    found: bool | None = None
    said: bool | None = None
    exact: float | None = None
    f1: float | None = None
    citation_precision: float | None = None
    citation_recall: float | None = None
    exact_quotes: float | None = None
    support: float | None = None
    standalone_right: bool | None = None
    latency_ms: float | None = None
    tokens: int | None = None
    error: str | None = None

    @property
    def right(self) -> bool:
        """The one verdict on a case; an error is never right.

        An unanswerable question wants an abstention. An answerable one wants an answer whose citations hold what is
        expected; where the case expects no words, one of its citations must lie on evidence; where it knows of none,
        any answer will do.
        """
        if self.error is not None or self.abstained is None:
            return False
        if self.abstained or not self.answerable:
            return self.abstained is not self.answerable
        return self.citation_recall != 0.0 if self.found is None else self.found

    @property
    def verdict(self) -> str:
        """Why it is right or not, in a few words."""
        if self.error is not None:
            return f"error: {self.error}"
        if self.abstained:
            return "it abstained, though there is an answer" if self.answerable else "it abstained, as it should"
        if not self.answerable:
            return "it answered what the articles do not say"
        if self.found is not None:
            return f"the cited text {'holds' if self.found else 'does not hold'} what was expected"
        if self.citation_recall is None:
            return "it answered, and the case does not say what is right"
        return "a citation lies on the evidence" if self.right else "no citation lies on the evidence"

    def to_json(self) -> dict[str, Any]:
        """The line of results.jsonl, without what is None or empty."""
        record = {name: value for name, value in asdict(self).items() if value is not None and value not in ((), [])}
        return record | {"right": self.right}


def read_outcome(record: Mapping[str, Any]) -> Outcome:
    """An outcome from its line; raises FootnoteError."""
    known = {field.name for field in fields(Outcome)}
    values = {name: value for name, value in record.items() if name in known}
    try:
        for name in ("tags", "expected", "history", "piece_ranks", "fact_ranks"):
            if name in values:
                values[name] = tuple(values[name])
        values["hits"] = read_hits(values.get("hits", []))
        values["evidence"] = tuple(
            Piece(tuple(Span(**place) for place in piece["places"]), piece["whole"])
            for piece in values.get("evidence", [])
        )
        return Outcome(**({"tags": (), "expected": ()} | values))
    except (TypeError, KeyError) as error:
        raise FootnoteError(f"is no result of a run ({error})") from error


def find_evidence(case: Case, articles: Articles) -> tuple[Piece, ...]:
    """Where the case's evidence stands; raises FootnoteError where an article or a quote is not there."""
    pieces = []
    for relevant in case.relevant if case.answerable else ():
        text = articles(relevant.article_id).text
        quote = text if relevant.quote is None else relevant.quote
        places = places_of(quote, relevant.article_id, text)
        if not places:
            raise FootnoteError(f"the quote {quote!r} does not stand in article {relevant.article_id}")
        pieces.append(Piece(places, relevant.quote is None))
    return tuple(pieces)


def by_article(pieces: Sequence[Piece]) -> bool:
    """Whether the evidence is whole articles: then results are articles too, each at its best passage."""
    return bool(pieces) and all(piece.whole for piece in pieces)


def results(hits: Sequence[Retrieved], pieces: Sequence[Piece]) -> tuple[Retrieved, ...]:
    """The results that count: the first DEPTH passages, or the first passages of as many articles."""
    if by_article(pieces):
        hits = list({hit.article_id: hit for hit in reversed(hits)}.values())[::-1]
    return tuple(hits[:DEPTH])


def judge(
    case: Case,
    pieces: Sequence[Piece],
    reply: Reply,
    articles: Articles,
    searched: str | None = None,
    hits: Sequence[Retrieved] | None = None,
) -> Outcome:
    """The outcome of a case that was asked without an error. `pieces` as of `find_evidence`; `hits` None: not told."""
    marked = bool(pieces)
    places = [place for piece in pieces for place in piece.places]
    quotes = [citation.quote or _text(citation, articles) for citation in reply.citations]
    base = Outcome(
        id=case.id,
        question=case.question,
        answerable=case.answerable,
        tags=case.tags + (("drafted",) if case.drafted else ()),
        expected=expected(case),
        group=case.cluster,
        history=tuple(f"{turn.role}: {turn.text}" for turn in case.history),
        evidence=tuple(pieces),
        searched=searched,
        answer=reply.record,
        abstained=reply.abstained,
        confidence=reply.confidence,
        citation_precision=metrics.citation_precision(reply.citations, places) if marked else None,
        citation_recall=metrics.citation_recall(reply.citations, [p.places for p in pieces]) if marked else None,
        exact_quotes=metrics.mean([is_exact(citation, articles) for citation in reply.citations]),
        support=support(reply),
        latency_ms=reply.latency_ms,
        tokens=reply.tokens,
        **_in_words(case, reply, quotes),
    )
    return base if hits is None else replace(base, **_of_hits(case, pieces, hits, articles))


def support(reply: Reply) -> float | None:
    """Sentences that cite something and are supported by the system's own word / sentences of which it says so or not.

    In 0..1; None where it says so of none. Nobody has checked that word: a judge (`eval judge`) or a person can.
    """
    return metrics.mean([bool(s.supported and s.citations) for s in reply.sentences if s.supported is not None])


def failed(case: Case, error: Exception) -> Outcome:
    """The outcome of a case on which the system raised an error."""
    message = str(error) if isinstance(error, FootnoteError) else f"{type(error).__name__}: {error}"
    return Outcome(
        case.id, case.question, case.answerable, case.tags, expected(case), group=case.cluster, error=message
    )


def expected(case: Case) -> tuple[str, ...]:
    """What a reader is told was expected: the wordings of each part, or that no answer was."""
    if not case.answerable:
        return ("no answer",)
    return tuple(" / ".join(group) for group in (case.answers, *case.all_answers) if group)


def _in_words(case: Case, reply: Reply, quotes: Sequence[str]) -> dict[str, Any]:
    """Scores of the wording. An unanswerable question wants no words at all, as SQuAD 2.0 has it."""
    golds = (case.references or case.answers) if case.answerable else ()
    compared = bool(golds) or not case.answerable
    return {
        "found": metrics.answer_found(quotes, case.answers, case.all_answers) if case.answerable else None,
        "said": metrics.answer_found([reply.prediction], case.answers, case.all_answers) if case.answerable else None,
        "exact": metrics.exact_match(reply.prediction, golds) if compared else None,
        "f1": metrics.token_f1(reply.prediction, golds) if compared else None,
    }


def _of_hits(case: Case, pieces: Sequence[Piece], hits: Sequence[Retrieved], articles: Articles) -> dict[str, Any]:
    """Scores of the results, where the case has evidence to hold them against."""
    kept = results(hits, pieces)
    scores: dict[str, Any] = {"hits": tuple(replace(hit, text=hit.text[:EXCERPT]) for hit in kept)}
    if case.facts:
        texts = [_text(hit, articles) or hit.text for hit in hits[:DEPTH]]
        scores["fact_ranks"] = tuple(metrics.fact_ranks(texts, case.facts))
    if pieces:
        ranks = metrics.piece_ranks(kept, [piece.places for piece in pieces])
        scores["piece_ranks"] = tuple(ranks)
        scores["rank"] = min((rank for rank in ranks if rank), default=0)
    return scores


def _text(span: Cited | Retrieved, articles: Articles) -> str:
    """What stands there; nothing where there is no such article."""
    try:
        return articles(span.article_id).text[span.start : span.end]
    except FootnoteError:
        return ""


def is_exact(citation: Cited, articles: Articles) -> bool:
    """Whether `article.text[start:end]` is the quote, and there is one; the share of an answer's citations counts."""
    return citation.quote != "" and _text(citation, articles) == citation.quote


def lies_on(span: Cited | Retrieved, pieces: Sequence[Piece]) -> bool:
    """Whether it overlaps a piece of evidence."""
    return any(overlap(span, place) for piece in pieces for place in piece.places)
