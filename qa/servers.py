"""Which model servers run on this machine, and what they offer. Nothing is asked of them before this is called."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .endpoint import VENDORS, Vendor, is_loopback

if TYPE_CHECKING:
    import httpx

PATIENCE_S = 1.5
"""Seconds that a server has to say what it offers."""
MAX_BYTES = 1_000_000
"""Bytes of a list of models."""
LOCAL = tuple(vendor for vendor in VENDORS if is_loopback(urlsplit(vendor.url).hostname or ""))


@dataclass(frozen=True, slots=True)
class ModelsAt:
    """A server that answers, and the names of its models."""

    vendor: Vendor
    url: str
    models: tuple[str, ...]

    @property
    def settings(self) -> tuple[str, ...]:
        """What FOOTNOTE_LLM is to be for each of the models."""
        start = f"{self.vendor.name}/" if self.url == self.vendor.url else f"{self.url}#"
        return tuple(start + model for model in self.models)


def find_servers(ports: Mapping[str, int] | None = None, patience_s: float = PATIENCE_S) -> list[ModelsAt]:
    """The servers that answer on loopback, in the order of LOCAL; `ports` overrides where a vendor's is looked for."""
    import httpx

    urls = [
        (vendor, f"http://127.0.0.1:{ports[vendor.name]}/v1" if ports else vendor.url)
        for vendor in LOCAL
        if ports is None or vendor.name in ports
    ]
    waits = httpx.Timeout(patience_s)
    with httpx.Client(trust_env=False, timeout=waits) as client, ThreadPoolExecutor(max_workers=len(LOCAL)) as pool:
        models = list(pool.map(lambda where: _models(client, where[1]), urls))
    return [ModelsAt(vendor, url, names) for (vendor, url), names in zip(urls, models, strict=True) if names]


def _models(client: httpx.Client, url: str) -> tuple[str, ...]:
    """The names of the models; none where something else answers, or nothing."""
    import httpx

    content = b""
    try:
        with client.stream("GET", f"{url}/models") as response:
            for chunk in response.iter_bytes():
                content += chunk
                if len(content) > MAX_BYTES:
                    return ()
        listed = json.loads(content)["data"]
        return tuple(model["id"] for model in listed if isinstance(model["id"], str) and model["id"].isprintable())
    except (httpx.HTTPError, ValueError, KeyError, TypeError, RecursionError):
        return ()
