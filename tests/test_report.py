"""Summing up outcomes: numbers worked by hand, what a gate says, what is printed."""

from __future__ import annotations

import json

import pytest

from evals.outcomes import Outcome
from evals.report import Report, read_minimums
from index.errors import FootnoteError


def outcome(number: int, **fields: object) -> Outcome:
    base = {"answerable": True, "tags": (), "expected": (), "abstained": False, "confidence": 0.9, "latency_ms": 10.0}
    return Outcome(id=str(number), question="Who?", **(base | fields))  # type: ignore[arg-type]


RIGHT = outcome(1, found=True, rank=1, citation_precision=1.0, tags=("fact",), answer={"answer": "Ma. [1]"})
LATE = outcome(
    2, found=False, rank=2, citation_precision=0.5, tags=("fact", "why"), answer={"answer": "It\nrained. [1]"}
)
SILENT = outcome(3, answerable=False, abstained=True, confidence=0.2, tags=("near-miss",), answer={"answer": "No."})
BROKEN = Outcome("4", "How?", True, ("why",), ("Ma",), error="ValueError: no")


def values(report: Report) -> dict[str, tuple[float | None, int]]:
    return {metric.name: (metric.value, metric.n) for metric in report.metrics}


def test_the_metrics_of_four_outcomes_by_hand() -> None:
    """Right: the first and the third of four, the error counting as wrong. Everything else leaves the error out."""
    report = Report.of([RIGHT, LATE, SILENT, BROKEN])
    found = values(report)
    assert found["right"] == (0.5, 4)
    assert found["hit@1"] == (0.5, 2)
    assert found["hit@5"] == (1.0, 2)
    assert found["mrr@10"] == (0.75, 2)
    assert found["answer_found"] == (0.5, 2)
    assert found["citation_precision"] == (0.75, 2)
    assert found["abstain_precision"] == (1.0, 3)
    assert found["abstain_recall"] == (1.0, 3)
    assert found["auroc"] == (1.0, 3)
    assert found["latency_p50_ms"] == (10.0, 3)
    assert report.errors == 1
    assert [failure.id for failure in report.failures] == ["2", "4"]
    assert {tag: (m.value, m.n) for tag, m in report.by_tag.items()} == {
        "fact": (0.5, 2),
        "near-miss": (1.0, 1),
        "why": (0.0, 2),
    }


def test_no_outcomes_give_dashes_and_no_crash() -> None:
    report = Report.of([])
    assert all(metric.value is None and metric.interval is None for metric in report.metrics)
    assert report.table().splitlines()[1].split() == ["right", "-", "-", "0"]


def test_the_same_outcomes_give_the_same_report() -> None:
    assert Report.of([RIGHT, LATE, SILENT]) == Report.of([RIGHT, LATE, SILENT])


def test_a_metric_at_its_minimum_passes_and_one_below_is_named() -> None:
    report = Report.of([RIGHT, LATE, SILENT])
    assert report.faults({"hit@1": 0.5}) == []
    assert report.faults({"hit@1": 0.51, "hit@5": 1.0}) == ["hit@1 is 0.5000, below the minimum 0.51"]


def test_a_metric_without_a_value_does_not_pass() -> None:
    (fault,) = Report.of([RIGHT]).faults({"auroc": 0.0})
    assert fault.startswith("auroc has no value")


def test_errors_alone_keep_a_run_from_passing() -> None:
    assert Report.of([RIGHT, BROKEN]).faults({}) == ["1 of 2 questions met an error (such as 4: ValueError: no)"]


def test_the_table_counts_errors_and_abstentions_apart_and_has_a_line_a_tag() -> None:
    lines = Report.of([RIGHT, LATE, SILENT, BROKEN]).table().splitlines()
    assert lines[0].split() == ["metric", "value", "95", "%", "interval", "n"]
    assert "4 cases, 1 errors, 1 abstentions; intervals drawn over 4 cases" in lines
    assert lines[-1].split() == ["why", "0.000", "0.000", "to", "0.000", "2", "0", "1"]
    assert lines[-2].split()[-2:] == ["1", "0"]
    assert not any(line.startswith("facts_") for line in lines)


def test_failures_are_printed_with_what_was_expected_and_given() -> None:
    text = Report.of([RIGHT, LATE, BROKEN]).to_text(as_json=False, failures=True)
    assert "2  Who?\n  expected  an answer that cites the evidence\n  given     It rained. [1]" in text
    assert "4  How?\n  expected  Ma\n  given     error: ValueError: no" in text
    assert "Ma. [1]" not in text


def test_json_holds_every_metric_and_the_failures_where_asked_for() -> None:
    report = Report.of([RIGHT, LATE])
    plain = json.loads(report.to_text(as_json=True, failures=False))
    assert plain == report.to_json()
    assert plain["metrics"]["hit@1"]["value"] == 0.5
    assert len(plain["metrics"]["hit@1"]["interval"]) == 2
    assert [f["id"] for f in json.loads(report.to_text(as_json=True, failures=True))["failures"]] == ["2"]


def test_minimums_are_read_from_options() -> None:
    assert read_minimums(["right=0.8", "mrr@10=.5"]) == {"right": 0.8, "mrr@10": 0.5}


@pytest.mark.parametrize(
    "option", ["wrong=1", "right", "right=", "right=high", "right=nan", "right=80", "latency_p50_ms=3", "errors=0"]
)
def test_a_minimum_that_makes_no_sense_is_a_one_line_error(option: str) -> None:
    with pytest.raises(FootnoteError) as caught:
        read_minimums([option])
    assert str(caught.value).startswith(f"--min {option}: ")
    assert "\n" not in str(caught.value)
