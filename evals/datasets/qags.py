"""QAGS (Wang, Cho and Lewis, ACL 2020): sentences of summaries against their article, judged by three people each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .dataset import Pair, SupportSet, digest, each_line

GET = "data/mturk_cnndm.jsonl from github.com/W4ngatang/qags"


def read(path: Path) -> SupportSet:
    """The sentences of the file; the majority of the votes decides. Lines with `doc` and `claim` are read as well."""
    problems: list[str] = []
    name = path.stem.removeprefix("mturk_")
    lines = list(each_line(path, lambda record: record, problems))
    pairs: list[Pair] = []
    for number, record in enumerate(lines):
        try:
            pairs += _pairs(record, f"{name}-{number}")
        except (KeyError, TypeError):
            problems.append(f"{path}:{number + 1}: is not as the format has it")
    return SupportSet(f"qags-{name}", digest([path]), tuple(pairs), tuple(problems))


def _pairs(record: dict[str, Any], name: str) -> list[Pair]:
    if "claim" in record:
        return [Pair(record["id"], record["id"], record["claim"], record["doc"], record["label"] == 1)]
    pairs = []
    for number, sentence in enumerate(record["summary_sentences"]):
        votes = [answer["response"] == "yes" for answer in sentence["responses"]]
        identity = f"{name}-{number}"
        supported = 2 * sum(votes) > len(votes)
        pairs.append(Pair(identity, identity, sentence["sentence"], record["article"], supported))
    return pairs
