"""The formulas. Values in, values out; on nothing to measure they give None, which is shown as a dash.

Statistics take columns: equally long sequences with one value a case, so that cases can be drawn anew (`resample`).
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from .spans import Spanned, overlap

_ARTICLES = frozenset({"a", "an", "the"})


def normalise(text: str) -> str:
    """Lower case, no punctuation or symbols, no a/an/the, single spaces.

    `normalize_answer` of the SQuAD script evaluate-v2.0.py (Rajpurkar et al. 2018), with Unicode's punctuation and
    symbols in place of ASCII's, because articles hold curly quotes.

    >>> normalise("The country’s  $1 trillion!")
    'countrys 1 trillion'
    """
    kept = "".join(c for c in text.lower() if unicodedata.category(c)[0] not in "PS")
    return " ".join(word for word in kept.split() if word not in _ARTICLES)


def contains(text: str, answer: str) -> bool:
    """Whether `answer` stands in `text` after normalisation, as whole words: "$1 trillion" is not in "$11 trillion"."""
    wanted = normalise(answer)
    return wanted != "" and f" {wanted} " in f" {normalise(text)} "


def answer_found(quotes: Sequence[str], answers: Sequence[str], all_answers: Sequence[Sequence[str]]) -> bool | None:
    """Whether the quotes, joined, hold any of `answers` and any wording of each group of `all_answers`.

    None where neither is given. All-of with nested any-of is RGB's rule for lists (Chen et al., AAAI 2024).
    """
    groups = [group for group in (answers, *all_answers) if group]
    if not groups:
        return None
    text = " ".join(quotes)
    return all(any(contains(text, wording) for wording in group) for group in groups)


def exact_match(prediction: str, answers: Sequence[str]) -> float:
    """1 where the prediction is one of the answers after normalisation, else 0; no answers ask for an empty one.

    `compute_exact` of the SQuAD script evaluate-v2.0.py, the best over the answers.
    """
    return float(normalise(prediction) in {normalise(answer) for answer in answers or [""]})


def token_f1(prediction: str, answers: Sequence[str]) -> float:
    """2 PR / (P + R) over the bags of normalised words, the best over the answers; in 0..1.

    `compute_f1` of the SQuAD script evaluate-v2.0.py: where either side has no words, 1 if both have none, else 0.
    """
    return max(_token_f1(normalise(prediction).split(), normalise(answer).split()) for answer in answers or [""])


def _token_f1(given: Sequence[str], wanted: Sequence[str]) -> float:
    if not given or not wanted:
        return float(given == wanted)
    common = sum((Counter(given) & Counter(wanted)).values())
    return 2 * common / (len(given) + len(wanted))


def first_rank(hits: Sequence[Spanned], evidence: Sequence[Spanned]) -> int:
    """The rank, from 1, of the first hit that overlaps a piece of evidence; 0 where none does."""
    ranks = (rank for rank, hit in enumerate(hits, start=1) if any(overlap(hit, piece) for piece in evidence))
    return next(ranks, 0)


def piece_ranks(hits: Sequence[Spanned], pieces: Sequence[Sequence[Spanned]]) -> list[int]:
    """For each piece of evidence the rank of the first hit that meets it, 0 where none does.

    A piece is all the places where one quote stands: meeting any of them will do.
    """
    return [first_rank(hits, places) for places in pieces]


def hit_at(rank: int, k: int) -> float:
    """hit@k: 1 where the first relevant result is among the first k, else 0. `rank` as in `first_rank`."""
    return float(0 < rank <= k)


def reciprocal_rank(rank: int, k: int = 10) -> float:
    """1 / rank of the first relevant result, 0 beyond rank k. Its mean is MRR@k (Voorhees, TREC-8 1999)."""
    return 1.0 / rank if 0 < rank <= k else 0.0


def recall_at(ranks: Sequence[int], k: int = 10) -> float:
    """Pieces of evidence met among the first k results / all pieces, in 0..1. `ranks` as in `piece_ranks`, not empty.

    trec_eval's `recall_k` where every piece is an article of its own.
    """
    return sum(hit_at(rank, k) for rank in ranks) / len(ranks)


def ndcg_at(ranks: Sequence[int], k: int = 10) -> float:
    """DCG / ideal DCG over the first k results, in 0..1. `ranks` as in `piece_ranks`, not empty.

    Jaervelin and Kekaelaeinen, TOIS 2002, with a gain of 1 and a discount of log2(rank + 1), as trec_eval's
    `ndcg_cut_k`. A result gains once however many pieces it meets, and only the first that meets a piece gains by it.
    """
    gained = {rank for rank in ranks if 0 < rank <= k}
    ideal = range(1, min(len(ranks), k) + 1)
    return sum(1 / math.log2(rank + 1) for rank in gained) / sum(1 / math.log2(rank + 1) for rank in ideal)


def squeezed(text: str) -> str:
    """The text without spaces and line ends, as MultiHop-RAG's script compares."""
    return text.replace(" ", "").replace("\n", "")


def fact_ranks(passages: Sequence[str], facts: Sequence[str]) -> list[int]:
    """For each fact the rank of the first passage that holds it to the letter but for white space, 0 where none does.

    The rule of MultiHop-RAG's retrieval_evaluate.py; a fact that comes twice counts at its first place alone.
    """
    texts = [squeezed(passage) for passage in passages]
    ranks = []
    seen: set[str] = set()
    for fact in map(squeezed, facts):
        rank = next((rank for rank, text in enumerate(texts, start=1) if fact in text), 0)
        ranks.append(0 if fact in seen else rank)
        seen.add(fact)
    return ranks


def multihop_map(ranks: Sequence[int], k: int = 10) -> float:
    """The sum of 1 / rank over the facts found / min(facts, k), in 0..1. `ranks` as in `fact_ranks`, not empty.

    "MAP@10" of MultiHop-RAG's retrieval_evaluate.py, which is no average precision: at each rank it adds the facts
    that are new there / that rank.
    """
    return sum(reciprocal_rank(rank, k) for rank in ranks) / min(len(ranks), k)


def citation_precision(citations: Sequence[Spanned], evidence: Sequence[Spanned]) -> float | None:
    """Citations that overlap a piece of evidence / all citations, in 0..1; None without citations.

    ALCE's citation precision (Gao et al., EMNLP 2023) with marked evidence in the place of its NLI model.
    """
    return mean([any(overlap(citation, piece) for piece in evidence) for citation in citations])


def citation_recall(citations: Sequence[Spanned], pieces: Sequence[Sequence[Spanned]]) -> float | None:
    """Pieces of evidence that a citation overlaps / all pieces, in 0..1; None without pieces.

    Where a set lists all sentences that would do, as the shipped one does, one of them answers and this stays below 1.
    """
    return mean([first_rank(citations, places) > 0 for places in pieces])


def mean(values: ArrayLike) -> float | None:
    """The arithmetic mean; None of nothing."""
    column = np.asarray(values, dtype=float)
    return float(column.mean()) if column.size else None


def percentile(values: ArrayLike, percent: float) -> float | None:
    """The value that `percent` (0..100) of the values do not exceed, interpolated linearly; None of nothing."""
    column = np.asarray(values, dtype=float)
    return float(np.percentile(column, percent)) if column.size else None


def ratio(parts: ArrayLike, wholes: ArrayLike) -> float | None:
    """Sum of the parts / sum of the wholes; None where the wholes sum to nothing. Shares and means are made of it."""
    whole = float(np.asarray(wholes, dtype=float).sum())
    return float(np.asarray(parts, dtype=float).sum()) / whole if whole else None


def abstain_precision(abstained: bool, answerable: bool) -> tuple[float, float]:
    """Part and whole of one case in right abstentions / all abstentions.

    TP / (TP + FP), where abstaining on the unanswerable is a true positive.
    """
    return float(abstained and not answerable), float(abstained)


def abstain_recall(abstained: bool, answerable: bool) -> tuple[float, float]:
    """Part and whole of one case in right abstentions / all unanswerable questions: TP / (TP + FN)."""
    return float(abstained and not answerable), float(not answerable)


def abstain_f1(abstained: bool, answerable: bool) -> tuple[float, float]:
    """Part and whole of one case in 2 TP / (2 TP + FP + FN), the harmonic mean of the two above where both exist."""
    return 2.0 * (abstained and not answerable), float(abstained) + float(not answerable)


def auroc(confidence: ArrayLike, answerable: ArrayLike) -> float | None:
    """The chance that an answerable question gets more confidence than an unanswerable one; a tie counts half.

    The Mann-Whitney U over the number of pairs (Hanley and McNeil, Radiology 1982). None where one kind is missing.
    """
    scores, labels = np.asarray(confidence, dtype=float), np.asarray(answerable, dtype=bool)
    positive, negative = scores[labels], np.sort(scores[~labels])
    if not positive.size or not negative.size:
        return None
    below = np.searchsorted(negative, positive, side="left").sum()
    not_above = np.searchsorted(negative, positive, side="right").sum()
    return float((below + not_above) / (2 * positive.size * negative.size))


def risk_coverage(confidence: ArrayLike, wrong: ArrayLike) -> list[tuple[float, float]]:
    """Points (coverage, risk), both in 0..1: answering only the surest share of the questions, how many are wrong.

    El-Yaniv and Wiener, JMLR 2010. Questions of equal confidence come in one step: each counts as their mean.
    """
    scores, losses = np.asarray(confidence, dtype=float), np.asarray(wrong, dtype=float)
    if not scores.size:
        return []
    order = np.argsort(-scores, kind="stable")
    _, step, size = np.unique(-scores[order], return_inverse=True, return_counts=True)
    level = np.bincount(step, weights=losses[order]) / size
    number = np.arange(1, scores.size + 1)
    risks = np.cumsum(level[step]) / number
    return list(zip((number / scores.size).tolist(), risks.tolist(), strict=True))


def aurc(confidence: ArrayLike, wrong: ArrayLike) -> float | None:
    """The area under the risk-coverage curve: the mean risk over all coverages, in 0..1, low is good.

    Geifman, Uziel and El-Yaniv, ICLR 2019. None of nothing.
    """
    return mean([risk for _, risk in risk_coverage(confidence, wrong)])


BINS = 10
"""Bins of equal width that a reliability diagram has."""


def reliability(confidence: ArrayLike, true: ArrayLike) -> list[tuple[float, float, int]]:
    """(mean confidence, share that is true, count) of each bin of confidence that holds something, in order.

    The reliability diagram (DeGroot and Fienberg, The Statistician 1983): calibrated, the first two are equal.
    """
    scores, labels = np.asarray(confidence, dtype=float), np.asarray(true, dtype=float)
    bins = np.minimum((scores * BINS).astype(int), BINS - 1)
    held = [bins == number for number in range(BINS) if (bins == number).any()]
    return [(float(scores[own].mean()), float(labels[own].mean()), int(own.sum())) for own in held]


def calibration_error(confidence: ArrayLike, true: ArrayLike) -> float | None:
    """The mean distance of confidence and truth over the bins of `reliability`, by count; 0..1, low is good.

    The expected calibration error (Guo et al., ICML 2017). None of nothing.
    """
    found = reliability(confidence, true)
    total = sum(count for _, _, count in found)
    return sum(count * abs(said - held) for said, held, count in found) / total if total else None


def cohen_kappa(called: ArrayLike, true: ArrayLike) -> float | None:
    """(observed - chance agreement) / (1 - chance agreement) of two judges who say yes or no (Cohen 1960): 1 is always
    together, 0 no more than their shares of yes make by chance, below 0 less. None where true is of one kind.
    """
    said, labels = np.asarray(called, dtype=bool), np.asarray(true, dtype=bool)
    if not labels.any() or labels.all():
        return None
    by_chance = said.mean() * labels.mean() + (1 - said.mean()) * (1 - labels.mean())
    return float(((said == labels).mean() - by_chance) / (1 - by_chance))


def balanced_accuracy(called: ArrayLike, true: ArrayLike) -> float | None:
    """(TPR + TNR) / 2, in 0..1, as LLM-AggreFact reports it (Tang et al., EMNLP 2024); None where a kind is missing."""
    said, labels = np.asarray(called, dtype=bool), np.asarray(true, dtype=bool)
    if not labels.any() or labels.all():
        return None
    return float((said[labels].mean() + (~said[~labels]).mean()) / 2)
