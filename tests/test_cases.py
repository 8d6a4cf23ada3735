"""Reading a question set: the contract's fields, and errors that name the line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.cases import Case, Relevant, find_set, read_cases
from index.errors import FootnoteError
from qa.conversation import Turn


def written(folder: Path, *lines: object) -> Path:
    path = folder / "set.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), "utf-8")
    return path


def test_every_field_of_the_contract_is_read(tmp_path: Path) -> None:
    record = {
        "id": "1",
        "question": "Who?",
        "answers": ["Ma"],
        "all_answers": ["one", ["two", "2"]],
        "relevant": ["a", {"article_id": "b", "quote": "Jack Ma."}, {"article_id": "c"}],
        "answerable": True,
        "history": [{"role": "user", "content": "Hello"}],
        "tags": ["fact"],
    }
    assert read_cases(written(tmp_path, record)) == (
        Case(
            id="1",
            question="Who?",
            answers=("Ma",),
            all_answers=(("one",), ("two", "2")),
            relevant=(Relevant("a"), Relevant("b", "Jack Ma."), Relevant("c")),
            answerable=True,
            history=(Turn("user", "Hello"),),
            tags=("fact",),
        ),
    )


def test_only_id_and_question_are_needed(tmp_path: Path) -> None:
    assert read_cases(written(tmp_path, {"id": "1", "question": "Who?"})) == (Case("1", "Who?"),)


def test_numbers_as_ids_become_text_and_unknown_fields_are_left(tmp_path: Path) -> None:
    assert read_cases(written(tmp_path, {"id": 7, "question": "Who?", "source": "me"}))[0].id == "7"


def test_blank_lines_a_byte_order_mark_and_windows_line_ends_are_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"id": "1", "question": "Who?"}\r\n\r\n{"id": "2", "question": "What?"}\r\n')
    assert [case.id for case in read_cases(path)] == ["1", "2"]


def test_a_line_separator_inside_a_text_does_not_end_the_line(tmp_path: Path) -> None:
    line = json.dumps({"id": "1", "question": "Who\u2028knows?"}, ensure_ascii=False)
    assert read_cases(written(tmp_path, line))[0].question == "Who\u2028knows?"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "is not JSON (column 2: expecting property name"),
        ("[1]", "is not a JSON object"),
        ("[" * 100_000, "is not a JSON object in UTF-8"),
        ({"question": "Who?"}, "has no id"),
        ({"id": "1"}, "has no question"),
        ({"id": "1", "question": "  "}, "has the question '  '"),
        ({"id": "1", "question": 5}, "has the question 5"),
        ({"id": True, "question": "Who?"}, "has the id True"),
        ({"id": "1", "question": "\ud800"}, "half a character"),
        ({"id": "1", "question": "Who?", "answers": "Ma"}, "has answers that is not a list"),
        ({"id": "1", "question": "Who?", "answers": [None]}, "has no answer"),
        ({"id": "1", "question": "Who?", "all_answers": [[]]}, "empty group"),
        ({"id": "1", "question": "Who?", "relevant": [{"quote": "x"}]}, "has no id"),
        ({"id": "1", "question": "Who?", "relevant": [{"article_id": "a", "quote": ""}]}, "has the quote ''"),
        ({"id": "1", "question": "Who?", "answerable": "yes"}, "has the answerable 'yes'"),
        ({"id": "1", "question": "Who?", "history": [5]}, "the history holds '5'"),
    ],
)
def test_a_bad_line_is_one_line_that_names_the_place(tmp_path: Path, line: object, reason: str) -> None:
    path = written(tmp_path, {"id": "0", "question": "Fine?"}, line)
    with pytest.raises(FootnoteError) as caught:
        read_cases(path)
    assert str(caught.value).startswith(f"{path}:2: ")
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_same_id_twice_is_an_error_that_names_both_lines(tmp_path: Path) -> None:
    path = written(tmp_path, {"id": "1", "question": "Who?"}, {"id": 1, "question": "What?"})
    with pytest.raises(FootnoteError, match=r":2: the id '1' is taken by line 1"):
        read_cases(path)


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_a_file_without_questions_is_an_error(tmp_path: Path, content: str) -> None:
    with pytest.raises(FootnoteError, match="no questions"):
        read_cases(written(tmp_path, content))


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FootnoteError, match="cannot be read"):
        read_cases(tmp_path)


@given(st.binary(max_size=60))
def test_any_bytes_give_cases_or_a_one_line_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("bytes") / "set.jsonl"
    path.write_bytes(content)
    with pytest.raises(FootnoteError) as caught:
        read_cases(path)
    assert "\n" not in str(caught.value)


def test_a_set_is_found_by_its_bare_name_or_its_path(tmp_path: Path) -> None:
    path = written(tmp_path, {"id": "1", "question": "Who?"})
    assert find_set(str(path)) == path
    assert find_set("seeds").name == "seeds.jsonl"


def test_a_folder_with_the_name_of_a_shipped_set_does_not_hide_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "seeds").mkdir()
    monkeypatch.chdir(tmp_path)
    assert find_set("seeds").is_file()


def test_an_unknown_set_is_an_error_that_lists_the_shipped_ones() -> None:
    with pytest.raises(FootnoteError, match=r"no question set 'sedes'.*seeds"):
        find_set("sedes")
