"""Questions and claims written for the reader: `asked.jsonl.gz` and four files more, one article a line.

They are put as people put them to a search box, in other words than the sentence that answers: what the published sets
hardly have. An article of the news is named by its id and its answers by their places, so no text of it is in the file;
a document that was made up for this stands in one of them with title and text. Places are character offsets of that
text. The `sentences` are such as language models write, each beside just what it cites; those of `asked-twins` come in
pairs, as near to what they cite and as long, one borne out and one not.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.articles import Article
from index.encoder import Encoder
from index.passages import fit_sentences, split_passages
from index.reading import PASSAGE_TOKENS
from index.sentences import Sentence, split_sentences
from qa.conversation import Turn, contextualise
from qa.support import entitled

from .examples import Candidate, Claim, Example, Group, digest, read_lines
from .pool import Pool, Span

ASKED, MORE, AGAIN, WRITTEN, TWINS = "asked", "asked-more", "asked-again", "asked-written", "asked-twins"
FILES = tuple(Path(__file__).parent / f"{name}.jsonl.gz" for name in (ASKED, MORE, AGAIN, WRITTEN, TWINS))
AROUND = 2
"""Sentences on either side of a claim's sentence, at most: what a claim is checked against is short. A claim about more
than one sentence was written beside just these, and has no others."""
TITLED = 0.5
"""Share of the sentences of WRITTEN and TWINS that have the title before what they cite."""


@dataclass(frozen=True, slots=True)
class _Cut:
    """An article with its sentences and where its passages stand."""

    article: Article
    sentences: tuple[Sentence, ...]
    passages: tuple[Span, ...]

    def text(self, place: Span) -> str:
        return self.article.text[slice(*place)]


def made_up(files: Sequence[Path] = FILES) -> dict[str, Article]:
    """The documents that were made up, by id."""
    records = (record for file in files for record in read_lines(file) if "text" in record)
    return {r["article"]: Article(r["article"], r["title"], r["text"], ASKED) for r in records}


def asked(articles: Mapping[str, Article], encoder: Encoder, file: Path) -> Iterator[Example]:
    """The file's questions and claims, as examples; `articles` are those they are about, by id. Their source is the
    file's name, their document the article."""
    records, source = read_lines(file), file.name.removesuffix(".jsonl.gz")
    cuts = {record["article"]: _cut(articles[record["article"]], encoder) for record in records}
    pool = Pool(list(dict.fromkeys(cut.text(place) for cut in cuts.values() for place in cut.passages)))
    titles = {cut.text(place): cut.article.title for cut in cuts.values() for place in cut.passages}
    for record in records:
        cut = cuts[record["article"]]
        for question, place in _questions(record, cut):
            yield _group(source, question, place, cut, pool, titles)
        for claim, label, start, end in record["claims"]:
            yield _claim(source, claim, label, (start, end), cut)
        for sentence, label, start, end in record.get("sentences", ()):
            titled = source in (WRITTEN, TWINS) and random.Random(digest(sentence)).random() < TITLED
            around = AROUND if source == TWINS else 0
            yield _claim(source, sentence, label, (start, end), cut, around, cut.article.title if titled else "")


def _cut(article: Article, encoder: Encoder) -> _Cut:
    sentences = split_sentences(article.text, article.title)
    fitted = fit_sentences(article.text, sentences, PASSAGE_TOKENS, encoder.count)
    passages = split_passages(article.id, article.text, fitted, PASSAGE_TOKENS, encoder.count)
    return _Cut(article, tuple(sentences), tuple((p.start, p.end) for p in passages))


def _questions(record: Mapping[str, Any], cut: _Cut) -> Iterator[tuple[str, Span | None]]:
    """Each question, whole, with the place of its answer; None where the article has none."""
    for question, start, end in record["questions"]:
        yield question, (start, end)
    for question in record["unanswered"]:
        yield question, None
    for conversation in record["conversations"]:
        history: list[Turn] = []
        for question, start, end in conversation:
            yield contextualise(question, history), (start, end)
            said = next((s for s in cut.sentences if s.start <= start < s.end), None)
            answer = cut.text((said.start, said.end)) if said else cut.text((start, end))
            history += [Turn("user", question), Turn("assistant", answer)]


def _group(source: str, question: str, place: Span | None, cut: _Cut, pool: Pool, titles: Mapping[str, str]) -> Group:
    """The passage that answers beside another of its article and, every second time, one of another article; without an
    answer, two of the article.

    Where the answer stands in two passages that overlap, the one with more before it is taken.
    """
    holders = [p for p in cut.passages if place and p[0] <= place[0] and place[1] <= p[1]]
    own = [cut.text(p) for p in cut.passages]
    wrong = [cut.text(p) for p in cut.passages if not (place and _overlaps(p, place))]
    near = Pool(wrong).hardest(question, 1 if holders else 2, ()) or wrong[:1]
    far = (
        pool.hardest(question, 1, (), besides=tuple(own))
        if random.Random(digest(ASKED, question)).random() < 0.5
        else []
    )
    negatives = [*near, *far][:2]
    candidates = [Candidate(titles[text], text, False) for text in negatives]
    if holders and place:
        home = min(holders)
        span = (place[0] - home[0], place[1] - home[0])
        candidates.insert(0, Candidate(cut.article.title, cut.text(home), True, span))
    return Group(source, cut.article.id, question, tuple(candidates))


def _overlaps(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _claim(source: str, claim: str, label: str, place: Span, cut: _Cut, around: int = AROUND, title: str = "") -> Claim:
    """The claim beside the sentences that it is about, after the title, if any; one alone has up to `around` before and
    after it."""
    numbers = [n for n, s in enumerate(cut.sentences) if _overlaps((s.start, s.end), place)]
    first, last = numbers[0], numbers[-1]
    if first == last:
        chance = random.Random(digest(ASKED, cut.article.id, claim))
        first, last = max(0, first - chance.randint(0, around)), last + chance.randint(0, around)
    return Claim(source, cut.article.id, claim, entitled(title, _texts(cut.sentences[first : last + 1], cut)), (label,))


def _texts(sentences: Sequence[Sentence], cut: _Cut) -> Iterator[str]:
    return (" ".join(cut.text((s.start, s.end)).split()) for s in sentences)
