"""What several test modules need: one encoder, the seeds indexed once, and a process that may not do everything."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from index import Library
from index.encoder import Encoder

from .servers import Chroma, Postgres, Servers, binaries

settings.register_profile("footnote", deadline=None)  # how long an example takes says how busy the machine is
settings.load_profile("footnote")

# A shell's background jobs ignore Ctrl-C, and so would the processes that tests start and stop with it.
signal.signal(signal.SIGINT, signal.default_int_handler)

REPOSITORY = Path(__file__).parents[1]
SEEDS = REPOSITORY / "seeds"


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The real encoder, loaded once."""
    return Encoder()


@pytest.fixture
def library(tmp_path: Path, encoder: Encoder) -> Iterator[Library]:
    """An empty library."""
    with Library(tmp_path / "library", create=True, encoder=encoder) as opened:
        yield opened


@pytest.fixture(params=["folder", "servers"])
def either(request: pytest.FixtureRequest, tmp_path: Path, encoder: Encoder) -> Iterator[Library]:
    """An empty library, in a folder and on servers: what is promised of one is promised of both."""
    is_folder = request.param == "folder"
    with Library(
        tmp_path / "library" if is_folder else request.getfixturevalue("address"), create=True, encoder=encoder
    ) as opened:
        yield opened


@pytest.fixture(scope="session")
def seeds_folder(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    """A library of the two seed articles. Never write to it: `seeds_copy` is for that."""
    folder = tmp_path_factory.mktemp("seeds") / "library"
    with Library(folder, create=True, encoder=encoder) as opened:
        opened.sync(SEEDS)
    return folder


@pytest.fixture(scope="session")
def seeds(seeds_folder: Path, encoder: Encoder) -> Iterator[Library]:
    """The library of the seed articles, open, for reading."""
    with Library(seeds_folder, encoder=encoder) as opened:
        yield opened


@pytest.fixture
def seeds_copy(seeds_folder: Path, tmp_path: Path) -> Path:
    """A copy of the library of the seed articles that a test may change or damage."""
    return Path(shutil.copytree(seeds_folder, tmp_path / "seeds library"))


SCRIPT = Path(sys.executable).with_name("footnote")
# Root passes over file modes. Without these two capabilities (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH) it does not.
OBEY_FILE_MODES = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
if os.geteuid() == 0 and any(libc.prctl(24, capability, 0, 0, 0) for capability in (1, 2)):
    sys.exit(f"cannot give up a capability: {os.strerror(ctypes.get_errno())}")
os.execv(sys.argv[1], sys.argv[1:])
"""

Process = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def process() -> Process:
    """Runs the command line in a process of its own; with `obedient`, file modes count even for root."""

    def run(*arguments: str | Path, obedient: bool = False, **options: Any) -> subprocess.CompletedProcess[str]:
        command = [SCRIPT, *arguments]
        if obedient:
            command = [sys.executable, "-c", OBEY_FILE_MODES, *command]
        settings: dict[str, Any] = {"capture_output": True, "text": True, "timeout": 120, "cwd": REPOSITORY}
        return subprocess.run(command, check=False, **(settings | options))

    return run


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """A PostgreSQL and a Chroma server, started once; who stops one starts it again."""
    found = binaries()
    if found is None:
        pytest.skip("PostgreSQL is not installed: libraries on servers are not tested")
    started = Servers(Postgres(found).make(), Chroma())
    try:
        started.postgres.start()
        started.chroma.start()
        yield started
    finally:
        started.chroma.remove()
        started.postgres.remove()


@pytest.fixture
def address(servers: Servers, tmp_path: Path) -> str:
    """Where a library can be made on the servers: in a database of its own."""
    return servers.address(tmp_path / "state")
