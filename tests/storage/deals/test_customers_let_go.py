"""Who is no deal's customer any more is known by nothing, and an address that wants no mail stays known as that."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playhouse.migrations import Runner

from cast.builders import ALWAYS, SECRET, deal, settings
from cast.selling import NOON, line, sell
from kloof import storage
from kloof.actions import person_data
from kloof.actions.mailing.worker import work_once
from kloof.config import Settings
from kloof.domain.errors import NotFound
from kloof.domain.mailing.suppression import address_hash
from kloof.mail.transport import Memory
from kloof.storage.database import database
from kloof.storage.deals import customer_matching
from kloof.storage.mailing import opt_outs
from kloof.storage.models import Customer, Deal, Message, OptOut
from kloof.storage.schema import MIGRATIONS

pytestmark = pytest.mark.slow

OLD, NEW = "customer1@example.com", "right@example.com"
GONE = (None, None, "")


@pytest.fixture
def house(either_database: str, tmp_path: Path) -> Settings:
    return settings(either_database, tmp_path, mail=ALWAYS, mail_from="kloof@company.example")


def known(number: int) -> Any:
    return (
        Customer.select(Customer.email, Customer.number, Customer.name)
        .where(Customer.id == number)
        .tuples()[0]
    )


def test_nothing_is_kept_of_a_customer_whose_only_deal_becomes_anothers(house: Settings) -> None:
    first = sell(house, line(1, customer_number="K-7")).customer
    second = sell(house, line(1, customer_email=NEW)).customer
    assert first != second
    assert known(first) == GONE
    assert known(second)[::2] == (NEW, "Customer 1")
    with pytest.raises(NotFound):
        person_data.export(house, OLD, NOON)
    with pytest.raises(NotFound):
        person_data.export(house, "K-7", NOON)


def test_who_has_another_deal_stays_who_they_are(house: Settings) -> None:
    first = sell(house, line(1)).customer
    assert sell(house, line(2, customer_email=OLD)).customer == first
    sell(house, line(1, customer_email=NEW))
    assert known(first)[0] == OLD
    sell(house, line(2, customer_email=NEW))
    assert known(first) == GONE, "and now the last one is gone too"


def test_the_old_address_still_gets_no_mail_once_it_asked_for_none(house: Settings) -> None:
    sell(house, line(1))
    opt_outs.ask(address_hash(SECRET, OLD), NOON)
    sell(house, line(1, customer_email=NEW))
    assert OptOut.select().count() == 1
    again = sell(house, line(2, customer_email=OLD))
    assert again.customer != 1, "a number is never anybody else's"
    transport = Memory()
    work_once(house, transport, lambda: NOON)
    assert [recipient for _, recipient, _ in transport.sent] == [NEW]


def test_mail_that_went_out_stays_in_the_life_of_the_deal(house: Settings) -> None:
    first = sell(house, line(1)).customer
    Message.update(state="sent", sent_at=NOON, customer=first, mailed_on=NOON.date()).execute()
    sell(house, line(1, customer_email=NEW))
    assert Message.select().where(Message.customer == first).count() == 1


def test_whoever_is_somebodys_customer_cannot_be_let_go(house: Settings) -> None:
    first = sell(house, line(1)).customer
    customer_matching.let_go(first)
    assert known(first)[0] == OLD


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def of_before(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[int]:
    """A database in which customers without a deal were left behind; gives somebody who sells."""
    on_sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path / 'kloof.db'}" if on_sqlite else request.getfixturevalue("postgresql_url")
    storage.open_database(url)
    storage.ensure_connected()
    Runner(database.obj, str(MIGRATIONS)).up("0035_bounces_read")
    database.execute_sql(
        "INSERT INTO person (id, email, name, language, team, active, epoch, added_at) "
        "VALUES (7, 's@company.example', 'Sanne', 'nl', '', TRUE, 0, '2026-03-02 10:00:00')"
    )
    yield 7
    storage.close_database()


def test_those_who_were_left_behind_before_are_let_go_by_the_migration(of_before: int) -> None:
    kept = Deal.get_by_id(deal(seller=of_before, email="kept@example.com").row).customer_id
    left = Customer.create(email=OLD, number="K-7", name="Left Behind", language="nl").id
    storage.migrate()
    assert known(left) == GONE
    assert known(kept)[0] == "kept@example.com"
