"""A library's own settings: read where it is opened, heeded where it is searched, asked and filled."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import Library
from index.encoder import Encoder
from index.settings import FILE, BadSettings, Settings, read_settings, write_settings
from qa.ask import ask

SEEDS = Path(__file__).parents[1] / "seeds"
QUESTION = "When did Beijing start cracking down on tech companies?"


def test_what_is_written_is_read_back_and_replaced_whole(tmp_path: Path) -> None:
    assert read_settings(tmp_path) == Settings()
    for kept in (Settings(passages=3, lexical_share=0.0), Settings(threshold=0.25)):
        assert write_settings(tmp_path, kept) == tmp_path / FILE
        assert read_settings(tmp_path) == kept


@pytest.mark.parametrize(
    "content",
    [b"{", b"[1]", b"\xff", b'{"beauty": 1}', b'{"passages": 0}', b'{"passages": true}', b'{"threshold": "high"}'],
)
def test_settings_that_make_no_sense_are_refused_in_one_line(seeds_copy: Path, content: bytes) -> None:
    (seeds_copy / FILE).write_bytes(content)
    with pytest.raises(BadSettings) as caught:
        Library.open(seeds_copy)
    assert str(caught.value).startswith(f"{seeds_copy / FILE}: ")
    assert str(caught.value).endswith("; mend or delete the file")


def test_a_library_answers_as_it_is_set(seeds_copy: Path) -> None:
    with Library.open(seeds_copy) as library:
        assert not ask(QUESTION, library).abstained
        shipped = [hit.score for hit in library.search(QUESTION)]
    write_settings(seeds_copy, Settings(threshold_without_reader=1.0, lexical_share=0.0))
    with Library.open(seeds_copy) as library:
        assert ask(QUESTION, library).abstained
        hits = library.search(QUESTION)
    assert [hit.score for hit in hits] != shipped
    assert [hit.score for hit in hits] == pytest.approx([hit.cosine or hits[-1].score for hit in hits], abs=1e-5)


def test_fewer_passages_are_read_where_it_is_so_set(seeds_copy: Path) -> None:
    write_settings(seeds_copy, Settings(passages=1))
    with Library.open(seeds_copy) as library:
        assert ask(QUESTION, library).read == 1


def test_articles_are_cut_as_the_library_is_set_also_in_the_process_that_reads_files(
    tmp_path: Path, encoder: Encoder
) -> None:
    paragraphs = (SEEDS / "003_d2dc321e20d6810b.txt").read_text("utf-8").split("\n\n")
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.html").write_text(f"<html><title>Tech</title><body><article>{body}</article>", "utf-8")
    (tmp_path / "library").mkdir()
    write_settings(tmp_path / "library", Settings(passage_tokens=16))
    with Library(tmp_path / "library", create=True, encoder=encoder) as library:
        library.sync(tmp_path / "in")
        assert library.passage_count() > 40
