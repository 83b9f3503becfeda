"""What in a new document of an API would break a program that was made by an earlier one.

What a program sends may be asked for less and allowed more; what it gets may hold more and never less.
"""

from collections.abc import Iterator, Mapping
from math import inf
from typing import Any

Schema = Mapping[str, Any]


def breaking(before: Schema, after: Schema) -> list[str]:
    """Each change that breaks, in a sentence; none where every program works on."""
    return sorted(set(_paths(before, after)))


def _paths(before: Schema, after: Schema) -> Iterator[str]:
    for path, methods in before["paths"].items():
        for method, one in methods.items():
            other = after["paths"].get(path, {}).get(method)
            name = f"{method.upper()} {path}"
            if other is None:
                yield f"{name} is gone"
            else:
                yield from (f"{name}: {what}" for what in _operation(one, other, before, after))


def _operation(one: Schema, other: Schema, before: Schema, after: Schema) -> Iterator[str]:
    if one["operationId"] != other["operationId"]:
        yield "its operationId is another"
    if set(one.get("x-kinds", ())) - set(other.get("x-kinds", ())) or one.get("x-scope") != other.get(
        "x-scope"
    ):
        yield "it asks for another token"
    yield from _asked(one, other, before, after)
    for status, answer in one["responses"].items():
        if status not in other["responses"]:
            if status.startswith("2"):
                yield f"it gives no {status} any more"
            continue
        for kind, media in answer.get("content", {}).items():
            given = other["responses"][status].get("content", {}).get(kind)
            if given is None:
                yield f"{status} is no {kind} any more"
            else:
                yield from _given(media["schema"], given["schema"], before, after, status)


def _asked(one: Schema, other: Schema, before: Schema, after: Schema) -> Iterator[str]:
    known = {(part["in"], part["name"]): part for part in one.get("parameters", ())}
    now = {(part["in"], part["name"]): part for part in other.get("parameters", ())}
    for key, part in known.items():
        if key not in now:
            yield f"{key[1]} is not taken any more"
        else:
            yield from _sent(part["schema"], now[key]["schema"], before, after, key[1])
    for key, part in now.items():
        if part.get("required") and not known.get(key, {}).get("required"):
            yield f"{key[1]} is required now"
    if "requestBody" in other and "requestBody" not in one:
        yield "it takes a body now"
    if "requestBody" in one and "requestBody" in other:
        [sent], [wanted] = one["requestBody"]["content"].values(), other["requestBody"]["content"].values()
        yield from _sent(sent["schema"], wanted["schema"], before, after, "body")


def _sent(one: Schema, other: Schema, before: Schema, after: Schema, at: str) -> Iterator[str]:
    one, other = _named(one, before), _named(other, after)
    if missing := _kinds(one, before) - _kinds(other, after):
        yield f"{at} may no longer be {', '.join(sorted(missing))}"
    for limit in ("maxLength", "maxItems", "maximum"):
        if other.get(limit, inf) < one.get(limit, inf):
            yield f"{at} is held to a smaller {limit}"
    for limit in ("minLength", "minItems", "minimum"):
        if other.get(limit, -inf) > one.get(limit, -inf):
            yield f"{at} is held to a larger {limit}"
    for name in set(other.get("required", ())) - set(one.get("required", ())):
        yield f"{at}.{name} is required now"
    for name, part in one.get("properties", {}).items():
        if name not in other.get("properties", {}):
            yield f"{at}.{name} is not taken any more"
        else:
            yield from _sent(part, other["properties"][name], before, after, f"{at}.{name}")
    if "items" in one and "items" in other:
        yield from _sent(one["items"], other["items"], before, after, f"{at}[]")


def _given(one: Schema, other: Schema, before: Schema, after: Schema, at: str) -> Iterator[str]:
    one, other = _named(one, before), _named(other, after)
    if new := _kinds(other, after) - _kinds(one, before):
        yield f"{at} may be {', '.join(sorted(new))} now"
    for name, part in one.get("properties", {}).items():
        if name not in other.get("properties", {}):
            yield f"{at}.{name} is not given any more"
        else:
            yield from _given(part, other["properties"][name], before, after, f"{at}.{name}")
    for name in set(one.get("required", ())) - set(other.get("required", ())):
        yield f"{at}.{name} may be left out now"
    if "items" in one and "items" in other:
        yield from _given(one["items"], other["items"], before, after, f"{at}[]")


def _named(schema: Schema, document: Schema) -> Schema:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: Schema = document["components"]["schemas"].get(name, schema)
    return found


def _kinds(schema: Schema, document: Schema) -> set[str]:
    """What a value may be: types, and of a list of words each word."""
    if options := schema.get("anyOf"):
        return {kind for option in options for kind in _kinds(_named(option, document), document)}
    if "enum" in schema:
        return {f"“{value}”" for value in schema["enum"]}
    return {str(schema.get("format") or schema["type"])} if "type" in schema else set()
