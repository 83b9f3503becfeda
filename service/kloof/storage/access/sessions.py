"""Who is signed in, and where: a session is a row here, known by the fingerprint of what its browser holds."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from kloof.domain.access.people import Person
from kloof.storage.access import people
from kloof.storage.fields import UtcField
from kloof.storage.models import StaffSession as Row
from kloof.storage.statements import first_row

_PERSON_OF = """
SELECT p.id AS id, p.email AS email, p.name AS name, p.roles AS roles, p.team AS team, p.language AS language
FROM staff_session s JOIN person p ON p.id = s.person_id
WHERE s.fingerprint = ? AND s.began_at > ? AND p.active
"""


class _Person(NamedTuple):
    id: int
    email: str
    name: str
    roles: str
    team: str
    language: str


def begin(person: int, fingerprint: str, now: datetime, *, forgotten: datetime) -> None:
    """A session of this person begins; those of anybody that began before `forgotten` are over, and go."""
    Row.delete().where(Row.began_at <= forgotten).execute()
    Row.insert(person=person, fingerprint=fingerprint, began_at=now).execute()


def person_of(fingerprint: str, *, since: datetime) -> Person | None:
    """Whose session this is; None for one that ended, began before `since`, or is of somebody who has left."""
    found = first_row(_Person, _PERSON_OF, fingerprint, UtcField.db_value(Row.began_at, since))
    return people.value(*found) if found else None


def end(fingerprint: str) -> None:
    """This session is over, wherever its cookie was copied to."""
    Row.delete().where(Row.fingerprint == fingerprint).execute()


def end_all(person: int) -> None:
    """Every session of this person is over, on whatever device."""
    Row.delete().where(Row.person == person).execute()


def end_all_of(people: Collection[int]) -> None:
    """Every session of each of these, at most a few hundred, is over."""
    Row.delete().where(Row.person.in_(list(people))).execute()
