"""Everything that is kept about one customer, to give to them or to erase."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from kloof.domain import addresses
from kloof.domain.errors import NotFound, Reason
from kloof.domain.mailing.kinds import MAIL_KINDS
from kloof.domain.spelling import spelled
from kloof.domain.surveys.answers import unpack
from kloof.domain.surveys.definition import Survey, Wave
from kloof.storage.access import audit_log
from kloof.storage.deals import accounts, uploads
from kloof.storage.models import (
    Call,
    CallStep,
    Customer,
    Deal,
    HandoverMark,
    Invitation,
    MailAttempt,
    Message,
    OwnPair,
    PassedOn,
    Practice,
    Promise,
    Response,
)
from kloof.storage.releases import queueing
from kloof.storage.staff import call_records, own_totals
from kloof.storage.statements import chunked, rows, timestamp
from kloof.storage.surveys import versions


class _DealFacts(NamedTuple):
    """What is given of a deal, under these names."""

    deal_id: str
    customer_name: str
    team: str
    region: str
    product: str
    sold_on: date | str
    delivery_planned_on: date | str | None
    delivered_on: date | str | None
    cancelled_at: datetime | str | None
    customer_number: str
    customer_time_zone: str
    arm: str
    arm_share: float
    address_changed_at: datetime | str | None


class _Deal(NamedTuple):
    id: int
    survey_version: int
    seller: str
    account: str | None
    facts: _DealFacts


_DEALS = f"""
SELECT d.id AS id, d.survey_version_id AS survey_version, p.name AS seller, a.name AS account,
       {", ".join(f"d.{fact} AS {fact}" for fact in _DealFacts._fields)}
FROM deal d JOIN person p ON p.id = d.salesperson_id LEFT JOIN account a ON a.id = d.account_id
WHERE d.customer_id = ? ORDER BY d.id
"""  # noqa: S608  our own words
_ANSWERED = (
    "comment",
    "consent",
    "share_with_delivery",
    "wants_call",
    "wants_findings",
    "may_call",
    "language",
    "saved_at",
    "submitted_at",
)
_AT_ONCE = 500
_MARK = ("item", "about", "mark", "note", "marked_at")
_PROMISE = ("text", "aspect", "source", "outcome", "remark")


def number_of(known_as: str) -> int | None:
    """The row of the customer with this address, or else this number in the CRM, or else this deal; None for none."""
    number = spelled(known_as)
    row = Customer.get_or_none(Customer.email == addresses.known_as(known_as))
    row = row or Customer.get_or_none(Customer.number == number)
    deal = None if row else Deal.get_or_none(Deal.deal_id == number, Deal.by_letter)
    return int(row.id) if row else int(deal.customer_id) if deal else None


def customer_of_deal(deal_id: str) -> tuple[int, str]:
    """The row of this deal's customer, and by what they are known: their address, else their number, else the deal.

    Raises NotFound where there is no such deal.
    """
    deal = Deal.get_or_none(Deal.deal_id == deal_id)
    row = Customer.get_or_none(Customer.id == deal.customer_id) if deal else None
    if row is None:
        raise NotFound(Reason.DEAL_UNKNOWN, f"There is no deal {deal_id}.", deal=deal_id)
    return int(row.id), row.email or row.number or deal_id


def deals_of(customer: int) -> list[int]:
    """The deals of this customer, by row."""
    return [row.id for row in Deal.select(Deal.id).where(Deal.customer == customer).order_by(Deal.id)]


def everything(customer: int) -> dict[str, Any]:
    """What is kept about this customer, as plain values: a name per thing, days and moments in ISO 8601.

    Raises NotFound where they are gone.
    """
    row = Customer.get_or_none(Customer.id == customer)
    if row is None:
        raise NotFound(Reason.CUSTOMER_UNKNOWN, "There is no such customer any more.")
    deals = rows(_Deal, _DEALS, customer)
    return {
        "email": row.email,
        "name": row.name,
        "language": row.language,
        "deals": [_deal(deal) for deal in deals],
        "passed_on_to_them": [_passed_on(invitation) for invitation in _asked_of(customer)],
        "audit": [entry.as_dict() for entry in audit_log.about_deals([deal.id for deal in deals])],
    }


def erase(customer: int, now: datetime) -> int:
    """Erase this customer, in the caller's transaction; gives how many deals went with them.

    Where answers stand in a closed block the whole block is retired, as after a withdrawal; in what every past
    release rests on, a number that belongs to nobody takes their place. What the audit log holds leads to nobody.
    """
    # numpy takes a second to load; whoever only exports should not wait for it.
    from kloof.storage.releases import freezing

    deals = deals_of(customer)
    erase_deals(customer, deals, now)
    passed = list(_asked_of(customer))
    for invitation in passed:
        queueing.withdraw_pair(invitation.deal_id, now)
        own_totals.leave(invitation.deal_id, now)
        OwnPair.delete().where(OwnPair.deal == invitation.deal_id).execute()
    Invitation.delete().where(Invitation.id.in_([one.id for one in passed])).execute()
    freezing.forget_customer(customer)
    uploads.forget_all()
    Customer.delete().where(Customer.id == customer).execute()
    return len(deals)


def erase_deals(customer: int, deals: Sequence[int], now: datetime) -> None:
    """Erase these deals of this customer, in the caller's transaction, as `erase` does."""
    for deal in deals:
        queueing.withdraw_pair(deal, now)
        own_totals.leave(deal, now)
    call_records.forget_mails(deals)
    named = accounts.of_customer(customer)
    for some in chunked(deals, _AT_ONCE):
        Deal.delete().where(Deal.customer == customer, Deal.id.in_(some)).execute()
    accounts.drop_unused(named)


def _deal(deal: _Deal) -> dict[str, Any]:
    done = Practice.select().where(Practice.deal == deal.id).order_by(Practice.name)
    asked = Invitation.select().where(Invitation.deal == deal.id, Invitation.asked.is_null())
    passed = PassedOn.select().where(PassedOn.deal == deal.id).order_by(PassedOn.id)
    facts = deal.facts._replace(
        cancelled_at=_moment(deal.facts.cancelled_at),
        address_changed_at=_moment(deal.facts.address_changed_at),
    )
    return _facts(facts, _DealFacts._fields) | {
        "salesperson": deal.seller,
        "account": deal.account,
        "practices": {row.name: row.done_on.isoformat() for row in done},
        "surveys": [_survey(deal.survey_version, one) for one in asked.order_by(Invitation.id)],
        "passed_on": [_facts(one, ("wave", "at", "taken_back_at")) for one in passed],
        "call": _call(deal.id),
    }


def _moment(value: datetime | str | None) -> datetime | None:
    return None if value is None else timestamp(value)


def _call(deal: int) -> dict[str, Any] | None:
    row = Call.get_or_none(Call.deal == deal)
    if row is None:
        return None
    steps = CallStep.select().where(CallStep.call == row.id).order_by(CallStep.id)
    return _facts(row, ("state", "opened_at", "due_on")) | {
        "steps": [_facts(one, ("outcome", "note", "at")) for one in steps]
    }


def _asked_of(customer: int) -> Any:
    """The invitations that somebody else passed on to this customer."""
    return Invitation.select().where(Invitation.asked == customer).order_by(Invitation.id)


def _passed_on(invitation: Invitation) -> dict[str, Any]:
    """Of what a colleague passed on to them, what it is about and what they did with it; nothing of the colleague."""
    deal = Deal.get_or_none(Deal.id == invitation.deal_id)
    if deal is None:  # erased at this very moment
        return {}
    about = {"product": deal.product, "sold_on": deal.sold_on.isoformat()}
    return about | _survey(deal.survey_version_id, invitation)


def _survey(survey_version: int, invitation: Invitation) -> dict[str, Any]:
    mails = Message.select().where(Message.invitation == invitation.id).order_by(Message.id)
    response = Response.get_or_none(Response.invitation == invitation.id)
    answered = None if response is None else _response(survey_version, Wave(invitation.wave), response)
    return {
        "wave": invitation.wave,
        "state": invitation.state,
        "mails": [_mail(mail) for mail in mails],
        "answered": answered,
    }


def _mail(mail: Message) -> dict[str, Any]:
    what = {"kind": MAIL_KINDS[mail.kind].numbered(mail.ordinal)}
    lines = MailAttempt.select().where(MailAttempt.message == mail.id).order_by(MailAttempt.id)
    facts = _facts(mail, ("state", "due_at", "sent_at", "last_reply"))
    return what | facts | {"attempts": [_facts(line, ("at", "state", "said")) for line in lines]}


def _response(version: int, wave: Wave, response: Response) -> dict[str, Any]:
    survey = versions.by_row(version)
    promises = Promise.select().where(Promise.response == response.id).order_by(Promise.position)
    marks = HandoverMark.select().where(HandoverMark.response == response.id).order_by(HandoverMark.id)
    return _facts(response, _ANSWERED) | {
        "survey": str(survey.key),
        "answers": dict(unpack(survey, wave, bytes(response.answers))),
        "questions": _questions(survey, wave),
        "scale": survey.scale.model_dump(),
        "forgotten": response.submitted_at is not None and not response.answers,
        "promises": [_facts(promise, _PROMISE) for promise in promises],
        "handover": [_facts(mark, _MARK) for mark in marks],
    }


def _questions(survey: Survey, wave: Wave) -> dict[str, dict[str, str]]:
    """By item what was asked, in both languages."""
    asked = {aspect.id: aspect.question(wave) for aspect in survey.aspects}
    asked |= {item.id: item.question for item in survey.overall if wave is Wave.DELIVERY}
    return {item: text.model_dump() for item, text in asked.items()}


def _facts(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
