"""Deals and deliveries as files from a CRM: text in; good lines and worded refusals out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from kloof.domain.deals.cells import Cells
from kloof.domain.deals.csv_reading import table
from kloof.domain.deals.deals import PRACTICES, DealLine
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
    """A line that cannot go in, and everything that is wrong with it; `deal_id` is empty where that is."""

    why: tuple[Refused, ...]
    deal_id: str = ""

    @property
    def reasons(self) -> tuple[str, ...]:
        """The same in English, one by one."""
        return tuple(map(str, self.why))


Entry = TypeVar("Entry", DealLine, Delivery, Cancellation)


def read_deals(text: str, filename: str) -> Iterator[tuple[int, DealLine | LineRefused]]:
    """Line number and deal, or why not, for each line of a deals file.

    Raises BadInput as `csv_reading.table` does.
    """
    return _lines(text, filename, REQUIRED, OPTIONAL, _deal)


def read_deliveries(text: str, filename: str) -> Iterator[tuple[int, Delivery | LineRefused]]:
    """Line number and delivery, or why not, for each line of a deliveries file; raises as `read_deals` does."""
    return _lines(text, filename, ("deal_id", "delivered_on"), (), _delivery)


def read_cancellations(text: str, filename: str) -> Iterator[tuple[int, Cancellation | LineRefused]]:
    """Line number and cancellation, or why not, for each line of such a file; raises as `read_deals` does."""
    return _lines(text, filename, ("deal_id", "cancelled_on"), (), _cancellation)


def _lines(
    text: str,
    filename: str,
    required: tuple[str, ...],
    optional: tuple[str, ...],
    build: Callable[[Cells], Entry],
) -> Iterator[tuple[int, Entry | LineRefused]]:
    header, rows = table(text, filename, required, optional)
    seen: dict[str, int] = {}
    for line, row in rows:
        yield line, _checked(row, header, seen, line, build)


def _checked(
    row: list[str], header: list[str], seen: dict[str, int], line: int, build: Callable[[Cells], Entry]
) -> Entry | LineRefused:
    fields = Cells(dict(zip(header, row, strict=False)))
    if len(row) != len(header):
        what = f"it has {len(row)} fields, the header has {len(header)}"
        miscounted = Refused(Reason.CELLS_MISCOUNTED, what, cells=len(row), columns=len(header))
        return LineRefused((miscounted,), fields.values.get("deal_id", ""))
    value = build(fields)
    deal_id = fields.values.get("deal_id", "")
    if deal_id in seen:
        what = f"deal_id {deal_id} stands on line {seen[deal_id]} already"
        fields.wrong.append(Refused(Reason.DEAL_TWICE, what, deal=deal_id, line=seen[deal_id]))
    seen.setdefault(deal_id, line)
    return LineRefused(tuple(fields.wrong), deal_id) if fields.wrong else value


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
        deal_id=fields.text("deal_id", most=LONGEST_DEAL_ID),
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
        customer_number=fields.maybe_text("customer_number", most=LONGEST_DEAL_ID),
        time_zone=fields.time_zone("customer_time_zone"),
        account=fields.maybe_text("account"),
    )


def _cancellation(fields: Cells) -> Cancellation:
    return Cancellation(
        deal_id=fields.text("deal_id", most=LONGEST_DEAL_ID), cancelled_on=fields.day("cancelled_on")
    )


def _delivery(fields: Cells) -> Delivery:
    return Delivery(
        deal_id=fields.text("deal_id", most=LONGEST_DEAL_ID), delivered_on=fields.day("delivered_on")
    )
