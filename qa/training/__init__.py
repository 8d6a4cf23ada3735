"""How the reader's weights were made: data to examples, examples to weights, weights to the file that ships.

Nothing here is imported to answer a question. `docs/reader.md` tells what was tried and what came of it.
"""
