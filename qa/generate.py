"""What a language model writes, made into sentences with the numbers that they cite. Pure: pieces in, sentences out."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import sentencex

MAX_SENTENCE = 1_000
"""Characters after which a sentence ends, whether or not it does."""
MAX_NUMBERS = 20
"""Numbers that one marker may hold: `[1-9999]` is not taken at its word."""


@dataclass(frozen=True, slots=True)
class Written:
    """One sentence of a model: harmless plain text on one line, and the numbers that it cites, in order.

    Numbers are as the model gave them: none, some, or some that do not exist. `is_item` marks a point of a list.
    """

    text: str
    numbers: tuple[int, ...] = ()
    is_item: bool = False


# [1]  [1, 2]  [1-3]  [^1]  [Source 1]  ［１］  【1†source】
_MARKER = re.compile(
    r"[\[［【]\s*\^?(?:(?:source|sentence|no\.?|id)s?\s*)?#?\s*"
    r"(\d{1,6}(?:\s*(?:[,;，、–-]|and|&)\s*\d{1,6})*)\s*(?:†[^\]］】\n]{0,40})?[\]］】]",
    re.IGNORECASE,
)
_HALF_MARKER = re.compile(r"[\[［【][^\]］】\n]{0,60}\Z")
_RANGE = re.compile(r"(\d+)\s*[–-]\s*(\d+)")
_MAY_BE_COMPLETE = re.compile(r"[.!?…:。！？\n][^\s]*\s*\S")
_THOUGHT_ENDS = re.compile(r"</think(?:ing)?>\s*", re.IGNORECASE)


class Sentences:
    """Takes what a model writes piece by piece, and gives its sentences, each once, when it is complete.

    A marker belongs to the sentence before it, so a sentence is complete when the next one has begun. What a model
    thinks between `<think>` and `</think>` is left out.
    """

    def __init__(self) -> None:
        self._held = ""
        self._in_line = False  # whether what is held goes on with a line
        self._thinks: bool | None = None  # not known before it has begun to write

    def feed(self, piece: str) -> list[Written]:
        """The sentences that this piece completes."""
        cuts = range(0, len(piece), MAX_SENTENCE)  # a server that does not stream sends all at once
        return [written for at in cuts for written in self._feed(piece[at : at + MAX_SENTENCE])]

    def _feed(self, piece: str) -> list[Written]:
        self._held += piece
        if self._is_thinking() or not (_MAY_BE_COMPLETE.search(self._held) or len(self._held) > MAX_SENTENCE):
            return []
        half = _HALF_MARKER.search(self._held)
        *lines, last = (self._held[: half.start()] if half else self._held).split("\n")
        done = self._read_lines(lines)
        found = _read(last, self._in_line)
        begun = found[-1].begin if len(found) > 1 else 0
        if len(last) - begun > MAX_SENTENCE:
            begun = len(last)
        else:
            found = found[:-1]
        self._in_line = self._in_line or begun > 0
        self._held = last[begun:] + (half.group() if half else "")
        return [*done, *(f.written for f in found if f.written.text)]

    def close(self) -> list[Written]:
        """What is left when the model has ended."""
        held, self._held = ("" if self._is_thinking() else self._held), ""
        return self._read_lines(held.split("\n"))

    def _read_lines(self, lines: list[str]) -> list[Written]:
        """The sentences of lines that are complete."""
        written = []
        for line in lines:
            written += [found.written for found in _read(line, self._in_line) if found.written.text]
            self._in_line = False
        return written

    def _is_thinking(self) -> bool:
        start = self._held.lstrip()[:7].lower()
        if self._thinks is None and start and not ("<think>".startswith(start) and len(start) < 7):
            self._thinks = start.startswith("<think")
        if self._thinks or "</" in self._held:
            if end := _THOUGHT_ENDS.search(self._held):
                self._held, self._thinks = self._held[end.end() :], False
            elif self._thinks:
                self._held = self._held[-20:]  # all that may turn out to be the end
        return self._thinks is not False


@dataclass(frozen=True, slots=True)
class _Found:
    """A sentence, its text empty where nothing harmless is left of it, and where in its line it begins."""

    begin: int
    written: Written


def _read(line: str, goes_on: bool) -> list[_Found]:
    """The sentences of one line, or of what goes on with one."""
    lead = None if goes_on else _LEAD.match(line)
    begin = end = lead.end() if lead else 0
    clean, marks = "", []
    for marker in _MARKER.finditer(line, begin):
        clean += line[end : marker.start()]
        end = marker.end()
        marks.append((len(clean), end - len(clean), _numbers(marker[1])))
    clean += line[end:]
    starts = _starts(clean)
    found = []
    for number, (start, stop) in enumerate(zip(starts, [*starts[1:], len(clean)], strict=False)):
        # What stands right before a sentence belongs to the one before it, where there is one.
        cited = [n for at, _, numbers in marks if (start < at or number == 0) and at <= stop for n in numbers]
        offset = max((offset for at, offset, _ in marks if at <= start), default=begin)
        is_item = bool(lead and lead["item"]) and number == 0
        found.append(_Found(start + offset, Written(inert(clean[start:stop]), tuple(dict.fromkeys(cited)), is_item)))
    return found


def _starts(text: str) -> list[int]:
    """Where the sentences of a line begin."""
    starts, end = [], 0
    for piece in sentencex.segment("en", text):
        found = text.find(piece.strip(), end)
        if piece.strip() and found >= 0:
            starts.append(found)
            end = found + len(piece.strip())
    return starts


def _numbers(inside: str) -> list[int]:
    """The numbers in a marker, ranges written out.

    >>> _numbers("1, 3-5")
    [3, 4, 5, 1]
    """
    numbers: list[int] = []
    for first, last in _RANGE.findall(inside):
        numbers += range(int(first), min(int(last), int(first) + MAX_NUMBERS) + 1)
    return [*numbers, *map(int, re.findall(r"\d+", _RANGE.sub(" ", inside)))][:MAX_NUMBERS]


_LEAD = re.compile(r"[ \t]*(?:#{1,6}[ \t]+|>[ \t]*)*(?P<item>(?:[-*•‣–+]|\(?\d{1,3}[.)])[ \t]+(?=\S))?")
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
_INERT = (
    (re.compile(r"!?\[([^\[\]]*)\]\((?:[^()]|\([^()]*\))*\)"), r"\1"),  # an image or a link: its words stay
    (re.compile(r"(?i)(?:\b[a-z][a-z0-9+.-]{0,20}:)?//\S*|\b(?:javascript|vbscript|data|mailto|file):\S+"), " "),
    (re.compile(r"(?i)\bwww\.\S+|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:/\S*|\?\S+)"), " "),
    (re.compile(r"</?[A-Za-z!?][^<>]*>?"), " "),
    (re.compile(r"\*\*+|__+|~~+|`+"), ""),
    (re.compile(r"\(\s*\)|\[\s*\]|<\s*>"), " "),
)


def inert(text: str) -> str:
    """A model's words as plain text: no link, image, address, markup or hidden character is left in them, and no
    bracket that could be taken for a citation.

    >>> inert("**See** ![x](http://evil.example/?q=1) and <b>this</b> [9](//evil.example).")
    'See x and this 9.'
    """
    text = "".join(" " if unicodedata.category(c) in _INVISIBLE else c for c in text)
    before = ""
    while before != text:  # what is left of one may make another
        before = text
        for pattern, left in _INERT:
            text = pattern.sub(left, text)
    text = " ".join(text.translate(_BRACKETS).split())
    return re.sub(r"\s+([.,;:!?])", r"\1", text) if any(c.isalnum() for c in text) else ""


_BRACKETS = str.maketrans("[]［］【】<>", "()()()()")
