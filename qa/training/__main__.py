"""Trains the reader: `python -m qa.training ../shared/bench runs/reader`.

Needs the `train` extra. Stops and goes on where it was, when called again with the same settings; Ctrl-C saves first.
"""

from __future__ import annotations

import json
import pickle
import time
from collections.abc import Sequence
from dataclasses import asdict
from itertools import chain, permutations
from pathlib import Path

import click
import numpy as np
import torch
from tokenizers import Tokenizer
from tqdm import tqdm

from index.encoder import Encoder

from .asked import FILES, asked, made_up
from .distil import Teachers, distilled, shared_out
from .examples import Example, articles_of, for_development, read_all
from .model import Reader, base_folder, loss_of
from .recipe import COURSES, Recipe, lay_out
from .rows import PAD, Batch

PUBLISHED = Recipe()
SAVED_EVERY = 300.0
"""Seconds between checkpoints."""


@click.command()
@click.argument("bench", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--rate", default=PUBLISHED.rate, show_default=True, help="Largest learning rate.")
@click.option("--listwise", default=PUBLISHED.listwise, show_default=True, help="Weight of the listwise loss; 0: none.")
@click.option(
    "--course",
    type=click.Choice(list(COURSES)),
    default="first",
    show_default=True,
    help="Which sets, how much of each.",
)
@click.option("--scale", default=PUBLISHED.scale, show_default=True, help="Multiplies the share of every set.")
@click.option(
    "--order",
    type=click.Choice(["".join(order) for order in permutations("012")]),
    default="012",
    show_default=True,
    help="The first course's stages: sentences, paragraphs and news, all again.",
)
@click.option("--only", type=click.Choice(["groups", "claims"]), help="Questions alone, or claims alone.")
@click.option("--seed", default=PUBLISHED.seed, show_default=True)
@click.option("--after", type=click.Path(exists=True, path_type=Path), help="A run's folder: go on from its weights.")
@click.option(
    "--teacher",
    "teachers",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="A run's folder, to learn from beside the labels; may be given several times.",
)
@click.option("--stop-after", type=int, help="Stop after this many batches, the schedule unchanged (to try a rate).")
def main(
    bench: Path,
    out: Path,
    rate: float,
    listwise: float,
    course: str,
    scale: float,
    order: str,
    only: str | None,
    seed: int,
    after: Path | None,
    teachers: tuple[Path, ...],
    stop_after: int | None,
) -> None:
    """Train on the sets below BENCH, into OUT/reader.pt."""
    stages = tuple(int(number) for number in order)
    recipe = Recipe(
        rate,
        listwise=listwise,
        scale=scale,
        seed=seed,
        course=course,
        order=stages,
        only=only or "",
        teachers=len(teachers),
    )
    out.mkdir(parents=True, exist_ok=True)
    examples = [example for example in _examples(bench, out) if not for_development(example)]
    base = base_folder()
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    planned = lay_out(examples, tokenizer, recipe)
    tokens = sum(batch.ids.size for batch in planned)
    click.echo(f"{len(examples)} examples, {tokens:,} tokens, {len(planned)} batches", err=True)
    Run(recipe, base, out, after, teachers).train(planned[:stop_after], len(planned))


def _examples(bench: Path, out: Path) -> list[Example]:
    """The examples, from OUT where an earlier run left them: cutting 20,000 articles takes minutes."""
    kept = out / "examples.pickle"
    if not kept.exists():
        encoder = Encoder()
        articles = articles_of(bench / "realtimeqa-train") | made_up()
        sets = chain(read_all(bench, encoder), *(asked(articles, encoder, file) for file in FILES))
        made = list(tqdm(sets, desc="reading the sets", unit=" examples"))
        kept.write_bytes(pickle.dumps(made))
    found: list[Example] = pickle.loads(kept.read_bytes())  # noqa: S301  (our own file)
    return found


class Run:
    """One training run, with what is needed to go on with it."""

    def __init__(
        self, recipe: Recipe, base: Path, out: Path, after: Path | None = None, teachers: Sequence[Path] = ()
    ) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe = recipe
        self.out = out
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.model = Reader(base).to(self.device)
        if after is not None:
            self.model.load_state_dict(torch.load(after / "reader.pt", weights_only=True)["model"])
        trained = [p for p in self.model.parameters() if p.requires_grad]
        plain = [p for p in trained if p.ndim < 2]
        matrices = [p for p in trained if p.ndim >= 2]
        self.optimizer = torch.optim.AdamW(
            [{"params": matrices, "weight_decay": recipe.decay}, {"params": plain, "weight_decay": 0.0}],
            lr=recipe.rate,
            betas=(0.9, 0.98),
            fused=True,
        )
        self.forward = torch.compile(self.model, dynamic=False)
        self.taught = torch.compile(Teachers(base, teachers).to(self.device), dynamic=False) if teachers else None
        self.done = 0
        self._resume()

    def train(self, planned: list[Batch], length: int) -> None:
        """Take the batches from where the run stands; `length` is what the schedule is laid out for."""
        torch._dynamo.config.cache_size_limit = 64
        saved = time.monotonic()
        means: dict[str, float] = {}
        bar = tqdm(planned[self.done :], initial=self.done, total=len(planned), unit="batch", mininterval=5)
        try:
            for batch in bar:
                for name, value in self._step(batch, length).items():
                    means[name] = 0.98 * means.get(name, value) + 0.02 * value
                self.done += 1
                bar.set_postfix({name: f"{value:.3f}" for name, value in sorted(means.items())}, refresh=False)
                if self.done % 50 == 0:
                    self._log(means)
                if time.monotonic() - saved > SAVED_EVERY:
                    self._save()
                    saved = time.monotonic()
        finally:
            self._save()

    def _step(self, batch: Batch, length: int) -> dict[str, float]:
        warm_up = max(1, round(self.recipe.warm_up * length))
        share = min((self.done + 1) / warm_up, (length - self.done) / max(1, length - warm_up))
        for group in self.optimizer.param_groups:
            group["lr"] = self.recipe.rate * share
        ids = torch.from_numpy(batch.ids).to(self.device)
        types = torch.from_numpy(batch.types).to(self.device)
        with torch.autocast(self.device.type, torch.bfloat16):
            outputs = self.forward(ids, (ids != PAD).long(), types)
        said = tuple(output.cpu() for output in outputs)
        losses = loss_of(said, batch, self.recipe.listwise)
        if self.taught is not None:
            with torch.autocast(self.device.type, torch.bfloat16):
                soft = self.taught(ids, torch.from_numpy(batch.first).to(self.device), types)
            losses = shared_out(losses, distilled(said, [part.cpu() for part in soft], batch))
        torch.stack(list(losses.values())).sum().backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return {name: float(np.float32(loss.detach())) for name, loss in losses.items()}

    def _log(self, means: dict[str, float]) -> None:
        line = {"batch": self.done, "time": round(time.time()), **{k: round(v, 4) for k, v in means.items()}}
        with (self.out / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")

    def _save(self) -> None:
        state = {
            "recipe": asdict(self.recipe),
            "done": self.done,
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }
        torch.save(state, self.out / "reader.part")
        (self.out / "reader.part").replace(self.out / "reader.pt")

    def _resume(self) -> None:
        path = self.out / "reader.pt"
        if not path.exists():
            return
        state = torch.load(path, weights_only=True)
        if state["recipe"] != asdict(self.recipe):
            raise click.ClickException(f"{path} is of a run with other settings; name another folder")
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.done = state["done"]


if __name__ == "__main__":
    main()
