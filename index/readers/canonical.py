"""What all formats have in common once read: plain characters, ISO languages and dates, http links. Pure."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

# Characters that are seen by no reader and split or hide words: controls, soft hyphens, zero-width spaces,
# direction overrides and the Unicode tags that smuggle text. Joiners stay: Persian, Hindi and emoji need them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\u202a-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)
_LANGUAGE = re.compile(r"([A-Za-z]{2})(?:[-_].*)?")
_PDF_DATE = re.compile(
    r"(?:D:)?(?P<year>\d{4})(?P<month>\d\d)?(?P<day>\d\d)?(?:(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?)?"
    r"(?P<zone>Z|[+-]\d\d'?\d\d)?.*"
)
MAX_URL = 2_000
"""Characters: what browsers take."""


def canonical(text: str) -> str:
    """Text in NFC, line ends as \\n, without invisible characters; nothing else is changed.

    >>> canonical("Har\\u00adbour\\r\\nCafe\\u0301")
    'Harbour\\nCafé'
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", text.encode(errors="ignore").decode()))


def language(tag: str | None) -> str | None:
    """The ISO 639-1 code of a language tag, or None where it has none.

    >>> language("en-GB"), language("zxx"), language(None)
    ('en', None, None)
    """
    match = _LANGUAGE.fullmatch((tag or "").strip())
    return match[1].lower() if match else None


def pdf_date(date: str) -> str | None:
    """A PDF's date as ISO 8601, as precise as it is given.

    >>> pdf_date("D:20240305073000+01'00'"), pdf_date("D:2024")
    ('2024-03-05T07:30:00+01:00', '2024')
    """
    match = _PDF_DATE.fullmatch(date.strip())
    if not match:
        return None
    day = "-".join(part for part in match.group("year", "month", "day") if part)
    if not match["hour"]:
        return day
    zone = (match["zone"] or "").replace("'", "")
    zone = f"{zone[:3]}:{zone[3:]}" if len(zone) == 5 else zone
    return f"{day}T{match['hour']}:{match['minute']}:{match['second'] or '00'}{zone}"


def web_link(link: str | None) -> str | None:
    """The link where it is an http(s) address that may be shown and followed, else None."""
    link = (link or "").strip()
    if not link.isprintable() or any(c.isspace() for c in link) or len(link) > MAX_URL:
        return None
    try:
        parts = urlsplit(link)
    except ValueError:
        return None
    return link if parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc else None
