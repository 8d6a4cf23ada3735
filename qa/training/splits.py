"""Prints which documents are for development: `python -m qa.training.splits ../shared/bench > docs/reader-splits.txt`.

One line a set: its name, then the first eight digits of the SHA-256 of each held-out document's set and name or text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import click

from index.encoder import Encoder

from .examples import Example, for_development, read_all

DIGITS = 8


@click.command()
@click.argument("bench", type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(bench: Path) -> None:
    """Print the documents of the sets below BENCH that are for development."""
    for line in held_out(read_all(bench, Encoder())):
        click.echo(line)


def held_out(examples: Iterable[Example]) -> list[str]:
    """A line a set, sets and documents in order."""
    documents: dict[str, set[str]] = {}
    for example in examples:
        if for_development(example):
            documents.setdefault(example.source, set()).add(f"{example.source}\x1f{example.document}")
    return [
        f"{source} {' '.join(sorted(hashlib.sha256(d.encode()).hexdigest()[:DIGITS] for d in held))}"
        for source, held in sorted(documents.items())
    ]


if __name__ == "__main__":
    main()
