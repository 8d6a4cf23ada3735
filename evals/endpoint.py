"""Any server that speaks OpenAI's chat completions: asked question by question, so that it is measured like us."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from index.errors import FootnoteError
from qa.answer import ABSTENTION

from .cases import Case
from .outcomes import Articles
from .replies import Reply, ReplyError, read_hits, read_reply
from .run import Asked, Unreachable

TIMEOUT = 120.0
"""Seconds that an answer may take."""
NO_ACCESS, NOT_THERE = (401, 403), (404, 405)
"""What a server says to every question alike: the key is not right, or there is no such model or address."""
_REFUSAL = re.compile(
    r"insufficient information|(?:do(?:es)? not|don['’]t|doesn['’]t|cannot|can['’]t|could not|couldn['’]t) "
    r"(?:answer|know|say|mention|provide|contain|find|have (?:enough|any))|no (?:relevant )?(?:information|answer)",
    re.IGNORECASE,
)
"""How an answer says that it is none. Only looked for in the first sentence, where the server does not say itself."""


class Endpoint:
    """The server at `url` (as a client takes it: it ends in /v1), asked for `model`.

    A server that answers in the contract's way may add its fields to the message or the whole response: `citations`,
    `sentences`, `abstained`, `confidence`, `hits`. One that does not is judged by its words alone. `model` None: the
    only one that the server lists. Raises FootnoteError.
    """

    def __init__(self, url: str, model: str | None, articles: Articles, key: str | None = None) -> None:
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
            raise FootnoteError(f"--endpoint {url}: give a URL such as http://127.0.0.1:8000/v1")
        self.url = url.rstrip("/")
        self._articles = articles
        self._key = key
        self.model = model or self._only_model()

    def ask(self, case: Case, *, whole_articles: bool) -> Asked:
        """See System."""
        messages = [{"role": turn.role, "content": turn.text} for turn in case.history]
        start = time.perf_counter()
        body = {"model": self.model, "messages": [*messages, _user(case.question)], "temperature": 0}
        response = self._call("/chat/completions", json.dumps(body).encode())
        latency_ms = (time.perf_counter() - start) * 1000
        record = _record(response)
        record["citations"] = [self._placed(entry) for entry in record.get("citations") or []]
        record["timings_ms"] = {"total": latency_ms}
        hits = read_hits(record["hits"]) if "hits" in record else None
        return Asked(_with_tokens(read_reply(record), response), None, hits)

    def _placed(self, entry: Any) -> Any:
        """A citation that quotes without saying where gets the place of its quote in the article."""
        if isinstance(entry, dict) and "start" not in entry and entry.get("quote"):
            start = self._articles(str(entry["article_id"])).text.find(entry["quote"])
            if start >= 0:
                return entry | {"start": start, "end": start + len(entry["quote"])}
        return entry

    def _only_model(self) -> str:
        try:
            listed = [str(entry["id"]) for entry in self._call("/models")["data"]]
        except (ReplyError, KeyError, TypeError):
            listed = []
        if len(listed) != 1:
            models = f"it has {', '.join(listed)}" if listed else "it lists none"
            raise FootnoteError(f"{self.url}: say which model to ask with --model NAME; {models}")
        return listed[0]

    def _call(self, path: str, body: bytes | None = None) -> Mapping[str, Any]:
        """The object that the server answers with. Raises Unreachable where it would answer nothing else either."""
        url = self.url + path
        headers = {"Content-Type": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        request = Request(url, body, headers)  # noqa: S310  # only http and https get here
        try:
            with urlopen(request, timeout=TIMEOUT) as response:  # noqa: S310
                answer = json.loads(response.read())
        except HTTPError as error:
            with error:
                final = error.code in NO_ACCESS or (body is not None and error.code in NOT_THERE)
                said = f"{url}: HTTP {error.code} {error.reason}{_reason(error)}"
                raise (Unreachable if final else ReplyError)(said) from error
        except TimeoutError as error:
            raise ReplyError(f"{url}: no answer within {TIMEOUT:g} seconds") from error
        except (URLError, OSError) as error:
            reason = getattr(error, "reason", error)
            raise Unreachable(f"{url}: cannot be reached ({reason}); is the server running?") from error
        except ValueError as error:
            raise ReplyError(f"{url}: the answer is not JSON") from error
        if not isinstance(answer, dict):
            raise ReplyError(f"{url}: the answer is not a JSON object")
        return answer


def _reason(error: HTTPError) -> str:
    """What the server says of it, in OpenAI's way or FastAPI's; nothing where it is said otherwise."""
    try:
        said = json.loads(error.read(10_000))
        text = said.get("error", said.get("detail"))
        text = text.get("message") if isinstance(text, dict) else text
    except (ValueError, AttributeError, OSError):
        return ""
    return f" ({text[:200]})" if isinstance(text, str) else ""


def _user(question: str) -> dict[str, str]:
    return {"role": "user", "content": question}


def _record(response: Mapping[str, Any]) -> dict[str, Any]:
    """The contract's object out of a chat completion."""
    try:
        message = response["choices"][0]["message"]
        text = message["content"] or ""
    except (KeyError, IndexError, TypeError) as error:
        raise ReplyError("the server's answer is no chat completion") from error
    own = ("citations", "sentences", "abstained", "confidence", "hits")
    record: dict[str, Any] = {name: source[name] for source in (response, message) for name in own if name in source}
    return {"abstained": _is_refusal(text)} | record | {"answer": text}


def _is_refusal(text: str) -> bool:
    first = re.split(r"(?<=[.!?])\s", text.strip(), maxsplit=1)[0]
    return not first or first.startswith(ABSTENTION) or _REFUSAL.search(first) is not None


def _with_tokens(reply: Reply, response: Mapping[str, Any]) -> Reply:
    usage = response.get("usage")
    total = usage.get("total_tokens") if isinstance(usage, dict) else None
    return replace(reply, tokens=total if isinstance(total, int) else None)
