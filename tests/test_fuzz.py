"""The API under requests that no person would write, made from its own schema: never a fault of ours.

A few in every run; `FOOTNOTE_FUZZ=2000` sends that many.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from index import Article, Library
from index.encoder import Encoder

from .served import served

CALLS = int(os.environ.get("FOOTNOTE_FUZZ", "60"))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[str]:
    with Library(tmp_path_factory.mktemp("fuzz") / "library", create=True, encoder=encoder) as library:
        library.add([Article("a", "Rain", "It rained in Lisbon on Monday. Ada Quill was there.", "a.txt")])
        with served(library) as found:
            yield found


def call(cases: st.SearchStrategy[Any], times: int) -> Counter[int]:
    """Sends up to so many of these; how often each status came."""
    statuses: Counter[int] = Counter()

    @settings(max_examples=times, suppress_health_check=list(HealthCheck), database=None, print_blob=False)
    @given(cases)
    def send(case: Any) -> None:
        if isinstance(case.body, dict):
            case.body.pop("urls", None)  # the tests fetch nothing
        response = case.call()
        statuses[response.status_code] += 1
        assert response.status_code < 500, response.text
        assert "Traceback" not in response.text

    send()
    return statuses


def test_no_request_is_a_fault_of_ours(address: str) -> None:
    """Requests that fit the schema and requests that do not: no 500, no traceback; what is refused is one line."""
    schema = schemathesis.openapi.from_url(f"{address}/api/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations()]
    statuses: Counter[int] = Counter()
    while statuses.total() < CALLS:
        for operation in operations:
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                with suppress(Unsatisfiable):  # what takes nothing cannot be sent anything wrong
                    statuses += call(operation.as_strategy(generation_mode=mode), max(2, CALLS // 100))
    assert statuses[200]
    print(f"{statuses.total():,} calls: {dict(sorted(statuses.items()))}")  # noqa: T201
