"""Deals and their customers."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from peewee import Case, chunked, fn

from kloof.domain.deals.accounts import Account
from kloof.domain.deals.deals import Deal, DealLine
from kloof.domain.deals.study_arms import Arm
from kloof.domain.errors import NotFound, Reason
from kloof.domain.surveys.definition import Wave
from kloof.domain.text import Language
from kloof.storage.deals import accounts, customer_matching, search
from kloof.storage.deals.deal_columns import DEAL_COLUMNS, DealColumns, value
from kloof.storage.models import Deal as Row
from kloof.storage.models import Person, Practice
from kloof.storage.statements import day, first_row, only_row, rows, several


class _Stored(NamedTuple):
    deal: DealColumns
    customer_name: str
    customer_number: str
    email: str | None
    language: Language
    account_key: str | None
    account_name: str | None


_STORED = f"""
SELECT {DEAL_COLUMNS}, d.customer_name AS customer_name, d.customer_number AS customer_number,
       c.email AS email, d.customer_language AS language, a.key AS account_key, a.name AS account_name
FROM deal d JOIN customer c ON c.id = d.customer_id JOIN survey_version v ON v.id = d.survey_version_id
LEFT JOIN account a ON a.id = d.account_id
WHERE d.deal_id IN ({{deals}})
"""  # noqa: S608  our own words


class _Asked(NamedTuple):
    deal: int
    wave: str
    invite_on: date | str
    response: int | None


_ASKED = """
SELECT i.deal_id AS deal, i.wave AS wave, i.invite_on AS invite_on, r.id AS response
FROM invitation i LEFT JOIN response r ON r.invitation_id = i.id WHERE i.deal_id IN ({deals})
"""


class _Present(NamedTuple):
    id: int
    customer: int
    by_letter: int
    email: str | None
    account: int | None


_PRESENT = """
SELECT d.id AS id, d.customer_id AS customer, d.by_letter AS by_letter, c.email AS email, d.account_id AS account
FROM deal d JOIN customer c ON c.id = d.customer_id WHERE d.deal_id = ?
"""
_FROM = f"SELECT {DEAL_COLUMNS} FROM deal d JOIN survey_version v ON v.id = d.survey_version_id"  # noqa: S608
_ONE = f"{_FROM} WHERE d.id = ?"
_LATEST = f"{_FROM} ORDER BY d.id DESC LIMIT ?"


class _Answered(NamedTuple):
    wave: str
    answers: int


_ANSWERED = """
SELECT i.wave AS wave, COUNT(r.id) AS answers FROM invitation i JOIN response r ON r.invitation_id = i.id
WHERE r.submitted_at IS NOT NULL GROUP BY i.wave
"""
_AT_ONCE = 500  # SQLite takes at most 999 variables in one statement on old builds


@dataclass(frozen=True, slots=True)
class StoredDeal:
    """A deal with what an import compares it to, and whether a customer has answered anything yet.

    `asks_on`: the day on which the second survey goes out; None while the deal is not delivered.
    """

    deal: Deal
    line: DealLine
    answered: bool
    delivery_answered: bool
    asks_on: date | None = None


def stored(deal_ids: Iterable[str]) -> dict[str, StoredDeal]:
    """The deals with these ids, by id; four queries however many there are (per 500)."""
    found: dict[str, StoredDeal] = {}
    for ids in chunked(list(deal_ids), _AT_ONCE):
        deals = rows(_Stored, _STORED.format(deals=several(ids)), *ids)
        keys = [row.deal.id for row in deals]
        sellers = _seller_addresses({row.deal.salesperson for row in deals})
        practices = _practices(keys)
        asked = _asked(keys)
        for row in deals:
            deal = value(row.deal)
            waves = asked.get(deal.id, {})
            asks_on, delivery_answered = waves.get(Wave.DELIVERY, (None, False))
            found[deal.deal_id] = StoredDeal(
                deal=deal,
                line=_line(row, deal, sellers[deal.salesperson], practices.get(deal.id, {})),
                answered=any(answered for _, answered in waves.values()),
                delivery_answered=delivery_answered,
                asks_on=asks_on,
            )
    return found


def _line(row: _Stored, deal: Deal, seller: str, practices: dict[str, date]) -> DealLine:
    return DealLine(
        deal_id=deal.deal_id,
        customer_name=row.customer_name,
        customer_email="" if deal.by_letter else row.email or "",
        language=row.language,
        salesperson_email=seller,
        team=deal.team,
        region=deal.region,
        product=deal.product,
        survey=deal.survey.id,
        sold_on=deal.sold_on,
        delivery_planned_on=deal.delivery_planned_on,
        practices=practices,
        customer_number=row.customer_number,
        time_zone=deal.time_zone,
        account=_named(row),
    )


def _named(row: _Stored) -> str:
    """The account as a file named it; a customer number that stands for one is no name."""
    if row.account_key is None or row.account_name is None:
        return ""
    account = Account(row.account_key, row.account_name)
    return account.name if account.is_named else ""


def _seller_addresses(ids: set[int]) -> dict[int, str]:
    return {
        person.id: person.email for person in Person.select(Person.id, Person.email).where(Person.id.in_(ids))
    }


def _practices(deals: list[int]) -> dict[int, dict[str, date]]:
    found: dict[int, dict[str, date]] = {}
    for row in Practice.select().where(Practice.deal.in_(deals)):
        found.setdefault(row.deal_id, {})[row.name] = row.done_on
    return found


def _asked(deals: list[int]) -> dict[int, dict[str, tuple[date, bool]]]:
    """Deal → wave → the day on which it is asked, and whether there is an answer."""
    found: dict[int, dict[str, tuple[date, bool]]] = {}
    for row in rows(_Asked, _ASKED.format(deals=several(deals)), *deals) if deals else ():
        found.setdefault(row.deal, {})[row.wave] = (day(row.invite_on), row.response is not None)
    return found


def put(
    line: DealLine,
    salesperson: int,
    survey_version: int,
    now: datetime,
    arm: Arm = Arm.ASKED,
    share: float = 0,
    *,
    moved: bool = False,
) -> Deal:
    """Insert this deal, or write its present facts over the earlier ones; the arm that it first got it keeps.

    moved: the same customer, at another address. share: of deals that go without a first survey, when `arm` was drawn.
    That the address of its customer was changed stays known. Raises NotFound where the deal is erased meanwhile.
    """
    row = first_row(_Present, _PRESENT, line.deal_id)
    known_as = "" if row is None or row.by_letter else row.email or ""
    account = accounts.put(line)
    facts = {
        "account": account,
        "customer": customer_matching.put(line, row.customer if row else None, moved=moved),
        "by_letter": line.by_letter,
        "customer_number": line.customer_number,
        "customer_time_zone": line.time_zone,
        "customer_name": line.customer_name,
        "customer_language": line.language,
        "salesperson": salesperson,
        "team": line.team,
        "region": line.region,
        "product": line.product,
        "survey_version": survey_version,
        "sold_on": line.sold_on,
        "delivery_planned_on": line.delivery_planned_on,
    }
    if row is None:
        deal = int(
            Row.insert(deal_id=line.deal_id, added_at=now, arm=arm.value, arm_share=share, **facts).execute()
        )
    else:
        deal = row.id
        if known_as not in {"", line.customer_email}:
            facts["address_changed_at"] = now
        if not Row.update(**facts).where(Row.id == deal).execute():
            raise NotFound(
                Reason.DEAL_NOT_HERE,
                f"Deal {line.deal_id} was erased a moment ago.",
                remedy="Load the file again.",
            )
        if row.account not in {None, account}:
            accounts.drop_unused([row.account])
    search.renew([deal])
    set_practices(deal, line.practices)
    return value(only_row(DealColumns, _ONE, deal))


def set_practices(deal: int, done: Mapping[str, date]) -> None:
    """What was done for a deal and when, in place of what stood."""
    Practice.delete().where(Practice.deal == deal).execute()
    for name, done_on in done.items():
        Practice.insert(deal=deal, name=name, done_on=done_on).execute()


def set_delivered(deal: int, day: date) -> None:
    """Record the day on which the deal was delivered."""
    Row.update(delivered_on=day).where(Row.id == deal).execute()


def set_cancelled(deal: int, moment: datetime) -> None:
    """Record when the deal was called off."""
    Row.update(cancelled_at=moment).where(Row.id == deal).execute()


def counts() -> dict[str, int]:
    """How many deals there are, were delivered, a draw left out of the first survey, and have a submitted answer per
    wave: for the desk's first look.
    """
    left_out = fn.SUM(Case(Row.arm, [(Arm.NOT_ASKED.value, 1)], 0))
    counted: Any = Row.select(
        fn.COUNT(Row.id).alias("deals"),
        fn.COUNT(Row.delivered_on).alias("delivered"),
        fn.COALESCE(left_out, 0).alias("not_asked"),
    )
    [found] = counted.namedtuples()
    answered = {row.wave: row.answers for row in rows(_Answered, _ANSWERED)}
    return {
        "deals": found.deals,
        "delivered": found.delivered,
        "not_asked": found.not_asked,
        "answered_at_sale": answered.get(Wave.SALE, 0),
        "answered_after_delivery": answered.get(Wave.DELIVERY, 0),
    }


def latest(most: int) -> Iterator[Deal]:
    """The deals that came in last, newest first."""
    return (value(row) for row in rows(DealColumns, _LATEST, most))
