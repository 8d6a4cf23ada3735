"""The shipped question set: every quote, answer and tag holds against the two articles it is about."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import snowballstemmer

from evals.cases import Case, find_set, read_cases
from evals.metrics import contains, normalise
from index.articles import Article
from index.readers import files_in, read
from index.sentences import split_sentences

SEEDS = Path(__file__).parent.parent / "seeds"
CASES = read_cases(find_set("seeds"))
UNANSWERABLE_TAGS = {"unanswerable", "near-miss"}
TAGS = {"fact", "list", "why", "compare", "paraphrase", "followup", "advert", *UNANSWERABLE_TAGS}
# Words that any question may hold; every other one is a keyword.
FUNCTION_WORDS = """
    a an the of to in on for from by with at it its that this these those they them their he him is are was were be
    been being do did does has have had will would can could get what which who how there up
"""


@pytest.fixture(scope="module")
def articles() -> dict[str, Article]:
    found = [article for file in files_in(SEEDS) for article in read(file)]
    return {article.id: article for article in found if isinstance(article, Article)}


def wordings(case: Case) -> list[str]:
    return [wording for group in (case.answers, *case.all_answers) for wording in group]


def test_the_set_is_large_enough_to_tell_systems_apart() -> None:
    assert len(CASES) >= 80
    assert sum(not case.answerable for case in CASES) >= 22
    assert len({case.question for case in CASES if not case.history}) == sum(not case.history for case in CASES)


def test_every_kind_of_question_is_there_and_no_tag_is_misspelt() -> None:
    counts = Counter(tag for case in CASES for tag in case.tags)
    assert set(counts) == TAGS
    assert min(counts[tag] for tag in TAGS - {"advert"}) >= 9


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_every_quote_is_a_whole_sentence_of_its_article(case: Case, articles: dict[str, Article]) -> None:
    for relevant in case.relevant:
        article = articles[relevant.article_id]
        evidence = [s for s in split_sentences(article.text, article.title) if s.is_evidence]
        assert relevant.quote in [article.text[s.start : s.end] for s in evidence]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_every_wording_of_an_answer_stands_in_a_relevant_quote(case: Case) -> None:
    for wording in wordings(case):
        assert any(contains(relevant.quote or "", wording) for relevant in case.relevant), wording


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_only_answerable_questions_have_evidence_and_answers(case: Case) -> None:
    assert case.answerable is bool(case.relevant) is bool(wordings(case))
    assert case.answerable is not bool(UNANSWERABLE_TAGS & set(case.tags))
    assert ("followup" in case.tags) is bool(case.history)


def test_comparisons_rest_on_both_articles() -> None:
    for case in CASES:
        if "compare" in case.tags and case.all_answers:
            assert len({relevant.article_id for relevant in case.relevant}) == 2, case.id


def test_paraphrases_share_no_keyword_with_the_articles(articles: dict[str, Article]) -> None:
    stem = snowballstemmer.stemmer("english").stemWord
    function_words = set(FUNCTION_WORDS.split())

    def keywords(text: str) -> set[str]:
        return {stem(word) for word in normalise(text.replace("’s", "").replace("'s", "")).split()} - function_words

    known = set().union(*(keywords(article.text) for article in articles.values()))
    for case in CASES:
        if "paraphrase" in case.tags:
            assert not keywords(case.question) & known, case.id
