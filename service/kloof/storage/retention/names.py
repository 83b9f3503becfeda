"""Names of long ago: customers of whom every deal is over lose name, address and number; deals and answers stay.

Whoever buys again is somebody new, of whom nothing is known. So nobody is forgotten whose answers still wait for a
block: in one they could count as two.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from peewee import fn

from kloof.domain.states import OPEN, CallState
from kloof.storage.deals import search
from kloof.storage.fields import UtcField
from kloof.storage.models import Customer, Deal, Invitation, MailAttempt, Message, Person, Response
from kloof.storage.models.outbox import PRINTED
from kloof.storage.models.own_feedback import WAITING_CONDITION
from kloof.storage.statements import names, rows, run, several


class _Due(NamedTuple):
    id: int


# Nobody knows of a deal that was never marked as delivered whether it is over, but from the day planned for it.
_NOT_OVER = f"""
(COALESCE(d.delivered_on, CASE WHEN d.cancelled_at IS NULL THEN d.delivery_planned_on END, d.sold_on) >= ?
 OR d.cancelled_at >= ?
 OR EXISTS (SELECT 1 FROM invitation i WHERE i.deal_id = d.id AND i.state IN ({names(OPEN)}))
 OR EXISTS (SELECT 1 FROM invitation i JOIN response r ON r.invitation_id = i.id
            WHERE i.deal_id = d.id AND r.saved_at >= ?)
 OR EXISTS (SELECT 1 FROM call k WHERE k.deal_id = d.id AND k.state = {names([CallState.OPEN])}))
"""  # noqa: S608  our own states
_QUEUES = """
EXISTS (SELECT 1 FROM pair p WHERE p.deal_id = d.id AND p.packed <> ''
        AND NOT EXISTS (SELECT 1 FROM placement q WHERE q.id = p.id))
"""
_DUE = """
SELECT c.id AS id FROM customer c WHERE c.name <> ''
AND NOT EXISTS (SELECT 1 FROM deal d WHERE d.customer_id = c.id AND ({holds}))
AND NOT EXISTS (SELECT 1 FROM invitation a JOIN deal d ON d.id = a.deal_id WHERE a.asked_id = c.id AND ({holds}))
AND NOT EXISTS (SELECT 1 FROM message m WHERE m.customer_id = c.id AND m.mailed_on >= ?)
ORDER BY c.id LIMIT ?
"""
_OUT_OF_GROUPS = f"UPDATE own_pair SET answers = '' WHERE {WAITING_CONDITION} AND customer IN ({{customers}})"  # noqa: S608


def due(before: datetime, day: date, most: int, *, waiting: bool = False) -> list[int]:
    """The customers (row ids) of whom every deal was over before this moment, or this day; `waiting` too: those whose
    answers still wait for a block.
    """
    moment = UtcField.db_value(Response.saved_at, before)
    holds = _NOT_OVER if waiting else f"{_NOT_OVER} OR {_QUEUES}"
    of_deals = (day, moment, moment)
    return [row.id for row in rows(_Due, _DUE.format(holds=holds), *of_deals, *of_deals, day, most)]


def forget(customers: Sequence[int], in_their_place: str, numbered: Collection[int] = ()) -> None:
    """Forget who these customers are, a few hundred at most; `in_their_place` stands where the name stood.

    Hashes of who wants no mail stay; those `numbered` keep their number in the CRM, by which they are known again. What
    waits for a salesperson's group waits no more: in one they could count twice.
    """
    deals = [row.id for row in Deal.select(Deal.id).where(Deal.customer.in_(customers))]
    named = {"customer_name": in_their_place, "customer_number": ""}
    Deal.update(**named).where(Deal.customer.in_(customers)).execute()
    Customer.update(name="", email=None).where(Customer.id.in_(customers)).execute()
    unnumbered = [one for one in customers if one not in numbered]
    Customer.update(number=None).where(Customer.id.in_(unnumbered)).execute()
    search.renew(deals)
    run(_OUT_OF_GROUPS.format(customers=several(customers)), *customers)
    theirs: Any = Invitation.select(Invitation.id).where(
        (Invitation.asked.is_null() & Invitation.deal.in_(deals)) | Invitation.asked.in_(customers)
    )
    Response.update(wants_findings=False).where(
        Response.wants_findings, Response.invitation.in_(theirs)
    ).execute()
    # A server may have said the address.
    mails = Message.select(Message.id).where(Message.invitation.in_(theirs) | Message.customer.in_(customers))
    MailAttempt.update(said="").where(MailAttempt.message.in_(mails)).execute()
    Message.update(last_reply="").where(
        Message.last_reply.not_in(["", PRINTED]),
        Message.invitation.in_(theirs) | Message.customer.in_(customers),
    ).execute()


def left(before: datetime, most: int) -> list[str]:
    """The addresses of colleagues who left before this moment and still have a name here."""
    gone = Person.select(Person.email).where(Person.left_at < before, Person.erased_at.is_null())
    return [row.email for row in gone.order_by(Person.id).limit(most)]


def how_many_left(before: datetime) -> int:
    """How many those are."""
    gone = Person.select(fn.COUNT(Person.id)).where(Person.left_at < before, Person.erased_at.is_null())
    return int(gone.scalar())
