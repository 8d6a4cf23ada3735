"""The library in a pipeline of llama-index: its retriever, with no model of theirs and no key."""

from __future__ import annotations

import pytest
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers import ResponseMode, get_response_synthesizer
from llama_index.core.schema import MetadataMode

from index import Library

from . import loops


def test_it_gives_the_hits_of_the_library_as_nodes(seeds: Library) -> None:
    question = "Which technologies is China putting money into?"
    nodes = seeds.as_retriever(k=3).retrieve(question)
    hits = seeds.search(question, 3)
    assert [(n.node.get_content(), n.score) for n in nodes] == [(hit.text, hit.score) for hit in hits]
    assert len({n.node.node_id for n in nodes}) == 3


def test_a_node_says_where_in_which_article_it_stands(seeds: Library) -> None:
    for found in seeds.as_retriever(k=5).retrieve("Jack Ma"):
        article = seeds.show(found.metadata["article_id"])
        start, end = found.metadata["start"], found.metadata["end"]
        assert article.text[start:end] == found.node.get_content()
        assert (found.node.start_char_idx, found.node.end_char_idx) == (start, end)  # type: ignore[attr-defined]
        assert found.metadata["title"] == article.title
        assert found.node.get_content(MetadataMode.LLM).startswith(f"title: {article.title}\n")


def test_it_plugs_into_a_query_engine_without_a_model_of_openai(
    seeds: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were llama-index to fall back to its default model, it would ask for this key and fail."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    engine = RetrieverQueryEngine(
        retriever=seeds.as_retriever(k=2),
        response_synthesizer=get_response_synthesizer(llm=MockLLM(), response_mode=ResponseMode.COMPACT),
    )
    question = "How much value did the crackdown wipe out?"
    response = engine.query(question)
    hits = seeds.search(question, 2)
    assert [n.metadata["article_id"] for n in response.source_nodes] == [hit.article_id for hit in hits]
    for expected in (question, *(hit.text for hit in hits)):
        assert expected in str(response)  # the mock model gives back its prompt


def test_it_can_be_awaited(seeds: Library) -> None:
    nodes = loops.run(seeds.as_retriever(k=1).aretrieve("Jack Ma"))
    assert len(nodes) == 1
