"""A change of the embedding model: every vector is made anew beside the old ones, and all change places at once."""

from __future__ import annotations

import logging

from .catalog import Catalog
from .encoder import Encoder
from .intake import GROUP, TITLE_TOKENS, passage_input

log = logging.getLogger(__name__)


def reencode(catalog: Catalog, encoder: Encoder) -> int:
    """Make the catalog's vectors those of `encoder`; the number of passages encoded, 0 where they are already.

    Only for who holds the library for writing. What a crash interrupts is taken up where it stopped; until the last
    vector is there, readers see the old ones, which a search by another model leaves out.
    """
    if catalog.model == encoder.name:
        return 0
    if catalog.meta("next_model") != encoder.name:
        catalog.forget_next_vectors(encoder.name)
    log.warning("encoding all passages anew: their vectors are of %s, not %s", catalog.model, encoder.name)
    rows = catalog.passages_without_next_vector()
    for start in range(0, len(rows), GROUP):
        stored = list(catalog.passages(rows[start : start + GROUP]).values())
        texts = [passage_input(encoder.clip(passage.title, TITLE_TOKENS), passage.text) for passage in stored]
        catalog.keep_next_vectors([passage.id for passage in stored], encoder.encode(texts))
    catalog.adopt_next_vectors()
    return len(rows)
