"""Passages: whole sentences in reading order, each once, and never more than the encoder reads."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
import tokenizers
from hypothesis import example, given, settings
from hypothesis import strategies as st

import index
from index import Kind, Passage, Sentence
from index.encoder import MAX_TOKENS, Encoder
from index.intake import TITLE_TOKENS, passage_input
from index.passages import fit_sentences, split_passages
from index.reading import PASSAGE_TOKENS
from index.sentences import split_sentences

PIECES = (
    "Prices fell by 3.5 % on Friday. ",
    "He said: “No.” ",
    "1. Regulatory clarity: it helps. ",
    "# A heading\n",
    "A lonely line\n\n",
    "READ ALSO something else\n",
    "\r\n",
    "\n\n",
    "\u00a0",
    "\u2028",
    "\0",
    "\u200b" * 50,
    "🙂👩‍👩‍👧‍👦" * 20,
    "e\u0301\u0302\u0303\u0304" * 30,
    "中文字符没有空格" * 30,
    "한국어문장" * 30,
    "?!?!……" * 30,
    "—" * 200,
    " . , ; " * 60,
    "\n \n" * 60,
    "a" * 5000,
    "ab-" * 300,
    "x" * 99 + " ",
    "antidisestablishmentarianism" * 9,
    "<|endoftext|> [SEP] [CLS] ",
)
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=40), max_size=25).map("".join)
# The model's own tokenizer, that cuts nothing: what a text really takes.
WORDPIECE = tokenizers.Tokenizer.from_file(str(Path(index.__file__).parent / "models" / "tokenizer.json"))
WORDPIECE.no_truncation()
WORDPIECE.no_padding()


def lay_out(encoder: Encoder, text: str, title: str) -> tuple[Sequence[Sentence], Sequence[Passage]]:
    sentences = fit_sentences(text, split_sentences(text, title), PASSAGE_TOKENS, encoder.count)
    return sentences, split_passages("id", text, sentences, PASSAGE_TOKENS, encoder.count)


@settings(deadline=None, max_examples=120)
@given(text=TEXTS, title=TEXTS)
@example(text="Some text here. And more of it.", title="a" * 5000)
@example(text="Some text here. And more of it.", title="e" + "\u0301\u0302" * 2000)
@example(text="word " * 2000, title="\u200b" * 3000)
@example(text="字" * 3000, title="字" * 3000)
@example(text="—" * 3000, title="—" * 3000)
def test_title_and_passage_together_are_never_cut_by_the_encoder(encoder: Encoder, text: str, title: str) -> None:
    _, passages = lay_out(encoder, text, title)
    clipped = encoder.clip(title, TITLE_TOKENS)
    for passage in passages:
        read = passage_input(clipped, text[passage.start : passage.end])
        assert len(WORDPIECE.encode(read).ids) <= MAX_TOKENS


@settings(deadline=None, max_examples=120)
@given(text=TEXTS, title=st.sampled_from(["", "A lonely line"]))
def test_every_sentence_is_in_one_passage_and_titles_and_adverts_are_in_none(
    encoder: Encoder, text: str, title: str
) -> None:
    sentences, passages = lay_out(encoder, text, title)
    covered = [number for p in passages for number in range(p.first, p.last)]
    outside = (Kind.TITLE, Kind.ADVERT)
    assert covered == [number for number, s in enumerate(sentences) if s.kind not in outside]
    for passage in passages:
        assert passage.start == sentences[passage.first].start
        assert passage.end == sentences[passage.last - 1].end


@settings(deadline=None, max_examples=80)
@given(text=TEXTS)
def test_cutting_long_sentences_loses_no_character_and_leaves_no_long_one(encoder: Encoder, text: str) -> None:
    sentences = split_sentences(text)
    fitted = fit_sentences(text, sentences, PASSAGE_TOKENS, encoder.count)
    assert max(encoder.count([text[s.start : s.end] for s in fitted]), default=0) <= PASSAGE_TOKENS

    def visible(spans: Sequence[Sentence]) -> str:
        return "".join("".join(text[s.start : s.end].split()) for s in spans)

    assert visible(fitted) == visible(sentences)
    for sentence, following in pairwise(fitted):
        assert sentence.end <= following.start
    for sentence in fitted:
        assert text[sentence.start : sentence.end].strip() == text[sentence.start : sentence.end] != ""


@pytest.mark.parametrize("unit", ["a", "ab ", "🙂", "中", "- ", "\n \n."])
def test_a_text_of_a_hundred_thousand_characters_without_a_full_stop_is_split(encoder: Encoder, unit: str) -> None:
    text = unit * (100_000 // len(unit))
    sentences, passages = lay_out(encoder, text, "")
    assert passages[0].start == sentences[0].start
    assert passages[-1].end == sentences[-1].end
    sizes = encoder.count([text[p.start : p.end] for p in passages])
    assert max(sizes) <= PASSAGE_TOKENS


# -- worked by hand, a token a word -----------------------------------------------------------------------------------


def words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def passages_of(text: str, limit: int, title: str = "") -> list[str]:
    sentences = fit_sentences(text, split_sentences(text, title), limit, words)
    return [text[p.start : p.end] for p in split_passages("id", text, sentences, limit, words)]


def test_sentences_fill_a_passage_up_to_the_limit() -> None:
    assert passages_of("One two three. Four five six. Seven eight nine. Ten.", 6) == [
        "One two three. Four five six.",
        "Seven eight nine. Ten.",
    ]


def test_a_sentence_over_the_limit_is_cut_at_white_space() -> None:
    assert passages_of("one two three four five six seven.", 3) == ["one two three", "four five six", "seven."]


def test_a_word_over_the_limit_is_cut_inside() -> None:
    def letters(texts: Sequence[str]) -> list[int]:
        return [len(text) for text in texts]

    text = "abcdefgh"
    sentences = fit_sentences(text, split_sentences(text), 3, letters)
    assert [text[s.start : s.end] for s in sentences] == ["abc", "def", "gh"]


def test_a_heading_stays_with_the_sentence_below_it() -> None:
    text = "# First\n\nOne two three four.\n\n# Second\n\nFive six seven eight."
    assert passages_of(text, 8) == ["First\n\nOne two three four.", "Second\n\nFive six seven eight."]


def test_an_advert_parts_two_passages_and_the_title_is_in_none() -> None:
    text = "Title: Apples\n\nThey are red.\n\nREAD ALSO Pears\n\nThey are sweet."
    assert passages_of(text, 100, "Apples") == ["They are red.", "They are sweet."]


def test_only_the_first_piece_of_a_cut_list_point_is_the_point() -> None:
    text = "- one two three four"
    fitted = fit_sentences(text, split_sentences(text), 2, words)
    assert [(s.kind, text[s.start : s.end]) for s in fitted] == [(Kind.ITEM, "one two"), (Kind.TEXT, "three four")]


def test_a_text_without_evidence_has_no_passage() -> None:
    assert passages_of("", 5) == []
    assert passages_of("READ ALSO Pears", 5) == []
    assert passages_of("Apples", 5, "Apples") == []
