"""The answer as text and as the JSON that tools rely on."""

from __future__ import annotations

from qa.answer import ABSTENTION, Answer, AnswerSentence, Citation

CITATION = Citation(1, "a", "Title", "a.txt", None, 0, 9, "It rained")


def test_text_carries_numbers_and_keeps_lists_apart() -> None:
    sentences = (
        AnswerSentence("Two things help.", (1, 2)),
        AnswerSentence("Rest.", (3,), is_item=True),
        AnswerSentence("Tea.", (4,), is_item=True),
        AnswerSentence("That is all.", (5,)),
    )
    answer = Answer("What helps?", sentences, (), 0.9)
    assert answer.text == "Two things help. [1][2]\n- Rest. [3]\n- Tea. [4]\nThat is all. [5]"


def test_json_has_the_fields_of_the_contract_in_their_order() -> None:
    answer = Answer("Did it rain?", (AnswerSentence("It rained", (1,)),), (CITATION,), 0.93456)
    found = answer.to_json()
    contract = [
        "question",
        "answer",
        "abstained",
        "confidence",
        "mode",
        "sentences",
        "citations",
        "nearest",
        "conflicts",
        "missing",
        "timings_ms",
    ]
    assert list(found)[: len(contract)] == contract
    assert found["confidence"] == 0.9346
    assert found["sentences"] == [{"text": "It rained", "citations": [1], "support": 1.0, "supported": True}]
    assert found["citations"] == [
        {
            "number": 1,
            "article_id": "a",
            "title": "Title",
            "source": "a.txt",
            "published": None,
            "start": 0,
            "end": 9,
            "quote": "It rained",
            "page": None,
        }
    ]


def test_an_abstention_says_only_that() -> None:
    answer = Answer("Who?", (), (), 0.01, abstained=True, nearest=(CITATION,))
    assert answer.text == ABSTENTION
    assert answer.to_json()["nearest"][0]["quote"] == "It rained"
