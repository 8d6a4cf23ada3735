"""Other ways of running a set: answers from files, a server, several at a time, going on, other settings and sets."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from click.testing import CliRunner, Result

from evals.cases import Case, read_set
from evals.cli import footnote
from evals.folder import RunFolder
from evals.libraries import Reduced, articles_of, digest_of, library_for
from evals.outcomes import failed
from evals.run import OwnLibrary, run
from index import Article, Library
from index.errors import FootnoteError
from qa.weights import READ_THRESHOLD

FIRST, SECOND = "589594a651d405dc", "615328f246a871be"
LOSS = (
    "A recent analysis estimates that China’s tech crackdown has wiped out approximately $1 trillion in market value"
    " from the country’s leading technology companies."
)
ASKED: list[dict[str, Any]] = [
    {"id": "loss", "question": "How much market value has the tech crackdown wiped out?", "answers": ["$1 trillion"],
     "relevant": [{"article_id": SECOND, "quote": LOSS}]},
    {"id": "everest", "question": "How tall is Mount Everest?", "answerable": False},
]  # fmt: skip
GIVEN = {
    "id": "loss",
    "answer": "About $1 trillion. [1]",
    "confidence": 0.9,
    "citations": [{"article_id": SECOND, "start": 1104, "end": 1104 + len(LOSS), "quote": LOSS}],
    "timings_ms": {"total": 12.5},
}
DECLINED = {"id": "everest", "answer": "I do not know.", "abstained": True, "confidence": 0.1}


def write(path: Path, records: Sequence[object]) -> Path:
    path.write_text("".join(f"{json.dumps(r) if isinstance(r, dict) else r}\n" for r in records), "utf-8")
    return path


def run_eval(*arguments: object, **environment: str) -> Result:
    return CliRunner().invoke(footnote, ["eval", "run", *map(str, arguments)], env=environment)


def results(folder: Path) -> dict[str, dict[str, Any]]:
    return {r["id"]: r for r in map(json.loads, (folder / "results.jsonl").read_text("utf-8").splitlines())}


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    return write(tmp_path / "asked.jsonl", ASKED)


def started(*arguments: str) -> subprocess.Popen[str]:
    """`eval run` in a process of its own, which hears Ctrl-C: one that is started in the background ignores it."""
    listen = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    command = [sys.executable, "-c", f"{listen}; from evals.cli import main; main()", "eval", "run", *arguments]
    return subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


# -- answers made elsewhere --------------------------------------------------------------------------------------------


def test_answers_from_files_are_scored_like_our_own(seeds_folder: Path, asked: Path, tmp_path: Path) -> None:
    answers = write(tmp_path / "answers.jsonl", [GIVEN, DECLINED])
    hit = {"article_id": SECOND, "start": 1100, "end": 1300, "text": "..."}
    hits = write(tmp_path / "hits.jsonl", [{"id": "loss", "hits": [hit]}])
    out = tmp_path / "out"
    done = run_eval(asked, "--library", seeds_folder, "--answers", answers, "--answers", hits, "--out", out, "--json")
    assert done.exit_code == 0, done.stderr
    metrics = json.loads(done.stdout)["metrics"]
    for name in ("right", "hit@1", "answer_found", "exact_quotes", "abstain_f1", "auroc"):
        assert metrics[name]["value"] == 1.0, name
    assert metrics["latency_p50_ms"] == {"value": 12.5, "interval": [12.5, 12.5], "n": 1}
    assert json.loads((out / "manifest.json").read_text())["system"].startswith("answers ")


def test_missing_broken_and_double_answers_are_a_line_each_and_the_rest_counts(
    seeds_folder: Path, asked: Path, tmp_path: Path
) -> None:
    answers = write(tmp_path / "answers.jsonl", [GIVEN, "{", {"answer": "no id"}, GIVEN])
    done = run_eval(asked, "--library", seeds_folder, "--answers", answers, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert done.stderr.splitlines() == [
        f"footnote: {answers}:2: is not a JSON object with an id",
        f"footnote: {answers}:3: is not a JSON object with an id",
        f"footnote: {answers}:4: the id 'loss' comes twice; the first line counts",
        "footnote: the answers lack 1 of 2 ids (such as everest): they count as errors",
        f"the results are in {tmp_path / 'out'}; `footnote eval metrics` says what each is",
        "footnote: 1 of 2 questions met an error (such as everest: no answer was given for this id)",
    ]
    assert results(tmp_path / "out")["loss"]["right"]


def test_answers_to_other_questions_are_refused(seeds_folder: Path, asked: Path, tmp_path: Path) -> None:
    answers = write(tmp_path / "answers.jsonl", [{"id": "other", "answer": "x"}])
    done = run_eval(asked, "--library", seeds_folder, "--answers", answers, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "hold none of the set's 2 ids (such as loss)" in done.stderr


# -- a server ----------------------------------------------------------------------------------------------------------


class Answering(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Who hangs up is no fault, and what is said of it would stand among another test's errors."""


class Server(BaseHTTPRequestHandler):
    """Speaks OpenAI's chat completions: answers one question with a citation, fails on another, declines the rest."""

    seen: list[dict[str, Any]]
    models: tuple[str, ...]

    def do_GET(self) -> None:
        self.send({"data": [{"id": name} for name in self.models]}, 200 if self.path == "/v1/models" else 404)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        type(self).seen.append({"path": self.path, "key": self.headers.get("Authorization")} | body)
        question = body["messages"][-1]["content"]
        if "fail" in question:
            self.send_error(500, "overloaded")
            return
        if body["model"] not in self.models:
            self.send({"error": {"message": "there is no such model"}}, 404)
            return
        if "wait" in question:
            time.sleep(60)
        message: dict[str, Any] = {"role": "assistant", "content": "The articles do not say how tall it is."}
        if "wiped" in question:
            message = {"content": "$1 trillion [1]", "citations": [{"article_id": SECOND, "quote": LOSS}]}
        self.send({"choices": [{"message": message}], "usage": {"total_tokens": 42}})

    def send(self, record: dict[str, Any], status: int = 200) -> None:
        content = json.dumps(record).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[str]:
    Server.seen, Server.models = [], ("m",)
    with Answering(("127.0.0.1", 0), Server) as running:
        running.daemon_threads = True
        running.block_on_close = False
        Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}/v1"
        running.shutdown()


def test_a_server_is_asked_and_measured(server: str, seeds_folder: Path, tmp_path: Path) -> None:
    told = {"id": "told", "question": "How was it?", "answerable": False, "history": ["What was wiped out?"]}
    path = write(tmp_path / "asked.jsonl", [*ASKED, told, {"id": "fail", "question": "Will it fail?"}])
    arguments = [path, "--library", seeds_folder, "--endpoint", server, "--model", "m", "--key-env", "A_KEY"]
    done = run_eval(*arguments, "--out", tmp_path / "out", "--jobs", 2, A_KEY="secret")
    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1].startswith("footnote: 1 of 4 questions met an error (such as fail: http")
    found = results(tmp_path / "out")
    assert found["loss"]["right"]
    assert (found["loss"]["exact_quotes"], found["loss"]["tokens"], found["everest"]["abstained"]) == (1.0, 42, True)
    assert "HTTP 500 overloaded" in found["fail"]["error"]
    by_question = {entry["messages"][-1]["content"]: entry for entry in Server.seen}
    assert by_question["How was it?"]["messages"][0] == {"role": "user", "content": "What was wiped out?"}
    assert (
        by_question["How was it?"] | {"path": "/v1/chat/completions", "key": "Bearer secret", "model": "m"}
        == (by_question["How was it?"])
    )
    assert "secret" not in (tmp_path / "out" / "manifest.json").read_text()


def test_a_server_that_is_not_there_ends_the_run_with_one_line(asked: Path, seeds_folder: Path, tmp_path: Path) -> None:
    arguments = [asked, "--library", seeds_folder, "--out", tmp_path / "out", "--endpoint"]
    done = run_eval(*arguments, "http://127.0.0.1:9/v1")
    assert (done.exit_code, len(done.stderr.splitlines())) == (2, 1)
    assert "is the server running?" in done.stderr
    assert "give a URL such as" in run_eval(*arguments, "file:///etc/passwd").stderr


def test_the_only_model_of_a_server_is_asked_and_of_several_one_is_to_be_named(
    server: str, seeds_folder: Path, asked: Path, tmp_path: Path
) -> None:
    arguments = [asked, "--library", seeds_folder, "--endpoint", server, "--out", tmp_path / "out"]
    Server.models = ("one", "two")
    several = run_eval(*arguments)
    assert (several.exit_code, len(several.stderr.splitlines())) == (2, 1)
    assert several.stderr.endswith("say which model to ask with --model NAME; it has one, two\n")
    Server.models = ("m",)
    assert run_eval(*arguments).exit_code == 0
    assert {entry["model"] for entry in Server.seen} == {"m"}
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["system"] == f"endpoint {server} m"


def test_what_a_server_says_to_every_question_ends_the_run_and_another_one_can_take_its_folder(
    server: str, seeds_folder: Path, asked: Path, tmp_path: Path
) -> None:
    arguments = [asked, "--library", seeds_folder, "--endpoint", server, "--out", tmp_path / "out", "--model"]
    unknown = run_eval(*arguments, "other")
    assert (unknown.exit_code, len(unknown.stderr.splitlines())) == (2, 1)
    assert "HTTP 404 Not Found (there is no such model)" in unknown.stderr
    assert len(Server.seen) == 1
    assert run_eval(*arguments, "m").exit_code == 0


# -- going on ----------------------------------------------------------------------------------------------------------


def test_a_run_that_was_cut_short_goes_on_and_asks_errors_again(
    seeds_folder: Path, asked: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert run_eval(asked, "--library", seeds_folder, "--out", out).exit_code == 0
    lines = (out / "results.jsonl").read_text("utf-8").splitlines()
    broken = json.dumps({"id": "everest", "question": "?", "answerable": False, "error": "OSError"})
    (out / "results.jsonl").write_text(f"{lines[0]}\n{broken}\n{lines[1][:40]}", "utf-8")
    (out / "summary.json").unlink()
    done = run_eval(asked, "--library", seeds_folder, "--resume", out)
    assert done.exit_code == 0, done.stderr
    assert list(results(out)) == ["loss", "everest"]
    assert json.loads((out / "summary.json").read_text("utf-8"))["cases"] == 2


def test_a_run_goes_on_only_as_what_it_was(seeds_folder: Path, asked: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_eval(asked, "--library", seeds_folder, "--out", out)
    for more, changed in (
        (["--limit", 1], "limit was not set and is now 1"),
        (["--set", "threshold=0.9"], f"threshold was {READ_THRESHOLD} and is now 0.9"),
    ):
        done = run_eval(asked, "--library", seeds_folder, "--resume", out, *more)
        assert (done.exit_code, len(done.stderr.splitlines())) == (2, 1)
        assert f"cannot go on: {changed}; start a new run" in done.stderr


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_a_stopped_run_keeps_what_it_has_and_goes_on(
    sent: signal.Signals, code: int, seeds_folder: Path, tmp_path: Path
) -> None:
    many = [ASKED[1] | {"id": str(number)} for number in range(300)]
    path, out = write(tmp_path / "many.jsonl", many), tmp_path / "out"
    process = started(str(path), "--library", str(seeds_folder), "--no-reader", "--out", str(out))
    while not (out / "results.jsonl").exists() or (out / "results.jsonl").stat().st_size == 0:
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    os.kill(process.pid, sent)
    _, stderr = process.communicate()
    assert process.returncode == code
    kept = len(results(out))
    if sent is signal.SIGINT:
        assert f"--resume {out} goes on" in stderr
        assert "Traceback" not in stderr
    assert 0 < kept < 300
    (out / "manifest.json").read_text("utf-8")
    assert run_eval(path, "--library", seeds_folder, "--no-reader", "--resume", out).exit_code == 0
    assert len(results(out)) == 300


def test_ctrl_c_does_not_wait_for_answers_on_their_way_nor_for_a_second_one(
    server: str, seeds_folder: Path, tmp_path: Path
) -> None:
    questions = ["What was wiped out?", *["Shall we wait?"] * 5]
    cases = [{"id": str(n), "question": question} for n, question in enumerate(questions)]
    path, out = write(tmp_path / "slow.jsonl", cases), tmp_path / "out"
    arguments = [str(path), "--library", str(seeds_folder), "--endpoint", server, "--jobs", "3", "--out", str(out)]
    process = started(*arguments)
    while len(Server.seen) < 4:
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    for _ in range(2):
        os.kill(process.pid, signal.SIGINT)
    _, stderr = process.communicate(timeout=20)
    assert (process.returncode, list(results(out))) == (130, ["0"])
    assert stderr == f"footnote: stopped after 1 of 6 cases; the same command with --resume {out} goes on\n"


def test_what_is_written_is_kept_though_ctrl_c_came_before_it_was_counted(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "out")
    folder.start({"cases": 2})
    next(folder.keep([failed(Case("a", "Who?"), ValueError("no"))]))
    assert (folder.kept, len(folder.done)) == (1, 0)


def test_several_at_a_time_give_the_same_outcomes_in_order(seeds_folder: Path) -> None:
    cases = [Case(str(n), question) for n, question in enumerate(["Who is Jack Ma?", "Why?", "What is Ant Group?"] * 3)]
    with Library.open(seeds_folder) as library, Reduced(library) as reduced:
        system = OwnLibrary(library, reduced)
        alone, together = (list(run(cases, system, library.show, jobs)) for jobs in (1, 4))
    assert [o.id for o in together] == [case.id for case in cases]
    assert [(o.abstained, o.confidence) for o in together] == [(o.abstained, o.confidence) for o in alone]


# -- sets and settings -------------------------------------------------------------------------------------------------


def test_yaml_and_csv_hold_the_same_cases_as_json_lines(asked: Path, tmp_path: Path) -> None:
    import yaml

    as_yaml, as_csv = tmp_path / "asked.yaml", tmp_path / "asked.csv"
    as_yaml.write_text(yaml.safe_dump(ASKED, allow_unicode=True), "utf-8")
    rows = [
        "id,question,answers,relevant,quotes,answerable",
        f'loss,{ASKED[0]["question"]},$1 trillion,{SECOND},"{LOSS}",',
        "everest,How tall is Mount Everest?,,,,no",
    ]
    as_csv.write_text("\n".join(rows), "utf-8")
    assert read_set(as_yaml).cases == read_set(as_csv).cases == read_set(asked).cases


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.yaml", "- id: [", "a.yaml:1: is not YAML"),
        ("a.yaml", "id: 1", "is not a list of cases"),
        ("a.yaml", "- 5", "a.yaml:item 1: is not a JSON object"),
        ("a.csv", "id,question\n1,Who?,more\n", "a.csv:2: has more cells"),
        ("a.csv", "id,question,relevant,quotes\n1,Who?,a|b,c\n", "a.csv:2: has 1 quotes for 2 articles"),
    ],
)
def test_broken_yaml_and_csv_are_one_line_with_the_place(tmp_path: Path, name: str, content: str, message: str) -> None:
    (tmp_path / name).write_text(content, "utf-8")
    with pytest.raises(FootnoteError) as caught:
        read_set(tmp_path / name)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_bad_lines_are_named_the_rest_is_asked_and_the_exit_code_is_2(seeds_folder: Path, tmp_path: Path) -> None:
    lines = [ASKED[0] | {"anwsers": ["x"]}, "{", ASKED[1], ASKED[1]]
    path, out = write(tmp_path / "mixed.jsonl", lines), tmp_path / "out"
    done = run_eval(path, "--library", seeds_folder, "--out", out)
    assert done.exit_code == 2
    assert done.stderr.splitlines()[:3] == [
        f"footnote: {path}:2: is not JSON (column 2: expecting property name enclosed in double quotes)",
        f"footnote: {path}:4: the id 'everest' is taken by line 3",
        f"footnote: {path}:1: the field 'anwsers' is not known; is it 'answers'?",
    ]
    assert list(results(out)) == ["loss", "everest"]


def test_a_limit_with_a_seed_draws_the_same_questions_each_time(seeds_folder: Path, tmp_path: Path) -> None:
    drawn = []
    for name in ("one", "two"):
        run_eval("seeds", "--library", seeds_folder, "--limit", 5, "--seed", 3, "--out", tmp_path / name)
        drawn.append(list(results(tmp_path / name)))
    assert drawn[0] == drawn[1]
    assert len(drawn[0]) == 5
    assert drawn[0] != [case.id for case in read_set(Path(__file__).parents[1] / "evals/sets/seeds.jsonl").cases[:5]]


def test_several_sets_run_one_after_the_other(seeds_folder: Path, asked: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "other.jsonl", ASKED[:1])
    done = run_eval(asked, other, "--library", seeds_folder, "--out", tmp_path / "out", "--json")
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert [one["cases"] for one in found.values()] == [2, 1]
    assert (tmp_path / "out" / "other" / "summary.json").is_file()


def test_a_public_set_brings_its_library_which_is_made_once(tmp_path: Path) -> None:
    answers = [{"text": "wool", "answer_start": 15}]
    paragraph = {
        "context": "The mills sold wool.",
        "qas": [{"id": "1", "question": "What did the mills sell?", "answers": answers}],
    }
    path = tmp_path / "dev.json"
    path.write_text(json.dumps({"data": [{"title": "Mills", "paragraphs": [paragraph]}]}), "utf-8")
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    first = run_eval(f"squad2:{path}", "--out", tmp_path / "one", "--json", **cache)
    assert first.exit_code == 0, first.stderr
    assert json.loads(first.stdout)["metrics"]["hit@1"]["value"] == 1.0
    (made,) = (tmp_path / "cache" / "footnote" / "evals").iterdir()
    before = made.stat().st_ino
    assert run_eval(f"squad2:{path}", "--out", tmp_path / "two", **cache).exit_code == 0
    assert [made] == list((tmp_path / "cache" / "footnote" / "evals").iterdir())
    assert made.stat().st_ino == before


def test_other_articles_or_settings_are_another_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    one, two = Article("1", "T", "Some text.", "s"), Article("1", "T", "Other text.", "s")
    folders = {library_for("x", [one], {}), library_for("x", [two], {}), library_for("x", [one], {"passage_tokens": 9})}
    assert len(folders) == 3
    assert digest_of([one]) != digest_of([two])


def test_an_article_can_be_taken_out_for_a_question(seeds_folder: Path) -> None:
    with Library.open(seeds_folder) as library, Reduced(library) as reduced:
        smaller = reduced.without([SECOND])
        assert [article.id for article in articles_of(smaller)] == [FIRST]
        assert reduced.without([SECOND]) is smaller
        assert len(articles_of(library)) == 2
        with pytest.raises(FootnoteError, match="no article has the id"):
            reduced.without(["gone"])


def test_a_threshold_of_one_declines_everything(seeds_folder: Path, asked: Path, tmp_path: Path) -> None:
    done = run_eval(asked, "--library", seeds_folder, "--out", tmp_path / "out", "--set", "threshold=1")
    assert done.exit_code == 0, done.stderr
    assert all(result["abstained"] for result in results(tmp_path / "out").values())
