"""Chroma, kept as a copy that can be made anew from the catalog at any time. The only module that knows Chroma."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .encoder import DIMENSIONS, Vectors

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from chromadb.api.models.Collection import Collection

    from .catalog import StoredPassage

COLLECTION = "passages"
SERVER_S = 5.0
"""Seconds that a request to a Chroma server may take."""
BATCH = 250
"""Rows a call: Chroma takes 5,461 at most, and 50 to 250 is fastest."""

# Recall@10 of 1.00 on random vectors, the worst case, where the defaults give 0.65.
_HNSW: CreateHNSWConfiguration = {
    "space": "cosine",
    "ef_construction": 200,
    "ef_search": 200,
    "max_neighbors": 32,
}


class VectorIndexError(Exception):
    """Chroma failed. Never reaches a user: the caller scans the catalog's vectors instead."""


class VectorIndex:
    """One Chroma collection in `folder`: cosine, rows keyed by the passage's row number, embeddings always ours."""

    def __init__(self, folder: Path) -> None:
        """Open the collection, or make an empty one; raises VectorIndexError."""
        self.folder = folder
        self._client, self._collection = _guard(_open, folder)

    def close(self) -> None:
        """Let go of the folder. Chroma keeps what it has read of a path until its client is closed."""
        _guard(self._client.close)

    def count(self) -> int:
        """Rows in the collection."""
        return int(_guard(self._collection.count))

    def ids(self) -> set[int]:
        """Row numbers of every passage in the collection."""
        rows = _guard(lambda: self._collection.get(include=[])["ids"])
        return {int(row) for row in rows}

    def vectors(self, ids: Sequence[int]) -> Vectors:
        """The vectors of these rows, shape (len(ids), 384), in the order asked for."""
        found = _guard(lambda: self._collection.get(ids=[str(row) for row in ids], include=["embeddings"]))
        if found["embeddings"] is None or len(found["ids"]) != len(ids):
            raise VectorIndexError("vectors are missing")
        rows = {int(row): vector for row, vector in zip(found["ids"], found["embeddings"], strict=True)}
        return np.array([rows[row] for row in ids], dtype=np.float32)

    def upsert(self, passages: Sequence[StoredPassage], vectors: Vectors) -> None:
        """Add passages with their vectors, in batches. Their text stays in the catalog: Chroma would index each three
        letters of it, and take three times the room and half as much time again."""
        for start in range(0, len(passages), BATCH):
            batch = passages[start : start + BATCH]
            _guard(
                self._collection.upsert,
                ids=[str(p.id) for p in batch],
                embeddings=vectors[start : start + BATCH],
                metadatas=[_metadata(p) for p in batch],
            )

    def delete(self, ids: Iterable[int]) -> None:
        """Remove rows; those that are not there are no error."""
        rows = [str(row) for row in ids]
        for start in range(0, len(rows), BATCH):
            _guard(self._collection.delete, ids=rows[start : start + BATCH])

    def load(self) -> None:
        """Read what Chroma else reads at the first question: 4 s for a million passages. Raises VectorIndexError."""
        self.nearest(np.eye(1, DIMENSIONS, dtype=np.float32)[0], 1)

    def nearest(self, vector: Vectors, k: int) -> list[tuple[int, float]]:
        """Up to k (row number, cosine) pairs, nearest first; ties by row number."""
        if not np.isfinite(vector).all():  # Chroma takes it, and returns rows at random
            raise VectorIndexError("the query vector holds a number that is not finite")
        found = _guard(
            lambda: self._collection.query(query_embeddings=vector[None, :], n_results=k, include=["distances"])
        )
        distances = (found["distances"] or [[]])[0]
        pairs = [(int(row), 1.0 - distance) for row, distance in zip(found["ids"][0], distances, strict=True)]
        return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))


class ServedIndex(VectorIndex):
    """The same on a Chroma server, under a name of its own."""

    def __init__(self, host: str, port: int, name: str, *, tls: bool = False) -> None:
        """Open the collection, or make an empty one; raises VectorIndexError, also where the server is another Chroma.

        Requests have a deadline.
        """
        self._client, self._collection = _guard(_open_served, host, port, name, tls)

    def close(self) -> None:
        """Let go of the connections."""
        _guard(self._client.close)

    def drop(self, name: str) -> None:
        """Delete a collection; one that is not there is no error."""
        with contextlib.suppress(VectorIndexError):
            _guard(self._client.delete_collection, name)


def fingerprint(folder: Path) -> str:
    """A checksum of the graph that Chroma keeps in files, "" while it keeps none; raises VectorIndexError.

    Chroma writes these files in place and does not sync them, so a crash can tear them. It makes them from about
    1,000 rows on; what lies there before (without the metadata file) it makes anew at each opening.
    """
    files = sorted(file for graph in folder.glob("*/index_metadata.pickle") for file in graph.parent.iterdir())
    try:
        parts = [f"{file.relative_to(folder)} {_checksum(file)}" for file in files]
    except OSError as error:
        raise VectorIndexError(str(error)) from error
    return hashlib.sha256("\n".join(parts).encode()).hexdigest() if parts else ""


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def remove_folder(folder: Path) -> None:
    """Delete what a damaged or old generation left."""
    shutil.rmtree(folder, ignore_errors=True)


def _open(folder: Path) -> tuple[ClientAPI, Collection]:
    import chromadb
    from chromadb.config import Settings

    folder.mkdir(parents=True, exist_ok=True)
    client = chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
    collection = client.get_or_create_collection(COLLECTION, embedding_function=None, configuration={"hnsw": _HNSW})
    return client, collection


def _open_served(host: str, port: int, name: str, tls: bool) -> tuple[ClientAPI, Collection]:
    import chromadb
    import httpx
    from chromadb.config import Settings

    with httpx.Client(timeout=SERVER_S) as probe:  # the client itself has no deadline, and asks as it is made
        found = probe.get(f"{'https' if tls else 'http'}://{host}:{port}/api/v2/version").raise_for_status().json()
    ours, theirs = (str(version).split(".")[0] for version in (chromadb.__version__, found))
    if ours != theirs:
        raise VectorIndexError(f"the server is Chroma {found}, this Footnote speaks with {chromadb.__version__}")
    client = chromadb.HttpClient(host, port, ssl=tls, settings=Settings(anonymized_telemetry=False))
    client._server._session.timeout = httpx.Timeout(SERVER_S)  # type: ignore[attr-defined]
    collection = client.get_or_create_collection(name, embedding_function=None, configuration={"hnsw": _HNSW})
    return client, collection


def _metadata(stored: StoredPassage) -> dict[str, str | int]:
    passage = stored.passage
    return {
        "article_id": passage.article_id,
        "title": stored.title,
        "start": passage.start,
        "end": passage.end,
    }


def _guard(call: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """Chroma raises many types, panics of its Rust core among them: one error for all."""
    try:
        return call(*arguments, **options)
    except (KeyboardInterrupt, SystemExit, VectorIndexError):
        raise
    except BaseException as error:
        raise VectorIndexError(f"{type(error).__name__}: {error}") from error
