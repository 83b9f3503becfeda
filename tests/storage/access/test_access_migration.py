"""People who were there before keep all that was known of them; whoever was signed in signs in once more."""

from typing import Any

import pytest
from peewee import IntegrityError
from playhouse.migrations import Runner

from cast.builders import NOW
from kloof import storage
from kloof.domain.access.oidc import ProviderAccount
from kloof.domain.access.people import Person, Role
from kloof.storage.access import accounts, people
from kloof.storage.database import database, kept, taken_back
from kloof.storage.models import Person as Row
from kloof.storage.models import StaffSession
from kloof.storage.schema import MIGRATIONS

BEFORE = "0016_rounded_blocks"
OF_JORIS = ProviderAccount("https://id.firm.example", "1")
KNOWN: dict[str, Any] = {"role": "lead", "team": "North", "language": "en", "epoch": 3, "active": True}


@pytest.fixture
def migrated(scratch_of_a_module: str) -> None:
    storage.open_database(scratch_of_a_module)
    storage.ensure_connected()
    if storage.pending():
        Runner(database.obj, str(MIGRATIONS)).up(BEFORE)
        for email, active in (("joris@firm.example", True), ("kim@firm.example", False)):
            values = KNOWN | {"email": email, "name": email[:4], "active": active}
            values["added_at"] = Row.added_at.db_value(NOW)
            holes = ", ".join([database.obj.param] * len(values))
            names = ", ".join(values)
            database.execute_sql(f"INSERT INTO person ({names}) VALUES ({holes})", tuple(values.values()))  # noqa: S608
        storage.migrate()


def test_what_was_known_of_people_stays_and_nobody_has_an_account_yet(migrated: None) -> None:
    joris = people.by_email("joris@firm.example")
    assert joris == Person(1, "joris@firm.example", "jori", frozenset({Role.LEAD}), "North", "en")
    assert accounts.holder(OF_JORIS) is None
    assert people.by_email("kim@firm.example") is None
    assert StaffSession.select().count() == 0


def test_no_two_people_share_an_account(migrated: None) -> None:
    with storage.transaction(), taken_back():
        accounts.keep(1, OF_JORIS)
        with pytest.raises(IntegrityError), kept():
            accounts.keep(2, OF_JORIS)
        assert (accounts.holder(OF_JORIS), accounts.of(1), accounts.of(2)) == (1, OF_JORIS, None)
