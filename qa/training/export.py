"""Exports the trained reader to the file that ships: `python -m qa.training.export runs/reader`.

Writes qa/models/reader.onnx and its checksum. Weights are int8 with one scale an output channel, as the encoder's
are: the graph takes token ids, a mask and token types, and gives start and end logits, relevance and support.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path

import click
import onnx
import torch

from index.models.export import compress
from qa.reader import MODEL

from .model import Reader, base_folder

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
OUTPUTS = ("starts", "ends", "relevance", "support")


class Exported(torch.nn.Module):
    """The reader as it ships. The pooling layer runs over all tokens and [CLS] is taken after it: with int8 weights
    on a matrix of one token a row the engine divides by zero."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """The same as the reader's."""
        hidden = self.reader.transformer(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state
        start, end = self.reader.span(hidden).unbind(-1)
        pooled = torch.tanh(self.reader.pool(hidden))
        return start, end, self.reader.relevance(pooled)[:, 0, 0], self.reader.support(pooled)[:, 0]


@click.command()
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--to", "target", default=MODEL, type=click.Path(dir_okay=False, path_type=Path), help="The ONNX file.")
def main(run: Path, target: Path) -> None:
    """Export RUN/reader.pt."""
    model = Reader(base_folder())
    model.load_state_dict(torch.load(run / "reader.pt", weights_only=True)["model"])
    with tempfile.TemporaryDirectory() as folder:
        graph = Path(folder) / "float32.onnx"
        _export(Exported(model).eval(), graph)
        target.parent.mkdir(parents=True, exist_ok=True)
        onnx.save(compress(onnx.load(str(graph))), str(target))
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    sums = target.parent / "checksums.json"
    known = json.loads(sums.read_text("utf-8")) if sums.exists() else {}
    sums.write_text(json.dumps({**known, target.name: digest}, indent=2) + "\n", "utf-8")
    click.echo(f"{target}: {target.stat().st_size:,} bytes, {digest}")


def _export(model: Exported, target: Path) -> None:
    ids = torch.randint(1000, 2000, (2, 16), generator=torch.Generator().manual_seed(0))
    rows = {0: "batch"}
    table = {0: "batch", 1: "length"}
    torch.onnx.export(
        model,
        (ids, torch.ones_like(ids), torch.zeros_like(ids)),
        str(target),
        dynamo=False,
        opset_version=17,
        input_names=list(INPUTS),
        output_names=list(OUTPUTS),
        dynamic_axes={
            **dict.fromkeys(INPUTS, table),
            **dict(zip(OUTPUTS, (table, table, rows, rows), strict=True)),
        },
    )


if __name__ == "__main__":
    main()
