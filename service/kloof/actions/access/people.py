"""Who of the company can sign in."""

from datetime import datetime

from kloof import storage
from kloof.domain import addresses
from kloof.domain.access.audit_log import COMMAND_LINE, Actor, AuditAction
from kloof.domain.access.people import Role
from kloof.domain.spelling import spelled
from kloof.storage.access import audit_log, people


def add(email: str, name: str, role: Role, team: str, now: datetime, by: Actor = COMMAND_LINE) -> bool:
    """Add somebody, or change what is known of them; gives whether they are new. Raises Refused for a bad address."""
    address = addresses.canonical(email)
    with storage.transaction():
        is_new = people.put(address, spelled(name), role, spelled(team), now)
        person = people.by_email(address)
        what = AuditAction.PERSON_ADDED if is_new else AuditAction.PERSON_CHANGED
        audit_log.write(by, what, now, person=person.id if person else None, detail=role.value)
        return is_new
