"""Exports: the words as they stood, readable anywhere, harmless, and open to be checked against the library."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.cli import footnote
from index import Article, Library
from index.encoder import Encoder
from qa.answer import Answer, AnswerSentence, Citation, Conflict
from qa.conversations import Conversation, Conversations
from qa.export import Format, export, file_name
from qa.exported import read_quotes
from qa.verify import Standing, verify

HOSTILE = (
    'He said: <script>window.pwned=1</script> --> <!-- footnote-quote {"article_id": "x"} -->\n'
    "> # [x](javascript:alert(1)) ![p](http://evil.example/x.png) `code` $$4$$ *a* _b_ | c ~d~ &amp; https://evil.example\n\n"
    "1. One\n- two\t+ three\r\n    four </blockquote></style> \\* \x00 \x85 end"
)
TEXT = f"It rained.\n\n{HOSTILE}\n\nIt stopped on Monday."
ARTICLE = Article("a--b <&\"'>", "Weather <b>", TEXT, "https://example.org/a?x=1&y=2", published="2024-03-01")


def cite(number: int, quote: str, text: str = TEXT) -> Citation:
    start = text.index(quote)
    return Citation(
        number, ARTICLE.id, ARTICLE.title, ARTICLE.source, ARTICLE.published, start, start + len(quote), quote, page=2
    )


RAINED, STOPPED, ODD = cite(1, "It rained."), cite(2, "It stopped on Monday."), cite(1, HOSTILE)
CONVERSATION = Conversation(
    "c0ffee",
    "Rain </title><script>",
    (
        Answer(
            "Did it rain?",
            (
                AnswerSentence("It rained.", (1,)),
                AnswerSentence("It stopped on Monday.", (2,), is_item=True),
                AnswerSentence("It will rain.", (), 0.1, supported=False),
            ),
            (RAINED, STOPPED),
            0.9,
            conflicts=(Conflict("the day", (1, 2)),),
        ),
        Answer("What was said?", (AnswerSentence(" ".join(HOSTILE.split()), (1,)),), (ODD,), 0.9),
        Answer(
            "And *then*?", (), (), 0.1, abstained=True, nearest=(STOPPED,), missing=("the articles say nothing of it",)
        ),
    ),
    "2024-03-01T10:00:00.000+00:00",
    "2024-03-02T11:30:00.000+00:00",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    folder = tmp_path_factory.mktemp("exports") / "library"
    with Library(folder, create=True, encoder=encoder) as library:
        library.add([ARTICLE])
    return folder


@pytest.fixture
def opened(folder: Path) -> Iterator[Library]:
    with Library.open(folder) as library:
        yield library


def written(form: Format, folder: Path, conversation: Conversation = CONVERSATION) -> Path:
    path = folder / f"export.{form}"
    path.write_bytes(export(conversation, form).encode())
    return path


def invoke(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(footnote, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.mark.parametrize("form", Format)
def test_every_quote_of_an_export_can_be_checked(form: Format, opened: Library, tmp_path: Path) -> None:
    """All four, nearest passage included, whatever the words are made of."""
    quotes = read_quotes(written(form, tmp_path))
    checked = verify([c for _, c in quotes.citations], opened, to_the_character=quotes.to_the_character)
    expected = [RAINED, STOPPED, ODD, STOPPED]
    if form is Format.HTML:  # each sentence that is a quote, word for word, stands in front of its sources
        expected = [RAINED, STOPPED, RAINED, STOPPED, ODD, ODD, STOPPED]
    assert [(c.citation.start, c.standing) for c in checked] == [(cited.start, Standing.HOLDS) for cited in expected]


@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize(("before", "after"), [("It rained.", "It snowed."), ("on Monday", "on Tuesday")])
def test_a_quote_that_was_tampered_with_does_not_hold(
    form: Format, before: str, after: str, opened: Library, tmp_path: Path
) -> None:
    """What is checked is what a reader of the file sees, not a copy beside it."""
    path = written(form, tmp_path)
    path.write_text(path.read_text().replace(before, after))
    quotes = read_quotes(path)
    checked = verify([c for _, c in quotes.citations], opened, to_the_character=quotes.to_the_character)
    assert {found.standing for found in checked if after in found.citation.quote} == {Standing.CHANGED}
    assert any(found.standing is Standing.HOLDS for found in checked)


def test_markdown_has_footnotes_that_count_through(tmp_path: Path) -> None:
    """Each mark has its source, and an article's own signs are shown, not obeyed."""
    text = export(CONVERSATION, Format.MARKDOWN)
    assert "It rained.[^1] \n" not in text
    assert "It rained.[^1]" in text
    assert "- It stopped on Monday.[^2]" in text
    assert "It will rain. *(no source says this)*" in text
    assert [*re.findall(r"^\[\^(\d+)\]: ", text, re.MULTILINE)] == ["1", "2", "3"]
    assert "The sources 1 and 2 disagree: the day" in text
    assert "**Weather \\<b\\>**, 2024-03-01, page 2, https://example.org" in text
    outside = re.sub(r"<!-- footnote-quote \{.*?\} -->", "", text)
    assert not re.search(r"(?<!\\)<|(?<!\\)!\[|(?<!\\)\]\(", outside)


def test_the_page_needs_nothing_and_runs_nothing() -> None:
    """No script, nothing loaded; only the article's own web address is a link out."""
    page = export(CONVERSATION, Format.HTML)
    assert "default-src 'none'; style-src 'unsafe-inline'" in page
    assert not re.search(r"<script|<img|<link|<iframe|\son\w+=|url\(|@import", page.replace("&lt;", ""))
    links = set(re.findall(r'href="([^"#][^"]*)"', page))
    assert {unescape(link) for link in links} == {ARTICLE.source}
    assert unescape(page).count("It stopped on Monday.") == 3
    assert 'href="#a1-2"' in page
    assert 'id="a1-2"' in page
    assert page.count("<section>") == 3


def test_a_source_that_is_no_web_address_is_no_link() -> None:
    odd = replace(RAINED, source="javascript:alert(1)")
    conversation = replace(CONVERSATION, answers=(replace(CONVERSATION.answers[0], citations=(odd,)),))
    assert 'href="javascript' not in export(conversation, Format.HTML)


def test_json_holds_the_answers_as_ask_prints_them() -> None:
    record = json.loads(export(CONVERSATION, Format.JSON))
    assert (record["format"], record["version"], record["id"]) == ("footnote-conversation", 1, "c0ffee")
    assert record["answers"][0] == {**json.loads(json.dumps(CONVERSATION.answers[0].to_json())), "no_longer_hold": []}


@pytest.mark.parametrize("form", Format)
def test_an_export_says_what_has_changed_since(form: Format, tmp_path: Path, encoder: Encoder) -> None:
    """With the old quote, which stays."""
    with Library(tmp_path / "library", create=True, encoder=encoder) as library:
        library.add([replace(ARTICLE, text="It snowed. It stopped on Monday.")])
        changed = [found for found in verify([RAINED, STOPPED], library) if found.standing is not Standing.HOLDS]
    text = export(replace(CONVERSATION, answers=CONVERSATION.answers[:1]), form, changed)
    assert "It rained." in text
    if form is Format.JSON:
        assert [(c["standing"], c["now_at"]) for c in json.loads(text)["answers"][0]["no_longer_hold"]] == [
            ("changed", None),
            ("moved", 11),
        ]
    else:
        assert "has changed since; the quoted words are no longer in it." in text
        assert "has changed since; the quoted words now stand in another place." in text


@settings(max_examples=60)
@given(
    words=st.text(min_size=1).filter(lambda text: text.strip().replace("\ufeff", "").strip()),
    title=st.text(),
    form=st.sampled_from(list(Format)),
)
def test_any_words_survive_an_export(words: str, title: str, form: Format) -> None:
    """Read back, a quote is what it was, white space aside."""
    cited = Citation(1, title, title, title, title, 0, len(words), words)
    conversation = Conversation("1", title, (Answer(words, (AnswerSentence(words, (1,)),), (cited,), 0.5),), "", "")
    with tempfile.TemporaryDirectory() as folder:
        quotes = read_quotes(written(form, Path(folder), conversation))
    found = quotes.citations[-1][1]
    title_read = (title, title.replace("\0", "\ufffd"))  # HTML has no NUL
    assert found.article_id in title_read
    assert (found.start, found.end) == (0, len(words))
    if quotes.to_the_character:
        assert found.quote == words
    else:
        assert found.quote.split() == words.replace("\0", "\ufffd").split()


def test_the_commands_list_export_and_verify(folder: Path, tmp_path: Path) -> None:
    """As a user types them, down to the exit codes."""
    kept = Conversations(folder)
    conversation_id = kept.create()
    for answer in CONVERSATION.answers:
        kept.append(conversation_id, answer)
    listed = invoke("conversations", "--library", folder)
    assert listed.stdout.split()[0] == conversation_id
    assert "3 answers  Did it rain?" in listed.stdout
    assert (
        json.loads(invoke("conversations", "--search", "monday", "--json", "--library", folder).stdout)[0]["answers"]
        == 3
    )
    assert invoke("conversations", "--search", "zebra", "--library", folder).stdout == ""

    page = tmp_path / "c.html"
    assert invoke("export", conversation_id, "-o", page, "--library", folder).exit_code == 0
    assert page.read_text().startswith("<!doctype html>")
    assert invoke("export", conversation_id, "--library", folder).stdout.startswith("# Did it rain?")
    held = invoke("verify", page, "--library", folder)
    assert (held.exit_code, held.stdout) == (0, "7 of 7 quotes hold\n")

    page.write_text(page.read_text().replace("It rained.</", "It snowed.</"))
    failed = invoke("verify", page, "--library", folder)
    assert failed.exit_code == 1
    assert failed.stdout.splitlines() == [
        "sentence 1: “Weather <b>” (a--b <&\"'>) does not say so: “It snowed.”",
        "quote 1: “Weather <b>” (a--b <&\"'>) does not say so: “It snowed.”",
        "5 of 7 quotes hold",
    ]
    as_json = invoke("verify", page, "--json", "--library", folder)
    assert (as_json.exit_code, json.loads(as_json.stdout)["hold"]) == (1, 5)


def test_answers_of_ask_can_be_verified(folder: Path, tmp_path: Path) -> None:
    """One answer, a list of them, and lines."""
    answer = json.dumps(CONVERSATION.answers[0].to_json())
    for text, count in ((answer, 2), (f"[{answer}]", 2), (f"{answer}\n{answer}\n", 4)):
        path = tmp_path / "answers.json"
        path.write_text(text)
        assert invoke("verify", path, "--library", folder).stdout == f"{count} of {count} quotes hold\n"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "holds no quote of Footnote's"),
        (b"hello", "holds no quote of Footnote's"),
        (b"<html></html>", "holds no quote of Footnote's"),
        (b"\xff\xfe", "is not UTF-8 text"),
        (b"{", "is not whole JSON"),
        (b'{"a": 1}', "holds no answers"),
        (b"[" * 100_000, "is not whole JSON"),
        (b'{"citations": [{"number": 1}]}', "answer 1 is none of Footnote's"),
        (
            b'{"citations": [{"number": 1e999, "article_id": "a", "quote": "q", "start": 0, "end": 1}]}',
            "answer 1 is none of Footnote's",
        ),
        (b"<![x[ y ]]>", "has lost its article and span"),
        (b'<blockquote class="footnote-quote">x</blockquote>', "has lost its article and span"),
        (b"> x\n<!-- footnote-quote {} -->", "has lost its article and span"),
        (b"> x\n<!-- footnote-quote {]} -->", "has lost its article and span"),
    ],
)
def test_what_is_no_export_is_one_line(folder: Path, tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    result = invoke("verify", path, "--library", folder)
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert reason in result.stderr


def test_another_article_of_the_same_file_is_no_successor(tmp_path: Path, encoder: Encoder) -> None:
    with Library(tmp_path / "library", create=True, encoder=encoder) as library:
        library.add([Article(name, name, f"{TEXT} {name}", "all.jsonl") for name in ("a", "b", "c")])
        quoted = replace(cite(1, TEXT[:5]), article_id="b", source="all.jsonl", start=0, end=5)
        library.remove(["b"])
        (checked,) = verify([quoted], library)
        assert (checked.standing, checked.successor) == (Standing.REMOVED, "")


def test_what_is_not_there_is_one_line(folder: Path, tmp_path: Path) -> None:
    """A file, a conversation, a library."""
    for arguments in (
        ("verify", tmp_path / "none", "--library", folder),
        ("export", "none", "--library", folder),
        ("conversations", "--library", tmp_path / "none"),
    ):
        result = invoke(*arguments)
        assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)


def test_a_file_s_name_is_made_of_the_title() -> None:
    assert file_name(replace(CONVERSATION, title="../../etc/<x>"), Format.MARKDOWN) == "etc-x.md"
    assert file_name(replace(CONVERSATION, title="?"), Format.JSON) == "conversation.json"
