"""Who of the company can sign in."""

from datetime import datetime

from kloof import storage
from kloof.domain.access.audit_log import COMMAND_LINE, Actor, AuditAction
from kloof.domain.access.people import Role
from kloof.domain.deals.cells import is_address
from kloof.domain.errors import BadInput, Reason
from kloof.storage.access import audit_log, people


def add(email: str, name: str, role: Role, team: str, now: datetime, by: Actor = COMMAND_LINE) -> bool:
    """Add somebody, or change what is known of them; gives whether they are new. Raises BadInput for a bad address."""
    if not is_address(email.strip()):
        raise BadInput(
            Reason.NOT_AN_ADDRESS,
            [f"{email!r} is not an e-mail address."],
            remedy="Write it like name@company.nl.",
            value=email,
        )
    with storage.transaction():
        is_new = people.put(email, name.strip(), role, team.strip(), now)
        person = people.by_email(email)
        what = AuditAction.PERSON_ADDED if is_new else AuditAction.PERSON_CHANGED
        audit_log.write(by, what, now, person=person.id if person else None, detail=role.value)
        return is_new
