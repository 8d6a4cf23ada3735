"""Quotes read back from what was exported: what a reader of the file sees, with the place that it claims."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, ClassVar

from index.errors import FootnoteError

from .answer import Citation
from .export import QUOTE_MARK

_PLACE = re.compile(rf"<!--\s*{QUOTE_MARK}\s+(\{{.*?\}})\s*-->")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_QUOTED = re.compile(r"\s*>\s?(.*)")


class NotAnExport(FootnoteError):
    """A file that holds no quotes of Footnote's."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}; give what `footnote export` or `footnote ask --json` wrote")
        self.path = path


@dataclass(frozen=True, slots=True)
class Quotes:
    """The quotes of a file, in order, each with where it stands there.

    `to_the_character` is false for Markdown and HTML, which say nothing certain of white space.
    """

    citations: tuple[tuple[str, Citation], ...]
    to_the_character: bool


def read_quotes(path: Path) -> Quotes:
    """The quotes in an export, or in answers as `footnote ask --json` and `--batch` write them. Raises NotAnExport."""
    try:
        text = path.read_bytes().decode()
    except OSError as error:
        raise NotAnExport(path, f"cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise NotAnExport(path, "is not UTF-8 text") from error
    start = text.lstrip("\ufeff \t\r\n")[:1]
    if start in ("{", "["):
        quotes = Quotes(tuple(_from_json(path, text)), to_the_character=True)
    else:
        read = _from_html if start == "<" else _from_markdown
        try:
            quotes = Quotes(tuple(read(text)), to_the_character=False)
        except (AssertionError, KeyError, OverflowError, TypeError, ValueError, RecursionError) as error:
            raise NotAnExport(path, "a quote in it has lost its article and span") from error
        if not quotes.citations:
            raise NotAnExport(path, "holds no quote of Footnote's")
    return quotes


def _from_json(path: Path, text: str) -> Iterator[tuple[str, Citation]]:
    answers = _answers(path, text)
    for position, answer in enumerate(answers, start=1):
        where = f"answer {position}, " if len(answers) > 1 else ""
        try:
            for name, kind in (("citations", "footnote"), ("nearest", "nearest passage")):
                for record in answer.get(name, []):
                    yield f"{where}{kind} {record['number']}", _citation(record)
        except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
            raise NotAnExport(path, f"answer {position} is none of Footnote's") from error


def _answers(path: Path, text: str) -> list[Any]:
    """The answers of a conversation, a list, lines, or one answer."""
    try:
        try:
            record = json.loads(text.lstrip("\ufeff"))
        except json.JSONDecodeError:
            return [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError) as error:
        raise NotAnExport(path, "is not whole JSON") from error
    if isinstance(record, dict) and "answers" in record:
        record = record["answers"]
    answers = record if isinstance(record, list) else [record]
    if not all(isinstance(answer, dict) and "citations" in answer for answer in answers):
        raise NotAnExport(path, "holds no answers")
    return answers


def _citation(record: dict[str, Any]) -> Citation:
    texts = [record["article_id"], record["quote"], record.get("title", ""), record.get("source", "")]
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("an id or quote that is no text")
    article_id, quote, title, source = texts
    return Citation(
        int(record["number"]), article_id, title, source, None, int(record["start"]), int(record["end"]), quote
    )


def _from_markdown(text: str) -> Iterator[tuple[str, Citation]]:
    """Each comment that names a span, with the block quote in front of it."""
    quoted: list[str] = []
    is_open = False
    count = 0
    for line in text.splitlines():
        if place := _PLACE.search(line):
            count += 1
            quote = _ESCAPED.sub(r"\1", " ".join(quoted))
            yield f"quote {count}", _citation({**json.loads(place[1]), "number": count, "quote": quote})
            quoted, is_open = [], False
        elif found := _QUOTED.fullmatch(line):
            quoted = [*quoted, found[1]] if is_open else [found[1]]
            is_open = True
        elif line.strip():
            quoted, is_open = [], False
        else:
            is_open = False


def _from_html(text: str) -> Iterator[tuple[str, Citation]]:
    parser = _Page()
    parser.feed(text)
    parser.close()
    counts: Counter[str] = Counter()
    for tag, attributes, parts in parser.quotes:
        counts[tag] += 1
        place = {name: attributes[f"data-{name}"] for name in ("article", "start", "end")}
        record = {**place, "article_id": place["article"], "number": counts[tag], "quote": "".join(parts)}
        yield f"{_Page.KINDS[tag]} {counts[tag]}", _citation(record)


class _Page(HTMLParser):
    """Collects the quotes of a page: their tags and attributes, and the text in them."""

    KINDS: ClassVar = {"blockquote": "quote", "span": "sentence"}

    def __init__(self) -> None:
        super().__init__()
        self.quotes: list[tuple[str, dict[str, str | None], list[str]]] = []
        self._open = ""

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        """A quote begins."""
        attributes = dict(attrs)
        if tag in self.KINDS and QUOTE_MARK in (attributes.get("class") or "").split():
            self._open = tag
            self.quotes.append((tag, attributes, []))

    def handle_endtag(self, tag: str) -> None:
        """A quote ends."""
        if tag == self._open:
            self._open = ""

    def handle_data(self, data: str) -> None:
        """Text, also of a quote."""
        if self._open:
            self.quotes[-1][2].append(data)
