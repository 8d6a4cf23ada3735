"""The plain way to fill a Chroma collection, to be measured against: llama-index's splitter, Chroma's own encoder.

Chroma's MiniLM function cannot be used as it is, since it downloads its weights; what it computes is written out here
over the same weights, rounded to int8 and back: texts padded to 256 tokens, 32 at a time, by onnxruntime in float32.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.encoder import MAX_TOKENS, Encoder, Vectors
from index.reading import PASSAGE_TOKENS
from index.runtime import checked, load_tokenizer

BASELINE = Path(__file__).parent / "models" / "minilm.onnx"
"""all-MiniLM-L6-v2 that computes in float32, by any runtime."""
BATCH = 32


class ChromaMiniLM(Encoder):
    """`chromadb.utils.embedding_functions.ONNXMiniLM_L6_V2`, with a file of ours in place of its download."""

    def __init__(self) -> None:
        super().__init__()
        import onnxruntime  # type: ignore[import-untyped,unused-ignore]

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(checked(BASELINE)), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = load_tokenizer()
        self._tokenizer.enable_truncation(max_length=MAX_TOKENS)
        self._tokenizer.enable_padding(pad_id=0, pad_token="[PAD]", length=MAX_TOKENS)  # noqa: S106

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), 384)."""
        vectors = []
        for start in range(0, len(texts), BATCH):
            encoded = [self._tokenizer.encode(text) for text in texts[start : start + BATCH]]
            inputs = {
                "input_ids": np.array([e.ids for e in encoded], dtype=np.int64),
                "attention_mask": np.array([e.attention_mask for e in encoded], dtype=np.int64),
            }
            vectors.append(self._session.run(None, inputs)[0])
        return np.concatenate(vectors)


def fill(folder: Path, articles: Sequence[tuple[str, str]]) -> int:
    """Split (id, text) pairs, encode and add them to a new collection, article by article; how many chunks."""
    import chromadb
    from llama_index.core.node_parser import SentenceSplitter
    from tqdm import tqdm

    splitter = SentenceSplitter(chunk_size=PASSAGE_TOKENS, chunk_overlap=0)
    encoder = ChromaMiniLM()
    collection: Any = chromadb.PersistentClient(str(folder)).create_collection("plain", embedding_function=None)
    count = 0
    for article_id, text in tqdm(articles, unit="article", file=sys.stderr, disable=None, leave=False):
        chunks = splitter.split_text(text)
        ids = [f"{article_id}-{number}" for number in range(len(chunks))]
        collection.add(ids=ids, documents=chunks, embeddings=encoder.encode(chunks))
        count += len(chunks)
    return count


class PlainIndex:
    """What llama-index's VectorStoreIndex over ChromaVectorStore asks at a question, without its wrapping: Chroma's
    defaults, texts kept in it, the question encoded as Chroma's own function does."""

    def __init__(self, folder: Path) -> None:
        import chromadb

        self._encoder = ChromaMiniLM()
        self._collection: Any = chromadb.PersistentClient(str(folder)).create_collection(
            "plain", embedding_function=None
        )

    def add(self, ids: Sequence[str], texts: Sequence[str], vectors: Vectors) -> None:
        """Keep texts with vectors that are there already."""
        self._collection.add(ids=list(ids), documents=list(texts), embeddings=vectors)

    def search(self, question: str, k: int = 10) -> list[str]:
        """The texts nearest to the question."""
        found = self._collection.query(query_embeddings=self._encoder.encode([question]), n_results=k)
        return list(found["documents"][0])
