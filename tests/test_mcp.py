"""The library as a tool of language models: the real client of the protocol, over HTTP and over standard input."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx
import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from index import Library
from index.encoder import Encoder
from qa.ask import ask
from qa.server.access import Access, save_access

from . import loops
from .served import served
from .test_api import QUESTION, without_times

T = TypeVar("T")


def with_client(server: Any, use: Callable[[Client], Awaitable[T]]) -> T:
    async def run() -> T:
        async with Client(server) as client:
            return await use(client)

    return loops.run(run())


def test_tools_search_and_ask(seeds: Library) -> None:
    """Read-only, described, and as the command line answers; what cannot be asked is told in a line."""

    async def use(client: Client) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert tools.keys() == {"ask", "search"}
        assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools.values())
        asked = await client.call_tool("ask", {"question": QUESTION})
        expected = ask(QUESTION, seeds)
        assert without_times(asked.structured_content) == without_times(expected.to_json())
        assert expected.citations[0].quote in asked.content[0].text
        found = await client.call_tool("search", {"query": "market value", "k": 2})
        assert found.structured_content == {"hits": [hit.to_json() for hit in seeds.search("market value", 2)]}
        for name, arguments in (
            ("ask", {"question": "?"}),
            ("ask", {}),
            ("search", {"query": "x", "k": 0}),
            ("rm", {}),
        ):
            refused = await client.call_tool(name, arguments)
            assert refused.is_error
            assert "\n" not in refused.content[0].text

    with served(seeds) as address:
        with_client(f"{address}/mcp", use)
        assert httpx.get(f"{address}/mcp").status_code == 405
        assert httpx.post(f"{address}/mcp", json={}, headers={"Origin": "http://evil.example"}).status_code == 403


def test_a_token_is_needed_where_there_is_one(seeds_copy: Path, encoder: Encoder) -> None:
    """Without it nothing, with it everything."""
    access, key = Access().with_token("desk")
    save_access(seeds_copy, access)

    async def use(address: str, token: str) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        async with (
            httpx2.AsyncClient(headers=headers) as http,
            Client(streamable_http_client(f"{address}/mcp", http_client=http)) as client,
        ):
            return len((await client.list_tools()).tools)

    with Library(seeds_copy, encoder=encoder) as library, served(library) as address:
        assert loops.run(use(address, key)) == 2
        with pytest.raises(BaseException):  # noqa: B017, PT011 (the client's own groups of errors)
            loops.run(use(address, key + "x"))


def test_it_speaks_over_standard_input(seeds_folder: Path) -> None:
    """`footnote mcp`, started by the client as such programs start it."""
    command = StdioServerParameters(
        command=str(Path(sys.executable).with_name("footnote")),
        args=["mcp", "--no-reader", "--library", str(seeds_folder)],
    )

    async def use(client: Client) -> str:
        result = await client.call_tool("ask", {"question": QUESTION})
        return str(result.content[0].text)

    assert "Sources:" in with_client(command, use)
