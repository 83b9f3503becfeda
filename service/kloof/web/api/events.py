"""The part of the document about what kloof tells others: a webhook for each kind of event, by the very shapes that are
sent.
"""

from typing import Any, Final

from pydantic import BaseModel

from kloof.domain.webhooks.events import DATA, EventKind
from kloof.web.api.operations import JSON

TOLD: Final[list[tuple[type[BaseModel], Any]]] = [(shape, "serialization") for shape in DATA.values()]
_HEADERS: Final = {
    "webhook-id": "The same at every try: what came before can be left out.",
    "webhook-timestamp": "Seconds since 1970, when this try was sent. Refuse what is older than some minutes.",
    "webhook-signature": "`v1,` and the signature; one for each secret that is valid, with a space between.",
}


def described(shapes: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    """The webhooks of the document; `shapes` has the schema of each shape in `TOLD`."""
    return {
        kind.value: {"post": _event(kind, shapes[(shape, "serialization")])} for kind, shape in DATA.items()
    }


def _event(kind: EventKind, data: dict[str, Any]) -> dict[str, Any]:
    text = {"type": "string"}
    schema = {
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": text | {"const": kind.value},
            "timestamp": text | {"format": "date-time", "description": "When it happened."},
            "data": data,
        },
    }
    return {
        "operationId": kind.value.replace(".", "_"),
        "summary": kind.value,
        "description": " ".join((DATA[kind].__doc__ or "").split()),
        "parameters": [
            {"name": name, "in": "header", "required": True, "description": about, "schema": text}
            for name, about in _HEADERS.items()
        ],
        "requestBody": {"required": True, "content": {JSON: {"schema": schema}}},
        "responses": {
            "2XX": {"description": "Taken. Whatever else is answered, it comes again for three days."},
            "410": {"description": "Gone: nothing is sent any more."},
        },
    }
