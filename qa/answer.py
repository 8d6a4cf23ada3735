"""What an answer is: sentences, and the exact spans they rest on. Values only."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Citation:
    """A span of an article: `quote` is exactly `article.text[start:end]`. `number` is its footnote, from 1.

    `page` counts from 1 and is None where the article has no pages.
    """

    number: int
    article_id: str
    title: str
    source: str
    published: str | None
    start: int
    end: int
    quote: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Citations, by number, that say different things of the same; `text` says what about, in one line."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """One sentence of an answer and the numbers of the citations it rests on.

    `support` is in 0..1: how sure we are that the cited spans say it (1.0 for verbatim quotes). `is_item` marks a
    line of a list. `text[slice(*short)]` is the short answer inside the sentence, where one was found.
    """

    text: str
    citations: tuple[int, ...]
    support: float = 1.0
    supported: bool = True
    is_item: bool = False
    short: tuple[int, int] | None = None

    @property
    def marked(self) -> str:
        """The sentence with its footnote numbers, `It rained. [1][2]`; one that no article bears out says so."""
        marks = "".join(f"[{number}]" for number in self.citations) if self.supported else UNSUPPORTED
        return f"{self.text} {marks}".strip()


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, or an abstention (`abstained`) that names the nearest passages.

    `confidence` is the calibrated probability that the articles answer the question, given either way. `mode` is how
    it was made: `extractive`, `llm`, or `talk` where the question was about Footnote or the library itself.
    `understood` is the question as it was completed from the conversation, empty where it stood by itself. `notes` are
    lines for the person who asks, such as why a language model was not used. `follow_ups` are questions to ask next; of
    an abstention, the question with a misspelt word put right.
    `read` counts the articles whose passages were read.
    """

    question: str
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]
    confidence: float
    abstained: bool = False
    mode: str = "extractive"
    nearest: tuple[Citation, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    missing: tuple[str, ...] = ()
    understood: str = ""
    notes: tuple[str, ...] = ()
    follow_ups: tuple[str, ...] = ()
    read: int = 0
    timings_ms: dict[str, float] = field(default_factory=dict, compare=False)

    @property
    def follow_ups_heading(self) -> str:
        """What stands over the questions to ask next."""
        return "Did you mean" if self.abstained else "Ask next"

    @property
    def text(self) -> str:
        """The answer as plain text with footnote numbers; list lines start with a dash."""
        if self.abstained:
            return ABSTENTION
        lines = [""]
        for sentence in self.sentences:
            if sentence.is_item:
                lines.append(f"- {sentence.marked}")
            elif lines[-1].startswith("- "):
                lines.append(sentence.marked)
            else:
                lines[-1] = f"{lines[-1]} {sentence.marked}".strip()
        return "\n".join(line for line in lines if line)

    def to_json(self) -> dict[str, Any]:
        """The object that `ask --json` prints (see the README for its fields)."""
        return {
            "question": self.question,
            "answer": self.text,
            "abstained": self.abstained,
            "confidence": round(self.confidence, 4),
            "mode": self.mode,
            "sentences": [
                {
                    "text": s.text,
                    "citations": list(s.citations),
                    "support": s.support,
                    "supported": s.supported,
                }
                for s in self.sentences
            ],
            "citations": [asdict(citation) for citation in self.citations],
            "nearest": [asdict(citation) for citation in self.nearest],
            "conflicts": [asdict(conflict) for conflict in self.conflicts],
            "missing": list(self.missing),
            "timings_ms": {"retrieve": 0.0, "answer": 0.0, "total": 0.0} | self.timings_ms,
            "understood": self.understood,
            "notes": list(self.notes),
            "follow_ups": list(self.follow_ups),
            "read": self.read,
        }


UNSUPPORTED = "[no source says this]"
"""Stands where its footnotes would, after a sentence of a language model that no article bears out."""
ABSTENTION = "The articles do not answer this."
"""The whole text of an answer that is none. One constant, so that code, page and tests agree."""
