"""What a form of ours sends, and what is said when it cannot be done."""

from __future__ import annotations

from urllib.parse import parse_qs

from fastapi import Request

from index.errors import FootnoteError


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form, the first value of each."""
    body = (await request.body())[:10_000]
    fields = parse_qs(body.decode(errors="replace"), keep_blank_values=True)
    return {name: values[0] for name, values in fields.items()}


def sentence(error: FootnoteError) -> str:
    """An error as a sentence."""
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."
