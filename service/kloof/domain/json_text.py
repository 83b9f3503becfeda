"""JSON that somebody else may have written."""

import json
from collections.abc import Callable
from typing import Any

Pairs = list[tuple[str, Any]]


def read_json(text: str | bytes, pairs: Callable[[Pairs], Any] | None = None) -> Any:
    """What the text says. `pairs` makes something else than a dict of the pairs of an object.

    Raises ValueError for what is no JSON in UTF-8, and for lists in lists so deep that no reader could follow.
    """
    try:
        return json.loads(text, object_pairs_hook=pairs)
    except RecursionError:
        raise ValueError("too many brackets inside each other") from None
