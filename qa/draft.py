"""A text of one's own, sentence by sentence, against the library."""

from __future__ import annotations

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
from .support import Label, Support, check

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
        return [_check_sentence(" ".join(text[s.start : s.end].split()), library, reader) for s in spans]


def check_claim(record: Record, encoder: Encoder, reader: Reader | None) -> Record:
    """A claim against the evidence that comes with it, a text or a list of sentences, and the `title` of what that is
    from, if it is given; raises BatchError."""
    claim, evidence, title = record.get("claim"), record.get("evidence"), record.get("title") or ""
    if isinstance(evidence, str):
        evidence = sentences_of(evidence)
    if not isinstance(claim, str) or not isinstance(evidence, list) or not all(isinstance(e, str) for e in evidence):
        raise BatchError("the line needs a claim, and evidence that is a text or a list of texts")
    if not isinstance(title, str):
        raise BatchError("the title is not a text")
    support = check(claim, [sentence for sentence in evidence if sentence.strip()], encoder, reader, title)
    return {"support": round(support.probability, 4), "label": support.label.value}


def sentences_of(evidence: str) -> list[str]:
    """The sentences of a text that a claim is held against."""
    return [evidence[s.start : s.end] for s in split_sentences(evidence)]


def _check_sentence(claim: str, library: Library, reader: Reader | None) -> Checked:
    best: tuple[Support, Hit] | None = None
    for hit in search(claim, library, PASSAGES, None):
        support = check(claim, _sentences(hit), library.encoder, reader, hit.title)
        if best is None or support.probability > best[0].probability:
            best = support, hit
    if best is None:
        return Checked(claim, Support(0.0, None), None)
    return Checked(claim, best[0], _cite(*best, library))


def _sentences(hit: Hit) -> list[str]:
    return [hit.text[s.start - hit.start : s.end - hit.start] for s in hit.sentences if s.is_evidence]


def _cite(support: Support, hit: Hit, library: Library) -> Citation | None:
    if support.nearest is None:
        return None
    sentence = [s for s in hit.sentences if s.is_evidence][support.nearest]
    return cite(1, hit.article_id, sentence.start, sentence.end, library)
