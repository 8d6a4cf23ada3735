"""What the doctor looks at beside the library: the reader, which is no part of the index."""

from __future__ import annotations

from pathlib import Path

from index.doctor import Finding
from index.errors import ModelError
from index.runtime import checked_model

from .reader import MODEL, Reader


def examine_reader(model: Path = MODEL) -> Finding:
    """Whether the reader's files and its checker's are the published ones. `--no-reader` answers without: the articles
    are well."""
    fault = ""
    try:
        checked_model(model)
        checked_model(Reader(model).checker.path)
    except ModelError as error:
        fault = str(error)
    return Finding("reader", f"checksums of {Reader.name}", fault)
