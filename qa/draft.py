"""A text of one's own, sentence by sentence, against the library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index import Hit, Library
from index.encoder import Encoder
from index.errors import ArticleError
from index.readers import read as read_file
from index.sentences import split_sentences

from .answer import Citation
from .batch import BatchError, Record
from .cite import cite
from .rank import search
from .reader import Reader
from .support import Claim, Label, Support, check_all

PASSAGES = 4
"""Passages that a sentence is held against, each by itself: what no single passage says is not said."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One sentence of a draft, and the article's sentence that comes nearest to bearing it out."""

    text: str
    support: Support
    citation: Citation | None

    @property
    def label(self) -> Label:
        """Supported, partly or not."""
        return self.support.label

    def to_json(self) -> dict[str, Any]:
        """The object that `check --json` prints."""
        return {
            "text": self.text,
            "support": round(self.support.probability, 4),
            "label": self.label.value,
            "citations": [asdict(self.citation)] if self.citation else [],
        }


def read_draft(path: Path) -> str:
    """The text of a draft; raises FootnoteError."""
    draft = next(iter(read_file(path)))
    if isinstance(draft, ArticleError):
        raise draft
    return draft.text


def check_draft(text: str, library: Library, reader: Reader | None) -> list[Checked]:
    """Every sentence of the draft with its support, in order; headings are left out."""
    with library.snapshot():
        spans = [s for s in split_sentences(text) if s.is_evidence]
        sentences = [" ".join(text[s.start : s.end].split()) for s in spans]
        found = [search(sentence, library, PASSAGES, None) for sentence in sentences]
        claims = [
            Claim(sentence, tuple(_sentences(hit)), hit.title)
            for sentence, hits in zip(sentences, found, strict=True)
            for hit in hits
        ]
        supports = iter(check_all(claims, library.encoder, reader))
        return [
            _checked(sentence, [(next(supports), hit) for hit in hits], library)
            for sentence, hits in zip(sentences, found, strict=True)
        ]


def claim_of(record: Record) -> Claim:
    """A claim with the evidence that comes with it, a text or a list of sentences, and the `title` of what that is
    from, if it is given; raises BatchError."""
    claim, evidence, title = record.get("claim"), record.get("evidence"), record.get("title") or ""
    is_text = isinstance(evidence, str)
    if is_text:
        evidence = [evidence]
    if not isinstance(claim, str) or not isinstance(evidence, list) or not all(isinstance(e, str) for e in evidence):
        raise BatchError("the line needs a claim, and evidence that is a text or a list of texts")
    if not isinstance(title, str):
        raise BatchError("the title is not a text")
    if any(0xD800 <= ord(character) <= 0xDFFF for text in (claim, title, *evidence) for character in text):
        raise BatchError("the line holds half a character (an unpaired surrogate)")
    sentences = sentences_of(evidence[0]) if is_text else evidence
    return Claim(claim, tuple(sentence for sentence in sentences if sentence.strip()), title)


def check_claims(records: Sequence[Record], encoder: Encoder, reader: Reader | None) -> list[Record | BatchError]:
    """Claims against the evidence that comes with each (`claim_of`), or what is wrong with one."""
    claims = [_claim_or_error(record) for record in records]
    supports = iter(check_all([claim for claim in claims if isinstance(claim, Claim)], encoder, reader))
    return [_result(next(supports)) if isinstance(claim, Claim) else claim for claim in claims]


def _claim_or_error(record: Record) -> Claim | BatchError:
    try:
        return claim_of(record)
    except BatchError as error:
        return error


def _result(support: Support) -> Record:
    return {"support": round(support.probability, 4), "label": support.label.value}


def sentences_of(evidence: str) -> list[str]:
    """The sentences of a text that a claim is held against."""
    return [evidence[s.start : s.end] for s in split_sentences(evidence)]


def _checked(claim: str, found: Sequence[tuple[Support, Hit]], library: Library) -> Checked:
    """By the passage that bears it out best, the first of equals."""
    if not found:
        return Checked(claim, Support(0.0, None), None)
    support, hit = max(found, key=lambda pair: pair[0].probability)
    return Checked(claim, support, _cite(support, hit, library))


def _sentences(hit: Hit) -> list[str]:
    return [hit.text[s.start - hit.start : s.end - hit.start] for s in hit.sentences if s.is_evidence]


def _cite(support: Support, hit: Hit, library: Library) -> Citation | None:
    if support.nearest is None:
        return None
    sentence = [s for s in hit.sentences if s.is_evidence][support.nearest]
    return cite(1, hit.article_id, sentence.start, sentence.end, library)
