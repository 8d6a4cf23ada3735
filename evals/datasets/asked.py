"""The claims that were written for the reader's training, over the documents that it holds out: a quarter of them."""

from __future__ import annotations

from pathlib import Path

from .dataset import Pair, SupportSet, digest

GET = "a folder with realtimeqa-train/, the news that the claims are about: github.com/realtimeqa/realtimeqa_public"


def read(path: Path) -> SupportSet:
    """The claims of qa/training's files; raises FootnoteError where the news is not there."""
    from qa.training.asked import FILES
    from qa.training.examples import ENTAILMENT, Claim

    from ..reading_asked import held_out

    claims = [example for example in held_out(path) if isinstance(example, Claim)]
    pairs = (
        Pair(f"{n}", f"{n}", claim.claim, claim.text, claim.labels == (ENTAILMENT,), document=claim.document)
        for n, claim in enumerate(claims, start=1)
    )
    return SupportSet("asked", digest(FILES), tuple(pairs))
