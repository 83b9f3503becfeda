"""Deals and open calls go to another salesperson, or to the desk. Who sold a deal stays who sold it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kloof import storage
from kloof.actions.mailing.steps import in_parts
from kloof.actions.staff import open_calls
from kloof.config import Settings
from kloof.domain.access.audit_log import Actor, AuditAction
from kloof.domain.access.people import Person
from kloof.domain.errors import NotFound, Reason, Refused
from kloof.storage.access import audit_log
from kloof.storage.deals import deals as sold
from kloof.storage.staff import successors
from kloof.storage.staff.call_records import CallRecord

DEALS_AT_ONCE = 200
CALLS_AT_ONCE = 20
"""What is handed on in one transaction: a call takes some ten statements, and two mails."""


@dataclass(frozen=True, slots=True)
class HandedOn:
    """How many deals and calls went to somebody else, and how many calls ended: only who had them was to make them."""

    deals: int
    calls: int
    ended: int


def hand_over(settings: Settings, deal_id: str, successor: Person, now: datetime, by: Actor) -> HandedOn:
    """This salesperson looks after one deal from now on, with the call about it that is still open.

    Mails and surveys name them from now on, and they see what customers answer to that name; what was answered before
    stays with whom the customer let see it. Figures and releases count the deal for who sold it, as before. Raises
    NotFound where there is no such deal, and Refused for who sells nothing here.
    """
    refuse_unless_fit(successor)
    with storage.transaction():
        found = sold.stored([deal_id]).get(deal_id)
        if found is None:
            raise NotFound(Reason.DEAL_NOT_HERE, f"There is no deal {deal_id}.")
        successors.give([found.deal.id], successor.id)
        call = successors.call_about(found.deal.id)
        return _handed_on(settings, (found.deal.id,), (call,) if call else (), now, by)


def hand_over_all(
    settings: Settings,
    leaver: Person,
    successor: Person | None,
    since: datetime,
    now: datetime,
    by: Actor,
) -> HandedOn:
    """Everything that the leaver, who works here no more since then, looks after goes to a successor, or to the desk.

    A part at a time, each in a transaction of its own: what broke off goes on where it was, and what was handed on
    is not again.
    """
    found: list[HandedOn] = []

    def deals(some: Sequence[int]) -> None:
        successors.by_one_at_a_time(leaver.id)
        some = successors.left_of(leaver.id, since, some)
        if successor:
            successors.give(some, successor.id)
        found.append(_handed_on(settings, some, (), now, by))

    def calls(some: Sequence[int]) -> None:
        successors.by_one_at_a_time(leaver.id)
        open_ = successors.calls_of(leaver.id, some)
        if successor:
            successors.give([call.deal for call in open_], successor.id)
        found.append(_handed_on(settings, (), open_, now, by))

    in_parts(successors.left_of(leaver.id, since), DEALS_AT_ONCE, deals)
    # Who makes a call is who looks after its deal, so deals go first.
    in_parts([call.id for call in successors.calls_of(leaver.id)], CALLS_AT_ONCE, calls)
    return HandedOn(
        sum(one.deals for one in found), sum(one.calls for one in found), sum(one.ended for one in found)
    )


def refuse_unless_fit(successor: Person) -> None:
    """Raise Refused for somebody who is no salesperson: they would have no page to see these deals on."""
    if not successor.is_salesperson:
        raise Refused(
            Reason.SUCCESSOR_UNFIT,
            f"{successor.name} <{successor.email}> is no salesperson, so cannot take over deals.",
            remedy="Name another successor, or let the desk have them.",
        )


def _handed_on(
    settings: Settings,
    deals: Sequence[int],
    calls: Sequence[CallRecord],
    now: datetime,
    by: Actor,
) -> HandedOn:
    if deals:
        audit_log.write(by, AuditAction.DEAL_HANDED_ON, now, deals=deals)
    policy = open_calls.policy(settings)
    on = sum(open_calls.hand_on(policy, call, by, now) for call in calls)
    return HandedOn(len(deals), on, len(calls) - on)
