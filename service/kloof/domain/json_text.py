"""JSON that somebody else may have written, and ours that somebody may read."""

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


def indented(value: Any, margin: str = "\n") -> str:
    """As `json.dumps` has it with an indent of two and sorted keys, letter for letter.

    Python's own writes that one element at a time, in Python; only what holds nothing nested is written in C, and that
    is nearly all of a release.
    """
    if not isinstance(value, dict | list) or not value:
        return json.dumps(value, ensure_ascii=False)
    inner = f"{margin}  "
    if not any(
        isinstance(part, dict | list) for part in (value.values() if isinstance(value, dict) else value)
    ):
        flat = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(f",{inner}", ": "))
        return f"{flat[0]}{inner}{flat[1:-1]}{margin}{flat[-1]}"
    if isinstance(value, list):
        return f"[{inner}{f',{inner}'.join(indented(part, inner) for part in value)}{margin}]"
    named = (f"{indented(name)}: {indented(part, inner)}" for name, part in sorted(value.items()))
    return f"{{{inner}{f',{inner}'.join(named)}{margin}}}"
