"""The encoder: the published model's vectors whatever the company, and counts that two other tokenizers confirm."""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import tokenizers
from hypothesis import given, settings
from hypothesis import strategies as st
from llama_index.core.utils import get_tokenizer

import index
from evals.plain import BASELINE
from index import encoder as encoder_module
from index import runtime
from index.encoder import DIMENSIONS, MAX_TOKENS, Encoder, Vectors
from index.errors import ModelError

MODELS = Path(index.__file__).parent / "models"
TEXTS = [
    "Alibaba splits into six units.",
    "The regulator fined a company.",
    "",
    "中文 and “curly quotes” 🙂",
    "word " * 400,
    "Prices fell. " * 12,
]
ODD = st.text(max_size=60) | st.sampled_from(["—" * 60, "a" * 3000, "\u200b" * 90, "e\u0301" * 50, "\r\n \n" * 20])


def wordpiece() -> tokenizers.Tokenizer:
    tokenizer = tokenizers.Tokenizer.from_file(str(MODELS / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def by_onnxruntime(text: str) -> Vectors:
    """The same weights, one text at a time, in single precision, by a runtime that the project does not use."""
    ids = wordpiece().encode(text).ids
    ids = [*ids[: MAX_TOKENS - 1], ids[-1]] if len(ids) > MAX_TOKENS else ids
    session = onnxruntime.InferenceSession(str(BASELINE), providers=["CPUExecutionProvider"])
    tokens = np.array([ids], dtype=np.int64)
    vector: Vectors = session.run(None, {"input_ids": tokens, "attention_mask": np.ones_like(tokens)})[0][0]
    return vector


def test_vectors_are_those_of_another_runtime(encoder: Encoder) -> None:
    """Activations in int8 cost some precision: a cosine of 0.98 is the same direction, chance gives about 0."""
    ours = encoder.encode(TEXTS)
    theirs = np.stack([by_onnxruntime(text) for text in TEXTS])
    assert ((ours * theirs).sum(axis=1) > 0.98).all()


def test_vectors_have_length_one_and_the_published_size(encoder: Encoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), DIMENSIONS)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=0.01)


def test_no_text_gives_no_vector(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, DIMENSIONS)
    assert encoder.count([]) == []


def test_a_vector_does_not_depend_on_the_texts_beside_it(encoder: Encoder) -> None:
    together = encoder.encode(TEXTS)
    alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
    assert ((together * alone).sum(axis=1) > 0.995).all()


def test_the_same_call_gives_the_same_bytes(encoder: Encoder) -> None:
    assert encoder.encode(TEXTS).tobytes() == encoder.encode(TEXTS).tobytes()


def test_threads_may_encode_at_once(encoder: Encoder) -> None:
    expected = encoder.encode(TEXTS)
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: encoder.encode(TEXTS), range(12)))
    for result in results:
        assert ((result * expected).sum(axis=1) > 0.999).all()


def test_what_means_the_same_is_nearer_than_what_does_not(encoder: Encoder) -> None:
    fell, lost, cake = encoder.encode(["Share prices collapsed.", "Stocks lost much of their worth.", "Bake the cake."])
    assert fell @ lost > fell @ cake + 0.2


def test_what_lies_past_the_limit_changes_nothing(encoder: Encoder) -> None:
    short, long = encoder.encode(["word " * 254, "word " * 254 + "and then something else"])
    assert short @ long > 0.999


@settings(deadline=None, max_examples=80)
@given(st.lists(ODD, max_size=4))
def test_a_count_is_the_larger_of_llama_index_s_and_the_model_s(encoder: Encoder, texts: list[str]) -> None:
    tiktokens, pieces = get_tokenizer(), wordpiece()
    assert encoder.count(texts) == [
        max(len(tiktokens(text)), len(pieces.encode(text, add_special_tokens=False).ids)) for text in texts
    ]


@settings(deadline=None, max_examples=80)
@given(ODD, st.integers(1, 30))
def test_clipping_leaves_the_longest_beginning_that_fits(encoder: Encoder, text: str, limit: int) -> None:
    pieces = wordpiece()
    clipped = encoder.clip(text, limit)
    assert text.startswith(clipped)
    whole = pieces.encode(text, add_special_tokens=False).ids
    kept = pieces.encode(clipped, add_special_tokens=False).ids
    if len(whole) <= limit:
        assert clipped == text
    else:
        assert limit <= len(kept) <= limit + 4  # a Hangul syllable is one character and up to four tokens
        assert kept[:limit] == whole[:limit]


def test_the_same_text_gives_the_same_vector_whatever_stands_beside_it(encoder: Encoder) -> None:
    texts = ["Short.", "A somewhat longer sentence about a listing that was called off.", "word " * 90, ""]
    together = encoder.encode(texts)
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    assert np.array_equal(together, alone)
    assert np.array_equal(encoder.recall(texts[::-1])[::-1], together)
    assert np.array_equal(encoder.recall(texts), together)


def test_counting_leaves_the_environment_as_it_was(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """llama-index's own tokenizer would fail here: it looks into the folder named, finds nothing, and downloads."""
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    assert Encoder().count(["Three small words"]) == [3]
    assert os.environ["TIKTOKEN_CACHE_DIR"] == str(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", ["cut", "missing"])
@pytest.mark.parametrize("name", ["minilm.xml", "minilm.bin", "tokenizer.json"])
def test_a_damaged_model_file_is_named_in_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, damage: str
) -> None:
    shutil.copytree(MODELS, tmp_path / "models")
    file = tmp_path / "models" / name
    if damage == "cut":
        file.write_bytes(file.read_bytes()[:1000])
    else:
        file.unlink()
    monkeypatch.setattr(encoder_module, "MODEL", tmp_path / "models" / "minilm.xml")
    monkeypatch.setattr(runtime, "TOKENIZER", tmp_path / "models" / "tokenizer.json")
    with pytest.raises(ModelError, match=name) as error:
        Encoder().encode(["text"])
    assert "\n" not in str(error.value)
    assert "install footnote again" in str(error.value)
