"""The numbers of a sentence: dates, years, sums, percentages and counts. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.dates import MONTH, MONTHS

from .question import STOP_WORDS, stems, words

ROUNDING = 0.05
"""Two amounts that differ by less are the same, told to more or fewer digits."""
FEW = 100
"""Below this a count is exact: 23 episodes are not 24."""

_ONES = dict(zip("two three four five six seven eight nine".split(), range(2, 10), strict=True))
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
COUNTS = {
    **_ONES,
    **{name: number for number, name in enumerate(_TEENS, start=10)},
    **{name: 10 * number for number, name in enumerate(_TENS, start=2)},
}
"""Words that count; *one* may be anybody."""
_BELOW_HUNDRED = rf"(?:(?:{'|'.join(_TENS)})[ -](?:one|{'|'.join(_ONES)})|{'|'.join(COUNTS)})"
_WORDS = rf"(?:one hundred|{_BELOW_HUNDRED}(?: hundred)?)(?:(?<=hundred)(?: and)? {_BELOW_HUNDRED})?"
_SCALES = {"thousand": 1e3, "k": 1e3, "million": 1e6, "m": 1e6, "mn": 1e6, "billion": 1e9, "bn": 1e9, "trillion": 1e12}
QUANTITY = re.compile(
    rf"\b(?P<day>\d{{1,2}}(?:st|nd|rd|th)? {MONTH}\.?|{MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?)\b(?!,?\d)"
    rf"|(?:(?P<sign>[$€£¥₹]\s?)?(?<![\d.,A-Za-z-])(?P<number>\d+(?:,\d+)*(?:\.\d+)?)|\b(?P<word>{_WORDS})\b)"
    r"(?:[\s-]?(?P<scale>thousand|million|billion|trillion|bn|mn|[mk])\b)?"
    r"(?P<unit>\s?%|\s?per ?cent\b|\s(?:dollars|euros|pounds|yuan|yen|crowns)\b)?",
    re.IGNORECASE,
)
_PARTED = re.compile(r"(?<!\d)(\d{1,3}), (\d{3})\b")
"""A number of a text that was cut into words and put together again: `235, 000`."""
_HEDGE = re.compile(
    r"(?:about|around|nearly|almost|roughly|approximately|some|over|under|up to|at least|at most|more than|less than"
    r"|fewer than|an estimated|close to|estimated)\s*$",
    re.IGNORECASE,
)
_PEOPLE = frozenset(
    stems("people persons men women employees workers staff residents victims survivors children pupils")
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in a sentence: its kind (`day`, `year`, `sum`, `percentage` or `number`) with the noun that is counted,
    its value, and how it stands there."""

    kind: str
    value: float
    text: str
    is_rough: bool

    def differs(self, other: Quantity) -> bool:
        """Whether both cannot be right: rough numbers may be a third apart, exact ones by rounding."""
        if self.is_time:
            return self.value != other.value
        if self.is_count and other.is_count:
            return self.value != other.value
        most = max(abs(self.value), abs(other.value)) or 1.0
        return abs(self.value - other.value) / most > (0.34 if self.is_rough or other.is_rough else ROUNDING)

    def is_told_by(self, other: Quantity) -> bool:
        """Whether the other is the same number: exactly, where this one is a day, a year or a small count."""
        if self.kind == "day" or other.kind == "day":
            return (self.kind, self.value) == (other.kind, other.value)
        near = 0.0 if self.is_time or (self.value < FEW and self.value.is_integer()) else ROUNDING
        return abs(self.value - other.value) <= near * max(abs(self.value), abs(other.value))

    @property
    def is_time(self) -> bool:
        """Whether it is a day or a year."""
        return self.kind in ("day", "year")

    @property
    def is_count(self) -> bool:
        """Whether it is exact: things that were counted, and few of them."""
        return self.kind.startswith("number") and not self.is_rough and self.value < FEW and self.value.is_integer()

    def is_like(self, other: Quantity) -> bool:
        """Whether both count the same: one currency, one noun, or people by whatever noun."""
        if self.kind == "sum":
            return _currency(self) == _currency(other)
        return self.kind == other.kind or all(q.kind.split()[-1] in _PEOPLE for q in (self, other))


def quantities(sentence: str) -> list[Quantity]:
    """The numbers of a sentence, in order.

    >>> [(q.kind, q.value) for q in quantities("In 2021 it paid $2.8 billion for three ships on 4 May.")]
    [('year', 2021.0), ('sum', 2800000000.0), ('number ship', 3.0), ('day', 504.0)]
    """
    return [_quantity(match, sentence) for match in QUANTITY.finditer(sentence)]


def share_told(claim: str, evidence: str) -> float:
    """Share of the claim's numbers that the evidence has, whatever it counts with them: days, years and small counts as
    they are, in digits or words, others to a rounding. 1 where it has none.

    >>> share_told("In 2021 two ships sank.", "Both of the 2 ships sank.")
    0.5
    """
    said, given = (quantities(_PARTED.sub(r"\1,\2", text)) for text in (claim, evidence))
    return sum(any(one.is_told_by(other) for other in given) for one in said) / len(said) if said else 1.0


def _quantity(match: re.Match[str], sentence: str) -> Quantity:
    text, is_rough = match.group().strip(), bool(_HEDGE.search(sentence[: match.start()]))
    if match["day"]:
        month = next(n for n, name in enumerate(MONTHS, start=1) if name in match["day"].lower())
        return Quantity("day", 100.0 * month + int(re.sub(r"\D", "", match["day"])), text, is_rough=False)
    digits, scale, unit = match["number"], match["scale"], (match["unit"] or "").strip().lower()
    plain = float(digits.replace(",", "")) if digits else _count_of(match["word"])
    value = plain * _SCALES.get((scale or "").lower(), 1.0)
    if match["sign"] or (unit and unit != "%" and not unit.startswith("per")):
        return Quantity("sum", value, text, is_rough)
    if unit:
        return Quantity("percentage", value, text, is_rough)
    if digits and re.fullmatch(r"(?:1[5-9]|20)\d\d", digits) and not scale:
        return Quantity("year", value, text, is_rough=False)
    return Quantity(_counted(match, sentence), value, text, is_rough)


def _count_of(said: str) -> float:
    """The value of number words below a thousand.

    >>> _count_of("twenty-five"), _count_of("two hundred and ten")
    (25.0, 210.0)
    """
    hundreds, _, rest = said.lower().rpartition("hundred")
    return 100.0 * _below_hundred(hundreds) + _below_hundred(rest)


def _below_hundred(said: str) -> int:
    return sum({**COUNTS, "one": 1}.get(word, 0) for word in re.findall(r"[a-z]+", said))


def _counted(match: re.Match[str], sentence: str) -> str:
    """The kind of a count: with the noun after it."""
    following = [word for word in words(sentence[match.end() : match.end() + 40]) if word.lower() not in STOP_WORDS]
    return f"number {stems(following[0])[0]}" if following else "number"


def _currency(quantity: Quantity) -> str:
    return "".join(re.findall(r"[$€£¥₹]|dollars|euros|pounds|yuan|yen|crowns", quantity.text.lower()))
