"""From text to vectors: all-MiniLM-L6-v2, exported once, run by OpenVINO. No network, no torch."""

from __future__ import annotations

import importlib.util
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .errors import ModelError
from .runtime import TOKENIZER, batches, checked, checked_model, load_model, load_tokenizer

if TYPE_CHECKING:
    import tiktoken
    import tokenizers

Vectors = NDArray[np.float32]

DIMENSIONS = 384
MAX_TOKENS = 256
"""What the model reads of one text, its two special tokens included (its published `max_seq_length`)."""
REMEMBERED = 20_000
"""Vectors of sentences kept for the next question: 30 MB."""

MODEL = Path(__file__).parent / "models" / "minilm.xml"


class Encoder:
    """The embedding model and its tokenizers, each loaded at first use.

    The model holds its weights in int8 and multiplies in int8, each scale fixed beforehand. Mean pooling and
    normalisation are part of it, so a vector's dot product with another is their cosine.
    """

    name = "all-MiniLM-L6-v2/w8a8"
    """Vectors of two names never mix: the library keeps it beside them."""

    def __init__(self) -> None:
        self._remembered: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def load(self) -> Encoder:
        """Itself, with the model loaded; raises ModelError."""
        _ = self._model, self._wordpiece
        return self

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, one row a text, shape (len(texts), 384); bit for bit the same for the same text.

        Texts past `MAX_TOKENS` are cut.
        """
        vectors = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
        ids = [encoding.ids for encoding in self._wordpiece.encode_batch_fast(list(texts))]
        for width, rows in batches([len(i) for i in ids]):
            tokens = np.zeros((len(rows), width), dtype=np.int64)
            mask = np.zeros_like(tokens)
            for position, row in enumerate(rows):
                tokens[position, : len(ids[row])] = ids[row]
                mask[position, : len(ids[row])] = 1
            request = self._model.create_infer_request()  # one a call: several threads may encode
            vectors[rows] = request.infer({"input_ids": tokens, "attention_mask": mask})[0]
        return vectors

    def recall(self, texts: Sequence[str]) -> Vectors:
        """The same as `encode`, from memory where a text was met lately: questions come back to the same sentences."""
        with self._lock:
            known = {text: self._remembered[text] for text in texts if text in self._remembered}
        fresh = [text for text in dict.fromkeys(texts) if text not in known]
        known.update(zip(fresh, self.encode(fresh), strict=True))
        with self._lock:
            for text in known:
                self._remembered[text] = known[text]
                self._remembered.move_to_end(text)
            while len(self._remembered) > REMEMBERED:
                self._remembered.popitem(last=False)
        return np.stack([known[text] for text in texts]) if texts else np.empty((0, DIMENSIONS), dtype=np.float32)

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text: the larger of tiktoken's count and the model's own.

        tiktoken's is the size that people set. It takes a run of 60 dashes for one token where the model takes
        60, so it alone could not keep a passage from being cut.
        """
        tokens = [len(self._tiktoken.encode_ordinary(text)) for text in texts]
        pieces = [len(e.ids) for e in self._counter.encode_batch_fast(list(texts), add_special_tokens=False)]
        return [max(pair) for pair in zip(tokens, pieces, strict=True)]

    def is_word(self, word: str) -> bool:
        """Whether the model's vocabulary, which was made of English text, has the word (in lower case) in one piece."""
        return self._counter.token_to_id(word) is not None

    def clip(self, text: str, limit: int) -> str:
        """The beginning of `text` that has at most `limit` of the model's tokens."""
        offsets = self._counter.encode(text, add_special_tokens=False).offsets
        return text if len(offsets) <= limit else text[: offsets[limit - 1][1]]

    def check_files(self) -> None:
        """Compare the checksums of the model's files; raises ModelError."""
        checked_model(MODEL)
        checked(TOKENIZER)

    @cached_property
    def _model(self) -> Any:
        return load_model(MODEL)

    @cached_property
    def _wordpiece(self) -> tokenizers.Tokenizer:
        tokenizer = load_tokenizer()
        tokenizer.enable_truncation(MAX_TOKENS)
        return tokenizer

    @cached_property
    def _counter(self) -> tokenizers.Tokenizer:
        return load_tokenizer()

    @cached_property
    def _tiktoken(self) -> tiktoken.Encoding:
        """llama-index's tokenizer (cl100k_base), from the copy that llama-index ships.

        Importing llama-index takes three seconds and asking tiktoken for it by name would download it.
        """
        import tiktoken

        spec = importlib.util.find_spec("llama_index.core")
        if spec is None or spec.origin is None:
            raise ModelError("llama-index-core is not installed; install footnote again")
        cache = Path(spec.origin).parent / "_static" / "tiktoken_cache"
        with _environment("TIKTOKEN_CACHE_DIR", str(cache)):  # tiktoken's only way to name a folder
            return tiktoken.get_encoding("cl100k_base")


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
