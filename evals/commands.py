"""`footnote eval`: its commands, each in the module of its kind. They parse, call and print; what they do is imported
when they are called."""

from __future__ import annotations

import click

from .cli_asking import follow_ups, run, tune
from .cli_runs import compare, gate, judge, metrics, show
from .cli_sets import export, review, suggest


@click.group("eval")
def evaluate() -> None:
    """Ask question sets and measure the answers.

    A set is a file of JSON lines, a question each:

    \b
      {"id": "1", "question": "Who founded Alibaba?", "answers": ["Jack Ma"],
       "relevant": [{"article_id": "589594a651d405dc", "quote": "..."}],
       "answerable": true, "history": [], "tags": ["fact"]}

    Any of "answers" will do; "all_answers" lists what must all be there. "relevant" is the evidence: article ids, or
    quotes exactly as they stand in an article. YAML (a list of the same) and CSV (lists split at |) are read too.
    """


COMMANDS = (run, compare, gate, show, metrics, judge, tune, suggest, review, export, follow_ups)
for _command in COMMANDS:
    evaluate.add_command(_command)
