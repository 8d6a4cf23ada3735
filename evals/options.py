"""What the commands of `footnote eval` share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from qa.terminal import one_line

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)


def many(name: str, metavar: str, text: str, **more: Any) -> Callable[[Any], Any]:
    """An option that may be given several times."""
    return click.option(name, multiple=True, metavar=metavar, help=text, **more)


def complain(line: str) -> None:
    """A line on stderr."""
    click.echo(f"footnote: {one_line(line)}", err=True)
