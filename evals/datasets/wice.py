"""WiCE (Kamoi et al., EMNLP 2023): claims of Wikipedia against the pages they cite; supported against the rest."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from .dataset import Pair, SupportSet, digest, each_line

GET = "a .jsonl file of data/entailment_inputs or data/entailment_retrieval from github.com/ryokamoi/wice"


def read(path: Path) -> SupportSet:
    """The pairs of the file. A claim whose evidence comes in several chunks has as many pairs."""
    problems: list[str] = []
    seen: Counter[str] = Counter()

    def pair(record: dict[str, Any]) -> Pair:
        claim = str(record["meta"]["id"])
        evidence, supported = "\n".join(record["evidence"]), record["label"] == "supported"
        seen[claim] += 1
        return Pair(f"{claim}-{seen[claim]}", claim, record["claim"], evidence, supported)

    return SupportSet(f"wice-{path.stem}", digest([path]), tuple(each_line(path, pair, problems)), tuple(problems))
