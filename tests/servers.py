"""A PostgreSQL and a Chroma server of the tests' own, on loopback, in temporary folders."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

USER, PASSWORD = "librarian", "correct horse"
WAIT_S = 60.0


def binaries() -> Path | None:
    """The folder of Debian's PostgreSQL, or of one on the PATH; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    other = shutil.which("initdb")
    return found[-1].parent if found else Path(other).resolve().parent if other else None


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def until(condition: Callable[[], bool], what: str, seconds: float = WAIT_S) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.05)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass
class Postgres:
    """A cluster of one superuser, who needs a password."""

    binaries: Path
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="footnote-postgres-")))
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    databases: int = 0

    def make(self) -> Self:
        password = self.folder / "password"
        password.write_text(PASSWORD)
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            for path in (self.folder, password):
                os.chown(path, user.pw_uid, user.pw_gid)
        options = ("-U", USER, "-A", "scram-sha-256", f"--pwfile={password}", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        subprocess.run([*self._as_user(), self.binaries / "initdb", "-D", self.folder / "data", *options],
                       check=True, capture_output=True)  # fmt: skip
        return self

    def start(self) -> None:
        settings = ("fsync=off", "full_page_writes=off", "listen_addresses=127.0.0.1", "max_connections=60",
                    f"unix_socket_directories={self.folder}", "shared_buffers=64MB")  # fmt: skip
        options = [part for setting in settings for part in ("-c", setting)]
        self.process = subprocess.Popen(
            [*self._as_user(), self.binaries / "postgres", "-D", self.folder / "data", "-p", str(self.port), *options],
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "log").open("ab"),
            start_new_session=True,
        )
        until(self._is_ready, "PostgreSQL does not start")

    def _is_ready(self) -> bool:
        command = [self.binaries / "pg_isready", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    def stop(self) -> None:
        """At once, as a server that is switched off; what was committed is there at the next start."""
        if self.process:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait()
            self.process = None

    def database(self) -> str:
        """A new database: the first part of an address."""
        self.databases += 1
        name = f"library_{self.databases}"
        self.psql("postgres", f"CREATE DATABASE {name}")
        return f"postgresql://{USER}:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{self.port}/{name}"

    def psql(self, database: str, *statements: str) -> str:
        command = [
            self.binaries / "psql",
            "-qAtX",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            "127.0.0.1",
            "-p",
            str(self.port),
            "-U",
            USER,
            database,
        ]
        environment = {**os.environ, "PGPASSWORD": PASSWORD}
        script = ";\n".join(statements)
        done = subprocess.run(command, input=script, env=environment, capture_output=True, text=True, check=True)
        return done.stdout

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @staticmethod
    def _as_user() -> list[str]:
        """It refuses to run as root."""
        return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []


@dataclass
class Chroma:
    """`chroma run`, in a temporary folder."""

    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="footnote-chroma-")))
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = Path(sys.executable).with_name("chroma")
        command = [program, "run", "--path", self.folder, "--host", "127.0.0.1", "--port", str(self.port)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "DO_NOT_TRACK": "1"}
        )
        until(lambda: answers(self.port), "Chroma does not start")

    def stop(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()
            self.process = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass(frozen=True)
class Servers:
    """Both."""

    postgres: Postgres
    chroma: Chroma

    def address(self, state: Path, database: str | None = None) -> str:
        """Of a new library, or of the one in a database that there is."""
        return f"{database or self.postgres.database()}?chroma=127.0.0.1:{self.chroma.port}&state={state}"


__all__ = ["PASSWORD", "USER", "Chroma", "Postgres", "Servers", "binaries", "until"]
