"""How far a company is that has just begun."""

from typing import NamedTuple

from kloof.domain.access.audit_log import AuditAction
from kloof.domain.access.people import Role
from kloof.storage.statements import names, only_row


class FirstStepsTaken(NamedTuple):
    """Whether there are salespeople, a mail has ever gone out or been tested, and there are deals."""

    people: int
    mail: int
    file: int


_BEGUN = f"""
SELECT EXISTS (SELECT 1 FROM person WHERE active AND roles LIKE ?) AS people,
  (EXISTS (SELECT 1 FROM last_worked WHERE mailed_at IS NOT NULL)
   OR EXISTS (SELECT 1 FROM audit_entry WHERE what = {names([AuditAction.MAIL_TESTED])})) AS mail,
  EXISTS (SELECT 1 FROM deal) AS file
"""  # noqa: S608  our own words


def begun() -> FirstStepsTaken:
    """What is there; one query."""
    return only_row(FirstStepsTaken, _BEGUN, f"%{Role.SALESPERSON.value}%")
