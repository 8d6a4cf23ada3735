"""What the commands of `footnote eval` share."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click

from index.errors import FootnoteError
from qa.terminal import one_line

FILE = click.Path(path_type=Path, dir_okay=False)
PATIENCE = 2.0
"""Seconds after a Ctrl-C in which further ones are not heard."""
FOLDER = click.Path(path_type=Path, file_okay=False)


def many(name: str, metavar: str, text: str, **more: Any) -> Callable[[Any], Any]:
    """An option that may be given several times."""
    return click.option(name, multiple=True, metavar=metavar, help=text, **more)


def complain(line: str) -> None:
    """A line on stderr."""
    click.echo(f"footnote: {one_line(line)}", err=True)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Raises FootnoteError where the file cannot be written."""
    try:
        yield
    except OSError as error:
        raise FootnoteError(f"{path}: cannot be written ({(error.strerror or str(error)).lower()})") from error


@contextmanager
def first_interrupt_only() -> Iterator[None]:
    """Within it a Ctrl-C raises KeyboardInterrupt, and those right after it do not: what there is gets kept."""
    last = -PATIENCE

    def stop(_: int, __: FrameType | None) -> None:
        nonlocal last
        if time.monotonic() - last >= PATIENCE:
            last = time.monotonic()
            raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:  # in the background it is ignored, and stays so
        signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def leave(line: str) -> NoReturn:
    """Say why and end at once, as after a Ctrl-C: with --jobs, threads may still wait for answers, for minutes."""
    complain(line)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(130)
