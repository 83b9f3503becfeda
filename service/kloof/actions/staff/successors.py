"""Deals and open calls go to another salesperson, or to the desk. Who sold a deal stays who sold it."""

from dataclasses import dataclass
from datetime import datetime

from kloof import storage
from kloof.actions.staff import open_calls
from kloof.config import Settings
from kloof.domain.access.audit_log import Actor, AuditAction
from kloof.domain.access.people import Person
from kloof.domain.errors import NotFound, Reason, Refused
from kloof.storage.access import audit_log
from kloof.storage.deals import deals as sold
from kloof.storage.staff import successors
from kloof.storage.staff.call_records import CallRecord


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
    settings: Settings, leaver: Person, successor: Person | None, now: datetime, by: Actor
) -> HandedOn:
    """Everything that the leaver looks after goes to a successor, or to the desk, in the caller's transaction.

    Call it once the leaver works here no more: with the desk, their deals are nobody's own.
    """
    load = successors.load_of(leaver.id)
    if successor:
        refuse_unless_fit(successor)
        successors.give(sorted({*load.deals, *(call.deal for call in load.calls)}), successor.id)
    return _handed_on(settings, load.deals, load.calls, now, by)


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
    deals: tuple[int, ...],
    calls: tuple[CallRecord, ...],
    now: datetime,
    by: Actor,
) -> HandedOn:
    if deals:
        audit_log.write(by, AuditAction.DEAL_HANDED_ON, now, deals=deals)
    policy = open_calls.policy(settings)
    on = sum(open_calls.hand_on(policy, call, by, now) for call in calls)
    return HandedOn(len(deals), on, len(calls) - on)
