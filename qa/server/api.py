"""The JSON API: ask, search, and the articles. What comes out is what the command line's `--json` prints."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, replace
from typing import Annotated, Any, TypeVar

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi import Query as Parameter
from fastapi.responses import JSONResponse, Response, StreamingResponse

from index import Article
from index.errors import ArticleError
from index.readers import read_document
from index.readers.document import Document
from index.report import Report
from index.web import read_address

from ..answer import Answer
from ..ask import MAX_QUESTION
from ..conversation import read_history
from ..inbox import Inbox
from .desk import MAX_K, Desk
from .schema import (
    Added,
    AnswerJson,
    ArticleJson,
    Delivered,
    HitJson,
    NewArticles,
    Problem,
    Query,
    Removed,
    StreamedQuestion,
    SummaryJson,
)
from .shelf import deliver

T = TypeVar("T")

_SUMMARY = ("id", "title", "source", "published", "characters", "passages")
_ARTICLE = ("id", "title", "source", "url", "published", "text")
_REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "A question or history that cannot be used"},
    422: {"model": Problem, "description": "A field that is missing, too long or of another type"},
    503: {"model": Problem, "description": "Too many are asking; `Retry-After` says when to try again"},
}
_EMPTY: dict[int | str, dict[str, Any]] = {409: {"model": Problem, "description": "The library holds no articles"}}


def make_api(desk: Desk, inbox: Inbox) -> APIRouter:
    """The routes below `/api/`, over the desk's library."""
    router = APIRouter(prefix="/api", responses=_REFUSALS)
    library = desk.library

    def in_turn(work: Callable[[], T]) -> T:
        with inbox.alone():
            return work()

    @router.post("/ask", tags=["Ask"], summary="One answer", responses=_gives(AnswerJson) | _EMPTY)
    async def ask(asked: StreamedQuestion) -> Response:
        """Each sentence has the numbers of its citations; each citation is a span of an article, to the character."""
        history, scope = read_history(asked.history), asked.scope()
        if not asked.stream:
            answer = await desk.ask(asked.question, history, scope, extractive=asked.extractive)
            return JSONResponse(answer.to_json())
        answers = desk.stream(asked.question, history, scope, extractive=asked.extractive)
        first = await anext(answers)  # what goes wrong before it is still a status
        return StreamingResponse(_events(first, answers), media_type="text/event-stream")

    @router.get("/search", tags=["Ask"], summary="Passages, best first", responses=_gives(list[HitJson]))
    async def search(
        q: Annotated[str, Parameter(max_length=MAX_QUESTION, examples=["market value"])],
        k: Annotated[int, Parameter(ge=1, le=MAX_K, description="How many passages.")] = 10,
    ) -> JSONResponse:
        """Passages with their rank by meaning and by words."""
        return JSONResponse([hit.to_json() for hit in await desk.search(q, k)])

    @router.post(
        "/search", tags=["Ask"], summary="The same, with the query in the body", responses=_gives(list[HitJson])
    )
    async def search_privately(query: Query) -> JSONResponse:
        """For queries that should not stand in an address, which proxies and browsers write down."""
        return JSONResponse([hit.to_json() for hit in await desk.search(query.query, query.k, query.scope())])

    @router.get("/articles", tags=["Articles"], summary="Every article", responses=_gives(list[SummaryJson]))
    def articles() -> JSONResponse:
        """Without their texts, by title."""
        return JSONResponse([_fields(summary, _SUMMARY) for summary in library.articles()])

    @router.post("/articles", tags=["Articles"], summary="Add articles", responses=_gives(Added))
    async def add(new: NewArticles) -> JSONResponse:
        """The same twice changes nothing; an id that is known takes the new text. A bad one stops no other."""
        found = await to_thread.run_sync(_read, new)
        report = await desk.change(lambda: in_turn(lambda: library.add(found)))
        return JSONResponse(_report(report), 422 if report.failed and not report.changes else 200)

    @router.post(
        "/files",
        tags=["Articles"],
        summary="Hand in a file",
        status_code=202,
        responses={202: {"model": Delivered, "description": "It lies here safely, and is indexed when its turn comes"}},
        openapi_extra={"requestBody": {"content": {"application/octet-stream": {"schema": {"type": "string"}}}}},
    )
    async def receive(
        request: Request, name: Annotated[str, Parameter(max_length=1000, examples=["report.pdf"])]
    ) -> Response:
        """The body is the file as it is: text, Markdown, HTML, PDF, Word, EPUB, CSV, JSON lines, or a zip of these."""
        return JSONResponse(asdict(await deliver(request, inbox, name)), 202)

    @router.get("/files", tags=["Articles"], summary="What became of them", responses=_gives(list[Delivered]))
    def files() -> JSONResponse:
        """Every file and address that was handed in, through the page as well, since the server began."""
        return JSONResponse([asdict(delivery) for delivery in inbox.status().deliveries])

    @router.get(
        "/articles/{article_id:path}",
        tags=["Articles"],
        summary="One article",
        responses=_gives_one(ArticleJson),
    )
    def article(article_id: str) -> JSONResponse:
        """With the text that every offset points into."""
        return JSONResponse(_fields(library.show(article_id), _ARTICLE))

    @router.delete(
        "/articles/{article_id:path}",
        tags=["Articles"],
        summary="Remove an article",
        responses=_gives_one(Removed),
    )
    async def remove(article_id: str) -> JSONResponse:
        """Everywhere: text, vectors and full-text index."""
        await desk.change(lambda: in_turn(lambda: library.remove([article_id])))
        return JSONResponse({"removed": [article_id]})

    return router


async def _events(first: Answer, rest: AsyncIterator[Answer]) -> AsyncIterator[str]:
    yield _event(first)
    async for answer in rest:
        yield _event(answer)


def _event(answer: Answer) -> str:
    return f"data: {json.dumps(answer.to_json(), ensure_ascii=False)}\n\n"


def _gives(model: Any) -> dict[int | str, dict[str, Any]]:
    return {200: {"model": model}}


def _gives_one(model: Any) -> dict[int | str, dict[str, Any]]:
    return _gives(model) | {404: {"model": Problem, "description": "No article has this id"}}


def _read(new: NewArticles) -> list[Article | ArticleError]:
    """The articles, made by the reader of `.jsonl` files, so that both ways in keep the same rules."""
    lines = "\n".join(json.dumps(article.model_dump(exclude_none=True)) for article in new.articles)
    sent = read_document(Document.of_bytes("articles", "sent.jsonl", lines.encode())) if lines else ()
    return [*map(_with_source, sent), *(article for url in new.urls for article in read_address(url))]


def _with_source(article: Article | ArticleError) -> Article | ArticleError:
    """A source of its own: articles of one source take each other's place."""
    return article if isinstance(article, ArticleError) else replace(article, source=article.url or f"api:{article.id}")


def _report(report: Report) -> dict[str, Any]:
    ids = {what: list(getattr(report, what)) for what in ("added", "changed", "unchanged", "removed")}
    failed = [{"source": f"{e.source}:{e.line}" if e.line else e.source, "reason": e.reason} for e in report.failed]
    return {**ids, "failed": failed}


def _fields(value: object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(value, name) for name in names}
