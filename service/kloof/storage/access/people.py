"""The people of the company."""

from collections.abc import Collection, Iterable, Set
from datetime import date, datetime
from typing import NamedTuple, cast

from peewee import Case

from kloof.domain import addresses
from kloof.domain.access.people import Colleague, Person, Role, in_order
from kloof.domain.text import Language
from kloof.storage.models import Person as Row
from kloof.storage.statements import chunked, rows, several


class _Person(NamedTuple):
    id: int
    email: str
    name: str
    roles: str
    team: str
    language: str


_WITH_ADDRESS = """
SELECT id, email, name, roles, team, language FROM person WHERE active AND email IN ({addresses}) ORDER BY id
"""
_AT_ONCE = 500  # SQLite takes at most 999 variables in one statement on old builds

_AT_ONCE = 100  # rows of a statement: SQLite takes at most 999 variables in one on old builds


def by_id(person_id: int, *, also_left: bool = False) -> Person | None:
    """The person with this number; None for nobody, and for somebody who has left unless they are wanted too."""
    return _found(Row.get_or_none(Row.id == person_id), also_left=also_left)


def by_email(email: str, *, also_left: bool = False) -> Person | None:
    """The person with this address; None for nobody, and for somebody who has left unless they are wanted too."""
    return _found(Row.get_or_none(Row.email == addresses.known_as(email)), also_left=also_left)


def colleagues() -> list[Colleague]:
    """Everybody by name, who works here before who has left; one query."""
    return [_colleague(row) for row in Row.select().order_by(Row.active.desc(), Row.name, Row.id)]


def colleague(person_id: int) -> Colleague | None:
    """The person with this number as the list has them; None for nobody."""
    row = Row.get_or_none(Row.id == person_id)
    return _colleague(row) if row else None


def change(person: Person) -> None:
    """Keep what is known of this person now: name, address, roles, team and language."""
    Row.update(
        email=person.email,
        name=person.name,
        roles=packed(person.roles),
        team=person.team,
        language=person.language,
    ).where(Row.id == person.id).execute()


def plan_leaving(person_id: int, on: date | None, to: int | None) -> None:
    """This person will leave on this day, and `to` takes over then, the desk for None; no day: they stay."""
    Row.update(leaves_on=on, leaves_to=to).where(Row.id == person_id).execute()


def due_to_leave(today: date) -> list[Colleague]:
    """Who works here and was to leave by today; one query."""
    return [
        _colleague(row) for row in Row.select().where(Row.active, Row.leaves_on <= today).order_by(Row.id)
    ]


def leave(
    person_id: int, now: datetime | None = None, *, on: date | None = None, to: int | None = None
) -> bool:
    """This person works here no more, since `now`; False where they had left already. With a day, what they look after
    still has to go to `to`, the desk for None: until `is_gone`.
    """
    gone = {"active": False, "left_at": now, "leaves_on": on, "leaves_to": to}
    return bool(Row.update(**gone).where(Row.id == person_id, Row.active).execute())


def half_gone(before: datetime) -> list[tuple[Person, int | None, datetime]]:
    """Who left before then and still has to hand on what they look after: to whom, and since when; one query."""
    waits = (~Row.active, Row.leaves_on.is_null(False), Row.left_at < before)
    found = Row.select().where(*waits).order_by(Row.id)
    return [(_of(row), row.leaves_to, row.left_at) for row in found]


def is_gone(person_id: int) -> None:
    """Everything that this person looked after was handed on."""
    Row.update(leaves_on=None, leaves_to=None).where(Row.id == person_id, ~Row.active).execute()


def note_sign_in(person_id: int, now: datetime) -> None:
    """This person signed in at this moment."""
    Row.update(last_sign_in_at=now).where(Row.id == person_id).execute()


def erase(person_id: int, name: str, now: datetime) -> None:
    """Put this name in the place of who somebody was. The row stays: deals and figures are of somebody."""
    Row.update(
        email=f"erased-{person_id}",
        name=name,
        roles="",
        team="",
        language="nl",
        last_sign_in_at=None,
        erased_at=now,
    ).where(Row.id == person_id).execute()


def anybody() -> Person | None:
    """Whoever was added first; None where there is nobody yet."""
    return _found(Row.select().order_by(Row.id).first(), also_left=True)


def salespeople() -> dict[str, Person]:
    """Every active salesperson, by address."""
    return {person.email: person for person in _active() if person.is_salesperson}


def salespeople_at(emails: Collection[str]) -> dict[str, Person]:
    """Those active salespeople who have one of these addresses, by address; nobody else is read."""
    found: dict[str, Person] = {}
    for some in chunked(emails, _AT_ONCE):
        wanted = rows(_Person, _WITH_ADDRESS.format(addresses=several(some)), *some)
        found |= {row.email: person for row in wanted if (person := value(*row)).is_salesperson}
    return found


def how_many() -> int:
    """How many people work here."""
    return int(Row.select().where(Row.active).count())


def desk() -> list[int]:
    """Who works at the desk, by number."""
    return [person.id for person in _active() if person.is_desk]


def names(numbers: Iterable[int | None]) -> dict[int, str]:
    """What these people are called, by number, whether they are still here or not; in one query."""
    found = Row.select(Row.id, Row.name).where(Row.id.in_([one for one in numbers if one is not None]))
    return {row.id: row.name for row in found}


def put(email: str, name: str, roles: Set[Role], team: str, now: datetime) -> bool:
    """Add this person, or change what is known of them; gives whether they are new."""
    email = addresses.known_as(email)
    facts = {"name": name, "roles": packed(roles), "team": team}
    here = {"active": True, "left_at": None, "leaves_on": None, "leaves_to": None}
    known = Row.get_or_none(Row.email == email)
    if known:
        Row.update(**facts, **({} if known.active else here)).where(Row.id == known.id).execute()
        return False
    Row.insert(email=email, added_at=now, **facts).execute()
    return True


def put_all(lines: Iterable[Person], now: datetime) -> None:
    """Add these people or change what is known of them, by their addresses; `id` does not count. Who had left is back.

    One statement for up to a hundred of them.
    """
    here = {"active": True, "left_at": None}
    rows = [
        {
            "email": addresses.known_as(one.email),
            "name": one.name,
            "roles": packed(one.roles),
            "team": one.team,
            "language": one.language,
            "added_at": now,
            **here,
        }
        for one in lines
    ]
    told = [Row.name, Row.roles, Row.team, Row.language, *(getattr(Row, name) for name in here)]
    # Who works here may still leave on a day; of who is back nothing is handed on any more.
    keeps = {one: Case(None, [(Row.active, one)], None) for one in (Row.leaves_on, Row.leaves_to)}
    for some in chunked(rows, _AT_ONCE):
        Row.insert_many(some).on_conflict(conflict_target=[Row.email], preserve=told, update=keeps).execute()


def numbers(emails: Collection[str]) -> dict[str, int]:
    """The numbers of who has these addresses, at most a hundred; one query."""
    known = [addresses.known_as(email) for email in emails]
    return {row.email: row.id for row in Row.select(Row.id, Row.email).where(Row.email.in_(known))}


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


def _colleague(row: Row) -> Colleague:
    return Colleague(
        _of(row),
        row.active,
        row.last_sign_in_at,
        row.leaves_on if row.active else None,
        row.leaves_to if row.active else None,
        row.left_at,
        row.erased_at is not None,
    )


def _active() -> list[Person]:
    return [_of(row) for row in Row.select().where(Row.active).order_by(Row.id)]


def _of(row: Row) -> Person:
    return value(row.id, row.email, row.name, row.roles, row.team, row.language)
