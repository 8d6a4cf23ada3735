"""Damaged, hostile and misnamed files: each is an article, or one line that names it; nothing else happens."""

from __future__ import annotations

import io
import socket
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index import Article, ArticleError
from index.readers import READERS, read, read_document
from index.readers.document import Document

DOCUMENTS = Path(__file__).parent / "documents"
FORMATS = sorted(READERS)
MADE = {
    ".csv": b"title,text\nIce,The harbour froze.\n",
    ".jsonl": b'{"text": "The harbour froze."}\n',
    ".txt": b"The harbour froze.",
    **{
        suffix: (DOCUMENTS / name).read_bytes()
        for suffix, name in {
            ".docx": "harbour-pandoc.docx",
            ".epub": "harbour-pandoc.epub",
            ".html": "page.html",
            ".md": "harbour.md",
            ".pdf": "harbour-writer.pdf",
            ".zip": "articles.zip",
        }.items()
    },
}
BOMB = '<!DOCTYPE r [<!ENTITY a0 "frost">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
EXTERNAL = '<!DOCTYPE r [<!ENTITY a9 SYSTEM "file:///etc/passwd">'

few = settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])


def found(name: str, content: bytes) -> list[Article | ArticleError]:
    """What a file of this name and content gives: articles with text, and errors of one line that name the file."""
    items = list(read_document(Document.of_bytes(name, name, content)))
    for item in items:
        if isinstance(item, Article):
            assert item.text.strip()
            item.text.encode()
            assert item.title.isprintable()
            assert list(item.pages) == sorted(item.pages)
        else:
            assert str(item).startswith(name)
            assert "\n" not in str(item)
    return items


def problem(name: str, content: bytes) -> str:
    (error,) = found(name, content)
    assert isinstance(error, ArticleError), error
    return str(error).removeprefix(f"{name}: ")


def zipped(members: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def changed(archive: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """The archive with each member's content changed."""
    with zipfile.ZipFile(io.BytesIO(archive)) as given:
        return zipped({name: change(name, given.read(name)) for name in given.namelist()})


# -- any bytes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", FORMATS)
@few
@given(content=st.binary(max_size=500))
def test_random_bytes_are_an_article_or_an_error(suffix: str, content: bytes) -> None:
    assert found(f"a{suffix}", content)


@pytest.mark.parametrize("suffix", sorted(MADE))
@few
@given(data=st.data())
def test_a_file_with_random_damage_is_an_article_or_an_error(suffix: str, data: st.DataObject) -> None:
    content = bytearray(MADE[suffix])
    for _ in range(data.draw(st.integers(1, 20))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert found(f"a{suffix}", bytes(content))


def test_a_title_of_characters_that_are_none_is_not_taken() -> None:
    whole = MADE[".pdf"]
    before, title, after = whole.rpartition(b"/Title<FEFF0053")
    assert title
    (article,) = found("a.pdf", before + b"/Title<FEFF0530" + after)  # which no script has
    assert isinstance(article, Article)
    assert article.title == "Sallowby Harbour: The Year of the Long Frost"


@pytest.mark.parametrize("suffix", sorted(MADE))
@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.99])
def test_a_truncated_file_is_an_article_or_an_error(suffix: str, share: float) -> None:
    assert found(f"a{suffix}", MADE[suffix][: int(share * len(MADE[suffix]))])


@pytest.mark.parametrize("suffix", FORMATS)
def test_an_empty_file_is_named(suffix: str) -> None:
    assert problem(f"a{suffix}", b"") == (
        "is damaged, or is not a zip archive" if suffix == ".zip" else "the file is empty"
    )


@pytest.mark.parametrize("suffix", sorted(MADE))
@pytest.mark.parametrize("claimed", FORMATS)
def test_a_wrong_suffix_does_no_harm(suffix: str, claimed: str) -> None:
    assert found(f"a{claimed}", MADE[suffix])


@pytest.mark.parametrize(
    ("name", "suffix", "complaint"),
    [
        ("a.txt", ".pdf", "is a PDF; name it .pdf"),
        ("a.md", ".docx", "is a zip archive; name it .zip, .docx or .epub"),
        ("a.html", ".pdf", "is a PDF, not a web page; name it .pdf"),
        ("a.pdf", ".html", "is damaged, or is not a PDF"),
        ("a.docx", ".txt", "is damaged, or is not a zip archive"),
        ("a.epub", ".docx", "is damaged, or is not an EPUB"),
        ("a.docx", ".epub", "is damaged, or is not a Word document"),
        ("a.zip", ".docx", "is an Office document; name it .docx"),
        ("a.zip", ".epub", "is an EPUB; name it .epub"),
    ],
)
def test_a_wrong_suffix_is_said(name: str, suffix: str, complaint: str) -> None:
    assert problem(name, MADE[suffix]) == complaint


# -- archives ----------------------------------------------------------------------------------------------------------

NAMES = st.sampled_from(
    ["a.txt", "b.md", "../c.txt", "/d.txt", "e/f.html", "g.zip", "h.pdf", ".i.txt", "j", "k.csv", "l/"]
)


@few
@given(
    st.recursive(
        st.dictionaries(NAMES, st.binary(max_size=60), max_size=5).map(zipped),
        lambda inner: st.dictionaries(NAMES, inner | st.binary(max_size=60), max_size=3).map(zipped),
        max_leaves=5,
    )
)
def test_random_archives_give_articles_or_errors(content: bytes) -> None:
    assert found("a.zip", content)


@pytest.mark.parametrize("path", ["../x.txt", "/x.txt", "a/../../x.txt", "\\x.txt", "..\\x.txt", "C:/x.txt"])
def test_a_member_that_leads_out_is_refused_and_the_others_are_read(path: str) -> None:
    first, second = found("a.zip", zipped({path: "Out.", "in.txt": "In."}))
    assert str(first) == f"a.zip: {path}: has a path that leads out of the archive"
    assert isinstance(second, Article)


def test_a_member_that_is_a_link_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert problem("a.zip", file.getvalue()) == "link.txt: is a link, not a file"


def test_an_archive_may_hold_archives_and_those_none() -> None:
    inner = zipped({"c.txt": "Inside."})
    middle = zipped({"b.txt": "Between.", "inner.zip": inner})
    between, refused = found("a.zip", zipped({"middle.zip": middle}))
    assert isinstance(between, Article)
    assert str(refused) == ("a.zip: middle.zip/inner.zip: is an archive in an archive in an archive; unpack it first")


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(2):
            archive.writestr(f"{number}.txt", b"0" * 60_000_000)
    first, second = found("a.zip", file.getvalue())
    assert str(first) == "a.zip: 0.txt: is larger than 50 MB; split it"
    assert isinstance(second, ArticleError)


def test_an_archive_that_would_fill_the_disk_is_refused_at_once() -> None:
    content = bytearray(zipped({f"{n}.txt": "x" for n in range(20)}))
    position = content.find(b"PK\x01\x02")
    while position >= 0:
        struct.pack_into("<L", content, position + 24, 49_000_000)
        position = content.find(b"PK\x01\x02", position + 4)
    assert problem("a.zip", bytes(content)) == "unpacks to more than 500 MB; split it"


def test_a_member_that_holds_more_than_it_says_is_refused() -> None:
    content = bytearray(zipped({"a.txt": "x" * 1_000_000}))
    struct.pack_into("<L", content, content.find(b"PK\x01\x02") + 24, 10)
    assert problem("a.zip", bytes(content)) == "a.txt: is damaged, or is not a readable member of its archive"


def test_an_archive_of_too_many_files_is_refused() -> None:
    content = zipped({f"{number}.txt": b"" for number in range(10_001)}, zipfile.ZIP_STORED)
    assert problem("a.zip", content) == "holds more than 10,000 files; split it"


def test_an_archive_that_lies_about_its_table_of_contents_is_refused() -> None:
    content = bytearray(zipped({"a.txt": "Ice."}))
    struct.pack_into("<L", content, content.rfind(b"PK\x05\x06") + 12, 0xFFFFFFF0)
    assert problem("a.zip", bytes(content)).startswith("holds more than 10,000 files")


def test_members_that_cannot_be_read_are_named() -> None:
    content = bytearray(zipped({"a.txt": "Ice."}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(signature) + offset] |= 1
    assert problem("a.zip", bytes(content)) == "a.txt: is protected with a password; save a copy without it"
    assert problem("a.zip", zipped({"a.txt": "Ice."}, zipfile.ZIP_BZIP2)).startswith("a.txt: is compressed in a way")
    assert problem("a.zip", zipped({"a.png": b"\x89PNG"})).startswith("a.png: .png files are not read")


def test_what_systems_leave_in_archives_is_passed_over() -> None:
    members = {"__MACOSX/a.txt": "x", ".DS_Store": "x", "a/.hidden.txt": "x", "a/": b"", "a/ice.txt": "The ice came."}
    (article,) = found("a.zip", zipped(members))
    assert isinstance(article, Article)
    assert article.original is not None
    assert (article.text, article.original.name) == ("The ice came.", "ice.txt")
    assert problem("a.zip", zipped({".DS_Store": "x"})) == "the archive is empty"


# -- XML ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise AssertionError("a reader asked the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def _with_doctype(doctype: str) -> Callable[[str, bytes], bytes]:
    def change(name: str, content: bytes) -> bytes:
        text = content.decode("utf-8", "replace")
        if not name.endswith((".xml", ".opf", ".xhtml", ".rels")):
            return content
        head, _, rest = text.partition("?>") if text.startswith("<?xml") else ("", "", text)
        prolog = f"{head}?>" if head else ""
        rest = rest.replace("Sallowby", "&a9; Sallowby").replace("<!DOCTYPE html>", "")
        return f"{prolog}{doctype}]>{rest}".encode()

    return change


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("suffix", [".docx", ".epub"])
@pytest.mark.parametrize("doctype", [BOMB, EXTERNAL, EXTERNAL.replace("file:///etc/passwd", "http://a.example/x")])
def test_entities_in_a_document_expand_and_load_nothing(suffix: str, doctype: str) -> None:
    started = time.process_time()
    (item,) = found(f"a{suffix}", changed(MADE[suffix], _with_doctype(doctype)))
    assert time.process_time() - started < 10
    if isinstance(item, Article):
        assert len(item.text) < 100_000
        assert "root:" not in item.text


@pytest.mark.usefixtures("no_network")
def test_pictures_from_elsewhere_are_not_loaded() -> None:
    def linked(name: str, content: bytes) -> bytes:
        relation = (
            b'<Relationship Id="rIdX" TargetMode="External" Target="http://a.example/spy.png" Type='
            b'"http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"/></Relationships>'
        )
        return content.replace(b"</Relationships>", relation)

    (item,) = found("a.docx", changed(MADE[".docx"], linked))
    assert isinstance(item, Article)
    page = b'<p>Ice.<img src="http://a.example/spy.png"><iframe src="http://a.example/"></iframe></p>'
    (item,) = found("a.html", page + b'<link rel=stylesheet href="http://a.example/x.css"><script src=x></script>')
    assert isinstance(item, Article)
    assert item.text == "Ice."


# -- pages, rows, text -------------------------------------------------------------------------------------------------


def test_elements_nested_for_ever_end() -> None:
    assert problem("a.html", b"<div>" * 100_000 + b"x") == "is damaged, or is not a web page"
    assert found("a.html", b"<b>" * 1_000 + b"The harbour froze.")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<meta charset=iso-8859-1><p>caf\xe9 – x".encode("cp1252"), "café – x"),
        ('<?xml version="1.0" encoding="windows-1251"?><html><body><p>лёд</p></body></html>'.encode("cp1251"), "лёд"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS"><p>氷</p>'.encode("cp932"), "氷"),
        ("<p>лёд</p>".encode("utf-16"), "лёд"),
        (b"<meta charset=utf-8><p>caf\xe9</p>", "café"),
        (b"<meta charset=none><p>caf\xe9</p>", "café"),
        (b"<meta charset=punycode><p>caf\xe9</p>", "café"),
        (b"<meta charset=unicode-escape><p>caf\\u00e9</p>", "caf\\u00e9"),
    ],
)
def test_a_page_is_read_in_the_characters_it_declares(content: bytes, text: str) -> None:
    (article,) = found("a.html", content)
    assert isinstance(article, Article)
    assert article.text == text


def test_a_huge_cell_is_named_and_the_rows_before_it_are_kept() -> None:
    content = b"text\nIce.\n" + b"x" * 10_000_001 + b"\nSnow.\n"
    first, error = found("a.csv", content)
    assert isinstance(first, Article)
    assert str(error) == "a.csv:3: is not CSV from here on (field larger than field limit (10000000))"


def test_a_file_of_a_hundred_thousand_columns_is_read() -> None:
    header = ",".join(f"c{n}" for n in range(100_000)) + ",text"
    (article,) = found("a.csv", f"{header}\n{',' * 100_000}Ice.\n".encode())
    assert isinstance(article, Article)
    assert article.text == "Ice."


def test_a_large_file_is_refused_by_its_size(tmp_path: Path) -> None:
    for suffix in (".txt", ".pdf", ".docx", ".html"):
        with (tmp_path / f"a{suffix}").open("wb") as file:
            file.truncate(60_000_000)
        (error,) = read(tmp_path / f"a{suffix}")
        assert "MB; split it" in str(error)


@pytest.mark.parametrize(
    "front_matter",
    ["title: [", "- a", "a: &x [*x]", "!!python/object:os.system {}", "title: {a: b}", "x: " + "[" * 5000],
)
def test_bad_front_matter_is_text_or_left(front_matter: str) -> None:
    (article,) = found("a.md", f"---\n{front_matter}\n---\n\nThe harbour froze.".encode())
    assert isinstance(article, Article)
    assert article.text.endswith("The harbour froze.")
