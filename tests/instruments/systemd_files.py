"""How systemd reads what it is given: a file of its environment, and a unit."""

from collections import defaultdict
from collections.abc import Iterator

_BLANK = " \t"


def environment(text: str) -> dict[str, str]:
    """The variables of an EnvironmentFile, by the rules of systemd.exec(5): a comment begins a line with # or ;, a
    value may be quoted, within single quotes every sign stands for itself, outside of them a backslash takes the next.
    """
    return dict(_assignments(text))


def _assignments(text: str) -> Iterator[tuple[str, str]]:
    rest = text
    while rest:
        rest = rest.lstrip(" \t\n")
        if rest[:1] in {"#", ";"}:
            rest = rest.partition("\n")[2]
            continue
        name, sign, rest = rest.partition("=")
        if sign:
            value, rest = _value(rest.lstrip(_BLANK))
            yield name.strip(), value


def _value(rest: str) -> tuple[str, str]:
    value, quote, kept = "", "", 0
    at = 0
    while at < len(rest):
        letter = rest[at]
        at += 1
        if quote:
            if letter == quote:
                quote, kept = "", len(value)
            elif letter == "\\" and quote == '"':
                following = rest[at : at + 1]
                at += 1
                value += following if following in '"\\`$' else "" if following == "\n" else f"\\{following}"
            else:
                value += letter
        elif letter == "\n":
            break
        elif letter in "'\"" and not value.strip(_BLANK):
            quote, value = letter, ""
        elif letter == "\\":
            value += rest[at : at + 1].replace("\n", "")
            at += 1
        else:
            value += letter
    return value[:kept] + value[kept:].rstrip(_BLANK), rest[at:]


def unit(text: str) -> dict[str, list[str]]:
    """Every key of a unit with its values in their order; which section it stands in says `Section.Key`."""
    found: dict[str, list[str]] = defaultdict(list)
    section = ""
    for line in text.splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and line[0] not in "#;":
            key, _, value = line.partition("=")
            found[f"{section}.{key}"].append(value)
    return dict(found)
