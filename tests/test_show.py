"""A case for the terminal and a run as a page: reasons that can be followed, and nothing that runs or calls home."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evals.cli import footnote
from evals.measures import BY_NAME, MEASURES
from evals.outcomes import Outcome, Piece
from evals.page import as_page
from evals.plots import thinned
from evals.replies import Retrieved
from evals.show import as_text, scores
from evals.spans import Span
from tests.made_runs import outcome, run_of, written

CITED = {"answer": "It was Ma. [1]", "citations": [{"article_id": "x", "start": 0, "end": 9, "quote": "It was Ma"}]}
FULL = outcome(
    1,
    answer=CITED,
    found=True,
    said=True,
    rank=2,
    piece_ranks=(2, 0),
    hits=(Retrieved("y", 0, 5, "Other", "Nothing"), Retrieved("x", 0, 40, "Title", "It was Ma, \x1b[31mthey say")),
    evidence=(Piece((Span("x", 0, 9),)), Piece((Span("z", 0, 9),))),
    citation_precision=1.0,
    citation_recall=0.5,
    exact_quotes=1.0,
    searched="Who is 1? (Alibaba)",
    history=("user: Who founded Alibaba?",),
)
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'>"


def show(*arguments: object) -> Result:
    return CliRunner().invoke(footnote, ["eval", "show", *map(str, arguments)])


def test_a_case_shows_its_results_with_ranks_its_citations_and_reasons() -> None:
    text = as_text(FULL)
    assert text.startswith("1  right: the cited text holds what was expected")
    assert "  searched as  Who is 1? (Alibaba)" in text
    assert "     2 * Title (x 0-40)  It was Ma, [31mthey say" in text
    assert "     1   Other (y 0-5)  Nothing" in text
    assert "[1]* x 0-9  “It was Ma”" in text
    reasons = {score.name: (score.value, score.reason) for score in scores(FULL)}
    assert reasons["mrr@10"] == ("0.500", "first at rank 2; 1 of 2 found")
    assert reasons["citation_recall"] == ("0.500", "1 of 2 pieces of evidence are cited")
    assert reasons["answer_found"] == ("1.000", "the cited text holds: Ma")
    assert "abstain_f1" not in reasons


def test_every_figure_is_explained_with_its_formula() -> None:
    lines = CliRunner().invoke(footnote, ["eval", "metrics"]).stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["metric", *BY_NAME]
    for measure in MEASURES:
        told = CliRunner().invoke(footnote, ["eval", "metrics", measure.name]).stdout
        assert told.startswith(f"{measure.name}  {measure.meaning}; ")
        assert len(told.splitlines()) > 1, measure.name
    unknown = CliRunner().invoke(footnote, ["eval", "metrics", "beauty"])
    assert (unknown.exit_code, len(unknown.stderr.splitlines())) == (2, 1)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({"abstained": True, "found": False}, "it abstained, though there is an answer"),
        ({"answerable": False}, "it answered what the articles do not say"),
        ({"error": "OSError: gone", "answer": None, "abstained": None}, "error: OSError: gone"),
        ({"found": False}, "the cited text does not hold what was expected"),
        ({"found": None, "citation_recall": 0.0}, "no citation lies on the evidence"),
    ],
)
def test_what_went_wrong_is_said(changed: dict[str, object], verdict: str) -> None:
    wrong = replace(FULL, **changed)  # type: ignore[arg-type]
    assert as_text(wrong).startswith(f"1  WRONG: {verdict}")


def test_a_case_that_knows_no_answer_takes_any_and_says_so() -> None:
    unsure = replace(FULL, found=None, citation_recall=None)
    assert as_text(unsure).startswith("1  right: it answered, and the case does not say what is right")


def test_the_command_shows_cases_failures_or_the_table(tmp_path: Path) -> None:
    folder = written(tmp_path / "run", [FULL, outcome(2, found=False)])
    assert show(folder, "1").stdout.startswith("1  right")
    assert show(folder, "--failures").stdout.startswith("2  WRONG")
    heading, table = show(folder).stdout.split("\n\n", 1)
    assert heading.startswith(f"run       {folder}")
    assert "2 of 2 cases" in heading
    assert table.startswith("metric")
    unknown = show(folder, "3")
    assert (unknown.exit_code, len(unknown.stderr.splitlines())) == (2, 1)
    assert show(written(tmp_path / "fine", [FULL]), "--failures").stdout == "no case failed\n"


class Page(HTMLParser):
    """Collects tags and attributes; knows which tags are left open."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def hostile_case(number: int) -> Outcome:
    return replace(
        FULL,
        id=f"{number}{HOSTILE}",
        question=HOSTILE,
        tags=(HOSTILE,),
        answer={"answer": HOSTILE, "citations": [{"article_id": HOSTILE, "quote": HOSTILE}]},
        hits=(Retrieved("y", 0, 5, HOSTILE, HOSTILE),),
        history=(HOSTILE,),
        expected=(HOSTILE,),
    )


def test_the_page_runs_nothing_fetches_nothing_and_escapes_everything() -> None:
    page = Page(as_page(run_of([hostile_case(1), hostile_case(2)], HOSTILE, set=HOSTILE)))
    assert {"script", "img", "link", "iframe"}.isdisjoint(page.tags)
    names = {name for name, _ in page.attributes}
    assert {"src", "href", "onerror", "onclick"}.isdisjoint(names)
    assert HOSTILE in page.text


def test_the_page_has_its_plots_and_a_dark_mode() -> None:
    unanswered = outcome(3, answerable=False, abstained=True, confidence=0.2, latency_ms=200.0)
    content = as_page(run_of([FULL, outcome(2, found=False, rank=0), unanswered]))
    assert content.count("<svg") == 5
    assert "prefers-color-scheme:dark" in content
    assert "default-src 'none'" in content
    assert "Not right: 1" in content


def test_an_empty_or_broken_run_still_gives_a_page() -> None:
    assert "<svg" in as_page(run_of([]))
    assert "OSError" in as_page(
        run_of([outcome(1, error="OSError", answer=None, abstained=None, confidence=None, latency_ms=None)])
    )


def test_long_curves_are_thinned_to_their_shape() -> None:
    points = [(float(n), float(n)) for n in range(10_000)]
    kept = thinned(points)
    assert (len(kept), kept[0], kept[-1]) == (300, points[0], points[-1])
