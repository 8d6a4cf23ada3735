"""Exports the trained reader to the file that ships: `python -m qa.training.export runs/reader`; its checker with
`--to qa/models/checker.xml`.

Writes the .xml and a .bin, and their checksums: int8 weights and activations, as the encoder's are. The graph takes
token ids, a mask and token types, and gives start and end logits, relevance and support.
"""

from __future__ import annotations

import pickle
import tempfile
from pathlib import Path

import click
import torch

from index.runtime import load_tokenizer
from qa.reader import MODEL

from .calibration import reader_rows
from .model import Reader, base_folder
from .quantize import quantize, write_checksums

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
@click.option("--to", "target", default=MODEL, type=click.Path(dir_okay=False, path_type=Path), help="The .xml file.")
def main(run: Path, target: Path) -> None:
    """Export RUN/reader.pt, calibrated on the examples beside it."""
    model = Reader(base_folder())
    model.load_state_dict(torch.load(run / "reader.pt", weights_only=True)["model"])
    examples = pickle.loads((run / "examples.pickle").read_bytes())  # noqa: S301  (our own file)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        graph = Path(folder) / "float32.onnx"
        _export(Exported(model).eval(), graph)
        quantize(graph, reader_rows(examples, load_tokenizer()), target)
    files = (target, target.with_suffix(".bin"))
    write_checksums(target.parent, *(file.name for file in files))
    click.echo(f"{target}: {sum(file.stat().st_size for file in files):,} bytes")


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
