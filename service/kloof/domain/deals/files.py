"""Deals and deliveries as files from a CRM: text in; good lines and worded refusals out."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kloof.domain.deals.deals import PRACTICES, DealLine
from kloof.domain.errors import BadInput
from kloof.domain.text import LANGUAGES, Language

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
    "customer_number",
    "customer_time_zone",
    "delivery_planned_on",
    *(f"{practice}_on" for practice in PRACTICES),
)
_ADDRESS = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\".]+")
_LONGEST = 200
LONGEST_DEAL_ID = 100


def is_address(text: str) -> bool:
    """Whether this can be an e-mail address that is safe to put in a header."""
    return bool(_ADDRESS.fullmatch(text))


@cache
def is_time_zone(name: str) -> bool:
    """Whether the time zone database knows this name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


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
    """A line that cannot go in, and every reason why."""

    reasons: tuple[str, ...]


Entry = TypeVar("Entry", DealLine, Delivery, Cancellation)


def read_deals(text: str, filename: str) -> Iterator[tuple[int, DealLine | LineRefused]]:
    """Line number and deal, or why not, for each line of a deals file.

    Comma or semicolon, with or without a byte order mark. Raises BadInput where the header itself cannot be used.
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
    build: Callable[["_Fields"], Entry],
) -> Iterator[tuple[int, Entry | LineRefused]]:
    rows = csv.reader(
        io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=_delimiter(text), strict=True
    )
    header = [name.strip().lower() for name in next(rows, [])]
    _check_header(header, filename, required, optional)
    seen: dict[str, int] = {}
    line = rows.line_num + 1
    try:
        for row in rows:
            if any(cell.strip() for cell in row):
                yield line, _checked(row, header, seen, line, build)
            line = rows.line_num + 1
    except csv.Error as error:
        raise BadInput(
            [f"{filename}:{line}: this line cannot be read as CSV: {error}."], remedy="Nothing was changed."
        ) from None


def _delimiter(text: str) -> str:
    header = text.split("\n", 1)[0]
    return ";" if header.count(";") > header.count(",") else ","


def _check_header(
    header: list[str], filename: str, required: tuple[str, ...], optional: tuple[str, ...]
) -> None:
    known = (*required, *optional)
    problems = [f"{filename}:1: column {name} is missing." for name in required if name not in header]
    for name in dict.fromkeys(header):
        if header.count(name) > 1:
            problems.append(f"{filename}:1: column {name} stands there twice.")
        elif name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            problems.append(f"{filename}:1: column {name!r} is not known.{hint}")
    if problems:
        raise BadInput(problems, remedy=f"The columns are: {', '.join(known)}. Nothing was changed.")


def _checked(
    row: list[str], header: list[str], seen: dict[str, int], line: int, build: Callable[["_Fields"], Entry]
) -> Entry | LineRefused:
    if len(row) != len(header):
        return LineRefused((f"it has {len(row)} fields, the header has {len(header)}",))
    fields = _Fields(dict(zip(header, (cell.strip() for cell in row), strict=True)))
    value = build(fields)
    deal_id = fields.values.get("deal_id", "")
    if deal_id in seen:
        fields.problems.append(f"deal_id {deal_id} stands on line {seen[deal_id]} already")
    seen.setdefault(deal_id, line)
    return LineRefused(tuple(fields.problems)) if fields.problems else value


class _Fields:
    """The cells of one line; asking for a bad one notes the problem and gives something harmless."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values
        self.problems: list[str] = []

    def text(self, name: str, most: int = _LONGEST) -> str:
        value = self.values.get(name, "")
        if not value:
            self.problems.append(f"{name} is empty")
        elif len(value) > most or not value.isprintable():
            self.problems.append(
                f"{name} holds more than {most} characters, or characters that cannot be printed"
            )
        return value

    def maybe_text(self, name: str, most: int = _LONGEST) -> str:
        return self.text(name, most) if self.values.get(name) else ""

    def maybe_address(self, name: str) -> str:
        return self.address(name) if self.values.get(name) else ""

    def time_zone(self, name: str) -> str:
        value = self.maybe_text(name, most=64)
        if value and not is_time_zone(value):
            self.problems.append(f"{name} {value!r} is not a time zone like Europe/Amsterdam")
        return value

    def address(self, name: str) -> str:
        value = self.text(name).lower()
        if value and not is_address(value):
            self.problems.append(f"{name} {value!r} is not an e-mail address")
        return value

    def language(self, name: str) -> Language:
        value = self.text(name).lower()
        for language in LANGUAGES:
            if value == language:
                return language
        if value:
            self.problems.append(f"{name} {value!r} is not one of {', '.join(LANGUAGES)}")
        return "nl"

    def day(self, name: str) -> date:
        return self.maybe_day(name) or self._no_day(name)

    def maybe_day(self, name: str) -> date | None:
        value = self.values.get(name, "")
        if not value:
            return None
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.problems.append(f"{name} {value!r} is not a date like 2026-03-31")
            return date.min

    def _no_day(self, name: str) -> date:
        self.problems.append(f"{name} is empty")
        return date.min


def _deal(fields: _Fields) -> DealLine:
    sold_on = fields.day("sold_on")
    planned = fields.maybe_day("delivery_planned_on")
    if planned and not fields.problems and planned < sold_on:
        fields.problems.append(f"delivery_planned_on {planned} is before sold_on {sold_on}")
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
    )


def _cancellation(fields: _Fields) -> Cancellation:
    return Cancellation(
        deal_id=fields.text("deal_id", most=LONGEST_DEAL_ID), cancelled_on=fields.day("cancelled_on")
    )


def _delivery(fields: _Fields) -> Delivery:
    return Delivery(
        deal_id=fields.text("deal_id", most=LONGEST_DEAL_ID), delivered_on=fields.day("delivered_on")
    )
