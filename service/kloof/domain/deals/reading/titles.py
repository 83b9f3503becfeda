"""Titles of columns, in whatever spelling."""

from collections.abc import Iterable, Sequence
from typing import Final

from kloof.domain.spelling import spelled

Spellings = Sequence[frozenset[str]]
"""For each column that has to be there the titles by which it is known, as `as_title` gives them."""
LOOKED_AT: Final = 25
"""Lines at the top among which the titles are looked for."""


def as_title(text: str) -> str:
    """A title as titles are compared: case, spaces and what nobody sees do not count."""
    return spelled(text).casefold()


def are_titles(cells: Iterable[str], wanted: Spellings) -> bool:
    """Whether these cells name half of the wanted columns."""
    found = {as_title(cell) for cell in cells}
    return bool(wanted) and 2 * sum(not names.isdisjoint(found) for names in wanted) >= len(wanted)
