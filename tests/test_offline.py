"""No network: nothing is looked up and nothing connected to, not even where there is no network to reach."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SEEDS = Path(__file__).parents[1] / "seeds"
QUESTION = "How much value did the crackdown wipe out?"
# Every attempt is refused, and told of even where it is swallowed. Sockets of a machine's own (AF_UNIX) are none.
PROGRAM = """
import json, sys
attempts = []
def guard(event, arguments):
    if event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.sendto") or (
        event == "socket.connect" and not isinstance(arguments[1], (str, bytes))
    ):
        attempts.append([event, repr(arguments[1:] if event.startswith("socket.connect") else arguments)])
        raise OSError("no network in this test")
sys.addaudithook(guard)
from evals.cli import footnote
for arguments in json.loads(sys.argv[1]):
    footnote.main(arguments, standalone_mode=False)
print(json.dumps(attempts))
"""


def isolated() -> list[str]:
    """The beginning of a command line that runs the rest in a namespace without network, where that may be had."""
    command = [found, "-rn"] if (found := shutil.which("unshare")) else []
    usable = command and subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
    return command if usable else []


def run(program: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*isolated(), sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={"PATH": os.environ["PATH"], **environment},
    )


def test_the_guard_sees_what_it_is_to_see(tmp_path: Path) -> None:
    """Of urllib and of a bare socket: a test that cannot fail would prove nothing."""
    program = (
        PROGRAM.partition("from evals.cli")[0]
        + """
import socket, urllib.request
for attempt in (
    lambda: urllib.request.urlopen("http://198.51.100.1/"),
    lambda: socket.create_connection(("example.invalid", 80)),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("198.51.100.1", 53)),
):
    try:
        attempt()
    except OSError:
        pass
print(len(attempts))
"""
    )
    assert run(program).stdout == "3\n"


def test_a_first_run_and_every_command_work_without_network_home_or_key(tmp_path: Path) -> None:
    """With a key in the environment nothing is sent either, and tiktoken's empty folder is neither used nor filled."""
    (tmp_path / "tiktoken").mkdir()
    (tmp_path / "new.txt").write_text("Title: Zebras\n\nZebras run over the plain.")
    library = str(tmp_path / "library")
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps({"id": "1", "question": QUESTION}))
    commands = [
        ["sync", str(SEEDS)],
        ["add", str(tmp_path / "new.txt")],
        ["search", "zebras", "--json"],
        ["ask", QUESTION],
        ["ask", "--batch", str(source), "--out", str(tmp_path / "out.jsonl")],
        ["remove", "615328f246a871be"],
    ]
    result = run(
        PROGRAM,
        json.dumps([[*command, "--library", library] for command in commands]),
        TIKTOKEN_CACHE_DIR=str(tmp_path / "tiktoken"),
        OPENAI_API_KEY="sk-test-0000",
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.endswith("\n1 removed\n[]\n")
    assert "wiped out approximately $1 trillion" in result.stdout
    assert "Zebras run over the plain." in result.stdout
    assert "wiped out approximately $1 trillion" in (tmp_path / "out.jsonl").read_text()
    assert list((tmp_path / "tiktoken").iterdir()) == []


def test_nothing_is_written_outside_the_library(tmp_path: Path) -> None:
    home, work, temporary = tmp_path / "home", tmp_path / "work", tmp_path / "tmp"
    for folder in (home, work, temporary):
        folder.mkdir()
    arguments = [["sync", str(SEEDS)], ["ask", QUESTION]]
    library = str(work / "library")
    result = run(
        f"import os; os.chdir({str(work)!r})\n{PROGRAM}",
        json.dumps([[*command, "--library", library] for command in arguments]),
        HOME=str(home),
        TMPDIR=str(temporary),
        XDG_CACHE_HOME=str(home / "cache"),
    )
    assert result.returncode == 0, result.stderr
    assert [sorted(path.name for path in folder.iterdir()) for folder in (home, work, temporary)] == [
        [],
        ["library"],
        [],
    ]


@pytest.mark.parametrize("variable", ["HF_HUB_OFFLINE", "ANONYMIZED_TELEMETRY"])
def test_being_offline_rests_on_no_variable(variable: str, seeds_folder: Path, tmp_path: Path) -> None:
    """Set to the opposite of what a careful user would set: still nothing is looked up."""
    library = Path(shutil.copytree(seeds_folder, tmp_path / "library"))
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps({"id": "1", "question": QUESTION}))
    value = {"HF_HUB_OFFLINE": "0", "ANONYMIZED_TELEMETRY": "True"}[variable]
    command = ["ask", "--batch", str(source), "--out", str(tmp_path / "out"), "--library", str(library)]
    result = run(PROGRAM, json.dumps([command]), **{variable: value})
    assert (result.returncode, result.stdout, result.stderr) == (0, "[]\n", "")
