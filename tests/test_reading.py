"""Reading apart gives what reading here gives, in order; a file that hangs or ends its process costs itself alone."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from index import ArticleError, reading
from index.encoder import Encoder
from index.reading import File, LaidOut, look_at


def files(folder: Path, count: int = 3) -> list[File]:
    for number in range(count):
        (folder / f"{number}.txt").write_text(f"Title: {number}\n\nArticle {number} is here. It is short.")
    (folder / "bad.txt").write_bytes(b"\xff")
    return [look_at(path) for path in sorted(folder.iterdir())]


def long_file(path: Path) -> File:
    """Of more than a pipe holds, so that its reader cannot be done."""
    path.write_text("".join(json.dumps({"id": str(n), "text": "Words. " * 3000}) + "\n" for n in range(400)))
    return look_at(path)


def children() -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()]


def test_a_process_gives_what_this_one_gives(tmp_path: Path, encoder: Encoder) -> None:
    here = list(reading._read(files(tmp_path), encoder))
    apart = list(reading._read_apart(files(tmp_path)))
    assert [(file, str(item)) for file, item in apart] == [(file, str(item)) for file, item in here]
    assert [type(item) for _, item in apart] == [LaidOut, type(None)] * 3 + [ArticleError, type(None)]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are found by /proc")
@pytest.mark.parametrize(
    ("number", "complaint"),
    [(signal.SIGKILL, "ended the process"), (signal.SIGSTOP, "takes longer than")],
    ids=["ended", "hanging"],
)
def test_a_file_that_ends_or_holds_up_its_process_is_named_and_the_next_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals, complaint: str
) -> None:
    monkeypatch.setattr(reading, "LIMIT_S", 2)
    monkeypatch.setattr(reading, "HELD_BYTES", 100_000)
    first = long_file(tmp_path / "a.jsonl")
    (tmp_path / "b.txt").write_text("Title: B\n\nIt is read all the same.")
    known = set(children())
    steps = reading._read_apart([first, look_at(tmp_path / "b.txt")])
    next(steps)
    (reader,) = set(children()) - known
    os.kill(reader, number)
    monkeypatch.setattr(reading, "LIMIT_S", 2 if number == signal.SIGSTOP else 60)
    left = list(steps)
    errors = [(file, item.reason) for file, item in left if isinstance(item, ArticleError)]
    assert [file for file, _ in errors] == [first]
    assert complaint in errors[0][1]
    *_, (file, item), (_, end) = left
    assert file.path.name == "b.txt"
    assert isinstance(item, LaidOut)
    assert end is None


def test_a_digest_is_of_the_bytes_and_the_format(tmp_path: Path) -> None:
    for name, text in (("a.txt", "One."), ("b.txt", "One."), ("c.md", "One."), ("d.txt", "Two.")):
        (tmp_path / name).write_text(text)
    a, b, c, d = (look_at(tmp_path / name).digest for name in ("a.txt", "b.txt", "c.md", "d.txt"))
    assert a == b != ""
    assert len({a, c, d}) == 3


def test_what_is_no_file_has_no_digest(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "loop.txt").symlink_to(tmp_path / "loop.txt")
    for path in (tmp_path, tmp_path / "missing.txt", tmp_path / "pipe.txt", tmp_path / "loop.txt", Path("/dev/zero")):
        assert look_at(path).digest == ""
