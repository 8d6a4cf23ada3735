"""Model files that ship with the package, and what runs them: OpenVINO on the processor. No network, no torch."""

from __future__ import annotations

import contextlib
import hashlib
import json
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

from . import compiled
from .errors import ModelError

if TYPE_CHECKING:
    import tokenizers

BATCH_TOKENS = 4096
"""Padded tokens in one batch: bounds memory, and is past the size where larger batches gain."""
STEP = 16
"""Texts are padded to a multiple of this many tokens, whatever stands beside them in the batch: the width of a batch
changes a result's last digits, and the same text must give the same numbers."""
_LOADING = threading.Lock()
TOKENIZER = Path(__file__).parent / "models" / "tokenizer.json"


def load_model(path: Path) -> Any:
    """The model of an .xml file and the .bin beside it, compiled; raises ModelError.

    What is not in int8 is computed in bfloat16 where the processor can, else in float32.
    """
    openvino = _openvino()
    try:
        settings = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "bf16"}
        core = openvino.Core()
        if "BF16" not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
            settings["INFERENCE_PRECISION_HINT"] = "f32"
        files = checked_model(path)
        kept = compiled.path_of(path.stem, (_digests(path.parent), settings, openvino.get_version(), _processor(core)))
        if (blob := compiled.read(kept)) is not None:
            with contextlib.suppress(RuntimeError):
                return core.import_model(openvino.Tensor(blob), "CPU", settings)
        model = core.compile_model(core.read_model(*files), "CPU", settings)
        compiled.keep(kept, lambda: model.export_model().getvalue())
        return model
    except RuntimeError as error:
        reason = str(error).splitlines()[0]
        raise ModelError(f"{path} cannot be loaded ({reason}); install footnote again") from error


def _openvino() -> Any:
    """OpenVINO without what converts models, half of the time that its import takes, and what reports each import to
    Google Analytics from a process of its own: it does without either where that is not to be had."""
    sys.modules.setdefault("openvino_telemetry", cast(ModuleType, None))
    with _LOADING:
        converter = sys.modules.setdefault("openvino.tools.ovc", cast(ModuleType, None))
        import openvino

        if converter is None:  # for other code of this process that wants it
            del sys.modules["openvino.tools.ovc"]
    return openvino


def _processor(core: Any) -> list[object]:
    """What a compiled model is compiled for."""
    return [core.get_property("CPU", name) for name in ("FULL_DEVICE_NAME", "OPTIMIZATION_CAPABILITIES")]


def load_tokenizer() -> tokenizers.Tokenizer:
    """WordPiece as MiniLM has it, lower case, nothing cut or padded; raises ModelError."""
    import tokenizers

    tokenizer = tokenizers.Tokenizer.from_file(str(checked(TOKENIZER)))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def checked_model(path: Path) -> tuple[Path, Path]:
    """The graph's .xml and the .bin of its weights beside it, after a look at both checksums; raises ModelError."""
    return checked(path), checked(path.with_suffix(".bin"))


def checked(path: Path) -> Path:
    """The path of a file whose checksum is the one in `checksums.json` beside it; raises ModelError."""
    try:
        expected = _digests(path.parent)[path.name]
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror}); install footnote again") from error
    if found != expected:
        raise ModelError(f"{path} is damaged (its checksum is not the published one); install footnote again")
    return path


def _digests(folder: Path) -> dict[str, str]:
    """The published checksums of the files there; raises OSError."""
    digests: dict[str, str] = json.loads((folder / "checksums.json").read_text("utf-8"))
    return digests


def batches(lengths: Sequence[int]) -> list[tuple[int, list[int]]]:
    """(width, row numbers): rows of one width, a multiple of STEP, at most BATCH_TOKENS of them together.

    >>> batches([20, 3, 30])
    [(16, [1]), (32, [0, 2])]
    """
    widths: dict[int, list[int]] = {}
    for row, length in enumerate(lengths):
        widths.setdefault(-(-max(length, 1) // STEP) * STEP, []).append(row)
    return [
        (width, rows[start : start + BATCH_TOKENS // width])
        for width, rows in sorted(widths.items())
        for start in range(0, len(rows), BATCH_TOKENS // width)
    ]
