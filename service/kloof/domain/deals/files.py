"""Deals, deliveries and cancellations as files from a CRM: a table in; good lines and worded refusals out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, TypeVar

from kloof.domain.deals.cells import Cells
from kloof.domain.deals.deals import PRACTICES, DealLine
from kloof.domain.deals.reading.columns import PLAIN
from kloof.domain.deals.reading.lines import Layout, TwiceInFile, read_cells, read_lines
from kloof.domain.deals.reading.lines import LineRefused as LineRefused
from kloof.domain.deals.reading.lines import Mended as Mended
from kloof.domain.deals.reading.lines import cells_of as cells_of
from kloof.domain.deals.reading.tables import of_text
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
    def layout(self) -> Layout:
        return _LAYOUTS[self]

    @property
    def required(self) -> tuple[str, ...]:
        return self.layout.required

    @property
    def optional(self) -> tuple[str, ...]:
        return self.layout.optional

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


Entry = TypeVar("Entry", DealLine, Delivery, Cancellation)


def read_deals(text: str, filename: str) -> Iterator[tuple[int, DealLine | LineRefused]]:
    """Line number and deal, or why not, for each line of a deals file that is text.

    Raises BadInput where the titles cannot be used, or a line cannot be read as CSV.
    """
    return read_lines(FileKind.DEALS.layout, of_text(text, filename, PLAIN.wanted(REQUIRED)))


def read_deliveries(text: str, filename: str) -> Iterator[tuple[int, Delivery | LineRefused]]:
    """Line number and delivery, or why not, for each line of a deliveries file; raises as `read_deals` does."""
    return read_lines(FileKind.DELIVERIES.layout, of_text(text, filename))


def read_cancellations(text: str, filename: str) -> Iterator[tuple[int, Cancellation | LineRefused]]:
    """Line number and cancellation, or why not, for each line of such a file; raises as `read_deals` does."""
    return read_lines(FileKind.CANCELLATIONS.layout, of_text(text, filename))


def read_one(kind: FileKind, values: Mapping[str, str]) -> Any:
    """What one line says whose cells are already taken apart, by our own names; LineRefused with all that is wrong."""
    return read_cells(kind.layout, values)


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


_TWICE: Final = TwiceInFile("deal_id", Reason.DEAL_TWICE, "deal")
_LAYOUTS: Final = MappingProxyType(
    {
        FileKind.DEALS: Layout(REQUIRED, OPTIONAL, _deal, _TWICE),
        FileKind.DELIVERIES: Layout(("deal_id", "delivered_on"), (), _delivery, _TWICE),
        FileKind.CANCELLATIONS: Layout(("deal_id", "cancelled_on"), (), _cancellation, _TWICE),
    }
)
