"""No network: nothing is looked up and nothing connected to, not even where there is no network to reach."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

SEEDS = Path(__file__).parents[1] / "seeds"
QUESTION = "How much value did the crackdown wipe out?"
# Every attempt is refused and noted in a file, so that one which is swallowed, or made by a child process, shows too.
# So does each child process: OpenVINO told Google of its import from one. Sockets of the machine's own are no matter.
GUARD = """
import json, os, sys
notes = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
def guard(event, arguments):
    outside = event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.sendto") or (
        event == "socket.connect" and not isinstance(arguments[1], (str, bytes))
    )
    verifies = event == "subprocess.Popen" and any("index.verify" in str(part) for part in arguments[1])  # ours: Chroma
    if outside or (event in ("os.fork", "os.posix_spawn", "subprocess.Popen") and not verifies):
        os.write(notes, f"{event} {arguments[-2:]}\\n".encode())
    if outside:
        raise OSError("no network in this test")
sys.addaudithook(guard)
"""
COMMANDS = """
from evals.cli import footnote
for arguments in json.loads(sys.argv[2]):
    footnote.main(arguments, standalone_mode=False)
"""


def isolated() -> list[str]:
    """The beginning of a command line that runs the rest in a namespace without network, where that may be had."""
    command = [found, "-rn"] if (found := shutil.which("unshare")) else []
    usable = command and subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
    return command if usable else []


def run(notes: Path, program: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*isolated(), sys.executable, "-c", GUARD + program, str(notes), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={"PATH": os.environ["PATH"], **environment},
    )


def test_the_guard_sees_what_it_is_to_see(tmp_path: Path) -> None:
    """In this process and in one that it makes: a test that cannot fail would prove nothing."""
    program = """
import socket, urllib.request
def attempt():
    for look in (
        lambda: urllib.request.urlopen("http://198.51.100.1/"),
        lambda: socket.create_connection(("example.invalid", 80)),
        lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("198.51.100.1", 53)),
    ):
        try:
            look()
        except OSError:
            pass
attempt()
if os.fork() == 0:
    attempt()
    os._exit(0)
os.wait()
"""
    result = run(tmp_path / "notes", program)
    assert (result.returncode, result.stderr) == (0, "")
    once = ["socket.getaddrinfo", "socket.getaddrinfo", "socket.sendto"]
    assert [line.split()[0] for line in (tmp_path / "notes").read_text().splitlines()] == [*once, "os.fork", *once]


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
        tmp_path / "notes",
        COMMANDS,
        json.dumps([[*command, "--library", library] for command in commands]),
        TIKTOKEN_CACHE_DIR=str(tmp_path / "tiktoken"),
        OPENAI_API_KEY="sk-test-0000",
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert (tmp_path / "notes").read_text() == ""
    assert result.stdout.endswith("\n1 removed\n")
    assert "wiped out approximately $1 trillion" in result.stdout
    assert "Zebras run over the plain." in result.stdout
    assert "wiped out approximately $1 trillion" in (tmp_path / "out.jsonl").read_text()
    assert list((tmp_path / "tiktoken").iterdir()) == []


def test_nothing_is_written_outside_the_library_but_compiled_models(tmp_path: Path) -> None:
    home, work, temporary = tmp_path / "home", tmp_path / "work", tmp_path / "tmp"
    for folder in (home, work, temporary):
        folder.mkdir()
    arguments = [["sync", str(SEEDS)], ["ask", QUESTION]]
    library = str(work / "library")
    result = run(
        tmp_path / "notes",
        f"os.chdir({str(work)!r})\n{COMMANDS}",
        json.dumps([[*command, "--library", library] for command in arguments]),
        HOME=str(home),
        TMPDIR=str(temporary),
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert os.listdir(work) == ["library"]
    assert os.listdir(temporary) == []
    written = [path.relative_to(home) for path in home.rglob("*") if path.is_file()]
    assert {path.parent for path in written} == {Path(".cache/footnote/models")}
    assert {path.name.rpartition("-")[0] for path in written} == {"minilm", "reader"}
    assert {path.suffix for path in written} == {".blob"}


def test_a_pipeline_of_llama_index_over_the_library_needs_no_network(seeds_folder: Path, tmp_path: Path) -> None:
    program = """
from index import Library
with Library.open(sys.argv[2]) as library:
    print(len(library.as_retriever(k=3).retrieve("Who is Jack Ma?")))
"""
    result = run(tmp_path / "notes", program, str(seeds_folder), OPENAI_API_KEY="sk-test-0000")
    assert (result.returncode, result.stdout) == (0, "3\n"), result.stderr
    assert (tmp_path / "notes").read_text() == ""


def test_being_offline_rests_on_no_variable(seeds_folder: Path, tmp_path: Path) -> None:
    """Set to the opposite of what a careful user would set: still nothing is looked up."""
    library = Path(shutil.copytree(seeds_folder, tmp_path / "library"))
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps({"id": "1", "question": QUESTION}))
    command = ["ask", "--batch", str(source), "--out", str(tmp_path / "out"), "--library", str(library)]
    result = run(tmp_path / "notes", COMMANDS, json.dumps([command]), HF_HUB_OFFLINE="0", ANONYMIZED_TELEMETRY="True")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert (tmp_path / "notes").read_text() == ""
