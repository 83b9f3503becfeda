"""The document of the API, OpenAPI 3.1, made from the very shapes that check what is sent in."""

from functools import cache
from http import HTTPStatus
from typing import Any, Final

from flask import Response, json
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from kloof import __version__
from kloof.web.api import events, rates
from kloof.web.api.operations import JSON, KEPT_FOR, KEY_HEADER, LONGEST_KEY, OPERATIONS, Operation, blueprint
from kloof.web.api.problems import MEDIA_TYPE
from kloof.web.api.shapes import FieldWrong, Given
from kloof.web.app.context import settings
from kloof.web.app.routes import ROUTES, AccessKind

VERSION: Final = "1.0.0"
"""Of the document: its first number grows when a program that worked would no longer."""
_REF: Final = "#/components/schemas/{model}"
_ANY: Final = (400, 401, 500, 503)
_ANY_WITH_TOKEN: Final = (403, 429)
_ANY_BODY: Final = (413, 415, 422)
_ANY_QUERY: Final = (422,)
_TOO_LONG: Final = {
    "414": {"description": "URI Too Long", "content": {"text/html": {"schema": {"type": "string"}}}}
}
"""What the server says before kloof is asked, of an address that is longer than any that somebody means."""
_TAGS: Final = {
    "Deals": "What is sold, and what became of it.",
    "Answers": "What a customer let the salesperson of their deal see by name.",
    "Invitations": "The surveys and the mail of a deal.",
    "Calls": "Calls to customers who asked for one, of the owner of the token.",
    "Customers": "One customer, named in the body.",
    "People": "Who works here.",
    "Surveys": "What is asked.",
    "Published": "What everybody may know, and how kloof stands.",
}


class Problem(Given):
    """What went wrong (RFC 9457). Nothing was changed, unless `type` is `urn:kloof:problem:perhaps_saved`."""

    type: str
    title: str
    status: int
    detail: str
    remedy: str | None = None
    errors: list[FieldWrong] | None = None


@blueprint.get("/openapi.json", provide_automatic_options=False)
def openapi() -> Response:
    """The document itself; public, since it says nothing of any company."""
    answer = Response(json.dumps(document(settings().link("/api/v1"))), content_type=JSON)
    answer.headers["Cache-Control"] = "public, max-age=300"
    return answer


@cache
def document(address: str) -> dict[str, Any]:
    """The document for the API at this address."""
    shapes, schemas = _schemas()
    paths: dict[str, dict[str, Any]] = {}
    for one in OPERATIONS:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, shapes)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "kloof",
            "version": VERSION,
            "summary": "Deals in, and how far their surveys are.",
            "description": "Answers are here only as the salesperson of a deal sees them by name, for a token that is "
            "for them; never one of a customer who chose totals. Every PUT may be sent again; a POST may be sent "
            f"again with its {KEY_HEADER}.",
            "x-kloof": __version__,
        },
        "servers": [{"url": address}],
        "tags": [{"name": name, "description": about} for name, about in _TAGS.items()],
        "security": [{"token": []}],
        "paths": paths,
        "webhooks": events.described(shapes),
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Made at the desk or with `kloof tokens add`. A token of kind `test` checks "
                    "everything and changes nothing.",
                }
            },
        },
    }


def _schemas() -> tuple[dict[Any, dict[str, Any]], dict[str, Any]]:
    wanted: list[tuple[type[BaseModel], Any]] = [(Problem, "serialization")]
    for one in OPERATIONS:
        wanted += [(shape, "validation") for shape in (one.takes, one.asks) if shape]
        wanted += [(shape, "serialization") for shape in one.gives.values() if shape]
    wanted += events.TOLD
    references, definitions = models_json_schema(list(dict.fromkeys(wanted)), ref_template=_REF)
    return dict(references), definitions["$defs"]


def _operation(one: Operation, shapes: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    rule = ROUTES[one.endpoint]
    made: dict[str, Any] = {
        "operationId": one.name,
        "tags": [one.tag],
        "summary": one.summary,
        "description": " ".join(one.about.split()),
        "responses": _responses(one, shapes),
    }
    if rule.door is AccessKind.PUBLIC:
        made["security"] = [{}, {"token": []}]
    else:
        made["x-scope"] = str(rule.scope)
        made["x-kinds"] = ["write", "test"] if rule.writes else ["read", "write", "test"]
    if parameters := [*_of_path(one), *_of_query(one), *_of_key(one), *_of_tags(one)]:
        made["parameters"] = parameters
    if one.takes:
        made["requestBody"] = {
            "required": True,
            "content": {JSON: {"schema": shapes[(one.takes, "validation")]}},
        }
    return made


def _responses(one: Operation, shapes: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    rule = ROUTES[one.endpoint]
    given = {
        str(status): {"description": HTTPStatus(status).phrase, "headers": _headers(one, rule.door)}
        | ({"content": {JSON: {"schema": shapes[(shape, "serialization")]}}} if shape else {})
        for status, shape in one.gives.items()
    }
    problem = {"content": {MEDIA_TYPE: {"schema": shapes[(Problem, "serialization")]}}}
    refused = {
        *one.refuses,
        *_ANY,
        *(_ANY_WITH_TOKEN if rule.door is AccessKind.TOKEN else ()),
        *(_ANY_BODY if one.takes else ()),
        *(_ANY_QUERY if one.asks else ()),
    }
    told = {str(status): {"description": HTTPStatus(status).phrase} | problem for status in refused}
    return given | dict(sorted((told | (_TOO_LONG if one.asks else {})).items()))


def _headers(one: Operation, door: AccessKind) -> dict[str, Any]:
    text = {"schema": {"type": "string"}}
    found: dict[str, Any] = {}
    if one.name in {
        "get_deal",
        "put_deal",
        "deliver_deal",
        "cancel_deal",
        "put_practices",
        "put_account",
        "record_survey",
    }:
        found["ETag"] = text
    if door is AccessKind.TOKEN:
        limit = f"{rates.MOST} requests of a token in {rates.WINDOW} seconds"
        found |= {"RateLimit-Policy": text | {"description": limit}, "RateLimit": text}
    return found


def _of_path(one: Operation) -> list[dict[str, Any]]:
    if "{deal_id}" in one.path:
        schema: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 100}
        about = "The CRM's own number of the deal, percent-encoded."
        return [{"name": "deal_id", "in": "path", "required": True, "description": about, "schema": schema}]
    if "{number}" in one.path:
        schema = {"type": "integer", "minimum": 1, "maximum": 9999}
        return [{"name": "number", "in": "path", "required": True, "schema": schema}]
    return []


def _of_query(one: Operation) -> list[dict[str, Any]]:
    if one.asks is None:
        return []
    shape = one.asks.model_json_schema()
    return [
        {
            "name": name,
            "in": "query",
            "required": name in shape.get("required", ()),
            "schema": _plain(schema, shape.get("$defs", {})),
        }
        | ({"description": schema["description"]} if "description" in schema else {})
        for name, schema in shape["properties"].items()
    ]


def _plain(schema: dict[str, Any], named: dict[str, Any]) -> dict[str, Any]:
    """The schema of a part of a query: what is left out is no null, so there is none."""
    found = {name: value for name, value in schema.items() if name not in {"title", "description", "default"}}
    options = [one for one in found.pop("anyOf", []) if one.get("type") != "null"]
    merged = found | (options[0] if options else {})
    reference = merged.pop("$ref", "").rpartition("/")[2]
    return merged | {
        name: value for name, value in named.get(reference, {}).items() if name in {"enum", "type"}
    }


def _of_key(one: Operation) -> list[dict[str, Any]]:
    if not one.takes_key:
        return []
    hours = int(KEPT_FOR.total_seconds() // 3600)
    about = f"Any text of your own, a UUID for example. For {hours} hours the same key gives the same answer."
    schema = {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"}
    return [{"name": KEY_HEADER, "in": "header", "required": False, "description": about, "schema": schema}]


def _of_tags(one: Operation) -> list[dict[str, Any]]:
    if 304 in one.gives:
        return [_tag("If-None-Match", "The ETag of what you have: 304 where it is still that.")]
    if 412 not in one.refuses:
        return []
    known = "The ETag of the deal as you know it, or *."
    return [
        _tag(
            "If-Match", known if "{deal_id}" in one.path else "The etag of the survey as you know it, or *."
        ),
        _tag("If-None-Match", "* where there must be none yet."),
    ]


def _tag(name: str, about: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": about,
        "schema": {"type": "string"},
    }
