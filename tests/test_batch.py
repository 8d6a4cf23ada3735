"""Many questions in a file: a line out for each line in, in order, and the file only when it is whole."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from evals.cli import footnote
from index import Library
from index.errors import FootnoteError, LibraryDamaged
from qa.batch import BatchError, Record, each, question_of, run

EMPTY = {"answer": ""}
QUESTIONS: list[Record] = [
    {"id": "a", "question": "How much value did the crackdown wipe out?"},
    {"id": 2, "question": "Who is Jack Ma?", "history": []},
    {"id": None, "question": "And why did he vanish?", "history": ["Who is Jack Ma?"], "ignored": 1},
]


def write(folder: Path, *lines: object) -> Path:
    path = folder / "in.jsonl"
    path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
    return path


def read(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def shout(record: Record) -> Record:
    question = question_of(record)
    if question == "bad":
        raise FootnoteError("it is bad")
    return {"answer": question.upper()}


def invoke(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(footnote, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


# -- the file ----------------------------------------------------------------------------------------------------------


def test_each_line_in_is_a_line_out_in_order_with_its_id(tmp_path: Path) -> None:
    source = write(tmp_path, {"id": "b", "question": "x"}, {"id": [1], "question": "é🙂"}, "", {"question": "z"})
    assert list(run(source, tmp_path / "out", each(shout), EMPTY)) == [None, None, None]
    assert read(tmp_path / "out") == [
        {"id": "b", "answer": "X"},
        {"id": [1], "answer": "É🙂"},
        {"id": None, "answer": "Z"},
    ]
    assert "É🙂" in (tmp_path / "out").read_text("utf-8")


@pytest.mark.parametrize(
    ("line", "identity", "reason"),
    [
        ("{", None, "the line is not JSON in UTF-8"),
        ("[" * 100_000, None, "the line is not JSON in UTF-8"),
        ('"x"', None, "the line is not a JSON object"),
        ('{"id": "a"}', "a", "the line has no question"),
        ('{"id": "a", "question": 7}', "a", "the line has no question"),
        ('{"id": "a", "question": "bad"}', "a", "it is bad"),
        ('{"id": "\\ud800", "question": "bad"}', "\ud800", "it is bad"),
    ],
)
def test_a_bad_line_keeps_its_place_and_says_what_is_wrong(
    tmp_path: Path, line: str, identity: str | None, reason: str
) -> None:
    source = write(tmp_path, {"id": "1", "question": "x"}, line, {"id": "3", "question": "z"})
    assert list(run(source, tmp_path / "out", each(shout), EMPTY)) == [None, f"{source}:2: {reason}", None]
    assert read(tmp_path / "out") == [
        {"id": "1", "answer": "X"},
        {"id": identity, "answer": "", "error": reason},
        {"id": "3", "answer": "Z"},
    ]


def test_the_result_appears_only_when_it_is_whole(tmp_path: Path) -> None:
    source, target = write(tmp_path, *QUESTIONS), tmp_path / "out"
    target.write_text("what was there before")
    steps = run(source, target, each(shout), EMPTY)
    next(steps)
    assert target.read_text() == "what was there before"
    assert isinstance(steps, Iterator)
    for _ in steps:
        pass
    assert len(read(target)) == len(QUESTIONS)
    assert sorted(os.listdir(tmp_path)) == ["in.jsonl", "out"]


def test_what_stops_half_way_leaves_what_was_there_before(tmp_path: Path) -> None:
    def interrupted(record: Record) -> Record:
        if record["id"] == 2:
            raise KeyboardInterrupt
        return shout(record)

    source, target = write(tmp_path, *QUESTIONS), tmp_path / "out"
    target.write_text("before")
    with pytest.raises(KeyboardInterrupt):
        list(run(source, target, each(interrupted), EMPTY))
    assert target.read_text() == "before"
    assert sorted(os.listdir(tmp_path)) == ["in.jsonl", "out"]


def test_a_library_that_breaks_on_the_way_ends_all(tmp_path: Path) -> None:
    def broken(record: Record) -> Record:
        raise LibraryDamaged(tmp_path, "torn")

    with pytest.raises(LibraryDamaged):
        list(run(write(tmp_path, *QUESTIONS), tmp_path / "out", each(broken), EMPTY))
    assert not (tmp_path / "out").exists()


def test_what_cannot_be_read_or_written_is_named(tmp_path: Path) -> None:
    source = write(tmp_path, *QUESTIONS)
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(source)
    for wrong in ("folder", "pipe", "in.jsonl", "link", "missing/out", "in.jsonl/out", "o" * 252):
        with pytest.raises(BatchError, match=wrong.split("/")[0]) as error:
            list(run(source, tmp_path / wrong, each(shout), EMPTY))
        assert "\n" not in str(error.value)
    for wrong in ("missing", "folder"):
        with pytest.raises(BatchError, match=wrong):
            list(run(tmp_path / wrong, tmp_path / "out", each(shout), EMPTY))
    assert sorted(os.listdir(tmp_path)) == ["folder", "in.jsonl", "link", "pipe"]
    assert len(read(source)) == len(QUESTIONS)


# -- the commands ------------------------------------------------------------------------------------------------------


def test_a_batch_of_questions_gives_what_asking_each_gives(seeds_folder: Path, tmp_path: Path) -> None:
    result = invoke("ask", "--batch", write(tmp_path, *QUESTIONS), "--out", tmp_path / "out", "--library", seeds_folder)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    answers = read(tmp_path / "out")
    assert [answer["id"] for answer in answers] == ["a", 2, None]
    for answer in answers:
        assert set(answer.pop("timings_ms")) == {"retrieve", "answer", "total"}
    single = json.loads(invoke("ask", str(QUESTIONS[0]["question"]), "--json", "--library", seeds_folder).stdout)
    del single["timings_ms"]
    assert {"id": "a", **single} == answers[0]
    assert answers[2]["question"] == "And why did he vanish?"


def test_the_same_batch_twice_is_the_same_but_for_the_time(seeds_folder: Path, tmp_path: Path) -> None:
    source = write(tmp_path, *QUESTIONS)
    outs = []
    for name in ("one", "two"):
        invoke("ask", "--batch", source, "--out", tmp_path / name, "--library", seeds_folder)
        outs.append([{**answer, "timings_ms": None} for answer in read(tmp_path / name)])
    assert outs[0] == outs[1]


def test_a_batch_of_queries_gives_hits_whose_text_is_their_span(
    seeds: Library, seeds_folder: Path, tmp_path: Path
) -> None:
    source = write(tmp_path, *QUESTIONS)
    result = invoke("search", "--batch", source, "--out", tmp_path / "out", "-k", "3", "--library", seeds_folder)
    assert (result.exit_code, result.stderr) == (0, "")
    found = read(tmp_path / "out")
    assert [line["id"] for line in found] == ["a", 2, None]
    for line in found:
        assert len(line["hits"]) == 3
        for hit in line["hits"]:
            assert seeds.show(hit["article_id"]).text[hit["start"] : hit["end"]] == hit["text"]


def test_bad_questions_in_a_batch_are_one_line_each_and_the_rest_is_answered(
    seeds_folder: Path, tmp_path: Path
) -> None:
    source = write(
        tmp_path,
        {"id": "empty", "question": " "},
        {"id": "long", "question": "why " * 250_000},
        {"id": "half", "question": "who \ud800 is he"},
        {"id": "history", "question": "And why?", "history": "Who?"},
        {"id": "good", "question": "Who is Jack Ma?"},
    )
    result = invoke("ask", "--batch", source, "--out", tmp_path / "out", "--library", seeds_folder)
    assert result.exit_code == 2
    assert [line.split(": ")[1] for line in result.stderr.splitlines()] == [f"{source}:{n}" for n in (1, 2, 3, 4)]
    found = read(tmp_path / "out")
    assert [line["id"] for line in found] == ["empty", "long", "half", "history", "good"]
    assert ["error" in line for line in found] == [True] * 4 + [False]
    assert found[1]["error"] == "the question has 999,999 characters; the limit is 2,000"


def test_a_batch_for_an_empty_library_says_so_line_by_line(library: Library, tmp_path: Path) -> None:
    arguments = ("--batch", write(tmp_path, *QUESTIONS), "--out", tmp_path / "out", "--library", library.folder)
    result = invoke("ask", *arguments)
    assert result.exit_code == 2
    assert result.stderr.count("holds no articles") == len(result.stderr.splitlines()) == 3
    result = invoke("search", *arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    assert [line["hits"] for line in read(tmp_path / "out")] == [[], [], []]


@pytest.mark.parametrize("command", ["ask", "search"])
def test_half_a_batch_call_is_wrong_use(seeds_folder: Path, tmp_path: Path, command: str) -> None:
    source = write(tmp_path, *QUESTIONS)
    for arguments in (
        ["--batch", source],
        ["--out", "x"],
        ["--batch", source, "--out", "x", "Who?"],
        ["--out", "x", "Who?"],
    ):
        result = invoke(command, *arguments, "--library", seeds_folder)
        assert result.exit_code == 2
        assert result.stderr == (
            f"footnote: give one question, or --batch FILE and --out FILE; see `footnote {command} --help`\n"
        )


def test_a_link_is_written_through(seeds_folder: Path, tmp_path: Path) -> None:
    """`--out` names a place; what a link there leads to is replaced, and the link stays."""
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "real").write_text("before")
    assert list(run(write(tmp_path, QUESTIONS[0]), tmp_path / "link", each(shout), EMPTY)) == [None]
    assert (tmp_path / "link").is_symlink()
    assert len(read(tmp_path / "real")) == 1


def test_a_claim_with_half_a_character_is_one_bad_line(tmp_path: Path) -> None:
    source = write(
        tmp_path,
        {"id": 1, "claim": "Ice.", "evidence": "half \ud83d"},
        {"id": 2, "claim": "Ice is cold.", "evidence": "Ice is cold."},
    )
    result = invoke("check", "--batch", source, "--out", tmp_path / "out")
    assert result.exit_code == 2
    bad, good = read(tmp_path / "out")
    assert "half a character" in bad["error"]
    assert good == {"id": 2, "support": 1.0, "label": "supported"}


def test_a_bad_question_is_still_told(seeds_folder: Path, tmp_path: Path) -> None:
    source = write(tmp_path, {"id": 1, "question": "Who is Jack Ma?", "history": 7})
    invoke("ask", "--batch", source, "--out", tmp_path / "out", "--library", seeds_folder)
    (line,) = read(tmp_path / "out")
    assert (line["question"], set(line["timings_ms"])) == ("Who is Jack Ma?", {"retrieve", "answer", "total"})
