"""The formulas: worked by hand, held to their ranges, and against slower and plainer ones."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random

import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st

from evals import metrics
from evals.spans import Span

flags = st.lists(st.tuples(st.booleans(), st.booleans()), max_size=30)
scored = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.5, 0.5001, 0.9, 1.0]), st.booleans()), max_size=30)


# -- retrieval ---------------------------------------------------------------------------------------------------------


def test_the_rank_is_that_of_the_first_hit_on_evidence() -> None:
    """Evidence at x:10-20. Hits x:0-10 (touches), y:10-20 (another article), x:15-30 (overlaps): rank 3."""
    hits = [Span("x", 0, 10), Span("y", 10, 20), Span("x", 15, 30)]
    assert metrics.first_rank(hits, [Span("x", 10, 20)]) == 3
    assert metrics.first_rank(hits[:2], [Span("x", 10, 20)]) == 0
    assert metrics.first_rank([], [Span("x", 10, 20)]) == 0


def test_hit_and_reciprocal_rank_by_hand() -> None:
    """Rank 3: in the first 5, not in the first 1, reciprocal 1/3. Rank 0 stands for nowhere, so it scores nothing."""
    assert [metrics.hit_at(3, k) for k in (1, 2, 3, 5)] == [0.0, 0.0, 1.0, 1.0]
    assert metrics.reciprocal_rank(3) == pytest.approx(1 / 3)
    assert metrics.reciprocal_rank(11, k=10) == 0.0
    assert (metrics.hit_at(0, 5), metrics.reciprocal_rank(0)) == (0.0, 0.0)


@given(st.integers(0, 100), st.integers(1, 100))
def test_retrieval_scores_are_shares_and_grow_with_k(rank: int, k: int) -> None:
    assert 0 <= metrics.reciprocal_rank(rank, k) <= metrics.hit_at(rank, k) <= metrics.hit_at(rank, k + 1) <= 1


# -- answers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The  country’s\n$1 trillion!", "countrys 1 trillion"),
        ("An A.I. a-z", "ai az"),
        ("the a an", ""),
        ("Then another theory", "then another theory"),
        ("“Disorderly” — Expansion", "disorderly expansion"),
    ],
)
def test_normalising_follows_the_squad_script(text: str, expected: str) -> None:
    assert metrics.normalise(text) == expected


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = metrics.normalise(text)
    assert metrics.normalise(once) == once


@pytest.mark.parametrize(
    ("text", "answer", "expected"),
    [
        ("wiped out $1 trillion in value", "$1 Trillion", True),
        ("wiped out $11 trillion in value", "$1 trillion", False),
        ("critical of China’s regulator", "China's regulator", True),
        ("smart moves", "art", False),
        ("anything", "the", False),
        ("anything", "?", False),
    ],
)
def test_an_answer_is_contained_as_whole_words(text: str, answer: str, expected: bool) -> None:
    assert metrics.contains(text, answer) is expected


@given(st.text(max_size=20), st.text("abc’. ", max_size=10), st.text(max_size=20))
def test_a_text_contains_any_of_its_parts_between_spaces(before: str, answer: str, after: str) -> None:
    assert metrics.contains(f"{before} {answer} {after}", answer) is (metrics.normalise(answer) != "")


def test_any_of_the_answers_will_do() -> None:
    assert metrics.answer_found(["It fell in 2020."], ["late 2020", "2020"], []) is True
    assert metrics.answer_found(["It fell in 2020."], ["2021"], []) is False


def test_a_list_answer_needs_one_wording_of_every_group() -> None:
    """Quotes with biotech and chips: right for [[biotech], [chips, semiconductors]], not when AI is asked for too."""
    quotes = ["They fund biotech.", "Chips come next."]
    assert metrics.answer_found(quotes, [], [["biotech"], ["chips", "semiconductors"]]) is True
    assert metrics.answer_found(quotes, [], [["biotech"], ["chips"], ["AI"]]) is False
    assert metrics.answer_found(quotes, ["solar"], [["biotech"]]) is False


def test_nothing_cited_holds_no_answer_and_nothing_expected_is_not_judged() -> None:
    assert metrics.answer_found([], ["x"], []) is False
    assert metrics.answer_found(["x"], [], []) is None


def test_citation_precision_by_hand() -> None:
    """Evidence x:0-10 and all of y (0-99). Citations x:5-8, x:10-12, y:50-60: the second is beside it, so 2/3."""
    evidence = [Span("x", 0, 10), Span("y", 0, 99)]
    citations = [Span("x", 5, 8), Span("x", 10, 12), Span("y", 50, 60)]
    assert metrics.citation_precision(citations, evidence) == pytest.approx(2 / 3)
    assert metrics.citation_precision([], evidence) is None
    assert metrics.citation_precision(citations, []) == 0.0


def test_citation_recall_by_hand() -> None:
    """A quote that stands at x:0-5 and x:50-55, and all of y: the citation meets the first piece only, so 1/2."""
    pieces = [[Span("x", 0, 5), Span("x", 50, 55)], [Span("y", 0, 99)]]
    assert metrics.citation_recall([Span("x", 52, 60)], pieces) == pytest.approx(0.5)
    assert metrics.citation_recall([], pieces) == 0.0
    assert metrics.citation_recall([Span("x", 0, 1)], []) is None


# -- EM and F1, as the SQuAD script has them ---------------------------------------------------------------------------


def official_normalise(text: str) -> str:
    """The steps of normalize_answer in evaluate-v2.0.py."""
    text = "".join(c for c in text.lower() if c not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def official_f1(gold: str, given: str) -> float:
    """The steps of compute_f1 in evaluate-v2.0.py."""
    gold_words, words = official_normalise(gold).split(), official_normalise(given).split()
    common = Counter(gold_words) & Counter(words)
    same = sum(common.values())
    if not gold_words or not words:
        return float(gold_words == words)
    if same == 0:
        return 0.0
    precision, recall = same / len(words), same / len(gold_words)
    return 2 * precision * recall / (precision + recall)


words = st.text("abthen .,'-$1", max_size=30)


@given(words, st.lists(words, max_size=4))
def test_em_and_f1_are_those_of_the_official_rules(given: str, golds: list[str]) -> None:
    wanted = golds or [""]
    assert metrics.exact_match(given, golds) == max(official_normalise(g) == official_normalise(given) for g in wanted)
    assert metrics.token_f1(given, golds) == pytest.approx(max(official_f1(g, given) for g in wanted))


def test_em_and_f1_by_hand() -> None:
    """ "in late 2020" against "late 2020": two of three words given, two of two wanted: 2 * 2 / 5."""
    assert metrics.token_f1("in late 2020", ["October 2020", "late 2020"]) == pytest.approx(0.8)
    assert metrics.exact_match("The late 2020.", ["late 2020"]) == 1.0
    assert (metrics.exact_match("", []), metrics.token_f1("", [])) == (1.0, 1.0)
    assert (metrics.exact_match("something", []), metrics.token_f1("something", [])) == (0.0, 0.0)


# -- ranked results ----------------------------------------------------------------------------------------------------


def test_ndcg_and_recall_by_hand() -> None:
    """Two pieces, met at ranks 1 and 3: DCG 1 + 1/2, ideal 1 + 1/log2(3) = 1.6309."""
    assert metrics.ndcg_at([1, 3]) == pytest.approx(1.5 / 1.6309, abs=1e-4)
    assert metrics.recall_at([1, 3, 0, 11]) == pytest.approx(0.5)
    assert metrics.ndcg_at([0, 0]) == 0.0


def test_a_result_that_meets_two_pieces_gains_once() -> None:
    assert metrics.ndcg_at([1, 1]) == pytest.approx(1 / 1.6309, abs=1e-4)


@given(
    st.permutations([f"d{n}" for n in range(15)]), st.sets(st.sampled_from([f"d{n}" for n in range(20)]), min_size=1)
)
def test_ranking_metrics_are_those_of_trec_eval(ranking: list[str], relevant: set[str]) -> None:
    evaluator = pytrec_eval.RelevanceEvaluator(
        {"q": dict.fromkeys(relevant, 1)}, {"ndcg_cut.10", "recall.10", "recip_rank", "success.5"}
    )
    expected = evaluator.evaluate({"q": {doc: float(-rank) for rank, doc in enumerate(ranking)}})["q"]
    ranks = metrics.piece_ranks([Span(doc, 0, 9) for doc in ranking], [[Span(doc, 0, 9)] for doc in sorted(relevant)])
    first = min((rank for rank in ranks if rank), default=0)
    assert metrics.ndcg_at(ranks) == pytest.approx(expected["ndcg_cut_10"])
    assert metrics.recall_at(ranks) == pytest.approx(expected["recall_10"])
    assert metrics.reciprocal_rank(first, k=99) == pytest.approx(expected["recip_rank"])
    assert metrics.hit_at(first, 5) == expected["success_5"]


def test_multihop_rag_by_its_script_on_an_example() -> None:
    """Facts at ranks 2 and 4 of three: its MAP@10 is (1/2 + 1/4) / 3, whatever the usual average precision would be."""
    passages = ["nothing", "the first\nfact is here", "nothing", "a second  fact", "the first fact again"]
    ranks = metrics.fact_ranks(passages, ["The first fact", "the first fact", "second fact", "third fact"])
    assert ranks == [0, 2, 4, 0]
    assert metrics.multihop_map(ranks[1:]) == pytest.approx((1 / 2 + 1 / 4) / 3)


def test_a_fact_that_comes_twice_counts_once() -> None:
    assert metrics.fact_ranks(["one fact"], ["one fact", "one  fact"]) == [1, 0]


# -- abstention --------------------------------------------------------------------------------------------------------


def share(part: Callable[[bool, bool], tuple[float, float]], pairs: Sequence[tuple[bool, bool]]) -> float | None:
    """The ratio of the summed parts and wholes of (abstained, answerable) pairs."""
    rows = [part(*pair) for pair in pairs]
    return metrics.ratio([p for p, _ in rows], [w for _, w in rows])


def test_abstention_by_hand() -> None:
    """Five questions, three unanswerable. Abstained on two of these and on one answerable one.

    TP 2, FP 1, FN 1: precision 2/3, recall 2/3, F1 4/6.
    """
    pairs = [(True, False), (True, False), (False, False), (True, True), (False, True)]
    assert share(metrics.abstain_precision, pairs) == pytest.approx(2 / 3)
    assert share(metrics.abstain_recall, pairs) == pytest.approx(2 / 3)
    assert share(metrics.abstain_f1, pairs) == pytest.approx(2 / 3)


def test_a_system_that_never_abstains_has_no_precision_and_no_recall_to_show() -> None:
    pairs = [(False, True), (False, False)]
    assert share(metrics.abstain_precision, pairs) is None
    assert share(metrics.abstain_recall, pairs) == 0.0
    assert share(metrics.abstain_f1, pairs) == 0.0


@given(flags)
def test_f1_is_the_harmonic_mean_where_both_are_there(pairs: list[tuple[bool, bool]]) -> None:
    precision, recall = share(metrics.abstain_precision, pairs), share(metrics.abstain_recall, pairs)
    f1 = share(metrics.abstain_f1, pairs)
    for value in (precision, recall, f1):
        assert value is None or 0 <= value <= 1
    if precision and recall:
        assert f1 == pytest.approx(2 / (1 / precision + 1 / recall))


def test_risk_and_coverage_by_hand() -> None:
    """Surest first: right, wrong, right, wrong. Risks 0, 1/2, 1/3, 2/4; their mean is 1/3."""
    curve = metrics.risk_coverage([0.9, 0.2, 0.8, 0.4], [0, 1, 1, 0])
    assert [coverage for coverage, _ in curve] == [0.25, 0.5, 0.75, 1.0]
    assert [risk for _, risk in curve] == pytest.approx([0, 1 / 2, 1 / 3, 1 / 2])
    assert metrics.aurc([0.9, 0.2, 0.8, 0.4], [0, 1, 1, 0]) == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)


@given(scored, st.randoms(use_true_random=False))
def test_the_order_of_equal_confidences_changes_nothing(pairs: list[tuple[float, bool]], random: Random) -> None:
    shuffled = random.sample(pairs, len(pairs))
    one, other = (metrics.aurc([c for c, _ in some], [w for _, w in some]) for some in (pairs, shuffled))
    assert one == (None if other is None else pytest.approx(other))
    assert one is None or 0 <= one <= 1


def test_reliability_by_hand() -> None:
    """0.1 and 0.15 share a bin, one of them true; 0.9 and 1.0 the last, both true: (2 * 0.375 + 2 * 0.05) / 4."""
    confidence, true = [0.1, 0.15, 0.9, 1.0], [0, 1, 1, 1]
    assert metrics.reliability(confidence, true) == [pytest.approx((0.125, 0.5, 2)), pytest.approx((0.95, 1.0, 2))]
    assert metrics.calibration_error(confidence, true) == pytest.approx((2 * 0.375 + 2 * 0.05) / 4)
    assert metrics.calibration_error([], []) is None


def test_balanced_accuracy_by_hand() -> None:
    """Three of four supported claims are called so, one of two unsupported ones is not: (3/4 + 1/2) / 2."""
    called, true = [True, True, True, False, True, False], [True, True, True, True, False, False]
    assert metrics.balanced_accuracy(called, true) == pytest.approx(0.625)
    assert metrics.balanced_accuracy([True], [True]) is None


def test_auroc_by_hand() -> None:
    """Answerable 0.9 and 0.5, unanswerable 0.5 and 0.1: of four pairs three are in order and one is tied, so 3.5/4."""
    assert metrics.auroc([0.9, 0.5, 0.5, 0.1], [True, True, False, False]) == pytest.approx(0.875)


@given(scored)
def test_auroc_equals_counting_the_pairs(pairs: list[tuple[float, bool]]) -> None:
    positive = [score for score, answerable in pairs if answerable]
    negative = [score for score, answerable in pairs if not answerable]
    found = metrics.auroc([score for score, _ in pairs], [answerable for _, answerable in pairs])
    if not positive or not negative:
        assert found is None
    else:
        points = [1.0 if p > n else 0.5 if p == n else 0.0 for p in positive for n in negative]
        assert found == pytest.approx(sum(points) / len(points))


@given(scored)
def test_auroc_of_the_opposite_labels_is_the_rest_to_one(pairs: list[tuple[float, bool]]) -> None:
    scores = [score for score, _ in pairs]
    found = metrics.auroc(scores, [answerable for _, answerable in pairs])
    opposite = metrics.auroc(scores, [not answerable for _, answerable in pairs])
    assert (found is None) is (opposite is None)
    if found is not None and opposite is not None:
        assert found + opposite == pytest.approx(1)


# -- summing up --------------------------------------------------------------------------------------------------------


def test_latency_percentiles_by_hand() -> None:
    """0, 10, ..., 100: half do not exceed 50, and 95 % do not exceed 95 (half way from 90 to 100)."""
    values = [10.0 * n for n in range(11)]
    assert metrics.percentile(values, 50) == pytest.approx(50)
    assert metrics.percentile(values, 95) == pytest.approx(95)


def test_nothing_to_measure_gives_none() -> None:
    assert metrics.mean([]) is None
    assert metrics.percentile([], 95) is None
    assert metrics.auroc([], []) is None
    assert metrics.aurc([], []) is None
    assert metrics.ratio([], []) is None
