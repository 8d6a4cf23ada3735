"""What a sync or an addition takes, and what a folder no longer has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from .articles import Article
from .catalog import Catalog
from .errors import ArticleError
from .intake import Intake, Pair
from .reading import File, look_at
from .report import Change


def files_of(found: Iterable[Path | ArticleError], intake: Intake) -> list[File]:
    """The files to take, each once; what could not be looked at is noted as failed."""
    files: dict[str, File] = {}
    for path in found:
        if isinstance(path, ArticleError):
            intake.failed.append(path)
        else:
            file = look_at(path)
            files.setdefault(file.source, file)
    return list(files.values())


def missing(held: Sequence[Pair], intake: Intake) -> list[Pair]:
    """What the library has and the folder has not. Of an unreadable file or folder all is kept: a bad save loses
    nothing."""
    unreadable = {str(Path(error.source).resolve()) for error in intake.failed}
    return [
        pair
        for pair in held
        if pair not in intake.found
        and pair not in intake.replaced
        and unreadable.isdisjoint([pair[0], *map(str, Path(pair[0]).parents)])
    ]


def is_most(leaving: Sequence[str], held: Sequence[Pair]) -> bool:
    """Whether more than half of the articles held would go."""
    return 2 * len(leaving) > len({article_id for _, article_id in held})


def with_renamed(changes: Iterable[Change], renamed: set[str], held: set[Pair], catalog: Catalog) -> Iterator[Change]:
    """The changes, with what is held under a new name called renamed; `renamed` are such articles' ids."""
    for change in changes:
        is_new_name = change.article_id in renamed and (change.source, change.article_id) not in held
        if change.what == "unchanged" and is_new_name:
            renamed = renamed - {change.article_id}
            yield replace(change, what="renamed", title=catalog.title(change.article_id))
        else:
            yield change


def fetched(addresses: Iterable[str]) -> Iterator[Article | ArticleError]:
    """What each web address gives, one after the other."""
    for address in addresses:
        from .web import read_address

        yield from read_address(address)
