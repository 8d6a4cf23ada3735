"""Examples and rows: what the reader is taught must be what the data says."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from index.runtime import load_tokenizer
from qa.training.examples import (
    CONTRADICTION,
    ENTAILMENT,
    NEUTRAL,
    Candidate,
    Claim,
    Group,
    for_development,
    qamr,
    squad,
    support,
)
from qa.training.pool import Pool
from qa.training.recipe import Recipe, lay_out
from qa.training.rows import BATCH_TOKENS, IGNORED, NO_ANSWER, PAD, batches, rows_of

TOKENIZER = load_tokenizer()
HARBOUR = "The harbour opened in 1901. Its first master was Ada Lund, who came from Bergen."
MILL = "The mill burned down in 1888. Nobody was hurt, and the miller moved to Bergen."


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)
    return path


def squad_file(path: Path, titles: int) -> Path:
    def asked(question: str, answer: str | None) -> dict[str, Any]:
        answers = [{"text": answer, "answer_start": 0}] if answer else []
        return {"question": question, "answers": answers, "is_impossible": answer is None}

    data = [
        {
            "title": f"Town_{number}",
            "paragraphs": [
                {
                    "context": f"{number}: {HARBOUR}",
                    "qas": [asked("Who was the first master?", "Ada Lund"), asked("Who was the second?", None)],
                },
                {"context": f"{number}: {MILL}", "qas": [asked("When did the mill burn?", "1888")]},
            ],
        }
        for number in range(titles)
    ]
    path.write_text(json.dumps({"data": data}))
    return path


def test_squad_gives_spans_that_are_the_answers_and_keeps_a_quarter_of_the_articles_apart(tmp_path: Path) -> None:
    xquad = write(
        tmp_path / "x.gz",
        [{"question": "Who was the first master?", "context": f"0: {HARBOUR} ", "answers": ["Ada Lund"]}],
    )
    groups = list(squad(squad_file(tmp_path / "squad.json", 8), xquad))
    assert len(groups) == 25
    for group in groups:
        lead = group.candidates[0]
        if lead.relevant:
            assert lead.span is not None
            assert lead.text[slice(*lead.span)] in ("Ada Lund", "1888")
            assert all(not c.relevant and c.text != lead.text for c in group.candidates[1:])
        else:
            assert group.candidates == (lead,)
    held_out = {g.document for g in groups if for_development(g)}
    assert held_out == {"dev:Town_0", "dev:Town_4"}
    assert for_development(groups[-1]), "the same paragraph in another set stays on the same side"


def test_a_sentence_hidden_among_others_keeps_its_span(tmp_path: Path) -> None:
    rows = [
        {
            "question": f"Who came from town {n}?",
            "context": f"Person {n} came from town {n}.",
            "answers": [f"Person {n}"],
        }
        for n in range(40)
    ]
    groups = list(qamr(write(tmp_path / "q.gz", rows)))
    assert len(groups) == 40
    for row, group in zip(rows, groups, strict=True):
        lead = group.candidates[0]
        assert lead.span is not None
        assert lead.text[slice(*lead.span)] == row["answers"][0]
        assert all(row["answers"][0] not in c.text.split(".") for c in group.candidates[1:])
    assert {len(g.candidates[0].text.split(". ")) > 1 for g in groups} == {True, False}


def test_a_true_paraphrase_with_a_number_changed_is_not_supported(tmp_path: Path) -> None:
    write(
        tmp_path / "msr_para.jsonl.gz", [{"a": "The bank lost $3 million.", "b": "A bank lost $3 million.", "label": 1}]
    )
    write(tmp_path / "sick.jsonl.gz", [{"premise": "A dog runs.", "claim": "No dog runs.", "label": CONTRADICTION}])
    write(tmp_path / "climate_fever.jsonl.gz", [])
    write(tmp_path / "begin.jsonl.gz", [{"premise": "It rained.", "claim": "Hi!", "label": "Generic"}])
    claims = list(support(tmp_path))
    assert [c.labels for c in claims] == [(CONTRADICTION,), (ENTAILMENT,), (NEUTRAL, CONTRADICTION)]
    assert claims[2].claim != claims[1].claim
    assert claims[2].claim.startswith("A bank lost $")


def test_the_hardest_passage_shares_most_with_the_question_and_holds_no_answer() -> None:
    pool = Pool([HARBOUR, MILL, "The harbour master retired.", "Nothing here."])
    assert pool.hardest("Who was the harbour master?", 1, ["Ada Lund"]) == ["The harbour master retired."]
    assert HARBOUR in pool.hardest("Who was the harbour master?", 2, [])


WORDS = st.lists(st.sampled_from("harbour mill 1901 Ada Lund née Ærø 😀 it’s burned".split()), min_size=1, max_size=40)


@settings(deadline=None, max_examples=60)
@given(WORDS, st.data())
def test_the_tokens_of_a_span_are_the_answer_s(words: list[str], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    text, answer = " ".join(words), " ".join(words[first : last + 1])
    start = len(" ".join(words[:first])) + (1 if first else 0)
    group = Group("set", "d", "Who was it?", (Candidate("Town", text, True, (start, start + len(answer))),))
    (row,) = rows_of(group, TOKENIZER, random.Random(1))
    assert TOKENIZER.decode(list(row.ids[row.start : row.end + 1])) == TOKENIZER.decode(
        TOKENIZER.encode(answer, add_special_tokens=False).ids
    )


def test_what_is_no_answer_points_at_the_first_token_and_an_unknown_place_at_nothing() -> None:
    candidates = (Candidate("", MILL, False), Candidate("", HARBOUR, True))
    found, missed = rows_of(Group("set", "d", "Who?", candidates), TOKENIZER, random.Random(0))
    assert (found.relevant, found.start, missed.relevant, missed.start) == (1, IGNORED, 0, NO_ANSWER)
    (claim,) = rows_of(Claim("set", "d", "It burned.", MILL, (NEUTRAL, CONTRADICTION)), TOKENIZER, random.Random(0))
    assert (claim.relevant, claim.start, claim.labels) == (IGNORED, IGNORED, (1, 2))


def test_batches_hold_every_group_once_and_each_group_together() -> None:
    examples = [
        Group("qamr", str(n), f"Is it {n}?", (Candidate("", HARBOUR * (1 + n % 9), True), Candidate("", MILL, False)))
        for n in range(200)
    ]
    chance = random.Random(0)
    groups = [rows_of(example, TOKENIZER, chance) for example in examples]
    made = batches(groups, chance)
    seen: list[tuple[int, ...]] = []
    for batch in made:
        assert batch.ids.size <= BATCH_TOKENS
        for members in batch.groups:
            seen += [tuple(i for i in batch.ids[m] if i != PAD) for m in members if m >= 0]
            assert [batch.relevant[m] for m in members if m >= 0] == [1, 0]
    assert sorted(seen) == sorted(row.ids for group in groups for row in group)


def test_the_same_recipe_lays_out_the_same_batches() -> None:
    examples = [Group("squad", str(n), f"Question {n}?", (Candidate("", MILL, True, (4, 8)),)) for n in range(50)]
    one, other = (lay_out(examples, TOKENIZER, Recipe(scale=0.5)) for _ in range(2))
    assert len(one) == len(other) > 0
    assert all(np.array_equal(a.ids, b.ids) for a, b in zip(one, other, strict=True))


def test_a_recipe_may_leave_out_claims_or_questions_and_order_its_stages() -> None:
    group = Group("squad", "1", "Question?", (Candidate("", MILL, True, (4, 8)),))
    claim = Claim("sick", "2", "The mill stood.", MILL, ("neutral",))
    by = {only: lay_out([group, claim] * 20, TOKENIZER, Recipe(only=only)) for only in ("groups", "claims")}
    assert all((batch.relevant != IGNORED).any() for batch in by["groups"])
    assert not any(batch.labels.any() for batch in by["groups"])
    assert all(batch.labels.any() and (batch.relevant == IGNORED).all() for batch in by["claims"])
    first, *_ = lay_out([group, claim] * 20, TOKENIZER, Recipe(order=(1, 2, 0)))
    assert (first.relevant != IGNORED).any()  # sentences alone would come first, and the group is of paragraphs
