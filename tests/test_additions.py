"""A sentence with an invented clause is told from one that only says it in other words."""

from __future__ import annotations

import pytest

from qa.additions import adds, judges

EVIDENCE = "The recent return of Jack Ma, the founder of Alibaba, to public view in China could be a positive sign."


@pytest.mark.parametrize(
    "claim",
    [
        "Alibaba was founded by Jack Ma, who had to leave the country over a criminal charge.",
        "Jack Ma founded Alibaba and collects antique Swiss watches.",
        "Jack Ma returned to public view; police had searched every office.",
    ],
)
def test_an_invented_clause_is_an_addition(claim: str) -> None:
    assert adds(claim, EVIDENCE)


@pytest.mark.parametrize(
    "claim",
    [
        "Jack Ma, the founder of Alibaba, returned to public view in China.",
        "Jack Ma founded Alibaba, and his return is seen as a positive sign.",
        "However, Jack Ma is back.",
        "Yes.",
        "",
    ],
)
def test_other_words_for_the_same_are_none(claim: str) -> None:
    assert not adds(claim, EVIDENCE)


@pytest.mark.parametrize(
    ("claim", "is_judgement"),
    [
        ("Jack Ma is back, which is crucial for Alibaba.", True),
        ("Jack Ma is back, which is a testament to his will.", True),
        ("Jack Ma imports tea, as he promised.", False),
        ("", False),
    ],
)
def test_a_judgement_is_one_only_where_the_evidence_has_none(claim: str, is_judgement: bool) -> None:
    assert judges(claim, "Jack Ma is back in China.") is is_judgement
    assert not judges(claim, EVIDENCE)
