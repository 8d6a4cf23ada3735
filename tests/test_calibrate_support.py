"""The fit of the support check: the rules bound what the regression says, and a claim has its best piece."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals.calibrate_support import Judged, Weighed, judge, own_threshold, weigh
from index.encoder import Encoder
from qa.support import DENIED, SHORTENED


@pytest.mark.parametrize(
    ("claim", "least", "most"),
    [
        ("Orlo sells boats in Tansy.", 1.0, 1.0),
        ("Orlo sells boats.", SHORTENED, SHORTENED),
        ("Orlo does not sell boats in Tansy.", 0.0, DENIED),
        ("Tansy has a harbour where ships are made.", 0.0, 1.0),
    ],
)
def test_a_claim_is_weighed_with_what_the_rules_allow(tmp_path: Path, claim: str, least: float, most: float) -> None:
    path = tmp_path / "claims.jsonl"
    evidence = "Orlo sells cheap boats in Tansy." if claim == "Orlo sells boats." else "Orlo sells boats in Tansy."
    path.write_text(json.dumps({"id": "a", "claim": claim, "evidence": evidence, "supported": True}), "utf-8")
    (row,) = weigh(str(path), None, Encoder(), None)
    assert (row.least, row.most) == (least, most)


def test_the_rules_bound_the_fit_and_the_best_piece_counts() -> None:
    rows = [Weighed("s", f"{n}", f"d{n}", (float(n % 2),), n % 2 == 1, 0.0, 1.0) for n in range(40)]
    told = Weighed("s", "told", "d1", (0.0,), True, 1.0, 1.0)
    ruled_out = Weighed("s", "out", "d3", (1.0,), False, 0.0, DENIED)
    pieces = [Weighed("s", "two", "d5", (float(said),), True, 0.0, 1.0) for said in (0, 1)]
    judged = judge([*rows, told, ruled_out, *pieces])
    chances = {claim.document: [c.probability for c in judged if c.document == claim.document] for claim in judged}
    assert len(judged) == 43
    assert 1.0 in chances["d1"]
    assert min(chances["d3"]) <= DENIED
    assert min(chances["d5"]) > 0.5


def test_a_threshold_of_its_own_is_where_the_most_are_called_rightly() -> None:
    said = [(0.1, False), (0.2, False), (0.3, True), (0.9, True)]
    assert own_threshold([Judged("s", "d", supported, chance) for chance, supported in said]) == 0.3
