"""The empty chat: what the library holds, and questions that fit it."""

from __future__ import annotations

from pathlib import Path

from index import Library, Summary
from qa.server.welcome import examples, greeting

SEEDS = Path(__file__).parent.parent / "seeds"


def shelf(*titles: str) -> list[Summary]:
    return [Summary(f"id {number}", title, "a.txt", None, 10, 1) for number, title in enumerate(titles)]


def test_the_seeds_have_questions_of_their_own(tmp_path: Path) -> None:
    """The given articles are recognised, so that the first click gets a good answer."""
    with Library.open(tmp_path, create=True) as library:
        library.sync(SEEDS)
        assert "How much value did the crackdown wipe out?" in examples(library.articles())


def test_other_articles_are_asked_for_by_title() -> None:
    """A few questions, from titles; articles without one are passed over."""
    assert examples(shelf("Rain", "", "Snow")) == ["What does “Rain” say?", "What does “Snow” say?"]
    assert len(examples(shelf(*"abcdefgh"))) == 4


def test_the_greeting_counts_and_names() -> None:
    """Titles are text and lead to their articles; what is not named is counted."""
    html = greeting(shelf("<b>Rain</b>", "b", "c", "d", "e", "f"))
    assert "6 articles" in html
    assert '<a class="fn-open" href="/read/id%200">&lt;b&gt;Rain&lt;/b&gt;</a>' in html
    assert "and 2 more" in html
    assert "1 article<" in greeting(shelf("Rain"))
    assert '<button type="button" class="fn-next">What does “&lt;b&gt;Rain&lt;/b&gt;” say?</button>' in html


def test_an_empty_library_says_how_to_fill_it() -> None:
    """The page where articles are added; the command, and what it takes."""
    assert 'href="/articles">Add articles</a>' in greeting([])
    assert "footnote add PATH" in greeting([])
    assert ".jsonl" in greeting([])
