"""What was written for the reader: places are those of the answers, and no text of others is in the file."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from index import Article
from index.encoder import Encoder
from qa.training.asked import FILES, asked, made_up
from qa.training.examples import LABELS, Claim, Example, Group, read_lines

BOOTS = (
    "Tarn Boots calls back its hiking boot Fell. The sole of it comes off in the cold.\n\n"
    "The firm pays 40 euros for each pair. Its head, Ida Lund, said that a supplier had changed the glue."
)
NEWS = "The lake froze on Monday. Skaters came from three towns. Nobody fell in."
FROZEN = "The lake froze on Monday. Skaters came"


def place(text: str, words: str) -> list[int]:
    return [text.index(words), text.index(words) + len(words)]


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> list[Example]:
    records: list[dict[str, Any]] = [
        {
            "article": "boots",
            "title": "Boots called back",
            "text": BOOTS,
            "questions": [["what do I get for my boots?", *place(BOOTS, "40 euros")]],
            "conversations": [
                [["Who runs Tarn Boots?", *place(BOOTS, "Ida Lund")], ["Why?", *place(BOOTS, "changed the glue")]]
            ],
            "unanswered": ["Where is Tarn Boots made?"],
            "claims": [["Tarn Boots pays nothing.", "contradiction", *place(BOOTS, "The firm pays 40 euros")]],
        },
        {
            "article": "lake",
            "questions": [["when did the lake freeze", *place(NEWS, "Monday")]],
            "conversations": [],
            "unanswered": [],
            "claims": [["A frozen lake drew skaters.", "entailment", *place(NEWS, FROZEN)]],
            "sentences": [["Somebody fell in.", "contradiction", *place(NEWS, "Nobody fell in")]],
        },
    ]
    file: Path = tmp_path_factory.mktemp("asked") / "asked.jsonl.gz"
    with gzip.open(file, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(record) + "\n" for record in records)
    return list(asked({"lake": Article("lake", "The lake", NEWS, "x"), **made_up([file])}, encoder, file))


def test_the_span_of_a_passage_that_answers_is_the_answer(examples: list[Example]) -> None:
    answers = {}
    for group in (e for e in examples if isinstance(e, Group)):
        first = group.candidates[0]
        answers[group.question] = first.text[slice(*first.span)] if first.span else None
        assert [c.relevant for c in group.candidates].count(True) == (first.span is not None)
    assert answers.pop("Where is Tarn Boots made?") is None
    assert answers.pop("when did the lake freeze") == "Monday"
    assert answers.pop("what do I get for my boots?") == "40 euros"
    assert answers.pop("Who runs Tarn Boots?") == "Ida Lund"
    (follow_up,) = answers
    assert follow_up.startswith("Why? (")  # made whole, as it will be when it is asked
    assert "Ida Lund" in follow_up


def test_what_answers_nothing_comes_from_elsewhere(examples: list[Example]) -> None:
    (lake,) = (e for e in examples if e.document == "lake" and isinstance(e, Group))
    assert all(candidate.title == "Boots called back" for candidate in lake.candidates[1:])


def test_a_claim_stands_beside_the_sentence_that_it_is_about(examples: list[Example]) -> None:
    claim = next(e for e in examples if isinstance(e, Claim))
    assert claim.labels == ("contradiction",)
    assert "The firm pays 40 euros for each pair." in claim.text


def test_a_claim_about_several_sentences_stands_beside_these_alone(examples: list[Example]) -> None:
    texts = {e.claim: e.text for e in examples if isinstance(e, Claim)}
    assert texts["A frozen lake drew skaters."] == "The lake froze on Monday. Skaters came from three towns."


def test_a_sentence_as_a_model_writes_it_stands_beside_what_it_cites_alone(examples: list[Example]) -> None:
    texts = {e.claim: e.text for e in examples if isinstance(e, Claim)}
    assert texts["Somebody fell in."] == "Nobody fell in."


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_file_holds_no_text_but_our_own(file: Path) -> None:
    records = read_lines(file)
    assert len({record["article"] for record in records}) == len(records) > 100
    made = made_up()
    for record in records:
        assert ("text" in record) == ("title" in record) <= record["article"].startswith("made-")
        assert (record["article"] in made) == record["article"].startswith("made-")
        places = [*record["questions"], *(turn for turns in record["conversations"] for turn in turns)]
        assert all(0 <= start < end <= len(record.get("text", "")) for _, start, end in places if "text" in record)
        claims = [*record["claims"], *record.get("sentences", ())]
        assert all(label in LABELS and start < end for _, label, start, end in claims)
