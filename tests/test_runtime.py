from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import ModelError
from index.runtime import BATCH_TOKENS, STEP, batches, checked, load_model


@settings(max_examples=100)
@given(st.lists(st.integers(0, 256), max_size=60))
def test_batches_hold_every_row_once_and_are_bounded(lengths: list[int]) -> None:
    made = batches(lengths)
    assert sorted(row for _, rows in made for row in rows) == list(range(len(lengths)))
    for width, rows in made:
        assert width % STEP == 0
        assert len(rows) * width <= BATCH_TOKENS
        assert all(width - STEP < max(lengths[row], 1) <= width for row in rows)


def test_a_file_that_is_not_the_published_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.xml").write_bytes(b"model")
    (tmp_path / "checksums.json").write_text(json.dumps({"model.xml": "0" * 64}))
    with pytest.raises(ModelError, match=r"model\.xml is damaged"):
        checked(tmp_path / "model.xml")


def test_a_file_that_is_no_model_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "model.xml").write_bytes(b"model")
    digest = "9372c470eeadd5ecd9c3c74c2b3cb633f8e2f2fad799250a0f70d652b6b825e4"
    (tmp_path / "model.bin").write_bytes(b"model")
    (tmp_path / "checksums.json").write_text(json.dumps({"model.xml": digest, "model.bin": digest}))
    with pytest.raises(ModelError, match="install footnote again") as error:
        load_model(tmp_path / "model.xml")
    assert "\n" not in str(error.value)


def test_what_converts_models_is_not_loaded_and_can_be_had_by_others() -> None:
    program = (
        "import sys; from index.encoder import Encoder; Encoder().load(); print('openvino.tools.ovc' in sys.modules);"
        "from openvino.tools import ovc; print(callable(ovc.convert_model))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
