"""Deals that are not there yet, many at once: as many statements for two hundred as for one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from kloof.domain.deals.accounts import account_of
from kloof.domain.deals.deals import Deal, DealLine
from kloof.domain.deals.search_words import words_of
from kloof.domain.deals.study_arms import Arm
from kloof.domain.surveys.definition import SurveyKey
from kloof.storage.deals import accounts, new_customers, search
from kloof.storage.deals.accounts import KnownAccount
from kloof.storage.deals.new_customers import FoundCustomer
from kloof.storage.models import Deal as Row
from kloof.storage.statements import chunked, insert_all, insert_one, rows, several


@dataclass(frozen=True, slots=True)
class NewDeal:
    """A deal as its line gives it, with the rows of its salesperson and of the version of its survey in force.

    share: of deals that go without a first survey, when `arm` was drawn.
    """

    line: DealLine
    salesperson: int
    survey: SurveyKey
    survey_version: int
    arm: Arm = Arm.ASKED
    share: float = 0


class _Inserted(NamedTuple):
    id: int
    deal_id: str


_COLUMNS: Final = (
    "deal_id",
    "added_at",
    "arm",
    "arm_share",
    "account_id",
    "customer_id",
    "by_letter",
    "customer_number",
    "customer_time_zone",
    "customer_name",
    "customer_language",
    "salesperson_id",
    "team",
    "region",
    "product",
    "survey_version_id",
    "sold_on",
    "delivery_planned_on",
)
_INSERTED = "SELECT id, deal_id FROM deal WHERE deal_id IN ({deals})"
_AT_ONCE: Final = 200


def put(new: Iterable[NewDeal], now: datetime) -> list[Deal]:
    """Insert these deals, in the caller's transaction; the deals in their order. No two may have one number."""
    return [deal for some in chunked(new, _AT_ONCE) for deal in _put(some, now)]


def _put(new: Sequence[NewDeal], now: datetime) -> list[Deal]:
    lines = [one.line for one in new]
    customers, known = new_customers.put(lines), accounts.put_all(lines)
    named = [known[account.key] if (account := account_of(line)) else None for line in lines]
    ids = _insert(
        [
            _values(one, customer, account, Row.added_at.db_value(now))
            for one, customer, account in zip(new, customers, named, strict=True)
        ]
    )
    search.put(
        (
            ids[line.deal_id],
            words_of(line.deal_id, line.customer_name, customer.email or "", account.name if account else ""),
        )
        for line, customer, account in zip(lines, customers, named, strict=True)
    )
    insert_all(
        "practice",
        ("deal_id", "name", "done_on"),
        ((ids[line.deal_id], name, day) for line in lines for name, day in line.practices.items()),
    )
    return [
        as_deal(ids[one.line.deal_id], one, customer.id) for one, customer in zip(new, customers, strict=True)
    ]


def _values(
    one: NewDeal, customer: FoundCustomer, account: KnownAccount | None, added_at: Any
) -> tuple[Any, ...]:
    line = one.line
    return (
        line.deal_id,
        added_at,
        one.arm.value,
        one.share,
        account.id if account else None,
        customer.id,
        line.by_letter,
        line.customer_number,
        line.time_zone,
        line.customer_name,
        line.language,
        one.salesperson,
        line.team,
        line.region,
        line.product,
        one.survey_version,
        line.sold_on,
        line.delivery_planned_on,
    )


def _insert(values: Sequence[tuple[Any, ...]]) -> dict[str, int]:
    """Insert these rows; their ids by the numbers of the deals."""
    numbers = [row[0] for row in values]
    if len(values) == 1:
        return {numbers[0]: insert_one("deal", _COLUMNS, values[0])}
    insert_all("deal", _COLUMNS, values)
    inserted = rows(_Inserted, _INSERTED.format(deals=several(numbers)), *numbers)
    return {row.deal_id: row.id for row in inserted}


def as_deal(row: int, new: NewDeal, customer: int) -> Deal:
    """The deal that this one is, or would be, in that row and of that customer (row)."""
    line = new.line
    return Deal(
        id=row,
        deal_id=line.deal_id,
        customer=customer,
        salesperson=new.salesperson,
        team=line.team,
        region=line.region,
        product=line.product,
        survey=new.survey,
        sold_on=line.sold_on,
        delivery_planned_on=line.delivery_planned_on,
        delivered_on=None,
        by_letter=line.by_letter,
        time_zone=line.time_zone,
        arm=new.arm,
    )
