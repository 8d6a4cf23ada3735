"""Near-duplicates: edited, cut and retitled copies of a story are one cluster, other stories of the day are not."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.shingles import LEAST, NEAR, WORDS, clusters, likeness, shingle

SEEDS = Path(__file__).parents[1] / "seeds"
STORIES = [path.read_text("utf-8") for path in sorted(SEEDS.iterdir())]


def cut(text: str) -> str:
    """What a paper with little room prints of a wire copy: the first third."""
    return text[: len(text) // 3]


def with_other_words(share: float) -> Callable[[str], str]:
    def edit(text: str) -> str:
        chance = random.Random(0)
        return re.sub(r"\w+", lambda word: "editor" if chance.random() < share else word[0], text)

    return edit


def by_someone_else(text: str) -> str:
    return "By a correspondent in Lagos\n\n" + text.upper() + "\n\nFollow us for more stories like this one."


def without_every_third_sentence(text: str) -> str:
    sentences = re.split(r"(?<=[.!?])\s+", text)
    return " ".join(sentence for number, sentence in enumerate(sentences) if number % 3)


@pytest.mark.parametrize("text", STORIES, ids=["first", "second"])
@pytest.mark.parametrize(
    "edit",
    [cut, with_other_words(0.02), with_other_words(0.08), by_someone_else, without_every_third_sentence],
    ids=["cut", "2 % of the words", "8 % of the words", "retitled", "shortened"],
)
def test_a_copy_is_known_whatever_was_edited(text: str, edit: Callable[[str], str]) -> None:
    assert likeness(shingle(text), shingle(edit(text))) >= NEAR


def test_two_articles_on_one_subject_are_two() -> None:
    assert likeness(*map(shingle, STORIES)) < 0.1


def test_clusters_name_the_first_and_hold_copies_of_copies() -> None:
    first, second = STORIES
    found = clusters(
        {name: shingle(text) for name, text in {"c": first, "a": cut(first), "b": second, "d": ""}.items()}
    )
    assert found == {"a": "a", "c": "a", "b": "b", "d": "d"}


def test_a_footer_that_all_share_makes_no_cluster() -> None:
    footer = " Sign up for our newsletter and follow us on every platform that there is for more stories like this."
    chance = random.Random(1)
    texts = {str(n): " ".join(f"w{chance.randrange(10_000)}" for _ in range(120)) + footer for n in range(200)}
    assert set(clusters({name: shingle(text) for name, text in texts.items()}).values()) == set(texts)


@settings(deadline=None)
@given(st.text(max_size=300))
def test_a_text_is_all_of_itself_and_short_ones_are_like_nothing(text: str) -> None:
    sample = shingle(text)
    assert likeness(sample, sample) == (1.0 if len(sample) >= LEAST else 0.0)
    assert (sample[1:] > sample[:-1]).all()
    if len(re.findall(r"\w+", text)) < WORDS:
        assert len(sample) == 0
