"""Somebody leaves, now or on a day to come: sessions end, what is open goes to a successor or to the desk."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

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

PATIENCE: Final = timedelta(minutes=10)
"""So long whoever let somebody leave is left alone with what is handed on; then it broke off."""


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

    What they sold stays theirs in all figures. `add` lets them come back. What they look after is handed on a part at a
    time; where that breaks off, `catch_up` goes on. Raises NotFound; and Refused where nobody would be left at the
    desk, for who shuts themselves out, and for a successor who is no salesperson.
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
        has_left = _left(settings, person, heir, now, by)
    done = _handed_on(settings, person, heir, now, now, by) if has_left else HandedOn(0, 0, 0)
    return Leaving(person, today, heir, done)


def stay(email: str, now: datetime, by: Actor = COMMAND_LINE) -> Person:
    """Somebody who was to leave stays. Raises NotFound."""
    with storage.transaction():
        person = known(email)
        people.plan_leaving(person.id, None, None)
        audit_log.write(by, AuditAction.PERSON_CHANGED, now, person=person.id, detail="stays")
    return person


def catch_up(settings: Settings, now: datetime) -> None:
    """Let everybody leave whose day has come, and hand on what that of somebody broke off. A successor who cannot take
    over any more leaves it to the desk.
    """
    for due in people.due_to_leave(settings.today(now)):
        heir = _fit(due.leaves_to, due.person)
        with storage.transaction():
            has_left = _left(settings, due.person, heir, now, COMMAND_LINE)
        if has_left:
            _handed_on(settings, due.person, heir, now, now, COMMAND_LINE)
    for person, to, since in people.half_gone(now - PATIENCE):
        _handed_on(settings, person, _fit(to, person), since, now, COMMAND_LINE)


def _fit(number: int | None, leaver: Person) -> Person | None:
    heir = people.by_id(number) if number else None
    return heir if heir and heir.is_salesperson and heir.id != leaver.id else None


def outlook(person: Person) -> Outlook:
    """What goes to somebody else when this person leaves; two queries."""
    load = successors.load_of(person.id)
    return Outlook(len(load.deals), sum(call.state is CallState.OPEN for call in load.calls))


def _left(settings: Settings, person: Person, heir: Person | None, now: datetime, by: Actor) -> bool:
    """Nothing lets this person in any more; False where another worker was first."""
    if not people.leave(person.id, now, on=settings.today(now), to=heir.id if heir else None):
        return False
    sessions.end_all(person.id)
    audit_log.write(by, AuditAction.PERSON_LEFT, now, person=person.id)
    outbox.cancel_to(person.id, "They have left.", now)
    weekly.forget(person.id)
    return True


def _handed_on(
    settings: Settings, person: Person, heir: Person | None, since: datetime, now: datetime, by: Actor
) -> HandedOn:
    done = hand_over_all(settings, person, heir, since, now, by)
    people.is_gone(person.id)
    return done


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
