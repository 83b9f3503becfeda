"""Deals and their customers."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from peewee import JOIN, Case, chunked, fn

from kloof.domain.deals.deals import Deal, DealLine
from kloof.domain.deals.study_arms import Arm
from kloof.domain.errors import NotFound, Reason
from kloof.domain.surveys.definition import SurveyKey
from kloof.domain.text import Language
from kloof.storage.deals import customer_matching
from kloof.storage.models import Customer, Invitation, Person, Practice, Response, SurveyVersion
from kloof.storage.models import Deal as Row
from kloof.storage.statements import tuples

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
        rows = list(
            Row.select(Row, Customer, SurveyVersion)
            .join(Customer)
            .switch(Row)
            .join(SurveyVersion)
            .where(Row.deal_id.in_(ids))
        )
        keys = [row.id for row in rows]
        sellers = _seller_addresses({row.salesperson_id for row in rows})
        practices = _practices(keys)
        asked = _asked(keys)
        for row in rows:
            found[row.deal_id] = StoredDeal(
                deal=value(row),
                line=_line(row, sellers[row.salesperson_id], practices.get(row.id, {})),
                answered=any(answered for _, answered in asked.get(row.id, {}).values()),
                delivery_answered=asked.get(row.id, {}).get("delivery", (None, False))[1],
                asks_on=asked.get(row.id, {}).get("delivery", (None, False))[0],
            )
    return found


def value(row: Row) -> Deal:
    """The domain value of a row whose survey version is joined."""
    return Deal(
        id=row.id,
        deal_id=row.deal_id,
        customer=row.customer_id,
        salesperson=row.salesperson_id,
        team=row.team,
        region=row.region,
        product=row.product,
        survey=SurveyKey(id=row.survey_version.survey, version=row.survey_version.version),
        sold_on=row.sold_on,
        delivery_planned_on=row.delivery_planned_on,
        delivered_on=row.delivered_on,
        by_letter=row.by_letter,
        time_zone=row.customer_time_zone,
        arm=Arm(row.arm),
        cancelled_on=row.cancelled_at.date() if row.cancelled_at else None,
    )


def _line(row: Row, seller: str, practices: dict[str, date]) -> DealLine:
    return DealLine(
        deal_id=row.deal_id,
        customer_name=row.customer_name,
        customer_email="" if row.by_letter else row.customer.email or "",
        language=cast(Language, row.customer_language),
        salesperson_email=seller,
        team=row.team,
        region=row.region,
        product=row.product,
        survey=row.survey_version.survey,
        sold_on=row.sold_on,
        delivery_planned_on=row.delivery_planned_on,
        practices=practices,
        customer_number=row.customer_number,
        time_zone=row.customer_time_zone,
    )


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
    rows = (
        Invitation.select(Invitation.deal, Invitation.wave, Invitation.invite_on, Response.id)
        .join(Response, JOIN.LEFT_OUTER)
        .where(Invitation.deal.in_(deals))
    )
    found: dict[int, dict[str, tuple[date, bool]]] = {}
    for deal, wave, invite_on, response in tuples(rows):
        found.setdefault(deal, {})[wave] = (invite_on, response is not None)
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
    row = Row.select(Row, Customer).join(Customer).where(Row.deal_id == line.deal_id).first()
    known_as = "" if row is None or row.by_letter else row.customer.email or ""
    facts = {
        "customer": customer_matching.put(line, row.customer_id if row else None, moved=moved),
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
        deal = int(row.id)
        if known_as not in {"", line.customer_email}:
            facts["address_changed_at"] = now
        if not Row.update(**facts).where(Row.id == deal).execute():
            raise NotFound(
                Reason.DEAL_NOT_HERE,
                f"Deal {line.deal_id} was erased a moment ago.",
                remedy="Load the file again.",
            )
    set_practices(deal, line.practices)
    return value(Row.select(Row, SurveyVersion).join(SurveyVersion).where(Row.id == deal).get())


def set_practices(deal: int, done: Mapping[str, date]) -> None:
    """What was done for a deal and when, in place of what stood."""
    Practice.delete().where(Practice.deal == deal).execute()
    for name, day in done.items():
        Practice.insert(deal=deal, name=name, done_on=day).execute()


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
    [(total, delivered, not_asked)] = tuples(
        Row.select(fn.COUNT(Row.id), fn.COUNT(Row.delivered_on), fn.COALESCE(left_out, 0))
    )
    submitted = (
        Invitation.select(Invitation.wave, fn.COUNT(Response.id))
        .join(Response)
        .where(Response.submitted_at.is_null(False))
        .group_by(Invitation.wave)
    )
    answered = dict(tuples(submitted))
    return {
        "deals": total,
        "delivered": delivered,
        "not_asked": not_asked,
        "answered_at_sale": answered.get("sale", 0),
        "answered_after_delivery": answered.get("delivery", 0),
    }


def latest(most: int) -> Iterator[Deal]:
    """The deals that came in last, newest first."""
    rows = Row.select(Row, SurveyVersion).join(SurveyVersion).order_by(Row.id.desc()).limit(most)
    return (value(row) for row in rows)
