"""The people of the company."""

from datetime import datetime
from typing import cast

from kloof.domain import addresses
from kloof.domain.access.people import Person, Role
from kloof.domain.text import Language
from kloof.storage.models import Person as Row


def by_id(person_id: int) -> Person | None:
    """The person with this number; None for nobody, and for somebody who has left."""
    return _value(Row.get_or_none(Row.id == person_id, Row.active))


def by_email(email: str, *, also_left: bool = False) -> Person | None:
    """The person with this address; None for nobody, and for somebody who has left unless they are wanted too."""
    row = Row.get_or_none(Row.email == addresses.known_as(email))
    return _value(row) if row is not None and (row.active or also_left) else None


def leave(person_id: int) -> None:
    """This person works here no more."""
    Row.update(active=False).where(Row.id == person_id).execute()


def anybody() -> Person | None:
    """Whoever was added first; None where there is nobody yet."""
    return _value(Row.select().order_by(Row.id).first())


def salespeople() -> dict[str, Person]:
    """Every active salesperson, by address."""
    rows = Row.select().where(Row.role == Role.SALESPERSON, Row.active)
    return {row.email: person for row in rows if (person := _value(row))}


def desk() -> list[int]:
    """Who works at the desk, by number."""
    rows = Row.select(Row.id).where(Row.role == Role.DESK, Row.active).order_by(Row.id)
    return [row.id for row in rows]


def put(email: str, name: str, role: Role, team: str, now: datetime) -> bool:
    """Add this person, or change what is known of them; gives whether they are new."""
    email = addresses.known_as(email)
    changed = (
        Row.update(name=name, role=role.value, team=team, active=True).where(Row.email == email).execute()
    )
    if changed:
        return False
    Row.insert(email=email, name=name, role=role.value, team=team, added_at=now).execute()
    return True


def _value(row: Row | None) -> Person | None:
    if row is None:
        return None
    return Person(
        id=row.id,
        email=row.email,
        name=row.name,
        role=Role(row.role),
        team=row.team,
        language=cast(Language, row.language),
    )
