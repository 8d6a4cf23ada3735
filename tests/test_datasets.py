"""Public formats, each on a file made as the official ones are, and what a broken one says."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from evals.cases import Relevant
from evals.datasets import FORMATS, Dataset, SupportSet, formats_help, is_public, read_public
from index.errors import FootnoteError
from qa.conversation import Turn

TEXT = "The harbour was opened in 1911. It silted up later. The mills sold wool."


def lines(path: Path, records: Sequence[object]) -> Path:
    content = "".join(json.dumps(record) + "\n" for record in records).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def questions(name: str, path: Path) -> Dataset:
    found = read_public(f"{name}:{path}")
    assert isinstance(found, Dataset)
    return found


def claims(name: str, path: Path) -> SupportSet:
    found = read_public(f"{name}:{path}")
    assert isinstance(found, SupportSet)
    return found


# -- question sets -----------------------------------------------------------------------------------------------------


def test_squad_paragraphs_are_articles_and_the_answers_sentence_is_the_evidence(tmp_path: Path) -> None:
    asked = [
        {"id": "a", "question": "When?", "answers": [{"text": "1911", "answer_start": 26}] * 2, "is_impossible": False},
        {"id": "b", "question": "Why?", "answers": [], "plausible_answers": [{"text": "wool"}], "is_impossible": True},
        {"id": "a", "question": "Again?", "answers": []},
    ]
    content = {"version": "v2.0", "data": [{"title": "Old_town", "paragraphs": [{"context": TEXT, "qas": asked}]}]}
    path = tmp_path / "dev.json"
    path.write_text(json.dumps(content), "utf-8")
    found = questions("squad2", path)
    (article,) = found.articles
    assert (article.id, article.title, article.text) == ("Old_town-0", "Old town", TEXT)
    when, why = found.set.cases
    assert when.relevant == (Relevant("Old_town-0", "The harbour was opened in 1911."),)
    assert (when.answers, when.answerable, when.cluster) == (("1911",), True, "Old town")
    assert (why.answers, why.answerable, why.tags) == ((), False, ("unanswerable",))
    assert found.problems == ("squad2: the id 'a' comes twice",)


def test_beir_takes_the_test_judgements_and_leaves_queries_without_one_out(tmp_path: Path) -> None:
    lines(
        tmp_path / "corpus.jsonl", [{"_id": "d1", "title": "One", "text": "x"}, {"_id": "d2", "title": "T", "text": ""}]
    )
    lines(tmp_path / "queries.jsonl", [{"_id": "q1", "text": "What?"}, {"_id": "q2", "text": "Who?"}])
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td2\t0\n", "utf-8")
    found = questions("beir", tmp_path)
    (case,) = found.set.cases
    assert (case.id, case.relevant) == ("q1", (Relevant("d1"),))
    assert [article.text for article in found.articles] == ["x", "T"]
    assert "graded" in found.set.notes[0]


def test_beir_queries_may_bring_their_judgements(tmp_path: Path) -> None:
    lines(tmp_path / "corpus.jsonl.gz", [{"_id": 1, "title": "", "text": "x"}])
    lines(tmp_path / "train_queries.jsonl", [{"_id": "q1", "text": "What?", "relevant": ["1"]}])
    assert questions("beir", tmp_path).set.cases[0].relevant == (Relevant("1"),)


def test_realtimeqa_evidence_is_the_articles_whose_text_holds_the_answer(tmp_path: Path) -> None:
    pages = [{"url": "u", "title": "T", "text": TEXT, "publish_date": "2023/01/05"}, {"title": "E", "text": ""}]
    lines(tmp_path / "20230106_gcs.jsonl", [{"question_id": "1_0", "search_result": pages}])
    base = {"question_date": "2023/01/05", "choices": ["wool", "iron"]}
    asked = [{"question_id": "1_0", "question_sentence": "What was sold?", "answer": ["0"]} | base]
    asked.append({"question_id": "1_1", "question_sentence": "What was mined?", "answer": ["1"]} | base)
    lines(tmp_path / "20230106_qa.jsonl", asked)
    found = questions("realtimeqa", tmp_path)
    (article,) = found.articles
    sold, mined = found.set.cases
    assert (sold.answers, sold.relevant, sold.answerable) == (("wool",), (Relevant(article.id),), True)
    assert (mined.relevant, mined.answerable) == ((), False)


def test_multihop_rag_keeps_its_facts_and_finds_their_articles(tmp_path: Path) -> None:
    corpus = [{"title": "A", "url": "u/a", "body": TEXT, "published_at": "2023"}, {"title": "B", "body": "Rain."}]
    (tmp_path / "corpus.json").write_text(json.dumps(corpus), "utf-8")
    evidence = [
        {"title": "A", "url": "u/a", "fact": "It silted up later."},
        {"title": "B", "url": "?", "fact": "Snow."},
    ]
    asked = [
        {"query": "Which?", "answer": "Yes", "question_type": "comparison_query", "evidence_list": evidence},
        {"query": "None?", "answer": "Insufficient information.", "question_type": "null_query", "evidence_list": []},
    ]
    (tmp_path / "MultiHopRAG.json").write_text(json.dumps(asked), "utf-8")
    found = questions("multihop-rag", tmp_path)
    a, b = found.articles
    which, none = found.set.cases
    assert which.facts == ("It silted up later.", "Snow.")
    assert which.relevant == (Relevant(a.id, "It silted up later."), Relevant(b.id))
    assert (none.answerable, none.answers, none.facts) == (False, (), ())


def test_clapnq_evidence_is_the_selected_sentences(tmp_path: Path) -> None:
    passage = {"title": "Town", "text": TEXT, "sentences": []}
    answered = {"answer": "It was in 1911.", "selected_sentences": ["The harbour was opened in 1911."]}
    lines(
        tmp_path / "clapnq_dev_answerable.jsonl",
        [{"id": 1, "input": "when", "passages": [passage], "output": [answered]}],
    )
    nothing = {"answer": "", "selected_sentences": []}
    lines(
        tmp_path / "clapnq_dev_unanswerable.jsonl",
        [{"id": 2, "input": "why", "passages": [passage], "output": [nothing]}],
    )
    found = questions("clapnq", tmp_path)
    (article,) = found.articles
    when, why = found.set.cases
    assert when.relevant == (Relevant(article.id, "The harbour was opened in 1911."),)
    assert (when.references, when.answers, when.answerable) == (("It was in 1911.",), (), True)
    assert (why.answerable, why.relevant) == (False, ())


@pytest.mark.parametrize(("kind", "answerable"), [("PARTIAL", True), ("UNDERSPECIFIED", False)])
def test_mtrag_asks_the_last_question_with_what_was_said_before(tmp_path: Path, kind: str, answerable: bool) -> None:
    said = [("user", "Who?"), ("agent", "Ma."), ("user", "When?")]
    task = {
        "conversation_id": "c",
        "task_id": "c<::>2",
        "contexts": [{"document_id": "d", "text": TEXT}],
        "input": [{"speaker": speaker, "text": text} for speaker, text in said],
        "targets": [{"speaker": "agent", "text": "In 1911."}],
        "Answerability": [kind],
        "Multi-Turn": ["Follow-up"],
    }
    (case,) = questions("mtrag", lines(tmp_path / "reference.jsonl", [task])).set.cases
    assert case.history == (Turn("user", "Who?"), Turn("assistant", "Ma."))
    assert (case.question, case.answerable, case.group) == ("When?", answerable, "c")
    assert case.tags == (kind.lower(), "follow-up")
    assert case.relevant == ((Relevant("d"),) if answerable else ())


# -- support sets ------------------------------------------------------------------------------------------------------


def test_wice_claims_may_have_several_pieces_of_evidence(tmp_path: Path) -> None:
    record = {"label": "supported", "claim": "c", "evidence": ["a", "b"], "meta": {"id": "dev1"}}
    partly = record | {"label": "partially_supported"}
    found = claims("wice", lines(tmp_path / "dev.jsonl", [record, partly, record | {"meta": {"id": "dev2"}}]))
    assert [(p.id, p.claim_id, p.supported) for p in found.pairs] == [
        ("dev1-1", "dev1", True), ("dev1-2", "dev1", False), ("dev2-1", "dev2", True),
    ]  # fmt: skip
    assert found.pairs[0].evidence == "a\nb"


def test_qags_takes_the_majority_of_the_votes(tmp_path: Path) -> None:
    votes = [{"worker_id": n, "response": said} for n, said in enumerate(["yes", "no", "yes"])]
    sentences = [{"sentence": "s", "responses": votes}, {"sentence": "t", "responses": votes[:2]}]
    path = lines(tmp_path / "mturk_cnndm.jsonl", [{"article": TEXT, "summary_sentences": sentences}, {"article": TEXT}])
    found = claims("qags", path)
    assert [(pair.id, pair.supported) for pair in found.pairs] == [("cnndm-0-0", True), ("cnndm-0-1", False)]
    assert found.problems == (f"{path}:2: is not as the format has it",)


# -- any of them -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMATS)
def test_files_that_are_not_there_are_one_line_that_says_how_to_get_them(form: str, tmp_path: Path) -> None:
    with pytest.raises(FootnoteError) as caught:
        read_public(f"{form}:{tmp_path / 'none'}")
    assert "github" in str(caught.value) or "Hugging Face" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("form", FORMATS)
def test_files_of_another_kind_are_one_line(form: str, tmp_path: Path) -> None:
    wrong = lines(tmp_path / "reference.jsonl", [{"something": "else"}, "text", 5])
    for name in ("corpus.jsonl", "queries.jsonl", "a_qa.jsonl", "a_gcs.jsonl", "answerable.jsonl"):
        lines(tmp_path / "folder" / name, [{"something": "else"}])
    for name in ("corpus.json", "MultiHopRAG.json"):
        (tmp_path / "folder" / name).write_text("[1]", "utf-8")
    for path in (wrong, tmp_path / "folder"):
        with pytest.raises(FootnoteError) as caught:
            read_public(f"{form}:{path}")
        assert "\n" not in str(caught.value)


def test_a_broken_line_is_named_and_the_rest_is_kept(tmp_path: Path) -> None:
    record: dict[str, Any] = {"label": "supported", "claim": "c", "evidence": [], "meta": {"id": "1"}}
    path = lines(tmp_path / "dev.jsonl", [record, {"label": "supported"}])
    with path.open("a") as file:
        file.write("{\n")
    found = claims("wice", path)
    assert len(found) == 1
    assert found.problems == (f"{path}:2: lacks the field 'meta'", f"{path}:3: is not as the format has it")


def test_only_the_names_of_formats_are_public_sets() -> None:
    assert is_public("squad2:x")
    assert not is_public("questions.jsonl")
    assert not is_public("C:/questions.jsonl")
    assert len(formats_help()) == len(FORMATS)


# -- what was written for the reader -----------------------------------------------------------------------------------


def test_claims_about_news_that_is_not_there_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "realtimeqa-train").mkdir()
    with pytest.raises(FootnoteError, match=r"articles\.jsonl\.gz: cannot be read"):
        read_public(f"asked:{tmp_path}")
    with gzip.open(tmp_path / "realtimeqa-train" / "articles.jsonl.gz", "wt") as news:
        news.write('{"id": "other", "title": "Other", "text": "It rained.", "url": "x"}\n')
    with pytest.raises(FootnoteError, match="lacks the articles that were asked about"):
        read_public(f"asked:{tmp_path}")
