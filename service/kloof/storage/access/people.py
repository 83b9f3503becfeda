"""The people of the company."""

from collections.abc import Set
from datetime import datetime
from typing import cast

from kloof.domain import addresses
from kloof.domain.access.people import Person, Role, in_order
from kloof.domain.text import Language
from kloof.storage.models import Person as Row


def by_id(person_id: int, *, also_left: bool = False) -> Person | None:
    """The person with this number; None for nobody, and for somebody who has left unless they are wanted too."""
    return _found(Row.get_or_none(Row.id == person_id), also_left=also_left)


def by_email(email: str, *, also_left: bool = False) -> Person | None:
    """The person with this address; None for nobody, and for somebody who has left unless they are wanted too."""
    return _found(Row.get_or_none(Row.email == addresses.known_as(email)), also_left=also_left)


def leave(person_id: int) -> None:
    """This person works here no more."""
    Row.update(active=False).where(Row.id == person_id).execute()


def anybody() -> Person | None:
    """Whoever was added first; None where there is nobody yet."""
    return _found(Row.select().order_by(Row.id).first(), also_left=True)


def salespeople() -> dict[str, Person]:
    """Every active salesperson, by address."""
    return {person.email: person for person in _active() if person.is_salesperson}


def desk() -> list[int]:
    """Who works at the desk, by number."""
    return [person.id for person in _active() if person.is_desk]


def put(email: str, name: str, roles: Set[Role], team: str, now: datetime) -> bool:
    """Add this person, or change what is known of them; gives whether they are new."""
    email = addresses.known_as(email)
    facts = {"name": name, "roles": packed(roles), "team": team}
    if Row.update(**facts, active=True).where(Row.email == email).execute():
        return False
    Row.insert(email=email, added_at=now, **facts).execute()
    return True


def readdress(person_id: int, email: str) -> None:
    """This person has another address now, which nobody else has."""
    Row.update(email=addresses.known_as(email)).where(Row.id == person_id).execute()


def packed(roles: Set[Role]) -> str:
    """Roles as they are stored: their words, in order, with a space between."""
    return " ".join(in_order(roles))


def value(number: int, email: str, name: str, roles: str, team: str, language: str) -> Person:
    """The person whom a row holds; the columns in this order."""
    return Person(number, email, name, frozenset(map(Role, roles.split())), team, cast(Language, language))


def _found(row: Row | None, *, also_left: bool = False) -> Person | None:
    return _of(row) if row is not None and (row.active or also_left) else None


def _active() -> list[Person]:
    return [_of(row) for row in Row.select().where(Row.active).order_by(Row.id)]


def _of(row: Row) -> Person:
    return value(row.id, row.email, row.name, row.roles, row.team, row.language)
