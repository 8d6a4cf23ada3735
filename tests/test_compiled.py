"""A compiled model in the user's cache gives what compiling gives, and what is wrong with the cache costs nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.compiled import cache_folder
from index.encoder import Encoder

TEXTS = ["The crackdown began in late 2020.", "Apples are red. " * 30, "Who?"]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return cache_folder()


def test_from_the_cache_every_number_is_the_same_and_a_damaged_one_is_made_anew(cache: Path, encoder: Encoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert np.array_equal(Encoder().encode(TEXTS), vectors)
    (kept,) = cache.iterdir()
    assert kept.stat().st_mode & 0o022 == 0
    whole, written = kept.read_bytes(), kept.stat().st_mtime_ns
    assert np.array_equal(Encoder().encode(TEXTS), vectors)
    assert kept.stat().st_mtime_ns == written, "it was compiled again"
    damaged = whole[:-1] + bytes([whole[-1] ^ 1])
    kept.write_bytes(damaged)
    assert np.array_equal(Encoder().encode(TEXTS), vectors)
    assert kept.read_bytes() != damaged
    kept.write_bytes(b"")
    (cache / "minilm-0123456789abcdef.blob").touch()
    assert np.array_equal(Encoder().encode(TEXTS), vectors)
    assert list(cache.iterdir()) == [kept], "that of another version goes"


def test_where_nothing_can_be_kept_it_is_compiled(cache: Path, encoder: Encoder) -> None:
    cache.parent.write_text("a file in the way")
    assert np.array_equal(Encoder().encode(TEXTS), encoder.encode(TEXTS))
