"""A number that deals had before there were accounts stands for the organisation, in whatever spelling."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from peewee import IntegrityError
from playhouse.migrations import Runner

from cast import former
from cast.builders import deal
from kloof import storage
from kloof.storage.database import database
from kloof.storage.models import Account, Deal
from kloof.storage.schema import MIGRATIONS

BEFORE = "0013_packed_pairs"
NUMBERS = ("K-7", "", "k-7", "K-8", "K-7", "", "9")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def numbered(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[int]]:
    """Deals with and without a number, kept before there were accounts, and then migrated."""
    on_sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path / 'kloof.db'}" if on_sqlite else request.getfixturevalue("postgresql_url")
    storage.open_database(url)
    storage.ensure_connected()
    Runner(database.obj, str(MIGRATIONS)).up(BEFORE)
    seller = former.seller()
    deals = [deal(customer_number=number, seller=seller).row for number in NUMBERS]
    storage.migrate()
    yield deals
    storage.close_database()


def test_each_number_becomes_an_account_as_it_was_first_spelt(numbered: list[int]) -> None:
    made = [(row.key, row.name) for row in Account.select().order_by(Account.id)]
    assert made == [("number:k-7", "K-7"), ("number:k-8", "K-8"), ("number:9", "9")]


def test_each_deal_is_of_the_account_of_its_number_and_one_without_is_of_none(numbered: list[int]) -> None:
    keys = [deal.account.key if deal.account_id else "" for deal in map(Deal.get_by_id, numbered)]
    assert keys == ["number:k-7", "", "number:k-7", "number:k-8", "number:k-7", "", "number:9"]


def test_an_account_is_there_once_and_not_deleted_while_a_deal_is_of_it(numbered: list[int]) -> None:
    with pytest.raises(IntegrityError), storage.transaction():
        Account.create(name="K-7", key="number:k-7")
    with pytest.raises(IntegrityError), storage.transaction():
        Account.delete().execute()


def test_nothing_is_left_of_what_the_migration_needed(numbered: list[int]) -> None:
    assert "numbered" not in database.get_tables()
    with pytest.raises(Exception, match=r"(?i)no such table|does not exist"), storage.transaction():
        database.execute_sql("SELECT 1 FROM numbered")
