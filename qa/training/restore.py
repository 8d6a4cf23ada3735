"""The weights that ship, as a run to go on from: `python -m qa.training.restore runs/shipped`.

Takes qa/models/reader.xml apart: each int8 matrix times its scale and, where SmoothQuant moved some of the activations'
spread into it, times that again. Rounded to int8 as they are, they give the same logits to about a tenth.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from numpy.typing import NDArray

from qa.reader import MODEL

from .model import Reader, base_folder

Array = NDArray[np.float32]

EMBEDDINGS = ("position_embeddings", "token_type_embeddings")


def restored(model: Path) -> Reader:
    """The reader of an .xml file and the .bin beside it, in float32. Word embeddings are the base's: they are not
    trained. Raises StopIteration where the file is of another make."""
    import openvino

    nodes = {node.get_friendly_name(): node for node in openvino.Core().read_model(model).get_ordered_ops()}
    reader = Reader(base_folder())
    weights = reader.state_dict()
    for name, weight in weights.items():
        if "word_embeddings" not in name:
            value = _weight(name, nodes)
            weights[name] = torch.from_numpy(np.ascontiguousarray(value)).reshape(weight.shape)
    reader.load_state_dict(weights)
    reader.eval()
    return reader


def _weight(name: str, nodes: dict[str, Any]) -> Array:
    """A parameter by its name in torch: an embedding, a constant as it stands, or a matrix of a product."""
    module = re.sub(r"layer/(?=\d)", "layer.", name.removesuffix(".weight").replace(".", "/"))
    if module.endswith(EMBEDDINGS):
        return _value(nodes[f"/{module}/Gather/fq_weights_0"])
    product = nodes.get(f"/{module}/MatMul")
    if product is None or not name.endswith(".weight"):
        return _value(
            next(nodes[f"reader.{name}{end}"] for end in ("", "_compressed") if f"reader.{name}{end}" in nodes)
        )
    matrix = _value(_source(product, 1))
    return (matrix if product.get_attributes()["transpose_b"] else matrix.T) * _smoothing(_source(product, 0))


def _smoothing(node: Any) -> Array | float:
    """What the activations are multiplied by before a product, a number a channel; 1 where they are not."""
    while node.get_type_name() == "FakeQuantize":
        node = _source(node, 0)
    if "smooth_quant" not in node.get_friendly_name():
        return 1.0
    return _value(_source(node, 1)).reshape(-1)


def _value(node: Any) -> Array:
    """A constant, or what is computed of constants alone."""
    if node.get_type_name() == "Constant":
        return np.asarray(node.get_data(), dtype=np.float32)
    first = _value(_source(node, 0))
    return first * _value(_source(node, 1)) if node.get_type_name() == "Multiply" else first


def _source(node: Any, number: int) -> Any:
    return node.input(number).get_source_output().get_node()


@click.command()
@click.argument("run", type=click.Path(file_okay=False, path_type=Path))
def main(run: Path) -> None:
    """Write the weights of the reader that ships into RUN/reader.pt, for `python -m qa.training --after RUN`."""
    run.mkdir(parents=True, exist_ok=True)
    torch.save({"model": restored(MODEL).state_dict()}, run / "reader.pt")


if __name__ == "__main__":
    main()
