"""The page of the handbook about the API, made from the document of the API itself.

python tests/instruments/api_page.py    # writes site/reference/api.md anew
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kloof.web.api.openapi import document

PAGE = Path(__file__).parents[2] / "site" / "reference" / "api.md"
ADDRESS = "https://kloof.company.example/api/v1"
_BEGINNING = """\
---
lang: en
---

# The API

For programs: JSON over HTTPS under `/api/v1`, described by the OpenAPI 3.1 document at `/api/v1/openapi.json`. This
page is made from that document. [Connect a CRM](../how-to/connect-a-crm.md) shows it at work.

- **Token.** `Authorization: Bearer kloof_…`, made at the desk under People, or with `kloof tokens add`. It is of one
  kind: `read`; `write`, which reads too; or `test`, which may ask for all that `write` may, and of which nothing is
  kept. It is for the scopes that it was given, and ends on its day, when it is revoked, or when its owner leaves. A
  token in an address opens nothing, and is refused beside one in the header too.
- **Again.** Every PUT may be sent again: the same request twice is the same as once. A POST may be sent again with its
  `Idempotency-Key`: for 24 hours the same key gives the same answer, marked `Idempotent-Replayed: true`. With another
  request the key is refused.
- **Meanwhile.** A deal comes with its `ETag`. With `If-Match` it is only changed where it still is as you know it,
  with `If-None-Match: *` only where there is none yet; otherwise the answer is 412. A survey has its `etag` in the
  list, and is recorded by the same rule.
- **Wrong.** A refusal is `application/problem+json` (RFC 9457): what happened, what to do, and in `errors` each field
  that is wrong, with a JSON pointer. Nothing was changed, unless its `type` is `urn:kloof:problem:perhaps_saved`.
- **Often.** 600 requests of a token a minute, counted by all processes of a host together, and by several hosts each
  for itself; `RateLimit` says what is left. Many deals go in at once with `PUT /deals`.
- **Answers** go to a token with the scope `answers` only, of customers who gave them by name, as far as the
  salesperson of the deal sees them at `/me`. Of a customer who chose totals nothing is told.
"""


def page() -> str:
    """The page as Markdown."""
    found = document(ADDRESS)
    parts = [_BEGINNING, f"The document has version {found['info']['version']}.\n"]
    for tag in found["tags"]:
        parts.append(f"## {tag['name']}\n\n{tag['description']}\n")
        parts += [
            _operation(method, path, one, found)
            for path, methods in found["paths"].items()
            for method, one in methods.items()
            if tag["name"] in one["tags"]
        ]
    parts.append(_EVENTS)
    parts += [_event(one["post"], found) for one in found["webhooks"].values()]
    whole = {name for one in _operations(found) for name in _shapes_of(one)}
    whole |= {_data(one["post"])["$ref"].rpartition("/")[2] for one in found["webhooks"].values()}
    parts.append("## Within these\n")
    parts += [
        f"### `{name}`\n\n{_fields('Field', shape, found)}\n"
        for name, shape in sorted(found["components"]["schemas"].items())
        if name not in whole and "properties" in shape
    ]
    return "\n".join(parts)


_EVENTS = """\
## Events

What kloof sends to [webhooks](../how-to/webhooks.md): `{"type": …, "timestamp": …, "data": …}`, by the Standard
Webhooks specification, with the headers `webhook-id`, `webhook-timestamp` and `webhook-signature`. An event comes at
least once, and in no order that one can rely on.
"""


def _event(one: dict[str, Any], found: dict[str, Any]) -> str:
    return f"### `{one['summary']}`\n\n{one['description']}\n\n{_fields('Data', _data(one), found)}\n"


def _data(one: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = one["requestBody"]["content"]["application/json"]["schema"]["properties"]["data"]
    return data


def _operations(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in found["paths"].values():
        yield from methods.values()


def _shapes_of(one: dict[str, Any]) -> Iterator[str]:
    """The names of what it takes and gives as a whole, which stand at the operation itself."""
    whole = [one.get("requestBody", {}), *(given for at, given in one["responses"].items() if at[0] == "2")]
    for part in whole:
        for media in part.get("content", {}).values():
            yield media["schema"].get("$ref", "").rpartition("/")[2]


def _operation(method: str, path: str, one: dict[str, Any], found: dict[str, Any]) -> str:
    scope = (
        f"Scope `{one['x-scope']}`; a token of kind {_or(one['x-kinds'])}." if "x-scope" in one else "Public."
    )
    parts = [f"### `{method.upper()} {path}`", f"{one['summary']}. {one['description']}", scope]
    if asked := [part for part in one.get("parameters", ()) if part["in"] == "query"]:
        rows = [(part["name"], _type(part["schema"]), part.get("description", "")) for part in asked]
        parts.append(_table(("Asked with", "", ""), rows))
    if "requestBody" in one:
        parts.append(_fields("Sent", one["requestBody"]["content"]["application/json"]["schema"], found))
    for status, answer in one["responses"].items():
        if status.startswith("2") and "content" in answer:
            parts.append(_fields(f"Given ({status})", answer["content"]["application/json"]["schema"], found))
    refused = ", ".join(status for status in one["responses"] if not status.startswith("2"))
    parts.append(f"Refused with {refused}.")
    return "\n\n".join(parts) + "\n"


def _fields(title: str, schema: dict[str, Any], found: dict[str, Any]) -> str:
    shape = _named(schema, found)
    if "properties" not in shape:
        return f"{title}: {shape.get('description', 'an object')}"
    needed = set(shape.get("required", ()))
    rows = [
        (name, _type(part), part.get("description", "") or ("" if name in needed else "May be left out."))
        for name, part in shape["properties"].items()
    ]
    return _table((title, "", ""), rows)


def _named(schema: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    named: dict[str, Any] = found["components"]["schemas"].get(name, schema)
    return named


def _type(schema: dict[str, Any]) -> str:
    if options := schema.get("anyOf"):
        return " or ".join(dict.fromkeys(_type(one) for one in options))
    if "$ref" in schema:
        return f"`{schema['$ref'].rpartition('/')[2]}`"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    return str(schema.get("format") or schema.get("type") or json.dumps(schema.get("const", "anything")))


def _table(heads: tuple[str, ...], rows: list[tuple[str, str, str]]) -> str:
    lines = [f"| {' | '.join(heads)} |", "|---|---|---|"]
    return "\n".join([*lines, *_rows(rows)])


def _rows(rows: list[tuple[str, str, str]]) -> Iterator[str]:
    for name, kind, about in rows:
        yield f"| `{name}` | {kind} | {' '.join(about.split())} |"


def _or(words: list[str]) -> str:
    quoted = [f"`{word}`" for word in words]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
