"""The command line from outside: results on stdout, one line a problem on stderr, the right exit code, no traceback."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from evals.cli import footnote
from index import Library
from index.encoder import Encoder
from index.lock import writing
from index.schema import VERSION

SEEDS = Path(__file__).parents[1] / "seeds"
SCRIPT = Path(sys.executable).with_name("footnote")
QUESTION = "How much value did the crackdown wipe out?"
LOSS = (
    "A recent analysis estimates that China’s tech crackdown has wiped out approximately $1 trillion in market value"
    " from the country’s leading technology companies."
)
SECOND = "615328f246a871be"

Process = Callable[..., subprocess.CompletedProcess[str]]


def invoke(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    """The command in this process; anything that would be a traceback fails the test."""
    result = CliRunner().invoke(footnote, [str(argument) for argument in arguments], input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def outcome(result: Result | subprocess.CompletedProcess[str]) -> tuple[int, int]:
    """Exit code, and lines on stderr, each of them Footnote's own."""
    code = result.exit_code if isinstance(result, Result) else result.returncode
    lines = result.stderr.splitlines()
    assert [line for line in lines if not line.startswith("footnote: ")] == []
    return code, len(lines)


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """A folder with one good file."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "zebra.txt").write_text("Title: Zebras\n\nZebras run over the plain.")
    return folder


# -- the way through ---------------------------------------------------------------------------------------------------


def test_from_articles_to_a_cited_answer_and_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command once, on ./library, as a new user would."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FOOTNOTE_LIBRARY", raising=False)
    assert invoke("sync", SEEDS).stdout == "2 added, 0 changed, 0 renamed, 0 removed, 0 unchanged, 0 failed\n"
    assert invoke("add", SEEDS).stdout == "0 added, 0 changed, 0 renamed, 0 removed, 2 unchanged, 0 failed\n"
    assert (tmp_path / "library").is_dir()

    listed = json.loads(invoke("articles", "--json").stdout)
    assert [(a["id"], a["characters"] > 1900, a["passages"] > 1) for a in listed] == [
        ("589594a651d405dc", True, True),
        (SECOND, True, True),
    ]
    assert set(listed[0]) == {"id", "title", "source", "published", "characters", "passages"}
    for line, article in zip(invoke("articles").stdout.splitlines(), listed, strict=True):
        assert line == f"{article['id']}  {article['title']}  {article['source']}"

    shown = json.loads(invoke("show", SECOND, "--json").stdout)
    assert shown["text"] == (SEEDS / "003_d2dc321e20d6810b.txt").read_text("utf-8")
    assert invoke("show", SECOND).stdout == shown["text"] + "\n"

    answer = json.loads(invoke("ask", QUESTION, "--json").stdout)
    assert set(answer) >= {
        *("question", "answer", "abstained", "confidence", "mode", "sentences", "citations", "nearest", "conflicts"),
        *("missing", "timings_ms"),
    }
    assert (answer["question"], answer["abstained"], answer["mode"]) == (QUESTION, False, "extractive")
    assert LOSS in answer["answer"]
    for citation in answer["citations"]:
        text = json.loads(invoke("show", citation["article_id"], "--json").stdout)["text"]
        assert text[citation["start"] : citation["end"]] == citation["quote"]
    printed = invoke("ask", QUESTION).stdout
    assert printed.startswith(answer["answer"])
    assert f"“{LOSS}”" in printed

    hits = json.loads(invoke("search", QUESTION, "-k", "2", "--json").stdout)
    assert len(hits) == 2
    assert set(hits[0]) == {"article_id", "title", "start", "end", "text", "score", "dense_rank", "lexical_rank"}
    assert len(invoke("search", QUESTION, "-k", "2").stdout.splitlines()) == 4

    assert invoke("remove", SECOND, SECOND).stdout == "1 removed\n"
    assert outcome(invoke("show", SECOND)) == (2, 1)
    assert SECOND not in invoke("search", QUESTION, "--json").stdout
    plan = invoke("sync", SEEDS, "--dry-run").stdout.splitlines()
    assert plan[0].split()[:2] == ["added", SECOND]
    assert plan[1:] == ["1 added, 0 changed, 0 renamed, 0 removed, 1 unchanged, 0 failed"]
    assert len(invoke("articles").stdout.splitlines()) == 1


def test_the_library_is_the_option_s_else_the_environment_s_else_the_one_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, articles: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FOOTNOTE_LIBRARY", str(tmp_path / "environment"))
    invoke("add", articles, "--library", "option")
    invoke("add", articles)
    monkeypatch.delenv("FOOTNOTE_LIBRARY")
    invoke("add", articles)
    assert {folder.parent.name for folder in tmp_path.glob("*/catalog.sqlite3")} == {"option", "environment", "library"}


def test_the_same_question_twice_gives_the_same_bytes_but_for_the_time(seeds_folder: Path, process: Process) -> None:
    for question in (QUESTION, "What is China doing to bring investors back?", "Who is the CEO of Tencent?"):
        arguments = ("ask", question, "--json", "--library", seeds_folder)
        answers = []
        for result in (invoke(*arguments), invoke(*arguments), process(*arguments)):
            answers.append(re.sub(r'"timings_ms": {[^}]*}', "", result.stdout))
        assert answers[1:] == [answers[0]] * 2


def test_an_abstention_is_no_failure_and_shows_what_is_nearest(seeds_folder: Path) -> None:
    result = invoke("ask", "Who is the CEO of Tencent?", "--library", seeds_folder)
    assert outcome(result) == (0, 0)
    assert "Nearest in the articles:" in result.stdout


def test_results_go_to_stdout_and_problems_to_stderr(tmp_path: Path, articles: Path) -> None:
    (articles / "bad.txt").write_bytes(b"\xff")
    result = invoke("add", articles, "--library", tmp_path / "library")
    assert result.stdout == "1 added, 0 changed, 0 renamed, 0 removed, 0 unchanged, 1 failed\n"
    assert result.stderr == f"footnote: {articles / 'bad.txt'}: is not UTF-8 text (at byte 0); save it as UTF-8\n"
    assert result.exit_code == 2


@pytest.mark.parametrize(
    "command",
    ["add", "sync", "articles", "show", "remove", "search", "ask", "chat", "password", "token", "mcp", "doctor"],
)
def test_help_shows_an_example_of_every_command(command: str) -> None:
    result = invoke(command, "--help")
    assert result.exit_code == 0
    examples = result.stdout.partition("Examples:\n")[2].split("\n\n")[0]
    assert {line.split()[:2] == ["footnote", command] for line in examples.splitlines()} == {True}


def test_the_version_is_the_distribution_s() -> None:
    assert invoke("--version").stdout == "footnote 0.1.0\n"


# -- bad input ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["ask", ""], "the question has no words"),
        (["ask", " \n\t "], "the question has no words"),
        (["ask", "?!"], "the question has no words"),
        (["search", ""], "the question has no words"),
        (["ask"], "give one question, or --batch FILE and --out FILE"),
        (["ask", "why " * 500_000], "the question has 1,999,999 characters; the limit is 2,000"),
        (["search", "x" * 2001], "the question has 2,001 characters; the limit is 2,000"),
        (["ask", "who \udcff is it"], "the question is not UTF-8 text"),
        (["show", "\udcff"], "what was given is not UTF-8 text"),
        (["show", "nothing"], "no article has the id 'nothing'"),
        (["show", ""], "no article has the id ''"),
        (["remove", SECOND, "nothing"], "no article has the id 'nothing'"),
        (["show"], "Missing argument 'ID'"),
        (["add"], "Missing argument 'PATH|URL...'"),
        (["search", "x", "-k", "0"], "Invalid value for '-k'"),
        (["search", "x", "-k", "many"], "Invalid value for '-k'"),
        (["ask", "x", "--nothing"], "No such option '--nothing'"),
        (["sync", "/nowhere/at/all"], "is not a folder"),
        (["nothing"], "No such command 'nothing'"),
        (["--nothing"], "No such option '--nothing'"),
        (["chat", "--port", "70000"], "Invalid value for '--port'"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(
    seeds_copy: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], complaint: str
) -> None:
    monkeypatch.setenv("FOOTNOTE_LIBRARY", str(seeds_copy))
    result = invoke(*arguments)
    assert outcome(result) == (2, 1)
    assert result.stdout == ""
    assert complaint in result.stderr
    assert len(invoke("articles").stdout.splitlines()) == 2


@pytest.mark.parametrize("content", [b"why " * 250_000, b"", b"   \n", b"who \xff is it", b"\0"])
def test_a_question_from_standard_input_is_checked_like_any_other(seeds_folder: Path, content: bytes) -> None:
    result = invoke("ask", "-", "--library", seeds_folder, stdin=content)
    assert outcome(result) == (2, 1)


def test_a_question_may_come_from_standard_input(seeds_folder: Path) -> None:
    result = invoke("ask", "-", "--library", seeds_folder, stdin=f"{QUESTION}\r\n".encode())
    assert outcome(result) == (0, 0)
    assert LOSS in result.stdout


BAD_FILES: dict[str, bytes | None] = {
    "empty.txt": b"",
    "blank.md": b" \n\n",
    "binary.txt": b"\x7fELF\0\0",
    "latin.txt": b"caf\xe9",
    "empty.jsonl": b"",
    "bad.jsonl": b'{"id": "1"\n',
    "wrong.jsonl": b'["text"]\n',
    "paper.pdf": b"%PDF-1.7",
    "missing.txt": None,
    "long" * 100 + ".txt": None,
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_one_line_and_the_good_one_beside_it_is_indexed(
    tmp_path: Path, articles: Path, name: str
) -> None:
    content = BAD_FILES[name]
    if content is not None:
        (tmp_path / name).write_bytes(content)
    library = tmp_path / "library"
    result = invoke("add", tmp_path / name, articles, "--library", library)
    assert outcome(result) == (2, 1)
    assert name in result.stderr
    assert result.stdout.startswith("1 added, ")
    assert "Zebras run" in invoke("search", "zebras", "--library", library).stdout


def test_the_good_lines_of_a_file_are_kept_and_each_bad_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(
        b'{"id": "1", "text": "One."}\n{bad\n\n{"id": "2"}\n{"id": "3", "text": "\xff"}\n{"id": 4, "text": "F."}'
    )
    result = invoke("add", path, "--library", tmp_path / "library")
    assert outcome(result) == (2, 3)
    assert [line.split(": ")[1] for line in result.stderr.splitlines()] == [f"{path}:{n}" for n in (2, 4, 5)]
    listed = json.loads(invoke("articles", "--json", "--library", tmp_path / "library").stdout)
    assert [article["id"] for article in listed] == ["1", "4"]


def test_a_file_with_a_name_of_other_bytes_spoils_nothing_else(tmp_path: Path, articles: Path) -> None:
    (articles / os.fsdecode(b"caf\xe9.txt")).write_text("Coffee.")
    for command in ("add", "sync"):
        result = invoke(command, articles, "--library", tmp_path / command)
        assert outcome(result) == (2, 1)
        assert result.stdout.startswith("1 added, ")


def test_what_may_not_be_read_is_named_and_the_rest_is_indexed_and_kept(
    tmp_path: Path, articles: Path, process: Process
) -> None:
    (articles / "closed").mkdir()
    (articles / "closed" / "horse.txt").write_text("Title: Horses\n\nHorses sleep.")
    (articles / "cow.txt").write_text("Title: Cows\n\nCows eat.")
    library = tmp_path / "library"
    assert invoke("sync", articles, "--library", library).stdout.startswith("3 added, ")
    (articles / "cow.txt").chmod(0)
    for mode in (0, 0o444):  # a folder that cannot be listed, and one whose files cannot be looked at
        (articles / "closed").chmod(mode)
        result = process("sync", articles, "--library", library, obedient=True)
        assert outcome(result) == (2, 2)
        assert result.stdout == "0 added, 0 changed, 0 renamed, 0 removed, 1 unchanged, 2 failed\n"
        assert len(invoke("articles", "--library", library).stdout.splitlines()) == 3
    result = process("add", articles / "closed" / "horse.txt", SEEDS, "--library", tmp_path / "other", obedient=True)
    assert outcome(result) == (2, 1)
    assert result.stdout.startswith("2 added, ")
    (articles / "closed").chmod(0o755)


# -- libraries that are not as they should be --------------------------------------------------------------------------


READING = [
    ["ask", QUESTION],
    ["search", "zebras"],
    ["articles"],
    ["show", SECOND],
]
WRITING = [["add", str(SEEDS)], ["sync", str(SEEDS)], ["remove", SECOND]]


def test_a_missing_library_is_named_and_none_is_made(tmp_path: Path) -> None:
    for arguments in [*READING, ["remove", SECOND], ["sync", str(SEEDS), "--dry-run"]]:
        result = invoke(*arguments, "--library", tmp_path / "nowhere")
        assert outcome(result) == (2, 1)
        assert f"no library in {tmp_path / 'nowhere'}; make one with `footnote add PATH" in result.stderr
    assert not (tmp_path / "nowhere").exists()


def test_a_library_whose_catalog_is_gone_is_not_made_anew_over_what_is_left(seeds_copy: Path) -> None:
    """The originals in it are all that is left of its articles, and a repaired new one would delete them."""
    kept = sorted((seeds_copy / "originals").iterdir())
    (seeds_copy / "catalog.sqlite3").unlink()
    for arguments in [["add", str(SEEDS)], ["ask", QUESTION], ["doctor", "--repair"]]:
        result = invoke(*arguments, "--library", seeds_copy)
        assert outcome(result) == (3, 1)
        assert "its catalog.sqlite3 is gone); restore it from a copy" in result.stderr
    assert sorted((seeds_copy / "originals").iterdir()) == kept != []


def test_a_doctor_does_not_send_to_the_doctor(seeds_copy: Path) -> None:
    (seeds_copy / "catalog.sqlite3").write_bytes(b"garbage" * 9000)
    assert "try `footnote doctor --repair`" in invoke("ask", QUESTION, "--library", seeds_copy).stderr
    result = invoke("doctor", "--repair", "--library", seeds_copy)
    assert "(file is not a database); restore it from a copy" in result.stderr


def test_an_empty_library_lists_and_finds_nothing_and_says_why_it_cannot_answer(library: Library) -> None:
    for arguments in (["articles"], ["search", "zebras"]):
        result = invoke(*arguments, "--library", library.folder)
        assert (outcome(result), result.stdout) == ((0, 0), "")
    assert invoke("search", "zebras", "--json", "--library", library.folder).stdout == "[]\n"
    result = invoke("ask", QUESTION, "--library", library.folder)
    assert outcome(result) == (2, 1)
    assert "holds no articles; add some with `footnote add PATH`" in result.stderr


@pytest.mark.parametrize("arguments", [*READING, *WRITING], ids=lambda arguments: arguments[0])
@pytest.mark.parametrize("damage", ["garbage", "cut", "empty", "torn", "newer", "older"])
def test_a_damaged_library_is_one_line_and_exit_code_3(seeds_copy: Path, damage: str, arguments: list[str]) -> None:
    catalog = seeds_copy / "catalog.sqlite3"
    content = catalog.read_bytes()
    if damage == "garbage":
        catalog.write_bytes(b"garbage" * 9000)
    elif damage == "cut":
        catalog.write_bytes(content[: len(content) // 2])
    elif damage == "empty":
        catalog.write_bytes(b"")
    elif damage == "torn":
        catalog.write_bytes(content[: 4 * 4096] + b"\xa5" * (len(content) - 4 * 4096))
    else:
        database = sqlite3.connect(catalog)
        database.execute(
            "UPDATE meta SET value = value + ? WHERE key = 'schema'", (1 if damage == "newer" else -VERSION,)
        )
        database.commit()
        database.close()
    damaged = catalog.read_bytes()
    result = invoke(*arguments, "--library", seeds_copy)
    assert outcome(result) == (3, 1)
    wrong = "was made by a newer Footnote" if damage == "newer" else "cannot be read"
    assert f"the library in {seeds_copy} {wrong}" in result.stderr
    assert catalog.read_bytes() == damaged


def test_a_library_that_another_process_writes_is_one_line_and_exit_code_3_and_can_be_asked(seeds_copy: Path) -> None:
    with writing(seeds_copy):
        for arguments in WRITING:
            result = invoke(*arguments, "--library", seeds_copy)
            assert outcome(result) == (3, 1)
            assert f"is being written by process {os.getpid()};" in result.stderr
        for arguments in READING:
            assert outcome(invoke(*arguments, "--library", seeds_copy)) == (0, 0)


@pytest.fixture
def read_only(seeds_copy: Path) -> Path:
    """A library that its owner may only read."""
    for path in [seeds_copy, *seeds_copy.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    return seeds_copy


def test_a_library_that_may_only_be_read_can_be_asked_and_not_be_changed(
    read_only: Path, tmp_path: Path, process: Process
) -> None:
    before = {path: path.read_bytes() for path in read_only.rglob("*") if path.is_file()}
    result = process("ask", QUESTION, "--library", read_only, obedient=True)
    assert outcome(result) == (0, 0)
    assert LOSS in result.stdout
    for arguments in WRITING:
        result = process(*arguments, "--library", read_only, obedient=True)
        assert outcome(result) == (3, 1)
        assert f"{read_only} cannot be written" in result.stderr
    assert {path: path.read_bytes() for path in read_only.rglob("*") if path.is_file()} == before


def test_many_questions_can_be_put_to_a_library_that_may_only_be_read(
    read_only: Path, tmp_path: Path, process: Process
) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(
        json.dumps({"id": "1", "question": QUESTION}) + "\n" + json.dumps({"id": "2", "question": "Who?"})
    )
    result = process("ask", "--batch", source, "--out", tmp_path / "out", "--library", read_only, obedient=True)
    assert result.returncode == 0
    assert "Traceback" not in result.stderr
    assert len(result.stderr.splitlines()) <= 1  # that Chroma is left out, and that once
    assert LOSS in (tmp_path / "out").read_text("utf-8")
    result = process("ask", "--batch", source, "--out", read_only / "out", "--library", read_only, obedient=True)
    assert outcome(result) == (2, 1)


def test_where_no_library_can_be_made_it_is_said(tmp_path: Path, process: Process) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed").chmod(0)
    (tmp_path / "fixed").mkdir()
    (tmp_path / "fixed").chmod(0o555)
    for folder, code in (("file", 2), ("file/below", 3), ("closed/below", 3), ("fixed/below", 3), ("fixed", 3)):
        result = process("add", SEEDS, "--library", tmp_path / folder, obedient=True)
        assert outcome(result) == (code, 1), result.stderr
    (tmp_path / "closed").chmod(0o755)


# -- the terminal ------------------------------------------------------------------------------------------------------


def test_an_article_cannot_drive_the_terminal(tmp_path: Path) -> None:
    escape = "\x1b[2J\x07\x9b"
    path = tmp_path / f"{escape}\n.jsonl"
    record = {
        "id": "1",
        "title": f"Zebras {escape}\nfootnote: a line",
        "text": f"Zebras{escape} run over the plain of {escape} Africa.",
    }
    path.write_text(json.dumps(record))
    library = tmp_path / "library"
    invoke("add", path, "--library", library)
    for arguments in (
        ["articles"],
        ["search", "zebras"],
        ["ask", "Where do zebras run?"],
        ["add", path.with_suffix(".x")],
    ):
        result = invoke(*arguments, "--library", library)
        for output in (result.stdout, result.stderr):
            assert "".join(c for c in output if not c.isprintable()).strip("\n") == ""
            assert "\nfootnote: a line" not in output


def test_a_reader_that_goes_away_is_no_error(seeds_folder: Path) -> None:
    command = [str(SCRIPT), "show", SECOND, "--library", str(seeds_folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full to stand for a full disk")
def test_a_full_disk_is_one_line(seeds_folder: Path, process: Process) -> None:
    with open("/dev/full", "w") as full:
        result = process(
            "show", SECOND, "--library", seeds_folder, capture_output=False, stdout=full, stderr=subprocess.PIPE
        )
    assert outcome(result) == (2, 1)
    assert "No space left on device" in result.stderr


def test_a_closed_standard_input_is_an_empty_question(seeds_folder: Path) -> None:
    command = f"{SCRIPT} ask - --library '{seeds_folder}' <&-"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert outcome(result) == (2, 1)


# -- stopping ----------------------------------------------------------------------------------------------------------


def stored(library: Path) -> set[str]:
    """Ids that another program finds in the catalog; none while there is no catalog."""
    try:
        database = sqlite3.connect(f"{(library / 'catalog.sqlite3').as_uri()}?mode=ro", uri=True)
        found = {row[0] for row in database.execute("SELECT id FROM articles")}
    except sqlite3.OperationalError:
        return set()
    database.close()
    return found


@pytest.mark.parametrize(
    ("number", "code", "said"), [(signal.SIGINT, 130, "footnote: stopped\n"), (signal.SIGKILL, -9, "")]
)
def test_a_stopped_add_loses_nothing_it_has_stored_and_can_be_taken_up_again(
    tmp_path: Path, encoder: Encoder, number: signal.Signals, code: int, said: str
) -> None:
    count = 600
    path, library = tmp_path / "many.jsonl", tmp_path / "library"
    text = "Sentence {n} is about the number {m}. " + "It says so in a few more words than it needs. " * 8
    records: list[dict[str, Any]] = [{"id": str(n), "text": text.format(n=n, m=n * 7)} for n in range(count)]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    command = [str(SCRIPT), "add", str(path), "--library", str(library)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        while len(acknowledged := stored(library)) < 70 and running.poll() is None:
            time.sleep(0.01)
        running.send_signal(number)
        stdout, stderr = running.communicate(timeout=60)
    assert (running.returncode, stdout, stderr) == (code, "", said)
    kept = stored(library)
    assert acknowledged <= kept
    assert len(kept) < count
    with Library(library, encoder=encoder) as opened:
        for article_id in kept:
            assert opened.show(article_id).text == records[int(article_id)]["text"]
        assert opened.search("Sentence 5 is about the number 35.", 1)[0].text.startswith("Sentence 5 is ")
        opened.warm_up()
        assert opened._mirror._index is not None
        assert opened._mirror._index.count() == opened.passage_count()
    result = invoke("add", path, "--library", library)
    assert outcome(result) == (0, 0)
    assert (
        result.stdout
        == f"{count - len(kept)} added, 0 changed, 0 renamed, 0 removed, {len(kept)} unchanged, 0 failed\n"
    )
    shutil.rmtree(library)


# -- a part of the articles --------------------------------------------------------------------------------------------


def test_a_question_or_a_search_may_be_of_some_articles(seeds_folder: Path, seeds: Library) -> None:
    chosen = seeds.articles()[1].id
    hits = json.loads(invoke("search", "China", "--article", chosen, "--json", "--library", seeds_folder).stdout)
    assert {hit["article_id"] for hit in hits} == {chosen}
    result = invoke("ask", "Who founded Alibaba?", "--since", "2999", "--library", seeds_folder)
    assert outcome(result) == (0, 0)
    assert "there are no articles published since 2999" in result.stdout


@pytest.mark.parametrize(
    ("options", "message"), [(("--article", "nothing"), "nothing"), (("--until", "soon"), "'soon' is no date")]
)
def test_a_scope_that_cannot_be_is_one_line_and_exit_code_2(
    seeds_folder: Path, options: tuple[str, str], message: str
) -> None:
    result = invoke("ask", "Who founded Alibaba?", *options, "--library", seeds_folder)
    assert outcome(result) == (2, 1)
    assert message in result.stderr


def test_a_terminal_of_few_signs_is_written_to(seeds_folder: Path, process: Process) -> None:
    """JSON is whole in ASCII; other text has a question mark for what cannot be shown."""
    latin: dict[str, Any] = {"env": {**os.environ, "PYTHONIOENCODING": "latin-1"}, "encoding": "latin-1"}
    for arguments in (["articles"], ["ask", "Why was the listing called off?"]):
        shown = process(*arguments, "--library", seeds_folder, **latin)
        assert (shown.returncode, shown.stderr) == (0, "")
    told = process("show", "589594a651d405dc", "--json", "--library", seeds_folder, **latin)
    assert json.loads(told.stdout)["text"].count("’")
