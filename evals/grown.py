"""Libraries grown to a size, to measure at: real passages as far as they go, then recombined ones.

A recombined passage takes its sentences from two real ones, and its vector is the first one's with noise: words and
vectors are spread as those of real text are, and nothing has to be encoded. An answer found in one means nothing.
"""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np

from index import Article, Library, Passage, Sentence, readers
from index.catalog import Catalog
from index.encoder import DIMENSIONS
from index.errors import ArticleError, FootnoteError

NOISE = 0.5
"""Length of what is added to a unit vector: the copy has a cosine of 0.9 to it, as near neighbours in news have."""
PASSAGES = 13
"""Of one recombined article: as many as a news article has."""


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


def grow(source: Library, passages: int, folder: Path) -> int:
    """Make a library of so many passages (to the next whole article); how many of them are the source's own."""
    catalog = Catalog(folder, create=True)
    real = _copy(source, passages, catalog)
    if (missing := passages - catalog.passage_count()) > 0:
        _recombine(source, missing, catalog)
    catalog.close()
    with Library.open(folder) as library:
        library.warm_up()  # makes Chroma
    return real


def _copy(source: Library, passages: int, catalog: Catalog) -> int:
    theirs = Catalog(source.folder)
    count = 0
    for summary in sorted(source.articles(), key=lambda summary: summary.id):
        if count >= passages:
            break
        rows = [
            row[0] for row in theirs.rows('SELECT id FROM passages WHERE article_id = ? ORDER BY "start"', [summary.id])
        ]
        own = source.passages(summary.id)
        catalog.put(source.show(summary.id), source.sentences(summary.id), own, theirs.vectors(rows))
        count += len(own)
    theirs.close()
    return count


def _recombine(source: Library, passages: int, catalog: Catalog) -> None:
    chance, noise = random.Random(passages), np.random.default_rng(passages)  # noqa: S311 - no secret
    theirs = Catalog(source.folder)
    rows = theirs.passage_ids()
    sample = chance.sample(rows, min(20_000, len(rows)))
    texts = [theirs.passages([row])[row] for row in sample]
    vectors = theirs.vectors(sample)
    for number in range(-(-passages // PASSAGES)):
        drawn = np.array([chance.randrange(len(sample)) for _ in range(PASSAGES)])
        moved = vectors[drawn] + NOISE / np.sqrt(DIMENSIONS) * noise.standard_normal((PASSAGES, DIMENSIONS))
        moved /= np.linalg.norm(moved, axis=1, keepdims=True)
        mixed = [_mixed(texts[position].text, texts[chance.randrange(len(sample))].text, chance) for position in drawn]
        article, sentences, own = _article(f"recombined-{passages}-{number}", texts[drawn[0]].title, mixed)
        catalog.put(article, sentences, own, moved.astype(np.float32))
    theirs.close()


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
