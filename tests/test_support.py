from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st

from evals.cli import footnote
from index.encoder import Encoder
from qa.quantities import share_told
from qa.reader import Reader
from qa.support import ADDS, SHORTENED, Claim, Label, Support, check, check_all

EVIDENCE = [
    "The harbour of Eldvik opened in 1901.",
    "Its first master was Ada Lund, who came from Bergen.",
    "The mill burned down in 1888, and nobody was hurt.",
]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader().load()


def held(claim: str, evidence: Sequence[str], encoder: Encoder, reader: Reader | None, title: str = "") -> Support:
    return check(Claim(claim, tuple(evidence), title), encoder, reader)


@pytest.mark.parametrize("with_reader", [True, False])
def test_what_stands_word_for_word_is_supported_and_by_which_sentence(
    encoder: Encoder, reader: Reader, with_reader: bool
) -> None:
    support = held("first master was Ada Lund", EVIDENCE, encoder, reader if with_reader else None)
    assert (support.probability, support.nearest, support.label) == (1.0, 1, Label.SUPPORTED)
    assert held(EVIDENCE[2], EVIDENCE, encoder, None).nearest == 2


def test_what_a_sentence_denies_word_for_word_is_not_borne_out_by_it(encoder: Encoder, reader: Reader) -> None:
    claim = "the mill burned down in 1888"
    assert held(claim, [f"It is not true that {claim}."], encoder, reader).label is Label.NOT
    assert held(claim, [f"Reports that {claim} were denied by its owner."], encoder, reader).probability < 1.0
    assert held(claim, [f"There, {claim}, but not the harbour."], encoder, reader).probability == 1.0


@pytest.mark.parametrize("with_reader", [True, False])
def test_another_number_or_another_matter_is_less_supported(
    encoder: Encoder, reader: Reader, with_reader: bool
) -> None:
    used = reader if with_reader else None
    told = held("In 1888 the mill burned down and no one was hurt.", EVIDENCE, encoder, used)
    other = held("The harbour of Oslo was closed by the king in 1745.", EVIDENCE, encoder, used)
    assert told.probability > other.probability
    assert other.label is not Label.SUPPORTED


def test_without_evidence_nothing_is_supported(encoder: Encoder) -> None:
    support = held("The harbour opened.", [], encoder, None)
    assert (support.probability, support.label, support.nearest) == (0.0, Label.NOT, None)
    assert held("  ", EVIDENCE, encoder, None).label is Label.NOT


@pytest.mark.parametrize("with_reader", [True, False])
def test_claims_checked_together_get_what_each_gets_alone(encoder: Encoder, reader: Reader, with_reader: bool) -> None:
    """To the last digit and in order, those that words settle among them, and more than go in one batch."""
    used = reader if with_reader else None
    texts = [EVIDENCE[0], "Ada Lund came from Oslo.", " ", *(f"The mill burned down in {year}." for year in range(40))]
    claims = [Claim(text, tuple(EVIDENCE[: 1 + n % 3]), "Eldvik" if n % 2 else "") for n, text in enumerate(texts)]
    alone = Encoder()
    assert check_all([*claims, Claim("Alone.", ())], encoder, used) == [
        *(check(claim, alone, used) for claim in claims),
        Support(0.0, None),
    ]
    assert check_all([], encoder, used) == []


def test_a_draft_is_checked_sentence_by_sentence(seeds_folder: Path, tmp_path: Path) -> None:
    draft = tmp_path / "draft.txt"
    draft.write_text("The crackdown wiped out more than $1 trillion. Bananas are grown on the moon by dentists.\n")
    done = CliRunner().invoke(footnote, ["check", str(draft), "--library", str(seeds_folder), "--json"])
    assert done.exit_code == 0, done.stderr
    first, second = json.loads(done.stdout)["sentences"]
    assert first["support"] > second["support"]
    assert second["label"] == "not"
    (citation,) = first["citations"]
    shown = CliRunner().invoke(footnote, ["show", citation["article_id"], "--library", str(seeds_folder), "--json"])
    assert json.loads(shown.stdout)["text"][citation["start"] : citation["end"]] == citation["quote"]


def test_a_batch_gives_a_line_for_every_line(tmp_path: Path) -> None:
    lines = [
        {"id": "a", "claim": EVIDENCE[0], "evidence": EVIDENCE},
        {"id": "b", "claim": "Dentists grow bananas.", "evidence": " ".join(EVIDENCE)},
        {"id": "c", "claim": 3, "evidence": EVIDENCE},
    ]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    arguments = ["check", "--batch", str(tmp_path / "in.jsonl"), "--out", str(tmp_path / "out.jsonl")]
    done = CliRunner().invoke(footnote, arguments)
    results = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [r["id"] for r in results] == ["a", "b", "c"]
    assert [r["label"] for r in results] == ["supported", "not", "not"]
    assert done.exit_code == 2
    assert "claim" in done.stderr


@pytest.mark.parametrize("name", ["missing.txt", "empty.txt"])
def test_a_draft_that_cannot_be_read_is_one_line(seeds_folder: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "empty.txt").write_bytes(b"")
    done = CliRunner().invoke(footnote, ["check", str(tmp_path / name), "--library", str(seeds_folder)])
    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    assert name in done.stderr


RESIGNED = [
    "Ruth Amsel, who led Kumo, resigned on Sunday after a review had found errors.",
    "Its shares fell on Monday.",
]
RAISED = ["The central bank of Tarnia raised its interest rate to 4 percent on Friday."]
PAID = ["Corvo paid nine million euros for the yard."]
VOTED = ["In the ballot 71 percent of the members voted for the deal."]


@pytest.mark.parametrize(
    ("claim", "evidence", "label"),
    [
        ("Ruth Amsel did not resign.", RESIGNED, Label.NOT),
        ("Ruth Amsel refused to resign.", RESIGNED, Label.NOT),
        ("Ruth Amsel resigned on Sunday.", RESIGNED, Label.SUPPORTED),
        ("The central bank of Tarnia lowered its interest rate to 4 percent.", RAISED, Label.NOT),
        ("The central bank of Tarnia raised its interest rate to 4 percent.", RAISED, Label.SUPPORTED),
        ("71 percent of the members voted against the deal.", VOTED, Label.NOT),
        ("71 percent of the members voted for the deal.", VOTED, Label.SUPPORTED),
    ],
)
def test_what_denies_or_turns_the_evidence_is_not_borne_out(
    encoder: Encoder, claim: str, evidence: list[str], label: Label
) -> None:
    for reader in (Reader(), None):
        assert held(claim, evidence, encoder, reader).label is label


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("Ruth Amsel resigned because of her health.", RESIGNED),
        ("Corvo paid nine million euros for the yard, and collects antique Swiss watches.", PAID),
        ("Corvo paid nine million euros for the yard, which is a positive step for the town.", PAID),
    ],
)
def test_a_reason_a_clause_or_a_judgement_of_its_own_is_borne_out_in_part_at_best(
    encoder: Encoder, reader: Reader, claim: str, evidence: list[str]
) -> None:
    for used in (reader, None):
        assert held(claim, evidence, encoder, used).probability <= ADDS


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("Airport officials would not comment on Monday.", ["Officials of the airport declined to comment on Monday."]),
        (
            "Clips shared online showed how near the fire came to the hospital.",
            ["Videos posted to social media showed flames just across the street from the hospital."],
        ),
        (
            "The firm lost money last year, although it sold more cars.",
            ["Despite higher sales of cars, the company made a loss in the past year."],
        ),
    ],
)
def test_what_says_the_same_in_other_words_is_borne_out_where_a_reader_can_tell(
    encoder: Encoder, reader: Reader, claim: str, evidence: list[str]
) -> None:
    assert held(claim, evidence, encoder, reader).label is Label.SUPPORTED


OF_THE_FIRM = ["It paid nine million euros for the yard, which had been idle since a storm in 2019."]


def test_the_title_says_who_the_firm_is(encoder: Encoder, reader: Reader) -> None:
    claim = "Corvo paid nine million euros for the yard."
    for used in (reader, None):
        of_another = held(claim, OF_THE_FIRM, encoder, used, "Lund buys a shipyard").probability
        assert held(claim, OF_THE_FIRM, encoder, used, "Corvo buys a shipyard").probability > of_another


@pytest.mark.parametrize(
    ("claim", "sentence", "is_held"),
    [
        (
            "Orlo was forced to scrap its listing.",
            "In May, Orlo was forced to scrap its vast listing, as it was not fit.",
            True,
        ),
        ("The article says that Orlo closed.", "On Monday Orlo closed.", True),
        ("Orlo closed.", "Orlo may have closed.", False),
        ("Orlo will close.", "Orlo will close if the bank says no.", False),
        ("Orlo cheated.", "A rival alleged Orlo cheated.", False),
        ("However, overall ...", "Orlo closed.", False),
        ("Orlo sued Kumo.", "Kumo sued Orlo.", False),
    ],
)
def test_what_only_leaves_words_out_is_borne_out(encoder: Encoder, claim: str, sentence: str, is_held: bool) -> None:
    assert (held(claim, [sentence], encoder, None).probability in (SHORTENED, 1.0)) is is_held


@pytest.mark.parametrize("with_reader", [True, False])
def test_that_nothing_is_told_is_shown_by_no_quote(encoder: Encoder, reader: Reader, with_reader: bool) -> None:
    """Small models say so of what stands there; of a text that says it itself, it is borne out."""
    used = reader if with_reader else None
    for claim in ("The article does not say who was its first master.", "No information is given on the mill."):
        assert held(claim, EVIDENCE, encoder, used).label is Label.NOT
    said = "The report does not say who paid."
    assert held(said, [said], encoder, used).label is Label.SUPPORTED


@pytest.mark.parametrize(
    ("claim", "evidence", "share"),
    [
        ("Two ships sank in 2021.", "In 2021 the 2 ships sank.", 1.0),
        ("It has been seen 235,000 times.", "Seen more than 235, 000 times, it was a surprise.", 1.0),
        ("It paid $2.8 billion.", "It paid 2,800 million dollars.", 1.0),
        ("About 4.1 million came.", "4 million came.", 1.0),
        ("Three ships sank.", "2 ships sank.", 0.0),
        ("It opened on 4 May 2021.", "It opened on 5 May 2021.", 0.5),
        ("It opened in 2021.", "It opened in 2020.", 0.0),
        ("Nobody came.", "It rained.", 1.0),
    ],
)
def test_numbers_are_compared_by_their_value(claim: str, evidence: str, share: float) -> None:
    assert share_told(claim, evidence) == share


@example("1, 234")
@given(st.text(alphabet="0123456789 ,.%$ milothuandbekwy", max_size=60))
def test_every_text_has_its_own_numbers(text: str) -> None:
    assert share_told(text, text) == 1.0
