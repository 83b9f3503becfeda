"""Which name was meant where one that stands in a file is not known."""

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Final

from kloof.config import Deals
from kloof.domain.deals.deals import DealLine
from kloof.domain.errors import Reason, Refused

NAMED: Final[Mapping[str, Callable[[Deals], tuple[str, ...]]]] = {
    "team": lambda allowed: allowed.teams,
    "region": lambda allowed: allowed.regions,
    "product": lambda allowed: allowed.products,
}
"""Columns that may be held to a list of names."""


def refuse_unknown(column: str, line: DealLine, allowed: Deals) -> None:
    """Raise Refused where this column is held to a list of names, and the line has another one."""
    name, names = getattr(line, column), NAMED[column](allowed)
    if names and name not in names:
        raise Refused(
            Reason.NAME_UNKNOWN,
            f"There is no {column} {name!r}.",
            remedy=f"{meant(name, names)} Where it is new, add it to {column}s under [deals] in kloof.toml.",
            column=column,
            name=name,
            known=near(name, names),
        )


def meant(name: str, names: Iterable[str]) -> str:
    """A sentence that helps: the name that is near, else all of them."""
    close = get_close_matches(name, names, n=1)
    return f"Did you mean {close[0]}?" if close else f"There are: {near(name, names) or 'none'}."


def near(name: str, names: Iterable[str]) -> str:
    """The name that was probably meant; every name where none is near."""
    return ", ".join(get_close_matches(name, names, n=1) or sorted(names))
