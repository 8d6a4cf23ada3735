"""`footnote eval run` on a real library of the seeds: what it asks, keeps, prints, and how it ends."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from evals.cases import Case, Relevant, find_set, read_cases
from evals.cli import footnote
from evals.libraries import Reduced
from evals.outcomes import DEPTH, Outcome, find_evidence
from evals.run import OwnLibrary, check_same_articles, run
from index import Library
from index.errors import FootnoteError
from qa.ask import ask
from qa.conversation import Turn
from qa.rank import search
from qa.reader import Reader

REPO = Path(__file__).parent.parent
FIRST, SECOND = "589594a651d405dc", "615328f246a871be"
LOSS = (
    "A recent analysis estimates that China’s tech crackdown has wiped out approximately $1 trillion in market value"
    " from the country’s leading technology companies."
)
TINY: list[dict[str, Any]] = [
    {
        "id": "loss",
        "question": "How much market value has the tech crackdown wiped out?",
        "answers": ["$1 trillion"],
        "relevant": [{"article_id": SECOND, "quote": LOSS}, FIRST],
        "tags": ["fact"],
    },
    {"id": "everest", "question": "How tall is Mount Everest?", "answerable": False, "tags": ["unanswerable"]},
]


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seeds") / "library"
    with Library.open(folder, create=True) as library:
        library.sync(REPO / "seeds")
    return folder


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return write_set(tmp_path / "tiny.jsonl", TINY)


def write_set(path: Path, records: Sequence[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    return path


def footnote_eval(*arguments: object) -> Result:
    return CliRunner().invoke(footnote, ["eval", "run", *map(str, arguments)])


def asked(cases: Sequence[Case], folder: Path, jobs: int = 1) -> list[Outcome]:
    with Library.open(folder) as library, Reduced(library) as reduced:
        return list(run(cases, OwnLibrary(library, reduced), library.show, jobs))


def json_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


# -- asking ------------------------------------------------------------------------------------------------------------


def test_each_case_gives_an_outcome_with_rank_answer_and_latency(seeds: Path, tiny: Path) -> None:
    loss, everest = asked(read_cases(tiny), seeds)
    assert loss.rank in range(1, 6)
    assert loss.answer is not None
    assert loss.answer["question"] == TINY[0]["question"]
    assert loss.right
    assert (everest.rank, everest.found, everest.citation_precision) == (None, None, None)
    assert everest.abstained
    assert all(outcome.latency_ms is not None and outcome.latency_ms > 0 for outcome in (loss, everest))
    assert loss.hits


def test_a_follow_up_is_searched_and_asked_with_what_was_said_before(seeds: Path) -> None:
    question = "Why was it called off?"
    told = (Turn("user", "What happened to the listing of Ant Group?"),)
    alone, followed = asked([Case("1", question), Case("2", question, history=told)], seeds)
    assert alone.searched == question
    assert "Ant Group" in str(followed.searched)
    assert followed.answer is not None
    assert any("Ant Group" in citation["quote"] for citation in followed.answer["citations"])


def test_a_case_is_asked_and_ranked_as_a_user_would_have_it(seeds: Path) -> None:
    """The reader reads each passage once for both; what comes out is what `ask` and `search` give by themselves."""
    question = "Why was the listing of Ant Group called off?"
    reader = Reader()
    with Library.open(seeds) as library, Reduced(library) as reduced:
        (found,) = run([Case("1", question)], OwnLibrary(library, reduced, reader), library.show)
        answer, hits = ask(question, library, reader=reader).to_json(), search(question, library, DEPTH, reader)
    assert found.answer is not None
    assert {**found.answer, "timings_ms": 0} == {**answer, "timings_ms": 0}
    assert [(hit.article_id, hit.start) for hit in found.hits] == [(hit.article_id, hit.start) for hit in hits]


def test_an_error_on_one_question_is_its_outcome_and_the_others_go_on(seeds: Path, tiny: Path) -> None:
    cases = [Case("gone", "Who?", relevant=(Relevant("0000"),)), *read_cases(tiny)]
    gone, *others = asked(cases, seeds)
    assert gone.error is not None
    assert "'0000'" in gone.error
    assert not gone.right
    assert all(outcome.error is None for outcome in others)


def test_a_quote_that_does_not_stand_in_its_article_is_an_error_not_a_miss(seeds: Path) -> None:
    with Library.open(seeds) as library, pytest.raises(FootnoteError, match="does not stand in article"):
        find_evidence(
            Case("1", "Who?", relevant=(Relevant(FIRST, "China's largest companies"),)), library.show
        )  # a straight apostrophe


def test_evidence_without_a_quote_is_the_whole_article(seeds: Path) -> None:
    with Library.open(seeds) as library:
        (piece,) = find_evidence(Case("1", "Who?", relevant=(Relevant(FIRST),)), library.show)
        assert piece.whole
        assert [(span.start, span.end) for span in piece.places] == [(0, len(library.show(FIRST).text))]


def test_a_library_with_none_of_the_articles_is_refused_before_anything_is_asked() -> None:
    case = Case("1", "Who?", relevant=(Relevant("0000"),))
    with pytest.raises(FootnoteError, match="none of the 1 articles"):
        check_same_articles([case], {FIRST, SECOND})
    (line,) = check_same_articles([case, Case("2", "Who?", relevant=(Relevant(FIRST),))], {FIRST, SECOND})
    assert line.startswith("1 of 2 cases rest on articles that the library does not hold")


def test_the_shipped_set_finds_all_its_evidence_in_the_seeds(seeds: Path) -> None:
    with Library.open(seeds) as library:
        for case in read_cases(find_set("seeds")):
            assert len(find_evidence(case, library.show)) == len(case.relevant), case.id


# -- the command -------------------------------------------------------------------------------------------------------


def test_a_run_leaves_results_summary_and_manifest(seeds: Path, tiny: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = footnote_eval(tiny, "--library", seeds, "--out", out)
    assert result.exit_code == 0, result.output
    assert [(line["id"], line["right"]) for line in json_lines(out / "results.jsonl")] == [
        ("loss", True),
        ("everest", True),
    ]
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    assert (summary["cases"], summary["errors"], summary["metrics"]["right"]["value"]) == (2, 0, 1.0)
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    assert manifest["set_sha256"] == hashlib.sha256(tiny.read_bytes()).hexdigest()
    assert (manifest["set"], manifest["cases"], manifest["articles"]) == ("tiny.jsonl", 2, 2)
    assert manifest["passages"] > 0


def test_the_table_goes_to_stdout_and_the_folder_to_stderr(
    seeds: Path, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = footnote_eval(tiny, "--library", seeds)
    assert result.stdout.startswith("metric")
    assert result.stderr.startswith("the results are in runs/tiny-")
    assert len(list((tmp_path / "runs").iterdir())) == 1


def test_json_on_stdout_is_the_summary(seeds: Path, tiny: Path, tmp_path: Path) -> None:
    result = footnote_eval(tiny, "--library", seeds, "--out", tmp_path / "out", "--json")
    assert json.loads(result.stdout) == json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))


def test_limit_asks_only_the_first_questions(seeds: Path, tiny: Path, tmp_path: Path) -> None:
    footnote_eval(tiny, "--library", seeds, "--out", tmp_path / "out", "--limit", 1)
    assert [line["id"] for line in json_lines(tmp_path / "out" / "results.jsonl")] == ["loss"]


def test_failures_are_printed_where_asked_for(seeds: Path, tmp_path: Path) -> None:
    wrong = write_set(tmp_path / "wrong.jsonl", [TINY[0] | {"answers": ["two euros"]}])
    result = footnote_eval(wrong, "--library", seeds, "--out", tmp_path / "out", "--failures")
    assert "expected  two euros" in result.stdout
    assert result.exit_code == 0


def test_a_minimum_that_is_met_exits_with_0_and_one_that_is_not_with_1_and_says_which(
    seeds: Path, tmp_path: Path
) -> None:
    half = write_set(tmp_path / "half.jsonl", [*TINY, TINY[0] | {"id": "wrong", "answers": ["two euros"]}])
    gates = ["--min", "answer_found=0.5", "--min", "hit@5=1"]
    passed = footnote_eval(half, "--library", seeds, "--out", tmp_path / "one", *gates)
    assert passed.exit_code == 0, passed.output
    missed = footnote_eval(half, "--library", seeds, "--out", tmp_path / "two", *gates, "--min", "right=0.9")
    assert missed.exit_code == 1
    assert missed.stderr.splitlines()[-1] == "footnote: right is 0.6667, below the minimum 0.9"


def test_a_question_about_an_article_that_is_not_there_is_said_and_counts_as_an_error(
    seeds: Path, tmp_path: Path
) -> None:
    broken = write_set(tmp_path / "broken.jsonl", [*TINY, {"id": "gone", "question": "Who?", "relevant": ["0000"]}])
    result = footnote_eval(broken, "--library", seeds, "--out", tmp_path / "out")
    assert result.exit_code == 2
    first, *_, last = result.stderr.splitlines()
    assert first.startswith("footnote: 1 of 3 cases rest on articles that the library does not hold (such as 0000)")
    assert last.startswith("footnote: 1 of 3 questions met an error (such as gone: ")


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ("{}\n", [], "bad.jsonl:1: has no id"),
        ("", [], "holds no questions"),
        ('{"id": "1", "question": "Who?"}\n', ["--min", "beauty=1"], "--min beauty=1"),
        ('{"id": "1", "question": "Who?", "relevant": ["0000"]}\n', [], "none of the 1 articles"),
    ],
)
def test_bad_use_is_one_line_and_exit_code_2(
    seeds: Path, tmp_path: Path, content: str, options: list[str], message: str
) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(content, "utf-8")
    result = footnote_eval(path, "--library", seeds, "--out", tmp_path / "out", *options)
    assert result.exit_code == 2
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert result.stdout == ""
    assert not (tmp_path / "out").exists()


def test_a_folder_that_holds_a_run_is_not_written_over(seeds: Path, tiny: Path, tmp_path: Path) -> None:
    footnote_eval(tiny, "--library", seeds, "--out", tmp_path / "out")
    kept = (tmp_path / "out" / "results.jsonl").read_bytes()
    result = footnote_eval(tiny, "--library", seeds, "--out", tmp_path / "out")
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)
    assert (tmp_path / "out" / "results.jsonl").read_bytes() == kept


def test_the_seeds_set_without_a_library_says_how_to_make_one(tiny: Path, tmp_path: Path) -> None:
    result = footnote_eval("seeds", "--library", tmp_path / "none")
    assert result.exit_code == 2
    assert "footnote sync seeds" in result.stderr
    assert "footnote sync seeds" not in footnote_eval(tiny, "--library", tmp_path / "none").stderr


def test_asking_does_not_wait_for_what_only_the_evals_need() -> None:
    """The console script imports evals.cli first: that must load nothing heavy."""
    script = "import sys, evals.cli; print(*{'numpy', 'tqdm', 'index.library', 'chromadb'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], cwd=REPO, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
