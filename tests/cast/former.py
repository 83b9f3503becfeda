"""Rows as earlier tables held them, for tests that begin with a database of then."""

from typing import Any

from cast.builders import NOW
from kloof.storage.database import database, is_postgresql
from kloof.storage.models import Person


def seller() -> int:
    """The salesperson of the cast, in the tables of before anybody could have several roles; gives the row id."""
    row: dict[str, Any] = {
        "id": 1, "email": "sanne.de.vries@company.example", "name": "Sanne de Vries", "role": "salesperson",
        "team": "North", "language": "nl", "epoch": 0, "active": True, "added_at": Person.added_at.db_value(NOW),
    }  # fmt: skip
    names, holes = ", ".join(row), ", ".join([database.obj.param] * len(row))
    database.execute_sql(f"INSERT INTO person ({names}) VALUES ({holes})", tuple(row.values()))  # noqa: S608
    if is_postgresql():
        database.execute_sql("SELECT setval(pg_get_serial_sequence('person', 'id'), 1)")
    return 1
