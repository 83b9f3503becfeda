"""Who of the company can sign in, and by which account."""

from collections.abc import Set
from datetime import datetime

from kloof import storage
from kloof.domain import addresses
from kloof.domain.access.audit_log import COMMAND_LINE, Actor, AuditAction
from kloof.domain.access.people import Person, Role, in_order
from kloof.domain.deals.cells import Cells
from kloof.domain.errors import NotFound, Reason
from kloof.storage.access import accounts, audit_log, people, sessions


def add(email: str, name: str, roles: Set[Role], team: str, now: datetime, by: Actor = COMMAND_LINE) -> bool:
    """Add somebody, or change what is known of them; gives whether they are new.

    Raises Refused for a bad address, and for a name or a team that is too long or cannot be printed. Whoever gets
    other roles signs in anew.
    """
    address = addresses.canonical(email)
    typed = Cells({"name": name, "team": team})
    name, team = typed.text("name"), typed.maybe_text("team")
    if typed.wrong:
        raise typed.wrong[0]
    with storage.transaction():
        before = people.by_email(address)
        is_new = people.put(address, name, roles, team, now)
        if before and before.roles != roles:
            sessions.end_all(before.id)
        person = people.by_email(address)
        what = AuditAction.PERSON_ADDED if is_new else AuditAction.PERSON_CHANGED
        audit_log.write(by, what, now, person=person.id if person else None, detail=" ".join(in_order(roles)))
        return is_new


def leave(email: str, now: datetime, by: Actor = COMMAND_LINE) -> Person:
    """Somebody no longer works here: they are signed out everywhere, and no link lets them in. Raises NotFound.

    Their deals stay theirs. `add` lets them come back.
    """
    with storage.transaction():
        person = _known(email)
        people.leave(person.id)
        sessions.end_all(person.id)
        audit_log.write(by, AuditAction.PERSON_LEFT, now, person=person.id)
    return person


def unlink(email: str, now: datetime, by: Actor = COMMAND_LINE) -> Person:
    """The next account at the provider that brings this address is theirs. Raises NotFound.

    For an account that was made anew there, or an address that somebody else has now. Also of somebody who has left.
    """
    with storage.transaction():
        person = _known(email, also_left=True)
        accounts.forget(person.id)
        sessions.end_all(person.id)
        audit_log.write(by, AuditAction.ACCOUNT_UNLINKED, now, person=person.id)
    return person


def _known(email: str, *, also_left: bool = False) -> Person:
    person = people.by_email(email, also_left=also_left)
    if person is None:
        raise NotFound(
            Reason.PERSON_UNKNOWN,
            f"Nobody here has the address {email}.",
            remedy="Compare it with the one by which they were added.",
            value=email,
        )
    return person
