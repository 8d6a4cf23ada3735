"""Near-duplicates: two articles that share most runs of five words are one story, such as two printings of a wire copy.

Each article keeps a sample of the hashes of its word runs, drawn by the hash itself, so that the same run is in
every sample or in none. The share of the smaller sample found in the larger estimates how much of the shorter text
the longer one holds: a copy that was cut counts as a copy. Pure.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Shingles = NDArray[np.uint32]
"""A sample of an article's word runs: hashes, ascending, none twice."""

WORDS = 5
"""Words in a run: shorter ones are common phrases, longer ones break at every edit."""
SAMPLE = 4
"""One run of this many is kept."""
NEAR = 0.5
"""Share of the smaller sample from which on two articles are near-duplicates (docs/library.md has the measurements)."""
LEAST = 4
"""Shared hashes below which a share means nothing."""

_WORD = re.compile(r"\w+")
_FACTORS = np.array([0x9E3779B97F4A7C15 * (2 * i + 1) % 2**64 for i in range(1, WORDS + 1)], dtype=np.uint64)


def shingle(text: str) -> Shingles:
    """The sample of a text; empty for one of fewer than five words."""
    words = np.array([zlib.crc32(word.encode()) for word in _WORD.findall(text.lower())], dtype=np.uint64)
    if len(words) < WORDS:
        return np.empty(0, dtype=np.uint32)
    runs = np.lib.stride_tricks.sliding_window_view(words, WORDS)
    mixed = (runs * _FACTORS).sum(axis=1, dtype=np.uint64)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    high = (mixed >> np.uint64(32)).astype(np.uint32)
    return np.unique(high[high % SAMPLE == 0])


def likeness(one: Shingles, other: Shingles) -> float:
    """The share of the smaller sample that the larger one holds, 0 to 1; 0 where too little is shared to tell."""
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared / min(len(one), len(other)) if shared >= LEAST else 0.0


def clusters(samples: Mapping[str, Shingles]) -> dict[str, str]:
    """Each key with the first key, in order, of the near-duplicates it belongs to: its own where it has none.

    >>> clusters({"a": shingle("one two three four five six seven"), "b": shingle("other words")})
    {'a': 'a', 'b': 'b'}
    """
    names = sorted(samples)
    first = list(range(len(names)))

    def root(member: int) -> int:
        while first[member] != member:
            first[member] = first[first[member]]
            member = first[member]
        return member

    for one, other in _candidates([samples[name] for name in names]):
        low, high = sorted((root(one), root(other)))
        if low != high and likeness(samples[names[one]], samples[names[other]]) >= NEAR:
            first[high] = low
    return {name: names[root(member)] for member, name in enumerate(names)}


def _candidates(samples: Sequence[Shingles]) -> list[tuple[int, int]]:
    """Pairs of positions that share several hashes.

    Of the articles with one hash each is paired with the next alone: a phrase that a thousand articles share makes a
    thousand pairs and not half a million, and copies of a story still meet in the hashes that only they have.
    """
    if not samples:
        return []
    hashes = np.concatenate(samples)
    owners = np.repeat(np.arange(len(samples)), [len(sample) for sample in samples])
    order = np.lexsort((owners, hashes))
    hashes, owners = hashes[order], owners[order]
    same = np.flatnonzero(hashes[1:] == hashes[:-1])
    pairs, counts = np.unique(owners[same].astype(np.int64) * len(samples) + owners[same + 1], return_counts=True)
    return [divmod(int(pair), len(samples)) for pair in pairs[counts >= LEAST]]
