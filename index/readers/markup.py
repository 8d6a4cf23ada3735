"""From an HTML tree to canonical text: paragraphs, headings, list points and table rows, each on its own line.

It reads the elements of HTML and those that trafilatura gives back (head, list, item, row, cell).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .canonical import canonical

if TYPE_CHECKING:
    from lxml.etree import _Element

_SKIPPED = frozenset(
    "script style template noscript iframe object embed applet svg math canvas audio video select option button input"
    " textarea label datalist dialog nav title meta link base".split()
)
_BLOCKS = frozenset(
    "address article aside blockquote body caption center details dd div dl dt fieldset figcaption figure footer form"
    " h1 h2 h3 h4 h5 h6 head header hgroup hr html legend main p pre quote section summary table tbody tfoot thead"
    " list ul ol".split()
)
_LISTS = frozenset(["ul", "ol", "list", "menu", "dir"])
_ITEMS = frozenset(["li", "item"])
_ROWS = frozenset(["tr", "row"])
_CELLS = frozenset(["td", "th", "cell"])
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_NOTE_SIGN = re.compile(r"[\[(]?(?:\d{1,3}|[a-z]|[*†‡§¶]{1,3})[\])]?")
_NOTE = re.compile(r"note|fn|cite|ref", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\n\r\f]+")
_SUPERSCRIPTS = str.maketrans("0123456789+-−n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ⁿ")
_BREAK = "\v"  # a <br>; canonical text has none
LAYOUT_CELL = 600
"""Characters: a table with a longer cell lays out a page, and its cells are read as blocks."""


def parse_html(content: str) -> _Element:
    """The tree of an HTML document or fragment; nothing is loaded, no entity of its own is expanded.

    Raises ValueError where elements are nested so deeply (2,048) that the parser would leave out the rest.
    """
    from lxml import html

    # A string may not declare an encoding, and the parser stops at a NUL.
    content = re.sub(r"^\s*<\?xml[^>]*\?>", "", content).replace("\0", "")
    parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=True)
    tree = html.document_fromstring(content if content.strip() else "<p></p>", parser=parser, ensure_head_body=True)
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise ValueError("is nested too deeply")
    return tree


def parse_xml(content: bytes) -> _Element:
    """The root of an XML document; nothing is loaded. Raises ValueError where it declares entities, or is no XML."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser=parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(str(error)) from error
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(declared.iterentities()):
        raise ValueError("declares its own entities")
    return root


def text_of(root: _Element) -> str:
    """The canonical text of everything that a reader of the page sees below `root`."""
    from lxml import etree

    page = _Page()
    walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        if event == "start":
            if is_hidden(element) or _is_note_sign(element):
                walk.skip_subtree()
                page.skipped = element
            else:
                page.start(element)
        elif event == "end" and element is not page.skipped:
            page.end(element)
        if event != "start":
            if element is page.skipped:
                page.skipped = None
            if element is not root:
                page.inline.append(element.tail or "")
    page.flush()
    return page.text()


def is_hidden(element: _Element) -> bool:
    """Whether a reader of the page does not see the element."""
    return (
        element.tag in _SKIPPED
        or element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or bool(_HIDDEN.search(element.get("style") or ""))
    )


def _is_note_sign(element: _Element) -> bool:
    """Whether it is the sign of a footnote in the text, or the arrow that leads back from the note."""
    if element.tag == "sup":
        links = element.findall(".//a")
        return bool(links) and all(_is_note_sign(link) for link in links)
    if element.tag != "a":
        return False
    kinds = (element.get("role") or "") + (
        element.get("{http://www.idpf.org/2007/ops}type") or element.get("epub:type") or ""
    )
    if "noteref" in kinds or "backlink" in kinds:
        return True
    target = element.get("href") or ""
    sign = "".join(element.itertext()).strip()
    if not target.startswith("#") or not sign:
        return False
    if not any(c.isalnum() for c in sign) and len(sign) <= 3:
        return True
    return bool(_NOTE_SIGN.fullmatch(sign) and _NOTE.search(target))


@dataclass(slots=True)
class _Context:
    """A list point or a table cell that is being read."""

    marker: str
    parts: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Page:
    inline: list[str] = field(default_factory=list)
    blocks: list[tuple[str, str]] = field(default_factory=list)  # (kind, text); kinds: block, item, row
    contexts: list[_Context] = field(default_factory=list)
    lists: list[int | None] = field(default_factory=list)  # the next number; None for bullets
    rows: list[list[str]] = field(default_factory=list)
    layouts: list[bool] = field(default_factory=list)
    skipped: _Element | None = None

    def start(self, element: _Element) -> None:
        tag = element.tag
        if tag == "br" or tag == "lb":
            self.inline.append(_BREAK)
        elif tag == "sup" or (tag == "hi" and element.get("rend") == "#sup"):
            self.inline.append(_superscript("".join(element.itertext())))
            element.text = None
            for child in list(element):
                element.remove(child)
        elif tag in _LISTS:
            self.flush()
            self._finish_point()
            numbered = tag == "ol" or element.get("rend") == "ol"
            self.lists.append(_number(element.get("start"), 1) if numbered else None)
        elif tag in _ITEMS:
            self.flush()
            self.contexts.append(_Context(self._marker(element)))
        elif tag == "table":
            self.flush()
            self.layouts.append(_is_layout(element))
        elif tag in _ROWS and self._in_table():
            self.flush()
            self.rows.append([])
        elif tag in _CELLS and self.rows:
            self.flush()
            self.contexts.append(_Context(""))
        elif tag in _BLOCKS or tag in _ROWS or tag in _CELLS:
            self.flush()
        if tag == "pre":
            self.inline.append((element.text or "").replace("\n", _BREAK))
        else:
            self.inline.append(element.text or "")

    def end(self, element: _Element) -> None:
        tag = element.tag
        if tag in _LISTS:
            self.flush()
            if self.lists:
                self.lists.pop()
        elif tag in _ITEMS and self.contexts:
            self.flush()
            self._finish_point()
            self.contexts.pop()
        elif tag == "table":
            self.flush()
            self.layouts.pop()
        elif tag in _ROWS and self._in_table():
            self.flush()
            cells = self.rows.pop()
            if any(cells):
                self._emit("row", " | ".join(cells))
        elif tag in _CELLS and self.rows and self.contexts:
            self.flush()
            self.rows[-1].append(" ".join(self.contexts.pop().parts).replace("\n", " "))
        elif tag in _BLOCKS or tag in _ROWS or tag in _CELLS:
            self.flush()

    def flush(self) -> None:
        """End the paragraph, heading or part of a point that is being read."""
        lines = [_SPACE.sub(" ", line).strip(" ") for line in "".join(self.inline).split(_BREAK)]
        self.inline.clear()
        for paragraph in "\n".join(lines).split("\n\n"):
            if paragraph := paragraph.strip("\n"):
                if self.contexts:
                    self.contexts[-1].parts.append(paragraph)
                else:
                    self.blocks.append(("block", paragraph))

    def text(self) -> str:
        text: list[str] = []
        before = ""
        for kind, block in self.blocks:
            if text:
                text.append("\n" if kind == before != "block" else "\n\n")
            text.append(block)
            before = kind
        return canonical("".join(text)).strip()

    def _in_table(self) -> bool:
        return not self.layouts or not self.layouts[-1]

    def _marker(self, element: _Element) -> str:
        if not self.lists or self.lists[-1] is None:
            return "- "
        number = _number(element.get("value"), self.lists[-1])
        self.lists[-1] = number + 1
        return f"{number}. " if 0 <= number < 1000 else "- "

    def _finish_point(self) -> None:
        """Write the point that is being read, if any: a list inside it comes after it, not in it."""
        if not self.contexts or not self.contexts[-1].marker:
            return
        point = self.contexts[-1]
        if point.parts:
            text = " ".join(point.parts).replace("\n", " ")
            point.parts.clear()
            self.contexts.pop()
            self._emit("item", point.marker + text)
            self.contexts.append(point)

    def _emit(self, kind: str, text: str) -> None:
        """To the cell that this is in, or to the page."""
        for context in reversed(self.contexts):
            if not context.marker:
                context.parts.append(text)
                return
        self.blocks.append((kind, text))


def _is_layout(table: _Element) -> bool:
    if table.find(".//table") is not None:
        return True
    for row in table.iter(*_ROWS):
        cells = [cell for cell in row if cell.tag in _CELLS]
        if len(cells) > 1:
            break
    else:
        return True  # one column: blocks, one below the other
    return any(len("".join(cell.itertext())) > LAYOUT_CELL for cell in table.iter(*_CELLS))


def _superscript(text: str) -> str:
    """10⁶ is not 106; 1st stays as it is."""
    text = _SPACE.sub("", text)
    return text.translate(_SUPERSCRIPTS) if re.fullmatch(r"[-+−]?[\dn]+", text) else text


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and re.fullmatch(r"\d{1,6}", text) else otherwise
