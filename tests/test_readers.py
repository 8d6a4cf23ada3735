"""Files to articles: text kept to the character, and every kind of bad file named in one line."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import Article, ArticleError
from index.readers import files_in, read

VISIBLE = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200).filter(lambda text: text.strip())


def articles(path: Path) -> list[Article]:
    found = list(read(path))
    assert all(isinstance(article, Article) for article in found), found
    return [article for article in found if isinstance(article, Article)]


def only(path: Path) -> Article:
    (article,) = articles(path)
    return article


def problem(path: Path) -> str:
    (error,) = read(path)
    assert isinstance(error, ArticleError)
    assert error.source == str(path)
    assert "\n" not in str(error).replace(str(path), "")
    return str(error).removeprefix(str(path))


def lines(path: Path, *records: object) -> Path:
    path.write_text("".join(f"{record if isinstance(record, str) else json.dumps(record)}\n" for record in records))
    return path


# -- text -------------------------------------------------------------------------------------------------------------


def test_a_text_file_is_one_article_with_the_title_that_the_text_gives(tmp_path: Path) -> None:
    path = tmp_path / "some_name.txt"
    path.write_text("Title: Apples\n\nThey are red.")
    article = only(path)
    assert (article.title, article.text, article.source) == ("Apples", "Title: Apples\n\nThey are red.", str(path))


def test_without_a_title_the_file_s_name_serves(tmp_path: Path) -> None:
    path = tmp_path / "red_apples.md"
    path.write_text("They are red.")
    assert only(path).title == "red apples"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.txt"
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    path.write_bytes((mark + "Prices fell – “a lot”.").encode(encoding))
    assert only(path).text == "Prices fell – “a lot”."


@settings(deadline=None, max_examples=60)
@given(VISIBLE)
def test_a_text_is_kept_to_the_character_but_for_its_line_ends(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    text = text.removeprefix("\ufeff").replace("\0", "") or "x"
    path = tmp_path_factory.mktemp("text") / "a.txt"
    path.write_bytes(text.encode())
    expected = text.replace("\r\n", "\n").replace("\r", "\n")
    found = list(read(path))
    if expected.strip():
        assert [a.text for a in found if isinstance(a, Article)] == [expected]
    else:
        assert [str(e).removeprefix(str(path)) for e in found] == [": the file is empty"]


def test_the_same_content_has_the_same_id_under_any_name_and_line_end(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"Title: Apples\n\nThey are red.")
    (tmp_path / "b.md").write_bytes(b"Title: Apples\r\n\r\nThey are red.")
    assert only(tmp_path / "a.txt").id == only(tmp_path / "b.md").id


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "the file is empty"),
        (b" \n\t", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (b"\xff\xfe", "the file is empty"),
        (b"PNG\0\1\2\3", "is a binary file, not text"),
        (b"caf\xe9 au lait", "is not UTF-8 text (at byte 3); save it as UTF-8"),
        (b"\xff\xfeA", "is not UTF-8 text (at byte 2); save it as UTF-8"),
        (b"half \xed\xa0\x80 a character", "is not UTF-8 text (at byte 5); save it as UTF-8"),
    ],
)
def test_a_file_that_is_no_text_is_named_with_the_reason(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    assert problem(path) == f": {complaint}"


def test_what_is_not_there_or_no_file_is_named(tmp_path: Path) -> None:
    assert problem(tmp_path / "missing.txt") == ": there is no such file"
    assert problem(tmp_path / "missing") == ": there is no such file"
    os.mkfifo(tmp_path / "pipe.txt")
    assert problem(tmp_path / "pipe.txt") == ": is not a regular file"
    (tmp_path / "loop.txt").symlink_to(tmp_path / "loop.txt")
    assert problem(tmp_path / "loop.txt") == ": there is no such file"
    assert problem(tmp_path / ("a" * 300 + ".txt")) == ": cannot be read (File name too long)"


@pytest.mark.parametrize("name", ["a.odt", "a", "a.txt.gz"])
def test_other_formats_are_refused_with_the_list_of_those_that_are_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("text")
    assert problem(tmp_path / name).endswith(
        "Footnote reads .csv, .docx, .epub, .htm, .html, .jsonl, .markdown, .md, .pdf, .txt, .xhtml, .zip"
    )


def test_a_name_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.txt")
    path.write_text("Prices fell.")
    assert problem(path) == ": its name is not UTF-8; rename it"


# -- JSON lines -------------------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(VISIBLE, VISIBLE, st.none() | VISIBLE)
def test_a_record_s_text_and_title_are_kept_as_given(
    tmp_path_factory: pytest.TempPathFactory, text: str, title: str, url: str | None
) -> None:
    record = {"id": "1", "title": title, "text": text, "url": url}
    path = lines(tmp_path_factory.mktemp("json") / "a.jsonl", record)
    assert only(path) == Article("1", title, text, str(path), url=url)


def test_every_record_keeps_its_id_even_where_texts_are_equal(tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", {"id": "1", "text": "Same."}, {"id": 2, "text": "Same."}, {"text": "Same."})
    ids = [article.id for article in articles(path)]
    assert ids[:2] == ["1", "2"]
    assert len(ids[2]) == 16


def test_all_fields_of_a_record_are_read_and_others_are_ignored(tmp_path: Path) -> None:
    record = {"id": "1", "title": "T", "text": "Text.", "url": "https://a.example/", "published": "2023-04-01", "x": 1}
    path = lines(tmp_path / "a.jsonl", record)
    assert only(path) == Article("1", "T", "Text.", str(path), "https://a.example/", "2023-04-01")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{", "is not a JSON object in UTF-8"),
        ("[1]", "is not a JSON object"),
        ("null", "is not a JSON object"),
        ('{"text": "  "}', "has no text"),
        ('{"id": "1"}', "has no text"),
        ('{"text": 5}', "has a text that is not text"),
        ('{"text": "a", "title": ["b"]}', "has a title that is not text"),
        ('{"text": "a", "id": ""}', "has the id ''; an id is a line of printable text"),
        ('{"text": "a", "id": "b\\nc"}', "has the id 'b\\nc'; an id is a line of printable text"),
        ('{"text": "a", "id": true}', "has the id True; an id is a line of printable text"),
        ('{"text": "a", "id": "\\ud800"}', "has the id '\\ud800'; an id is a line of printable text"),
        ('{"text": "half \\ud83d a character"}', "has a text with half a character (an unpaired surrogate)"),
        ("[" * 100_000, "is not a JSON object in UTF-8"),
        ("1" * 5000, "is not a JSON object in UTF-8"),
    ],
)
def test_a_bad_line_is_named_by_its_number_and_the_others_are_read(tmp_path: Path, line: str, complaint: str) -> None:
    path = lines(tmp_path / "a.jsonl", {"id": "1", "text": "One."}, "", line, {"id": "4", "text": "Four."})
    first, error, last = read(path)
    assert isinstance(first, Article)
    assert isinstance(last, Article)
    assert (first.id, last.id) == ("1", "4")
    assert str(error) == f"{path}:3: {complaint}"
    assert isinstance(error, ArticleError)
    assert error.source == str(path)


def test_bytes_that_are_not_utf_8_spoil_only_their_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id": "1", "text": "caf\xe9"}\r\n{"id": "2", "text": "Two."}')
    error, article = read(path)
    assert str(error) == f"{path}:1: is not a JSON object in UTF-8"
    assert isinstance(article, Article)
    assert article.text == "Two."


@pytest.mark.parametrize("content", ["", "\n \n"])
def test_a_file_of_no_records_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(content)
    assert problem(path) == ": the file is empty"


# -- folders ----------------------------------------------------------------------------------------------------------


def test_a_folder_gives_its_readable_formats_in_order_without_what_is_hidden_or_leads_out(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    for name in ("b.txt", "a/z.md", "a/b.TXT", "c.jsonl", "d.odt", ".hidden.txt", ".git/e.txt", "a/.x/f.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
    (tmp_path / "outside.txt").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "outside.txt")
    (folder / "inner.txt").symlink_to(folder / "b.txt")
    (folder / "loop.txt").symlink_to(folder / "loop.txt")
    (folder / "up").symlink_to(tmp_path)
    (folder / "folder.txt").mkdir()
    found = [str(path.relative_to(folder)) for path in files_in(folder) if isinstance(path, Path)]
    assert found == ["a/b.TXT", "a/z.md", "b.txt", "c.jsonl", "inner.txt"]
