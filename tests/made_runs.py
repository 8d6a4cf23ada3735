"""Runs made by hand: outcomes in memory or in a folder, for what reads them back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals.folder import Run
from evals.outcomes import Outcome


def outcome(number: int, **fields: Any) -> Outcome:
    """An answered case that expects something."""
    base: dict[str, Any] = {"answerable": True, "tags": (), "expected": ("Ma",), "abstained": False, "confidence": 0.9}
    base |= {"latency_ms": 10.0, "answer": {"answer": f"Answer {number}."}, "group": f"g{number}"}
    return Outcome(id=str(number), question=f"Who is {number}?", **(base | fields))


def run_of(outcomes: Sequence[Outcome], name: str = "run", **manifest: Any) -> Run:
    """A finished run of these outcomes."""
    return Run(Path(name), {"cases": len(outcomes), "set": "tiny", "set_sha256": "s"} | manifest, tuple(outcomes))


def written(folder: Path, outcomes: Sequence[Outcome], **manifest: Any) -> Path:
    """The same on disk."""
    folder.mkdir(parents=True)
    run = run_of(outcomes, **manifest)
    (folder / "manifest.json").write_text(json.dumps(dict(run.manifest)), "utf-8")
    lines = (json.dumps(outcome.to_json()) + "\n" for outcome in outcomes)
    (folder / "results.jsonl").write_text("".join(lines), "utf-8")
    return folder
