"""Claims in the project's own format, what `footnote check --batch` reads with the verdict beside it, a line each:
`{"id", "claim", "evidence", "title"?, "supported"}`. The evidence is a text or a list of texts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from index.errors import FootnoteError

from .dataset import Pair, SupportSet, digest, each_line


def read_claims(path: Path) -> SupportSet:
    """The claims of the file; raises FootnoteError where it holds none."""
    problems: list[str] = []
    unique: dict[str, Pair] = {}
    for pair in each_line(path, _pair, problems):
        if pair.id in unique:
            problems.append(f"{path}: the id {pair.id!r} comes twice")
        unique.setdefault(pair.id, pair)
    if not unique:
        raise FootnoteError(problems[0] if problems else f"{path}: the file holds no claims")
    return SupportSet(path.name, digest([path]), tuple(unique.values()), tuple(problems))


def _pair(record: dict[str, Any]) -> Pair:
    identity, claim, evidence, supported = (record[name] for name in ("id", "claim", "evidence", "supported"))
    text = "\n\n".join(evidence) if isinstance(evidence, list) else evidence
    title = record.get("title", "")
    if not all(isinstance(field, str) for field in (identity, claim, text, title)) or not isinstance(supported, bool):
        raise TypeError
    return Pair(identity, identity, claim, text, supported, title)


def holds_claims(path: Path) -> bool:
    """Whether the file's first line is a claim, not a question."""
    try:
        with path.open("rb") as lines:
            first = json.loads(next((line for line in lines if line.strip()), b"{}"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(first, dict) and "claim" in first
