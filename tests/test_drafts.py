"""Drafted questions in the page: shown with their evidence, accepted, corrected and dropped; nothing else changes."""

from __future__ import annotations

import json
from html import unescape
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from index import Article, Library
from qa.drafts import FILE, BadDraft, accept, drafts_of, drop
from qa.server.drafts import SHOWN, make_drafts, waiting

EVIL = '"><script>alert(1)</script>'
TEXT = "The harbour was opened in 1911. Nobody came."


@pytest.fixture
def path(library: Library) -> Path:
    library.add([Article("a", "Harbour", TEXT, "a.txt")])
    return library.folder / FILE


@pytest.fixture
def client(library: Library) -> TestClient:
    app = FastAPI()
    app.include_router(make_drafts(library))
    return TestClient(app)


def draft(identity: str, question: str = "When was it opened?", **more: object) -> dict[str, object]:
    evidence = [{"article_id": "a", "quote": "The harbour was opened in 1911."}]
    return {"id": identity, "question": question, "answers": ["1911"], "relevant": evidence, "drafted": True, **more}


def keep(path: Path, *records: object) -> None:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")


def test_a_draft_is_shown_with_its_evidence_and_accepted_as_it_was_put_right(path: Path, client: TestClient) -> None:
    done = {"id": "old", "question": "Who?"}
    keep(path, done, draft("1"), draft("2", history=[{"role": "user", "content": "The harbour?"}]), draft("3"))
    page = unescape(client.get("/drafts").text)
    assert "3 to go through" in page
    assert "Expected: 1911" in page
    assert "/read/a?s=0&e=31&v=" in page
    assert "Asked before: The harbour?" in page
    sent = {"id": "1", "question": "  When did the harbour open? ", "do": "accept"}
    assert "2 to go through" in client.post("/drafts", data=sent).text
    assert "1 to go through" in client.post("/drafts", data={"id": "2", "do": "drop"}).text
    old, first, third = (json.loads(line) for line in path.read_text("utf-8").splitlines())
    assert old == done
    accepted = draft("1", "When did the harbour open?")
    accepted.pop("drafted")
    assert first == accepted
    assert third == draft("3")


def test_what_stands_in_a_draft_is_only_text(path: Path, client: TestClient) -> None:
    keep(path, draft(EVIL, EVIL, answers=[EVIL], relevant=[{"article_id": EVIL, "quote": EVIL}, 7], history=[EVIL]))
    assert "<script" not in client.get("/drafts").text
    assert client.post("/drafts", data={"id": EVIL, "question": EVIL}).status_code == 200
    assert json.loads(path.read_text("utf-8"))["question"] == EVIL


def test_a_draft_that_is_gone_or_an_empty_question_is_said_and_changes_nothing(path: Path, client: TestClient) -> None:
    keep(path, draft("1"))
    before = path.read_bytes()
    for sent, message in (({"id": "2", "question": "Who?"}, "holds no draft"), ({"id": "1"}, "a question has between")):
        answer = client.post("/drafts", data=sent)
        assert answer.status_code >= 400
        assert message.lower() in answer.text.lower()
    assert path.read_bytes() == before


def test_a_library_without_drafts_says_how_to_make_some_and_many_come_a_few_at_a_time(
    path: Path, client: TestClient, library: Library
) -> None:
    assert waiting(library) == ""
    assert "footnote eval suggest" in client.get("/drafts").text
    keep(path, *(draft(str(n)) for n in range(SHOWN + 5)))
    page = client.get("/drafts").text
    assert page.count("<form") == SHOWN
    assert f">{SHOWN + 5} drafted questions</a>" in waiting(library)
    assert f"{SHOWN + 5} to go through" in page


def test_decisions_are_for_one_draft_and_damaged_lines_stay(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text('{"id": "1", "question": "A?", "drafted": true}\n{\n{"id": "1", "question": "B?", "drafted": true}')
    accept(path, "1")
    assert path.read_text() == '{"id": "1", "question": "A?"}\n{\n{"id": "1", "question": "B?", "drafted": true}'
    drop(path, "1")
    assert path.read_text() == '{"id": "1", "question": "A?"}\n{'
    assert drafts_of(path) == []
    with pytest.raises(BadDraft):
        drop(path, "1")
