"""[deals.columns]: what the columns of the company's own files are called."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Annotated, Any, Final

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from kloof.domain.deals.files import FileKind
from kloof.domain.deals.reading.columns import ColumnMapping, DayOrder
from kloof.domain.spelling import spelled

ALWAYS, IGNORE_OTHERS, DATES = "always", "ignore_others", "dates"
KNOWN: Final = frozenset(column for kind in FileKind for column in kind.columns)
_LONGEST: Final = 200


def column_mapping(given: object) -> ColumnMapping:
    """The mapping that a table of kloof.toml says; raises PydanticCustomError with what is wrong in it."""
    if isinstance(given, ColumnMapping):
        return given
    if not isinstance(given, Mapping):
        raise _wrong("must be a table: write a line [deals.columns], and the columns below it")
    left = dict(given)
    ignore, dates = left.pop(IGNORE_OTHERS, False), left.pop(DATES, DayOrder.ISO.value)
    if not isinstance(ignore, bool):
        raise _wrong(f"{IGNORE_OTHERS} must be true or false")
    if dates not in [*DayOrder]:
        raise _wrong(f'{DATES} must be "{DayOrder.ISO}" or "{DayOrder.DAY_FIRST}"')
    always = left.pop(ALWAYS, {})
    if not isinstance(always, Mapping):
        raise _wrong(f'{ALWAYS} must be like {{ language = "nl" }}')
    return ColumnMapping(_texts(left), _texts(always), ignore, DayOrder(dates))


def _texts(given: Mapping[str, Any]) -> dict[str, str]:
    for name, text in given.items():
        if name not in KNOWN:
            near = get_close_matches(name, KNOWN, n=1)
            raise _wrong(f"{name} is no column of kloof" + (f"; did you mean {near[0]}?" if near else ""))
        if not isinstance(text, str) or not 0 < len(spelled(text)) <= _LONGEST:
            raise _wrong(f"{name} must be a text of 1 to {_LONGEST} characters")
    return {name: spelled(text) for name, text in given.items()}


def _wrong(what: str) -> PydanticCustomError:
    return PydanticCustomError("columns", "{what}", {"what": what})


Columns = Annotated[ColumnMapping, BeforeValidator(column_mapping)]
