"""The API's reference: its OpenAPI schema, and a plain page made of it that asks nobody for anything."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse

from .sheet import sheet

PAGE = "/api"
SCHEMA = "/api/openapi.json"

_INTRODUCTION = (
    "Ask, search and change the library from programs. Offsets are Python character offsets into the text of the"
    ' article. Errors are `{"error": "one line"}`, below `/v1/` OpenAI\'s error object. Where this server has a'
    " password or tokens, send `Authorization: Bearer TOKEN`; `footnote token NAME` makes one."
)


def make_reference(app: FastAPI) -> APIRouter:
    """The page `/api` and the schema `/api/openapi.json`, of those routes of `app` that are tagged."""
    router = APIRouter()

    @router.get(SCHEMA, include_in_schema=False)
    def schema() -> JSONResponse:
        return JSONResponse(describe(app))

    @router.get(PAGE, include_in_schema=False)
    def page() -> HTMLResponse:
        return sheet(_body(describe(app)), "API", styles=["reader.css"])

    return router


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI schema of the app's routes that have a tag."""
    schema = get_openapi(title="Footnote", version="1", description=_INTRODUCTION, routes=app.routes)
    schema["paths"] = {
        path: operations
        for path, operations in schema["paths"].items()
        if all(operation.get("tags") for operation in operations.values())
    }
    schema["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    schema["security"] = [{"token": []}, {}]
    return schema


def _body(schema: dict[str, Any]) -> str:
    operations = [
        (operation["tags"][0], _operation(path, method, operation, schema))
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    sections = "".join(
        f"<section><h2>{escape(tag)}</h2>{''.join(html for of, html in operations if of == tag)}</section>"
        for tag in dict.fromkeys(tag for tag, _ in operations)
    )
    return (
        f'<header><h1>API</h1><p>{_text(_INTRODUCTION)}</p><p><a href="{SCHEMA}">OpenAPI schema</a></p></header>'
        f"{sections}"
    )


def _operation(path: str, method: str, operation: dict[str, Any], schema: dict[str, Any]) -> str:
    takes = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    parameters = "".join(
        f"<li><code>{escape(p['name'])}</code> {escape(p.get('description', ''))}</li>"
        for p in operation.get("parameters", [])
    )
    answers = "".join(
        f"<li><code>{escape(status)}</code> {escape(answer['description'])}</li>"
        for status, answer in sorted(operation["responses"].items())
    )
    gives = operation["responses"].get("200", {}).get("content", {}).get("application/json", {}).get("schema")
    return (
        f"<h3><code>{method.upper()} {escape(path)}</code></h3><p>{escape(operation['summary'])}. "
        f"{_text(operation.get('description', ''))}</p>{f'<ul>{parameters}</ul>' if parameters else ''}"
        f"{_shape('Takes', takes, schema)}{_shape('Gives', gives, schema)}<ul>{answers}</ul>"
    )


def _shape(what: str, shape: dict[str, Any] | None, schema: dict[str, Any]) -> str:
    if not shape:
        return ""
    return f"<p>{what}</p><pre>{escape(json.dumps(_example(shape, schema), indent=1, ensure_ascii=False))}</pre>"


def _example(shape: dict[str, Any], schema: dict[str, Any]) -> Any:
    """A value of this shape: examples where they are given, else the names of the types."""
    if "$ref" in shape:
        return _example(schema["components"]["schemas"][shape["$ref"].rpartition("/")[2]], schema)
    if examples := shape.get("examples"):
        return examples[0]
    if "properties" in shape:
        return {name: _example(of, schema) for name, of in shape["properties"].items()}
    if shape.get("type") == "array":
        return [_example(shape["items"], schema)]
    if options := shape.get("anyOf"):
        return _example(options[0], schema)
    return shape.get("default", shape.get("type", "any"))


def _text(text: str) -> str:
    """Escaped, with `code` as code."""
    pieces = escape(text).split("`")
    return "".join(f"<code>{piece}</code>" if n % 2 else piece for n, piece in enumerate(pieces))
