"""A model file run in this process: `xllamacpp` holds llama.cpp, whose server speaks OpenAI's protocol on loopback."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from .endpoint import VENDORS, Endpoint, LLMSettingError

CONTEXT = 4096
"""Tokens of prompt and answer together."""
_LLAMACPP = next(vendor for vendor in VENDORS if vendor.name == "llamacpp")


def serve(file: Path) -> Endpoint:
    """Load the model and serve it, for this process alone, until that ends; raises LLMSettingError."""
    _check(file)
    try:
        import xllamacpp
    except ImportError as error:
        raise LLMSettingError(
            "a GGUF file needs xllamacpp; run `pip install -e '.[local-llm]'` in the checkout"
        ) from error
    key = secrets.token_hex(16)  # other users of this machine can reach the port, too
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(file)
    parameters.n_ctx = CONTEXT
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = os.cpu_count() or 1
    parameters.hostnames, parameters.port = ["127.0.0.1"], 0
    parameters.api_keys = [key]
    parameters.offline = True
    parameters.ui = parameters.endpoint_slots = parameters.endpoint_props = parameters.warmup = False
    parameters.verbosity = -1
    try:
        server = xllamacpp.Server(parameters)
    except Exception as error:  # it raises what it likes
        raise LLMSettingError(f"{file}: llama.cpp cannot load this model") from error
    return Endpoint(f"gguf:{file.name}", f"{server.listening_address}/v1", file.stem, key, _LLAMACPP, server)


def _check(file: Path) -> None:
    try:
        with file.open("rb") as content:
            magic = content.read(4)
    except OSError as error:
        raise LLMSettingError(f"{file}: {(error.strerror or 'cannot be read').lower()}") from error
    if magic != b"GGUF":
        raise LLMSettingError(f"{file}: is no GGUF file")
