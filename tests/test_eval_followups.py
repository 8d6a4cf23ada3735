"""Measuring follow-up questions: what is said before tells which article is meant."""

from __future__ import annotations

from evals.cases import Case, Relevant
from evals.followups import HALVES, half, measure
from index import Article, Library
from qa.conversation import Turn


def test_a_follow_up_is_found_when_it_is_made_whole(library: Library) -> None:
    towns = ("Aberwen", "Brackley", "Cawdor", "Dunmore", "Ersham", "Fenwick", "Garth", "Hexham")
    library.add(
        Article(town, town, f"The mill of {town} was built by monks and closed after a fire.", "x") for town in towns
    )
    history = (Turn("user", "Where is the mill of Hexham?"), Turn("assistant", "The mill of Hexham is by the river."))
    cases = [
        Case("1", "When was it closed?", relevant=(Relevant("Hexham"),), history=history),
        Case("2", "Who built the mill of Garth?", relevant=(Relevant("Garth"),)),
        Case("3", "Who is it?", answerable=False),
    ]
    report = measure(cases, library)
    assert (report.cases, report.follow_ups, report.rewritten) == (2, 1, 1)
    raw, whole, said = report.ways
    assert (raw.gain, raw.recall) == (None, 0.5)
    assert (whole.recall, said.recall, said.hit) == (1.0, 1.0, 1.0)
    assert said.gain is not None
    assert said.gain.value == 0.5
    assert "made whole" in report.to_text()


def test_the_halves_share_no_conversation_and_miss_none() -> None:
    cases = [Case(f"{n}", "?", group=f"{n // 2}") for n in range(60)]
    dev, held_out = (half(cases, name) for name in HALVES)
    assert len(dev) + len(held_out) == 60
    assert {case.group for case in dev}.isdisjoint(case.group for case in held_out)
