"""The mean of two runs' weights, as a run to export: `python -m qa.training.mean runs/mean runs/third runs/fifth`.

A run that went on from another with new material lies so near to it that the middle of both is a model too, which keeps
most of what each does well (Wortsman et al. 2022, "Model soups").
"""

from __future__ import annotations

import shutil
from pathlib import Path

import click
import torch

RUN = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.argument("before", type=RUN)
@click.argument("after", type=RUN)
def main(out: Path, before: Path, after: Path) -> None:
    """Write the mean of two runs into OUT, with the examples of the later one."""
    one, other = (torch.load(run / "reader.pt", weights_only=True)["model"] for run in (before, after))
    mean = {name: (weight + one[name]) / 2 if weight.is_floating_point() else weight for name, weight in other.items()}
    out.mkdir(parents=True, exist_ok=True)
    torch.save({"model": mean}, out / "reader.pt")
    shutil.copyfile(after / "examples.pickle", out / "examples.pickle")


if __name__ == "__main__":
    main()
