"""Values written as YAML, as a person would: a sentence plain, in quotes where it needs them, lines as a block."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

import yaml

_WIDE: Final = 110
_STEP: Final = 2
_EMPTY: Final = frozenset({"", "~", "null"})
# What JSON lets stand and a YAML file does not take, or takes for the end of a line.
_UNPRINTABLE: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def scalar(value: str, style: str | None = None, *, within_braces: bool = False) -> str:
    """A text on one line; `style` is the quote that stood around the one before it, if any."""
    frame = "{{a: {}}}" if within_braces else "a: {}"
    if style is None and value not in _EMPTY and _says(frame.format(value), value):
        return value
    single = "'" + value.replace("'", "''") + "'"
    if style == "'" and _says(frame.format(single), value):
        return single
    return _UNPRINTABLE.sub(_escaped, json.dumps(value, ensure_ascii=False))


def flow(fields: Mapping[str, str]) -> str:
    """Fields within braces, on one line."""
    written = (f"{name}: {scalar(value, within_braces=True)}" for name, value in fields.items())
    return "{" + ", ".join(written) + "}"


def block(name: str, value: Any, column: int) -> str:
    """A field on lines of its own, set in by `column`; the last one ends in a line break too."""
    head = " " * column + f"{name}:"
    if isinstance(value, str):
        return _lines(head, value, column) if "\n" in value else f"{head} {scalar(value)}\n"
    if isinstance(value, Mapping):
        return head + _fields(value, column, len(head))
    inner = column + _STEP
    items = ("".join(block(name, part, inner + _STEP) for name, part in item.items()) for item in value)
    dashed = (" " * inner + "- " + fields[inner + _STEP :] for fields in items)
    return f"{head}\n" + "\n".join(dashed)


def _fields(value: Mapping[str, Any], column: int, taken: int) -> str:
    texts = {name: part for name, part in value.items() if isinstance(part, str) and "\n" not in part}
    if len(texts) == len(value) and set(texts) <= {"nl", "en"}:
        written = flow(texts)
        if taken + len(written) < _WIDE:
            return f" {written}\n"
    return "\n" + "".join(block(name, part, column + _STEP) for name, part in value.items())


def _lines(head: str, value: str, column: int) -> str:
    """A text of several lines, as they are read."""
    lines = (" " * (column + _STEP) * bool(line) + line + "\n" for line in value.split("\n"))
    written = f"{head} |-\n" + "".join(lines)
    return written if _says(written, value) else f"{head} {scalar(value, chr(34))}\n"


def _says(written: str, value: str) -> bool:
    """Whether this field, so written, says this text and nothing besides."""
    try:
        node = yaml.compose(written, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, ValueError):
        return False
    if not isinstance(node, yaml.MappingNode) or len(node.value) != 1:
        return False
    ((_, said),) = node.value
    is_text = isinstance(said, yaml.ScalarNode) and said.tag == yaml.BaseLoader.DEFAULT_SCALAR_TAG
    return is_text and said.value == value and "&" not in written[: written.find(value) + 1]


def _escaped(found: "re.Match[str]") -> str:
    return f"\\u{ord(found[0]):04x}"
