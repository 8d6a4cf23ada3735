"""A library as a llama-index retriever, so that it plugs into pipelines built with llama-index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from .retrieve import Hit

if TYPE_CHECKING:
    from .library import Library


class LibraryRetriever(BaseRetriever):
    """Gives the k best passages as nodes; needs no LLM and no embedding model of llama-index."""

    def __init__(self, library: Library, k: int = 10) -> None:
        self._library = library
        self._k = k
        super().__init__()

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [_node(hit) for hit in self._library.search(query_bundle.query_str, self._k)]


def _node(hit: Hit) -> NodeWithScore:
    node = TextNode(
        id_=f"{hit.article_id}:{hit.start}-{hit.end}",
        text=hit.text,
        start_char_idx=hit.start,
        end_char_idx=hit.end,
        metadata={"article_id": hit.article_id, "title": hit.title, "start": hit.start, "end": hit.end},
        # The title helps a reader of the passage; the numbers only help a program.
        excluded_llm_metadata_keys=["article_id", "start", "end"],
        excluded_embed_metadata_keys=["article_id", "start", "end"],
    )
    return NodeWithScore(node=node, score=hit.score)
