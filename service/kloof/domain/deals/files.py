"""Deals, deliveries and cancellations as files from a CRM: a table in; good lines and worded refusals out."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, TypeVar

from kloof.domain.deals.cells import Cells
from kloof.domain.deals.deals import PRACTICES, DealLine
from kloof.domain.deals.reading.columns import PLAIN, ColumnMapping
from kloof.domain.deals.reading.tables import FileTable, of_text
from kloof.domain.errors import Reason, Refused

REQUIRED = (
    "deal_id",
    "customer_name",
    "customer_email",
    "language",
    "salesperson_email",
    "team",
    "region",
    "product",
    "survey",
    "sold_on",
)
OPTIONAL = (
    "account",
    "customer_number",
    "customer_time_zone",
    "delivery_planned_on",
    *(f"{practice}_on" for practice in PRACTICES),
)
LONGEST_DEAL_ID = 100


class FileKind(StrEnum):
    """What is in a file."""

    DEALS = "deals"
    DELIVERIES = "deliveries"
    CANCELLATIONS = "cancellations"

    @property
    def required(self) -> tuple[str, ...]:
        return _LAYOUTS[self].required

    @property
    def optional(self) -> tuple[str, ...]:
        return _LAYOUTS[self].optional

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.required, *self.optional)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One deal that was delivered."""

    deal_id: str
    delivered_on: date


@dataclass(frozen=True, slots=True)
class Cancellation:
    """One deal that was called off."""

    deal_id: str
    cancelled_on: date


@dataclass(frozen=True, slots=True)
class LineRefused:
    """A line that cannot go in, and everything that is wrong with it; `deal_id` is empty where that is.

    entry: what it would be without its bad cells, in whose place something harmless stands; None where its cells may
    stand under other titles.
    """

    why: tuple[Refused, ...]
    deal_id: str = ""
    entry: Any = field(default=None, compare=False)

    @property
    def columns(self) -> frozenset[str]:
        """Our names of the columns in which something is wrong."""
        return frozenset(str(one.facts["column"]) for one in self.why if "column" in one.facts)

    @property
    def reasons(self) -> tuple[str, ...]:
        """The same in English, one by one."""
        return tuple(map(str, self.why))


Entry = TypeVar("Entry", DealLine, Delivery, Cancellation)
Mended = Mapping[int, Mapping[str, str]]
"""By line the cells that were written anew, by our names of their columns."""
_UNTOUCHED: Final[Mended] = MappingProxyType({})


def read_deals(text: str, filename: str) -> Iterator[tuple[int, DealLine | LineRefused]]:
    """Line number and deal, or why not, for each line of a deals file that is text.

    Raises BadInput where the titles cannot be used, or a line cannot be read as CSV.
    """
    return read(FileKind.DEALS, of_text(text, filename, PLAIN.wanted(REQUIRED)))


def read_deliveries(text: str, filename: str) -> Iterator[tuple[int, Delivery | LineRefused]]:
    """Line number and delivery, or why not, for each line of a deliveries file; raises as `read_deals` does."""
    return read(FileKind.DELIVERIES, of_text(text, filename))


def read_cancellations(text: str, filename: str) -> Iterator[tuple[int, Cancellation | LineRefused]]:
    """Line number and cancellation, or why not, for each line of such a file; raises as `read_deals` does."""
    return read(FileKind.CANCELLATIONS, of_text(text, filename))


def read(
    kind: FileKind,
    table: FileTable,
    mapping: ColumnMapping = PLAIN,
    *,
    mended: Mended = _UNTOUCHED,
    left_out: Collection[int] = (),
) -> Iterator[tuple[int, Any]]:
    """Line number and what it says, or LineRefused with why not, for each line of a file that is not `left_out`.

    Raises BadInput where the titles cannot be used.
    """
    places = mapping.placed(table, kind.required, kind.optional)
    return _lines(kind, table, mapping, places, mended, left_out)


def cells_of(row: tuple[str, ...], mapping: ColumnMapping, places: Mapping[str, int]) -> dict[str, str]:
    """The cells of one row by our names; a row that is too short has fewer."""
    found = {name: row[at] for name, at in places.items() if at < len(row)}
    return {**{name: value for name, value in mapping.always.items() if name not in places}, **found}


def _lines(
    kind: FileKind,
    table: FileTable,
    mapping: ColumnMapping,
    places: Mapping[str, int],
    mended: Mended,
    left_out: Collection[int],
) -> Iterator[tuple[int, Any]]:
    seen: dict[str, int] = {}
    build, width = _LAYOUTS[kind].build, len(table.titles)
    # In a workbook nothing moves a cell: what stands there without a title is one of the others.
    beyond = width if table.is_workbook and mapping.ignore_others else None
    for line, whole in table.rows:
        if line in left_out:
            continue
        row = whole[:beyond]
        cells = cells_of(row, mapping, places) | dict(mended.get(line, {}))
        fields = Cells(cells, mapping)
        yield line, _miscounted(row, width, fields) or _checked(fields, seen, line, build)


def _miscounted(row: tuple[str, ...], width: int, fields: Cells) -> LineRefused | None:
    if len(row) == width:
        return None
    what = f"it has {len(row)} fields, the header has {width}"
    refused = Refused(Reason.CELLS_MISCOUNTED, what, cells=len(row), columns=width)
    return LineRefused((refused,), fields.values.get("deal_id", ""))


def _checked(fields: Cells, seen: dict[str, int], line: int, build: Callable[[Cells], Any]) -> Any:
    value = build(fields)
    deal_id = fields.values.get("deal_id", "")
    if deal_id and deal_id in seen:
        what = f"deal_id {deal_id} stands on line {seen[deal_id]} already"
        twice = Refused(Reason.DEAL_TWICE, what, deal=deal_id, line=seen[deal_id], column="deal_id")
        fields.wrong.append(twice)
    seen.setdefault(deal_id, line)
    return LineRefused(tuple(fields.wrong), deal_id, value) if fields.wrong else value


def _deal(fields: Cells) -> DealLine:
    sold_on = fields.day("sold_on")
    planned = fields.maybe_day("delivery_planned_on")
    if planned and not fields.wrong and planned < sold_on:
        early = Refused(
            Reason.DAY_BEFORE_SALE,
            f"delivery_planned_on {planned} is before sold_on {sold_on}",
            column="delivery_planned_on",
            day=planned,
            sold_on=sold_on,
        )
        fields.wrong.append(early)
    return DealLine(
        deal_id=fields.number("deal_id", most=LONGEST_DEAL_ID),
        customer_name=fields.text("customer_name"),
        customer_email=fields.maybe_address("customer_email"),
        language=fields.language("language"),
        salesperson_email=fields.address("salesperson_email"),
        team=fields.text("team"),
        region=fields.text("region"),
        product=fields.text("product"),
        survey=fields.text("survey"),
        sold_on=sold_on,
        delivery_planned_on=planned,
        practices={name: day for name in PRACTICES if (day := fields.maybe_day(f"{name}_on"))},
        customer_number=fields.maybe_number("customer_number", most=LONGEST_DEAL_ID),
        time_zone=fields.time_zone("customer_time_zone"),
        account=fields.maybe_text("account"),
    )


def _cancellation(fields: Cells) -> Cancellation:
    return Cancellation(
        deal_id=fields.number("deal_id", most=LONGEST_DEAL_ID), cancelled_on=fields.day("cancelled_on")
    )


def _delivery(fields: Cells) -> Delivery:
    return Delivery(
        deal_id=fields.number("deal_id", most=LONGEST_DEAL_ID), delivered_on=fields.day("delivered_on")
    )


@dataclass(frozen=True, slots=True)
class _Layout:
    required: tuple[str, ...]
    optional: tuple[str, ...]
    build: Callable[[Cells], Any]


_LAYOUTS: Final = MappingProxyType(
    {
        FileKind.DEALS: _Layout(REQUIRED, OPTIONAL, _deal),
        FileKind.DELIVERIES: _Layout(("deal_id", "delivered_on"), (), _delivery),
        FileKind.CANCELLATIONS: _Layout(("deal_id", "cancelled_on"), (), _cancellation),
    }
)
