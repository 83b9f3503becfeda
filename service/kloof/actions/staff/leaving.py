"""Somebody leaves, now or on a day to come: sessions end, what is open goes to a successor or to the desk."""

from dataclasses import dataclass
from datetime import date, datetime

from kloof import storage
from kloof.actions.access.people import known, refuse_unless_others_at_desk
from kloof.actions.staff.successors import HandedOn, hand_over_all, refuse_unless_fit
from kloof.config import Settings
from kloof.domain.access.audit_log import COMMAND_LINE, Actor, AuditAction
from kloof.domain.access.people import Person
from kloof.domain.errors import Reason, Refused
from kloof.domain.states import CallState
from kloof.storage.access import audit_log, people, sessions
from kloof.storage.mailing import outbox
from kloof.storage.staff import successors, weekly


@dataclass(frozen=True, slots=True)
class Leaving:
    """Who leaves when. `done` is None for a day that is still to come."""

    person: Person
    on: date
    successor: Person | None
    done: HandedOn | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What somebody looks after now: deals that are not finished, and calls that they still have to make."""

    deals: int
    calls: int


def leave(
    settings: Settings,
    email: str,
    now: datetime,
    by: Actor = COMMAND_LINE,
    *,
    on: date | None = None,
    successor: str | None = None,
) -> Leaving:
    """Somebody leaves on this day, or now: they are signed out everywhere, nothing lets them in any more, and what they
    look after goes to the successor (an address), or to the desk.

    What they sold stays theirs in all figures. `add` lets them come back. Raises NotFound; and Refused where nobody
    would be left at the desk, for who shuts themselves out, and for a successor who is no salesperson.
    """
    today = settings.today(now)
    with storage.transaction():
        person = known(email)
        heir = known(successor) if successor else None
        _refuse_unfit(person, heir, by)
        if on is not None and on > today:
            people.plan_leaving(person.id, on, heir.id if heir else None)
            audit_log.write(by, AuditAction.PERSON_LEAVES, now, person=person.id, detail=on.isoformat())
            return Leaving(person, on, heir, None)
        return Leaving(person, today, heir, _left(settings, person, heir, now, by))


def stay(email: str, now: datetime, by: Actor = COMMAND_LINE) -> Person:
    """Somebody who was to leave stays. Raises NotFound."""
    with storage.transaction():
        person = known(email)
        people.plan_leaving(person.id, None, None)
        audit_log.write(by, AuditAction.PERSON_CHANGED, now, person=person.id, detail="stays")
    return person


def catch_up(settings: Settings, now: datetime) -> None:
    """Let everybody leave whose day has come. A successor who cannot take over any more leaves it to the desk."""
    for due in people.due_to_leave(settings.today(now)):
        with storage.transaction():
            heir = people.by_id(due.leaves_to) if due.leaves_to else None
            fit = heir if heir and heir.is_salesperson and heir.id != due.person.id else None
            _left(settings, due.person, fit, now, COMMAND_LINE)


def outlook(person: Person) -> Outlook:
    """What goes to somebody else when this person leaves; two queries."""
    load = successors.load_of(person.id)
    return Outlook(len(load.deals), sum(call.state is CallState.OPEN for call in load.calls))


def _left(settings: Settings, person: Person, heir: Person | None, now: datetime, by: Actor) -> HandedOn:
    if not people.leave(person.id, now):
        return HandedOn(0, 0, 0)  # another worker was first
    sessions.end_all(person.id)
    audit_log.write(by, AuditAction.PERSON_LEFT, now, person=person.id)
    handed = hand_over_all(settings, person, heir, now, by)
    outbox.cancel_to(person.id, "They have left.", now)
    weekly.forget(person.id)
    return handed


def _refuse_unfit(person: Person, heir: Person | None, by: Actor) -> None:
    if person.is_desk or by.person == person.id:
        refuse_unless_others_at_desk(person, by)
    if heir is None:
        return
    refuse_unless_fit(heir)
    if heir.id == person.id:
        raise Refused(
            Reason.SUCCESSOR_UNFIT,
            "Somebody who leaves cannot be their own successor.",
            remedy="Name another salesperson, or let the desk have the deals.",
        )
