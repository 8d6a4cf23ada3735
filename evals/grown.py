"""Libraries grown to a size, to measure at: real passages as far as they go, then recombined ones.

A recombined passage takes its sentences from two real ones, and its vector is the first one's with noise: words and
vectors are spread as those of real text are, and nothing has to be encoded. An answer found in one means nothing.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index import Article, Library, Passage, Sentence, readers
from index.catalog import Catalog, StoredPassage
from index.encoder import DIMENSIONS, Vectors
from index.errors import ArticleError, FootnoteError

NOISE = 0.5
"""Length of what is added to a unit vector: the copy has a cosine of 0.9 to it, as near neighbours in news have."""
PASSAGES = 13
"""Of one recombined article: as many as a news article has."""
DRAWN = 20_000
"""Real passages that are recombined."""
_RECOMBINED = "recombined-"


def read_articles(path: Path) -> list[Article]:
    """Those of a file or folder, in order; raises FootnoteError where there are none."""
    files = [file for file in readers.files_in(path) if isinstance(file, Path)] if path.is_dir() else [path]
    found = [article for file in files for article in readers.read(file)]
    articles = [article for article in found if not isinstance(article, ArticleError)]
    if not articles:
        raise FootnoteError(f"{path} holds no articles; give a .jsonl file or a folder of them")
    return articles


def fill(path: Path, passages: int, folder: Path) -> None:
    """A library of the first articles in `path`, encoded, until it has at least so many passages, or all."""
    articles = read_articles(path)
    with Library.open(folder, create=True) as library:
        for start in range(0, len(articles), 50):
            if library.passage_count() >= passages:
                return
            library.add(articles[start : start + 50])


def grow(source: Library, passages: int, folder: Path) -> None:
    """Make a library of so many passages (to the next whole article); one that was left half made is gone on with."""
    catalog = Catalog(folder, create=True)
    if catalog.passage_count() < passages:
        _fill(source, passages, catalog)
    catalog.close()
    with Library.open(folder) as library:
        library.warm_up()  # makes Chroma


def _fill(source: Library, passages: int, catalog: Catalog) -> None:
    catalog.rows("PRAGMA synchronous = OFF")  # what a power cut takes is grown again
    theirs = Catalog(source.folder)
    held = {identity for (identity,) in catalog.rows("SELECT id FROM articles")}
    count = 0
    for summary in sorted(source.articles(), key=lambda summary: summary.id):
        if count >= passages:
            break
        count += summary.passages
        if summary.id not in held:
            _copy(source, theirs, summary.id, catalog)
    if count < passages:
        drawn = _drawn(theirs)
        for number in range(-(-(passages - count) // PASSAGES)):
            if f"{_RECOMBINED}{number}" not in held:
                catalog.put(*_recombined(number, drawn))
    theirs.close()


def real_passages(library: Library) -> int:
    """How many passages of a grown library are of no recombined article."""
    return sum(summary.passages for summary in library.articles() if not summary.id.startswith(_RECOMBINED))


def _copy(source: Library, theirs: Catalog, identity: str, catalog: Catalog) -> None:
    rows = theirs.rows('SELECT id FROM passages WHERE article_id = ? ORDER BY "start"', [identity])
    vectors = theirs.vectors([row for (row,) in rows])
    catalog.put(source.show(identity), source.sentences(identity), source.passages(identity), vectors)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Real passages that others are recombined of, and their vectors."""

    passages: list[StoredPassage]
    vectors: Vectors


def _drawn(theirs: Catalog) -> _Drawn:
    rows = theirs.passage_ids()
    sample = random.Random(0).sample(rows, min(DRAWN, len(rows)))  # noqa: S311 - no secret
    stored = theirs.passages(sample)
    return _Drawn([stored[row] for row in sample], theirs.vectors(sample))


def _recombined(number: int, drawn: _Drawn) -> tuple[Article, list[Sentence], list[Passage], Vectors]:
    """The same number gives the same article, so that growing can be gone on with."""
    chance, noise = random.Random(number), np.random.default_rng(number)  # noqa: S311 - no secret
    ones = [chance.randrange(len(drawn.passages)) for _ in range(PASSAGES)]
    moved = drawn.vectors[ones] + NOISE / np.sqrt(DIMENSIONS) * noise.standard_normal((PASSAGES, DIMENSIONS))
    moved /= np.linalg.norm(moved, axis=1, keepdims=True)
    mixed = [_mixed(drawn.passages[one].text, chance.choice(drawn.passages).text, chance) for one in ones]
    article, sentences, passages = _article(f"{_RECOMBINED}{number}", drawn.passages[ones[0]].title, mixed)
    return article, sentences, passages, moved.astype(np.float32)


def _mixed(one: str, other: str, chance: random.Random) -> list[str]:
    """Sentences of the one, each third one taken from the other."""
    ours, theirs = _roughly_split(one), _roughly_split(other)
    return [chance.choice(theirs) if chance.random() < 1 / 3 else sentence for sentence in ours]


def _roughly_split(text: str) -> list[str]:
    return [part for part in text.replace("\n", " ").split(". ") if part.strip()] or [text]


def _article(identity: str, title: str, mixed: list[list[str]]) -> tuple[Article, list[Sentence], list[Passage]]:
    text = ""
    sentences: list[Sentence] = []
    passages: list[Passage] = []
    for parts in mixed:
        first, start = len(sentences), len(text)
        for part in parts:
            sentences.append(Sentence(len(text), len(text) + len(part) + 1))
            text += part + ". "
        passages.append(Passage(identity, start, len(text) - 1, first, len(sentences)))
    return Article(identity, title, text, identity), sentences, passages
