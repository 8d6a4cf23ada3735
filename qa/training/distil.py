"""Teaching one reader what several made of the same rows (distillation; Hinton, Vinyals and Dean 2015)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from .model import FAR, Reader, readable
from .rows import PAD, Batch

SHARE = 0.5
"""Of the loss, how much follows the teachers; the rest follows the labels."""


class Teachers(nn.Module):
    """Finished runs, whose mean probabilities, at temperature 1, are the soft labels."""

    def __init__(self, base: Path, runs: Sequence[Path]) -> None:
        super().__init__()
        self.readers = nn.ModuleList(_loaded(base, run) for run in runs)

    def forward(self, ids: Tensor, first: Tensor, types: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Probabilities: start and end (rows, width), relevance (rows,), support (rows, 3)."""
        allowed, mask = readable(ids, first), (ids != PAD).long()
        with torch.no_grad():
            said = [_probabilities(reader(ids, mask, types), allowed) for reader in self.readers]
        start, end, relevance, support = (torch.stack(parts).mean(0) for parts in zip(*said, strict=True))
        return start, end, relevance, support


def _loaded(base: Path, run: Path) -> Reader:
    reader = Reader(base)
    reader.load_state_dict(torch.load(run / "reader.pt", weights_only=True)["model"])
    reader.requires_grad_(False)
    return reader


def _probabilities(outputs: Sequence[Tensor], allowed: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    start, end, relevance, support = (output.float() for output in outputs)
    edges = [torch.softmax(logits.masked_fill(~allowed, FAR), -1) for logits in (start, end)]
    return edges[0], edges[1], torch.sigmoid(relevance), torch.softmax(support, -1)


def distilled(outputs: Sequence[Tensor], taught: Sequence[Tensor], batch: Batch) -> dict[str, Tensor]:
    """Mean cross entropies against the teachers' probabilities, by name: `span`, `relevant` and `support`.

    Only rows that are asked of each head count, as with the labels.
    """
    start, end, relevance, support = (output.float() for output in outputs)
    ids, first = torch.from_numpy(batch.ids), torch.from_numpy(batch.first)
    allowed = readable(ids, first)
    asked, claimed = torch.from_numpy(batch.relevant) >= 0, torch.from_numpy(batch.labels).any(1)
    losses: dict[str, Tensor] = {}
    if bool(asked.any()):
        edges = [
            functional.cross_entropy(logits.masked_fill(~allowed, FAR)[asked], target[asked])
            for logits, target in ((start, taught[0]), (end, taught[1]))
        ]
        losses["span"] = (edges[0] + edges[1]) / 2
        losses["relevant"] = functional.binary_cross_entropy_with_logits(relevance[asked], taught[2][asked])
    if bool(claimed.any()):
        losses["support"] = functional.cross_entropy(support[claimed], taught[3][claimed])
    return losses


def shared_out(labelled: dict[str, Tensor], taught: dict[str, Tensor]) -> dict[str, Tensor]:
    """Both losses in their shares, the taught ones under `taught_` and their name."""
    ours = {name: (1 - SHARE) * loss for name, loss in labelled.items()}
    return ours | {f"taught_{name}": SHARE * loss for name, loss in taught.items()}
