"""Where a language model is asked: the kinds of servers, and the settings that name one with its model and key."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from index.errors import FootnoteError


class LLMSettingError(FootnoteError):
    """A language model that is not named as it should be, or whose key cannot be had or may not be sent."""


@dataclass(frozen=True, slots=True)
class Vendor:
    """A kind of model server: where it listens unless told otherwise, and what it wants to be asked."""

    name: str
    title: str
    url: str
    limit: str = "max_tokens"
    body: Mapping[str, Any] = field(default_factory=lambda: {"temperature": 0})


# To think aloud takes a small model's whole minute, and leaves nothing that is shown: it is turned off where it can be.
_NO_THINKING = {"temperature": 0, "chat_template_kwargs": {"enable_thinking": False}}
VENDORS = (
    Vendor("ollama", "Ollama", "http://127.0.0.1:11434/v1", body={"temperature": 0, "reasoning_effort": "none"}),
    Vendor("lmstudio", "LM Studio", "http://127.0.0.1:1234/v1"),
    Vendor("llamacpp", "llama.cpp", "http://127.0.0.1:8080/v1", body=_NO_THINKING),
    Vendor("vllm", "vLLM", "http://127.0.0.1:8000/v1", body=_NO_THINKING),
    # Its newer models take no other limit, and no temperature.
    Vendor("openai", "OpenAI", "https://api.openai.com/v1", limit="max_completion_tokens", body={}),
)
_OTHER = Vendor("", "", "")
_FORMS = "like ollama/qwen3:4b, lmstudio/MODEL, llamacpp/MODEL, vllm/MODEL, openai/MODEL, http://HOST:PORT/v1#MODEL"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A model and the address of its server, up to `/v1`. The key stays out of what is printed.

    `server` is one that runs in this process, and ends when nothing holds it any more.
    """

    name: str
    url: str
    model: str
    key: str | None = field(default=None, repr=False)
    vendor: Vendor = _OTHER
    server: object = field(default=None, repr=False, compare=False)


def read_setting(setting: str, environment: Mapping[str, str]) -> Endpoint:
    """The endpoint that a setting such as `ollama/qwen3:4b` names; raises LLMSettingError.

    A key is taken from the variable that FOOTNOTE_LLM_KEY_ENV names, and from nowhere else.

    >>> read_setting("ollama/qwen3:4b", {}).url
    'http://127.0.0.1:11434/v1'
    """
    vendor, url, model = _parse(setting)
    key = _key(environment)
    if vendor.name == "openai" and key is None:
        raise LLMSettingError(
            "OpenAI wants a key: put the name of the variable that holds it into FOOTNOTE_LLM_KEY_ENV"
        )
    host = urlsplit(url).hostname or ""
    if key is not None and not url.startswith("https:") and not is_loopback(host):
        raise LLMSettingError(f"a key is not sent to {host} over plain http, where others can read it; use https")
    return Endpoint(setting, url, model, key, vendor)


def _parse(setting: str) -> tuple[Vendor, str, str]:
    """Which kind of server, its address, and the model."""
    if "://" in setting:
        url, _, model = setting.partition("#")
        return _OTHER, _checked_url(url), _checked_model(model, setting)
    name, _, model = setting.partition("/")
    vendor = next((vendor for vendor in VENDORS if vendor.name == name), None)
    if vendor is None:
        raise LLMSettingError(f"{setting[:80]!r} names no language model; write it {_FORMS} or gguf:FILE")
    return vendor, vendor.url, _checked_model(model, setting)


def _checked_model(model: str, setting: str) -> str:
    if not model or not model.isprintable() or len(model) > 200:
        raise LLMSettingError(f"{setting[:80]!r} names no model; write it {_FORMS}")
    return model


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise LLMSettingError(f"{url[:80]!r} is no address ({error})") from error
    if parts.username is not None or parts.password is not None:  # not repeated: it may be a password
        raise LLMSettingError("the model's address holds a name or password; use FOOTNOTE_LLM_KEY_ENV for a key")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or not url.isprintable():
        raise LLMSettingError(f"{url[:80]!r} is no address of a model server; write it like http://127.0.0.1:8080/v1")
    return url.rstrip("/")


def _key(environment: Mapping[str, str]) -> str | None:
    name = environment.get("FOOTNOTE_LLM_KEY_ENV", "").strip()
    if not name:
        return None
    key = environment.get(name, "").strip()
    if not key:
        raise LLMSettingError(f"FOOTNOTE_LLM_KEY_ENV names {name[:80]!r}, which holds no key")
    if not key.isascii() or not key.isprintable():
        raise LLMSettingError(f"the key in {name[:80]!r} has characters that no key has")
    return key


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by what it is called: nothing is looked up.

    >>> is_loopback("localhost"), is_loopback("127.0.0.1.example.com")
    (True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
