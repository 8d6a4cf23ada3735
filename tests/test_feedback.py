"""What is said of an answer becomes an eval case, and the page on which conversations are kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from evals.cases import read_cases
from evals.cli import footnote
from index import Library
from index.encoder import Encoder
from qa.answer import Answer
from qa.ask import ask
from qa.conversations import FILE, Conversations
from qa.feedback import FILE as CASES
from qa.server.app import create_app

LOSS = "How much value did the crackdown wipe out?"


@pytest.fixture
def folder(seeds_copy: Path) -> Path:
    return seeds_copy


@pytest.fixture
def library(folder: Path, encoder: Encoder) -> Iterator[Library]:
    with Library(folder, encoder=encoder) as opened:
        yield opened


@pytest.fixture
def client(library: Library) -> TestClient:
    return TestClient(create_app(library))


@pytest.fixture
def kept(library: Library) -> tuple[Conversations, str]:
    conversations = Conversations(library.folder)
    conversation_id = conversations.create()
    conversations.append(conversation_id, ask(LOSS, library))
    conversations.append(conversation_id, ask("What do zebras eat in winter?", library))
    return conversations, conversation_id


def test_feedback_makes_a_set_that_can_be_run(
    client: TestClient, library: Library, kept: tuple[Conversations, str], tmp_path: Path
) -> None:
    """Right answers with their spans, a wrong one with the span it should have had, rightly declined ones as such."""
    conversations, conversation_id = kept
    article = library.show("589594a651d405dc")
    start = article.text.index("trillion")
    right = {"article_id": article.id, "start": start - 1, "end": start + 8}
    wrong = conversations.append(conversation_id, ask("Why was Ant Group’s listing called off?", library))
    for said in (
        {"answer": 0, "verdict": "up"},
        {"answer": 1, "verdict": "up"},
        {"answer": wrong, "verdict": "down", "right": right},
    ):
        assert client.post("/feedback", json={"conversation": conversation_id, **said}).status_code == 204
    up, declined, down = read_cases(library.folder / CASES)
    assert (up.question, up.tags, up.answerable) == (LOSS, ("feedback", "up"), True)
    assert [piece.quote for piece in up.relevant] == [c.quote for c in ask(LOSS, library).citations]
    assert (declined.answerable, declined.relevant, len(declined.history)) == (False, (), 2)
    assert [(piece.article_id, piece.quote) for piece in down.relevant] == [(article.id, "trillion")]
    assert down.tags == ("feedback", "down")
    assert not down.drafted

    options = ["--no-reader", "--json"]
    command = ["eval", "run", library.folder / CASES, "--library", library.folder, "--out", tmp_path / "run"]
    result = CliRunner().invoke(footnote, [str(part) for part in (*command, *options)])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)


def test_the_last_word_counts_and_can_be_taken_back(
    client: TestClient, library: Library, kept: tuple[Conversations, str]
) -> None:
    """One case an answer; without the right span it is a draft."""
    said = {"conversation": kept[1], "answer": 0}
    client.post("/feedback", json={**said, "verdict": "up"})
    client.post("/feedback", json={**said, "verdict": "down"})
    (case,) = read_cases(library.folder / CASES)
    assert (case.tags, case.relevant, case.drafted) == (("feedback", "down"), (), True)
    client.post("/feedback", json={**said, "verdict": "none"})
    assert (library.folder / CASES).read_text() == ""


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"answer": 9, "verdict": "up"}, 400),
        ({"answer": 0, "verdict": "<b>"}, 422),
        ({"conversation": "none", "answer": 0, "verdict": "up"}, 404),
        ({"answer": 0, "verdict": "down", "right": {"article_id": "none", "start": 0, "end": 4}}, 404),
        ({"answer": 0, "verdict": "down", "right": {"article_id": "589594a651d405dc", "start": 4, "end": 4}}, 400),
        ({"answer": 0, "verdict": "down", "right": {"article_id": "589594a651d405dc", "start": 0, "end": 9**9}}, 400),
    ],
)
def test_feedback_on_what_is_not_there_is_refused(
    client: TestClient, library: Library, kept: tuple[Conversations, str], said: dict[str, object], status: int
) -> None:
    assert client.post("/feedback", json={"conversation": kept[1], **said}).status_code == status
    assert not (library.folder / CASES).exists()


def test_another_site_s_page_may_not_change_anything(client: TestClient, kept: tuple[Conversations, str]) -> None:
    """Every door that changes something, by the browser's word or by the origin."""
    doors = ("/feedback", "/articles/files", "/articles/address", "/articles/remove", "/articles/restore")
    for path in (*doors, "/articles/forget", f"/conversations/{kept[1]}/delete", f"/conversations/{kept[1]}/rename"):
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://evil.example"}):
            assert client.post(path, headers=headers, json={}).status_code == 403, path
    assert len(kept[0].list()) == 1


def test_conversations_are_found_renamed_taken_away_and_deleted(
    client: TestClient, kept: tuple[Conversations, str]
) -> None:
    """By plain forms."""
    conversations, conversation_id = kept
    own = f"/conversations/{conversation_id}"
    page = client.get("/conversations?q=zebras").text
    assert f'<a target="_top" href="/?c={conversation_id}">{LOSS}</a>' in page
    assert "2 answers" in page
    assert "No conversation holds all of" in client.get("/conversations?q=<b>giraffe").text
    renamed = client.post(f"{own}/rename", data={"title": "A <b>loss</b>"})
    assert "A &lt;b&gt;loss&lt;/b&gt;" in renamed.text
    for form, start in (("md", "# A"), ("html", "<!doctype"), ("json", "{")):
        export = client.get(f"{own}/export?format={form}")
        assert export.text.startswith(start)
        assert export.headers["content-disposition"] == f"attachment; filename*=UTF-8''a-b-loss-b.{form}"
    deleted = client.post(f"{own}/delete")
    assert "The conversation is deleted." in deleted.text
    assert conversations.list() == ()
    assert "No conversations yet" in client.get("/conversations").text
    client.post(f"{own}/restore")
    assert [entry.title for entry in conversations.list()] == ["A <b>loss</b>"]


def test_an_export_says_what_has_changed_since(
    client: TestClient, library: Library, kept: tuple[Conversations, str]
) -> None:
    """An article that was removed is named; its old quote stays."""
    (cited,) = kept[0].load(kept[1]).answers[0].citations
    library.remove([cited.article_id])
    page = client.get(f"/conversations/{kept[1]}/export?format=html").text
    assert "is no longer in the library." in page
    assert cited.quote in page


def test_what_is_not_there_is_said(client: TestClient, library: Library) -> None:
    """Unknown ids, odd actions, a damaged file."""
    assert client.get("/conversations/none/export").status_code == 404
    assert client.get("/conversations/none/export?format=exe").status_code == 422
    assert client.post("/conversations/none/delete").status_code == 404
    assert client.post("/conversations/none/explode").status_code == 404
    (library.folder / FILE).write_bytes(b"no database" * 500)
    page = client.get("/conversations")
    assert page.status_code == 503
    assert "it is damaged" in page.text
    assert client.get("/articles").status_code == 200


def test_many_conversations_are_paged(client: TestClient, library: Library) -> None:
    conversations = Conversations(library.folder)
    answer = Answer("?", (), (), 0.5)
    for n in range(53):
        conversations.append(conversations.create(f"Talk {n}"), replace(answer, question=f"Question {n}"))
    page = client.get("/conversations").text
    assert "53 conversations" in page
    assert len(re.findall(r'href="/\?c=', page)) == 50
    assert len(re.findall(r'href="/\?c=', client.get("/conversations?page=2").text)) == 3
