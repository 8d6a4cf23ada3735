"""What is measured: a system, and the articles that its answers are held against."""

from __future__ import annotations

import hashlib
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from index import Article, Library
from index.errors import UnknownArticle
from index.place import Folder, Place, place_of
from index.readers import read as read_articles
from index.report import OnProgress, Progress
from index.settings import Settings, read_settings
from qa.terminal import load_reader

from .answers import Answers, AnswersFile, read_answers
from .cases import SHIPPED, CaseSet, find_set, read_set
from .datasets import CLAIMS, Dataset, SupportSet, holds_claims, is_public, read_claims, read_public
from .endpoint import Endpoint
from .folder import Manifest, environment
from .libraries import Reduced, articles_of, digest_of, library_for
from .outcomes import Articles
from .run import OwnLibrary, System
from .settings import in_force, rebuilding

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Options:
    """How a set is to be run, as the command line has it. `library` None: the set's own, or ./library."""

    library: Path | Place | None = None
    default_library: Path | Place = Path("library")
    limit: int | None = None
    seed: int | None = None
    jobs: int = 1
    settings: Mapping[str, Any] = field(default_factory=dict)
    answers: tuple[Path, ...] = ()
    endpoint: str | None = None
    model: str | None = None
    key: str | None = None
    with_reader: bool = True


@dataclass(frozen=True, slots=True)
class Subject:
    """A system, ready to be asked. `held` are the ids of the articles; `passages` is None where it has no library.

    `settings` are those in force; none where it is not our own that answers.
    `answered` are the ids that a system has an answer for which has answered before; None: it can be asked anything.
    """

    system: System
    name: str
    articles: Articles
    held: frozenset[str]
    passages: int | None
    library_sha256: str
    settings: Mapping[str, float] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    answered: frozenset[str] | None = None

    def manifest(self, cases: CaseSet, count: int, options: Options) -> Manifest:
        """The manifest of a run that starts now, over `count` cases."""
        return Manifest(
            set=cases.name,
            set_sha256=cases.sha256,
            cases=count,
            articles=len(self.held),
            passages=self.passages,
            library_sha256=self.library_sha256,
            system=self.name,
            settings=self.settings,
            limit=options.limit,
            seed=options.seed,
            jobs=options.jobs,
            **environment(),
        )


def read_source(name: str) -> Dataset | CaseSet | SupportSet:
    """The set of this name: FORMAT:PATH, a file, or a shipped set. Raises FootnoteError."""
    if is_public(name):
        return read_public(name)
    path = find_set(name)
    return read_claims(path) if holds_claims(path) else read_set(path)


def is_of_claims(name: str) -> bool:
    """Whether the set of this name tests a support check; raises FootnoteError where there is none."""
    return name.partition(":")[0] in CLAIMS if is_public(name) else holds_claims(find_set(name))


def own_articles(source: Dataset | CaseSet) -> Sequence[Article]:
    """The articles that a public set brings, or that are shipped beside a shipped set; none for every other."""
    if isinstance(source, Dataset):
        return source.articles
    shipped, beside = SHIPPED / source.name, SHIPPED / "articles" / source.name
    if not beside.is_file() or hashlib.sha256(shipped.read_bytes()).hexdigest() != source.sha256:
        return ()
    return [article for article in read_articles(beside) if isinstance(article, Article)]


def sample(cases: Sequence[T], limit: int | None, seed: int | None) -> tuple[T, ...]:
    """The first `limit` cases, or with a seed as many drawn at random, always the same, in the order of the set."""
    if limit is None or seed is None:
        return tuple(cases[:limit])
    drawn = random.Random(seed).sample(range(len(cases)), min(limit, len(cases)))  # noqa: S311  # no secret
    return tuple(cases[number] for number in sorted(drawn))


@contextmanager
def subject_of(source: Dataset | CaseSet, options: Options) -> Iterator[Subject]:
    """The system that the options name, over the articles of the source; closed at the end of the block."""
    with ExitStack() as stack:
        if options.answers or options.endpoint:
            yield _foreign(source, options, stack)
            return
        folder = _folder(source, options)
        settings = replace(_own_settings(source, options), **options.settings)
        library = stack.enter_context(Library.open(folder, settings=settings))
        reduced = stack.enter_context(Reduced(library))
        held = frozenset(summary.id for summary in library.articles())
        reader = load_reader(options.with_reader)
        system = OwnLibrary(library, reduced, reader)
        name = "footnote" if reader else "footnote without the reader"
        shown = lru_cache(maxsize=1000)(library.show)
        digest = digest_of(articles_of(library))
        yield Subject(system, name, shown, held, library.passage_count(), digest, in_force(settings))


def _foreign(source: Dataset | CaseSet, options: Options, stack: ExitStack) -> Subject:
    """Answers made elsewhere, held against the articles of the source or of the library."""
    if isinstance(source, Dataset) and options.library is None:
        by_id = {article.id: article for article in source.articles}
    else:
        library = stack.enter_context(Library.open(options.library or options.default_library))
        by_id = {article.id: article for article in articles_of(library)}

    def show(identity: str) -> Article:
        if identity not in by_id:
            raise UnknownArticle(identity)
        return by_id[identity]

    digest = digest_of(list(by_id.values()))
    if options.endpoint:
        system = Endpoint(options.endpoint, options.model, show, options.key)
        return Subject(system, f"endpoint {system.url} {system.model}", show, frozenset(by_id), None, digest)
    found: AnswersFile = read_answers(options.answers)
    name = f"answers {found.sha256[:16]}"
    return Subject(
        Answers(found.records),
        name,
        show,
        frozenset(by_id),
        None,
        digest,
        problems=found.problems,
        answered=frozenset(found.records),
    )


def _folder(source: Dataset | CaseSet, options: Options) -> Path | Place:
    """The library to ask: the one named, the set's own, or ./library; made anew where a setting asks for it."""
    settings = rebuilding(options.settings)
    if options.library is None and (own := own_articles(source)):
        return _made(source.set.name if isinstance(source, Dataset) else Path(source.name).stem, own, settings)
    place = place_of(options.library or options.default_library)
    if isinstance(source, Dataset) and isinstance(place, Folder) and not place.folder.exists():
        with Library.open(place, create=True) as library, _bar("articles", len(source.articles)) as progress:
            library.add(source.articles, progress)
    if not settings:
        return place
    with Library.open(place) as library:
        articles = articles_of(library)
    return _made(place.folder.name, articles, settings)


def _own_settings(source: Dataset | CaseSet, options: Options) -> Settings:
    """What the library is set to that the options name; a set's own is as Footnote ships."""
    if options.library is None and own_articles(source):
        return Settings()
    return read_settings(place_of(options.library or options.default_library).folder)


def _made(name: str, articles: Sequence[Article], settings: Mapping[str, float]) -> Path:
    with _bar("articles", len(articles)) as progress:
        return library_for(name, articles, settings, progress)


@contextmanager
def _bar(unit: str, total: int) -> Iterator[OnProgress]:
    """A bar with the time left on stderr, where that is a terminal."""
    from tqdm import tqdm

    with tqdm(total=total, unit=f" {unit}", file=sys.stderr, disable=None, leave=False) as bar:

        def show(progress: Progress) -> None:
            bar.update(progress.articles - bar.n)

        yield show
