"""The lines of a table that people made: what each says, or all that is wrong with it, whatever the file holds."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from kloof.domain.deals.cells import Cells
from kloof.domain.deals.reading.columns import PLAIN, ColumnMapping
from kloof.domain.deals.reading.tables import FileTable
from kloof.domain.errors import Reason, Refused

Mended = Mapping[int, Mapping[str, str]]
"""By line the cells that were written anew, by our names of their columns."""
UNTOUCHED: Final[Mended] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class LineRefused:
    """A line that cannot go in, and everything that is wrong with it; `key` names it, and is empty where that is.

    entry: what it would be without its bad cells, in whose place something harmless stands; None where its cells may
    stand under other titles.
    """

    why: tuple[Refused, ...]
    key: str = ""
    entry: Any = field(default=None, compare=False)

    @property
    def deal_id(self) -> str:
        """The key, in files that are about deals."""
        return self.key

    @property
    def columns(self) -> frozenset[str]:
        """Our names of the columns in which something is wrong."""
        return frozenset(str(one.facts["column"]) for one in self.why if "column" in one.facts)

    @property
    def reasons(self) -> tuple[str, ...]:
        """The same in English, one by one."""
        return tuple(map(str, self.why))


@dataclass(frozen=True, slots=True)
class TwiceInFile:
    """By which column a line is known, which no other line of its file may have, and what is said where one has.

    folds: whether capitals make no difference in it.
    """

    column: str
    reason: Reason
    fact: str
    folds: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a kind of file, and what makes of a line what it says."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    build: Callable[[Cells], Any]
    once: TwiceInFile

    def key(self, fields: Cells) -> str:
        """By what a line is known."""
        return fields.values.get(self.once.column, "")


def read_lines(
    layout: Layout,
    table: FileTable,
    mapping: ColumnMapping = PLAIN,
    *,
    mended: Mended = UNTOUCHED,
    left_out: Collection[int] = (),
) -> Iterator[tuple[int, Any]]:
    """Line number and what it says, or LineRefused with why not, for each line of a file that is not `left_out`.

    Raises BadInput where the titles cannot be used.
    """
    places = mapping.placed(table, layout.required, layout.optional)
    return _lines(layout, table, mapping, places, mended, left_out)


def read_cells(layout: Layout, values: Mapping[str, str]) -> Any:
    """What one line says whose cells are already taken apart, by our own names; LineRefused with all that is wrong."""
    fields = Cells(values)
    entry = layout.build(fields)
    return LineRefused(tuple(fields.wrong), layout.key(fields), entry) if fields.wrong else entry


def cells_of(row: tuple[str, ...], mapping: ColumnMapping, places: Mapping[str, int]) -> dict[str, str]:
    """The cells of one row by our names; a row that is too short has fewer."""
    found = {name: row[at] for name, at in places.items() if at < len(row)}
    return {**{name: value for name, value in mapping.always.items() if name not in places}, **found}


def _lines(
    layout: Layout,
    table: FileTable,
    mapping: ColumnMapping,
    places: Mapping[str, int],
    mended: Mended,
    left_out: Collection[int],
) -> Iterator[tuple[int, Any]]:
    seen: dict[str, int] = {}
    width = len(table.titles)
    # In a workbook nothing moves a cell: what stands there without a title is one of the others.
    beyond = width if table.is_workbook and mapping.ignore_others else None
    for line, whole in table.rows:
        if line in left_out:
            continue
        row = whole[:beyond]
        cells = cells_of(row, mapping, places) | dict(mended.get(line, {}))
        fields = Cells(cells, mapping)
        yield line, _miscounted(layout, row, width, fields) or _checked(layout, fields, seen, line)


def _miscounted(layout: Layout, row: tuple[str, ...], width: int, fields: Cells) -> LineRefused | None:
    if len(row) == width:
        return None
    what = f"it has {len(row)} fields, the header has {width}"
    refused = Refused(Reason.CELLS_MISCOUNTED, what, cells=len(row), columns=width)
    return LineRefused((refused,), layout.key(fields))


def _checked(layout: Layout, fields: Cells, seen: dict[str, int], line: int) -> Any:
    value, key, once = layout.build(fields), layout.key(fields), layout.once
    alike = key.casefold() if once.folds else key
    if key and alike in seen:
        what = f"{once.column} {key} stands on line {seen[alike]} already"
        facts: dict[str, Any] = {once.fact: key, "line": seen[alike], "column": once.column}
        fields.wrong.append(Refused(once.reason, what, **facts))
    seen.setdefault(alike, line)
    return LineRefused(tuple(fields.wrong), key, value) if fields.wrong else value
