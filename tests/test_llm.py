"""What opening and asking a model sends where, and what it does to the commands."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from evals.cli import footnote
from qa.endpoint import VENDORS, LLMSettingError, read_setting
from qa.llm import open_llm
from qa.servers import find_servers

from .llm_server import Request, refuses, says, serving


@pytest.mark.parametrize(
    "setting",
    [
        "",
        "qwen3:4b",
        "ollama",
        "ollama/",
        "mistral/large",
        "http://127.0.0.1:8080/v1",
        "http://#m",
        "ftp://h/v1#m",
        "file:///etc/passwd#m",
        "http://user:hunter2@host/v1#m",
        "http://host:99999/v1#m",
        "http://host/v1?x=1#m",
        "ollama/a\nb",
        "http://[::1/v1#m",
        "gguf:/nowhere/at/all.gguf",
    ],
)
def test_a_setting_that_names_none_is_refused_in_one_line(setting: str) -> None:
    with pytest.raises(LLMSettingError) as refused:
        open_llm(setting, {})
    assert "\n" not in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("seconds", ["0", "soon", "-1", "nan", "1e9"])
def test_a_deadline_that_is_none_is_refused(seconds: str) -> None:
    with pytest.raises(LLMSettingError, match="FOOTNOTE_LLM_SECONDS"):
        open_llm("ollama/m", {"FOOTNOTE_LLM_SECONDS": seconds})


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_text("no model")
    with pytest.raises(LLMSettingError, match="no GGUF file"):
        open_llm(f"gguf:{tmp_path / 'model.gguf'}", {})
    with pytest.raises(LLMSettingError):
        open_llm(f"gguf:{tmp_path}", {})


def test_a_model_file_that_breaks_off_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    (tmp_path / "model.gguf").write_bytes(b"GGUF\x03\0\0\0" + b"x" * 100)
    with pytest.raises(LLMSettingError, match="cannot load this model"):
        open_llm(f"gguf:{tmp_path / 'model.gguf'}", {})


def test_nothing_is_followed_elsewhere(seeds_folder: Path) -> None:
    """Neither a redirect nor a proxy: what is asked goes where the user said."""

    def redirect(request: Request) -> None:
        request.send_response(307)
        request.send_header("Location", other.url + "/chat/completions")
        request.send_header("Content-Length", "0")
        request.end_headers()

    with serving(says("Nobody asked me.")) as other, serving(redirect) as server:
        environment = {"FOOTNOTE_LLM": f"{server.url}#m", "HTTP_PROXY": other.url, "ALL_PROXY": other.url}
        result = CliRunner().invoke(
            footnote, ["ask", "Who is Jack Ma?", "--library", str(seeds_folder), "--json"], env=environment
        )
        assert server.asked
        assert other.asked == []
    assert json.loads(result.stdout)["mode"] == "extractive"


def test_openais_key_in_the_environment_alone_changes_nothing(seeds_folder: Path, tmp_path: Path) -> None:
    """No socket is opened, whatever OpenAI's variables say."""
    program = """
import sys
def guard(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise SystemExit(f"tried {event} {arguments[1:]}")
sys.addaudithook(guard)
from evals.cli import footnote
footnote.main(["ask", "Who is Jack Ma?", "--json", "--library", sys.argv[1]], standalone_mode=False)
print([name for name in ("openai", "httpx") if name in sys.modules])
"""
    variables = {"OPENAI_API_KEY": "sk-0", "OPENAI_BASE_URL": "http://127.0.0.1:1/v1", "OPENAI_MODEL": "gpt-x"}
    command = [sys.executable, "-c", program, str(seeds_folder)]
    result = subprocess.run(command, capture_output=True, text=True, env=variables, cwd=tmp_path, timeout=120)
    assert (result.returncode, result.stderr) == (0, "")
    assert '"mode": "extractive"' in result.stdout
    assert result.stdout.endswith("\n[]\n")


def test_ask_lets_the_model_write_and_says_when_it_could_not(seeds_folder: Path) -> None:
    arguments = ["ask", "Who is Jack Ma?", "--library", str(seeds_folder)]
    with serving(refuses(429)) as server:
        result = CliRunner().invoke(footnote, [*arguments, "--llm", f"{server.url}#m"])
    assert result.exit_code == 0
    assert "is busy (HTTP 429)" in result.stderr
    assert "[1]" in result.stdout
    refused = CliRunner().invoke(footnote, [*arguments, "--llm", "qwen3"])
    assert (refused.exit_code, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)


def test_a_batch_is_written_by_the_model_line_by_line(seeds_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(
        '{"id": 1, "question": "Who is Jack Ma?"}\n{"id": 2, "question": "Who is Li?"}\n'
    )
    files = ["--batch", str(tmp_path / "in.jsonl"), "--out", str(tmp_path / "out.jsonl")]
    with serving(says("Jack Ma, the founder of Alibaba.")) as server:
        arguments = ["ask", *files, "--library", str(seeds_folder), "--llm", f"{server.url}#m"]
        result = CliRunner().invoke(footnote, arguments)
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [(line["id"], line["mode"], line["abstained"]) for line in lines] == [
        (1, "llm", False),
        (2, "extractive", True),
    ]


def test_the_servers_of_this_machine_are_found_with_their_models() -> None:
    with serving(says("")) as ollama, serving(says("")) as web_site:
        web_site.models = b"<html>A web site on the same port</html>"
        ports = {"ollama": ollama.server_address[1], "vllm": web_site.server_address[1], "lmstudio": 1, "llamacpp": 1}
        (found,) = find_servers(ports)
    assert (found.vendor.name, found.models) == ("ollama", ("qwen3:4b", "llama3.2"))
    assert found.settings[0] == f"http://127.0.0.1:{ports['ollama']}/v1#qwen3:4b"


def test_a_server_on_its_usual_port_has_the_short_setting() -> None:
    from qa.servers import ModelsAt

    found = ModelsAt(VENDORS[0], VENDORS[0].url, ("qwen3:4b",))
    assert found.settings == ("ollama/qwen3:4b",)
    assert read_setting(found.settings[0], {}).model == "qwen3:4b"


@pytest.mark.parametrize("answer", [b"", b"[]", b'{"data": 7}', b'{"data": [{"id": 7}]}', b"\xff", b"x" * 3_000_000])
def test_what_is_no_model_server_is_passed_over(answer: bytes) -> None:
    with serving(says("")) as server:
        server.models = answer
        assert find_servers({"ollama": server.server_address[1]}) == []


def test_a_server_that_does_not_answer_is_not_waited_for() -> None:
    with serving(says("")) as server:
        server.models = None
        assert find_servers({"ollama": server.server_address[1]}, patience_s=0.3) == []


def test_the_command_asks_nothing_but_this_machine_and_only_when_called(tmp_path: Path) -> None:
    result = CliRunner().invoke(footnote, ["llm"])
    assert result.exit_code == 0
    assert "Ollama" in result.stdout
    listed = CliRunner().invoke(footnote, ["llm", "--json"])
    assert isinstance(json.loads(listed.stdout), list)
