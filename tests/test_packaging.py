"""What is installed is this checkout, whole, and what it is made of is pinned."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
SEEDS = {
    "000_fc1ac18a21488567.txt": "66a6b0e23dc77cd5426c55b230dd3c3478458a7a61d282c0463378dc6a2057e9",
    "003_d2dc321e20d6810b.txt": "25b73e6e87fbd17beedc225c8708fce7dea2d5688277685ce4e9c6de0a208ea8",
}


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def python(program: str, cwd: Path) -> str:
    result = subprocess.run([sys.executable, "-c", program], cwd=cwd, capture_output=True, text=True, check=True)
    return result.stdout


@pytest.mark.parametrize("package", ["qa", "index", "evals"])
def test_the_packages_with_common_names_are_ours_from_anywhere(tmp_path: Path, package: str) -> None:
    """`index` and `evals` are names of others' packages, too: an installed one would come first and break all."""
    file = Path(python(f"import {package}; print({package}.__file__)", cwd=tmp_path).strip())
    assert file.is_relative_to(REPOSITORY)
    assert Path(sys.modules.get(package, __import__(package)).__file__ or "").is_relative_to(REPOSITORY)


def test_seeds_holds_the_two_articles_byte_for_byte_and_nothing_else() -> None:
    assert {path.name: sha256(path) for path in (REPOSITORY / "seeds").iterdir()} == SEEDS


@pytest.mark.parametrize(
    ("package", "names"),
    [
        ("index", {"minilm.xml", "minilm.bin", "tokenizer.json"}),
        ("qa", {"reader.xml", "reader.bin", "checker.xml", "checker.bin"}),
        ("evals", {"minilm.onnx"}),
    ],
)
def test_the_model_files_are_those_whose_checksums_are_kept(package: str, names: set[str]) -> None:
    models = REPOSITORY / package / "models"
    checksums = json.loads((models / "checksums.json").read_text())
    assert set(checksums) == names
    assert {name: sha256(models / name) for name in checksums} == checksums


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_pins_every_package_with_hashes_and_names_no_address(name: str) -> None:
    text = (REPOSITORY / name).read_text()
    assert "://" not in text
    assert not re.search(r"^\s*(?:-i|-f|-e|--(?!hash=))", text, re.MULTILINE)
    entries = [entry for entry in re.split(r"\n(?=\S)", text.strip()) if not entry.startswith("#")]
    assert len(entries) > 50
    for entry in entries:
        pin = r"[A-Za-z0-9._\[\]-]+==[^\s;]+( ; [^\\\n]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+"
        assert re.fullmatch(pin, entry), entry[:200]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_holds_every_dependency_and_no_torch(name: str) -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    pinned = set(re.findall(r"^([A-Za-z0-9._-]+)==", (REPOSITORY / name).read_text(), re.MULTILINE))
    wanted = {re.split(r"[^A-Za-z0-9_.-]", dependency)[0] for dependency in project["dependencies"]}
    assert wanted <= pinned
    assert not pinned & {"torch", "transformers", "sentence-transformers"}


def test_the_installed_version_and_command_are_the_project_s() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    assert metadata.version("footnote-qa") == project["version"]
    (command,) = metadata.entry_points(group="console_scripts", name="footnote")
    assert command.value == project["scripts"]["footnote"]


def test_reading_the_command_line_imports_nothing_heavy(tmp_path: Path) -> None:
    """`footnote ask` is to answer in two seconds from a cold start; each of these takes a good part of one."""
    heavy = ["chromadb", "gradio", "fastapi", "llama_index", "openvino", "tokenizers", "numpy", "tiktoken"]
    program = f"import sys, evals.cli; print([name for name in {heavy} if name in sys.modules])"
    assert python(program, cwd=tmp_path) == "[]\n"


def test_a_cold_question_imports_neither_chroma_nor_gradio_nor_llama_index(seeds_folder: Path, tmp_path: Path) -> None:
    program = f"""
import sys
from evals.cli import footnote
footnote.main(["ask", "Who is Jack Ma?", "--library", {str(seeds_folder)!r}], standalone_mode=False)
print([name for name in ("chromadb", "gradio", "fastapi", "llama_index.core") if name in sys.modules])
"""
    assert python(program, cwd=tmp_path).endswith("\n[]\n")


def test_a_built_wheel_holds_all_that_git_knows_of_the_packages(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path],
        cwd=REPOSITORY,
        capture_output=True,
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
        assert (
            archive.read("index/models/minilm.bin")[:1000]
            == ((REPOSITORY / "index/models/minilm.bin").read_bytes()[:1000])
        )
    tracked = subprocess.run(
        ["git", "ls-files", "qa", "index", "evals"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert set(tracked.stdout.split()) <= held
    assert {"index/models/minilm.bin", "index/models/tokenizer.json", "evals/sets/seeds.jsonl"} <= held
    assert any(name.endswith("/licenses/LICENSE") for name in held)
    assert not [name for name in held if name.startswith(("tests/", "seeds/", "library/"))]
