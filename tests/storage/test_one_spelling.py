"""Customers who were one in two spellings become one, with all that is theirs, on a filled database of either kind."""

import json
import runpy
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cast import respondents
from cast.builders import NOW, SECRET, deal, person, settings
from kloof import storage
from kloof.actions.deals import respelling
from kloof.actions.releases.freeze import freeze
from kloof.domain.addresses import canonical
from kloof.domain.mailing.suppression import address_hash, customer_hash, hash_as_it_stood
from kloof.domain.spelling import spelled
from kloof.storage.database import database as opened
from kloof.storage.database import is_postgresql
from kloof.storage.mailing import opt_outs
from kloof.storage.models import (
    Block,
    Customer,
    Deal,
    Message,
    MigrationNote,
    OwnPair,
    Pair,
    Person,
    QueueCell,
)
from kloof.storage.releases import freezing
from kloof.storage.releases.pair_encoding import heads
from kloof.storage.schema import MIGRATIONS

KEPT, OTHER = "jan@xn--bcher-kva.example", "jan@bücher.example"
NAME = "0018_one_spelling"
pytestmark = pytest.mark.slow


def as_before() -> None:
    """Take the migration back, as far as it can be told from the tables."""
    opened.execute_sql("DROP TABLE migration_note")
    opened.execute_sql("DELETE FROM schema_migration WHERE name = '0018_one_spelling'")
    if is_postgresql():  # a fixture that empties the tables counts from one again
        opened.execute_sql(
            "SELECT setval(pg_get_serial_sequence('schema_migration', 'id'), (SELECT MAX(id) FROM schema_migration))"
        )


def migrated(url: str, folder: Path) -> list[str]:
    assert storage.migrate() == [NAME]
    return respelling.settle(settings(url, folder), NOW)


def customer_of(row: int) -> int:
    return int(Deal.get_by_id(row).customer_id)


def heads_of(rows: list[int]) -> list[int]:
    packed = [pair.packed for pair in Pair.select().where(Pair.deal.in_(rows)).order_by(Pair.id)]
    letters = np.array([np.frombuffer(one.encode(), np.uint8) for one in packed]) - ord("a")
    return [int(number) for number in heads(letters)[0]]


def test_two_spellings_become_the_customer_who_came_first_with_everything_of_both(
    either_database: str, tmp_path: Path
) -> None:
    first, second, third = (
        respondents.answered_deals(1, customers=[email])[0] for email in (OTHER, KEPT, f"mailto:{KEPT}")
    )
    respondents.answered_deals(3)
    kept, gone = customer_of(first), customer_of(second)
    Customer.update(number="K-7").where(Customer.id == gone).execute()
    message = Message.select().first() or Message.create(
        kind="invitation", message_id="m-1", state="sent", due_at=NOW, created_at=NOW, changed_at=NOW
    )
    Message.update(customer=gone).where(Message.id == message.id).execute()
    OwnPair.update(customer=gone).where(OwnPair.deal == second).execute()
    before = Customer.select().count()
    as_before()
    told = migrated(either_database, tmp_path)
    assert [customer_of(row) for row in (first, second, third)] == [kept] * 3
    assert Customer.select().count() == before - 2
    row = Customer.get_by_id(kept)
    assert (row.email, row.number) == (KEPT, "K-7")
    assert heads_of([first, second, third]) == [kept] * 3
    assert Message.get_by_id(message.id).customer_id == kept
    assert not OwnPair.select().where(OwnPair.customer == gone).count()
    assert told[0] == f"{OTHER} and {KEPT} and mailto:{KEPT} were 3 customers and are one now: {KEPT}."
    assert "3 of them have answered (2 and 2 and 2 surveys)" in told[1]


def test_a_block_that_counted_one_customer_as_two_is_retired_and_keeps_its_shape(
    either_database: str, tmp_path: Path
) -> None:
    emails = [f"customer{number}@home.example" for number in range(38)]
    rows = respondents.answered_deals(40, customers=[OTHER, KEPT, *emails])
    apart = respondents.answered_deals(40, team="South", seed=3)
    freeze(respondents.settings(tmp_path, either_database), respondents.MONDAY)
    kept, gone = customer_of(rows[0]), customer_of(rows[1])
    members = {block.id: len(block.members) for block in Block.select()}
    assert len(members) == 2
    as_before()
    told = migrated(either_database, tmp_path)
    who = freezing.membership()
    assert (who.person == kept).sum() == 1
    assert not (who.person == gone).any()
    assert {block.id: len(block.members) for block in Block.select()} == members
    (retired,) = Block.select().where(Block.retired_at.is_null(False))
    assert bytes(retired.sums) == b""
    assert f"  Block {retired.id} counted one customer as two: it is in no release from now on." in told
    (alive,) = freezing.live_blocks()
    assert {*alive.person.tolist()} == {customer_of(row) for row in apart}
    assert {pair.packed for pair in Pair.select().where(Pair.deal.in_(rows))} == {""}


def test_two_customers_in_two_blocks_are_one_in_both_and_nothing_is_retired(
    either_database: str, tmp_path: Path
) -> None:
    north = respondents.answered_deals(20, customers=[OTHER, *(f"n{i}@home.example" for i in range(19))])
    respondents.answered_deals(20, customers=[KEPT, *(f"s{i}@home.example" for i in range(19))], team="South")
    freeze(respondents.settings(tmp_path, either_database), respondents.MONDAY)
    kept, blocks = customer_of(north[0]), Block.select().count()
    assert blocks == 2
    as_before()
    migrated(either_database, tmp_path)
    assert len(freezing.live_blocks()) == blocks
    assert (freezing.membership().person == kept).sum() == 2


def test_what_waits_in_a_queue_counts_a_joined_customer_once(either_database: str, tmp_path: Path) -> None:
    others = [f"customer{number}@home.example" for number in range(28)]
    rows = respondents.answered_deals(30, customers=[OTHER, KEPT, *others])
    as_before()
    migrated(either_database, tmp_path)
    freeze(respondents.settings(tmp_path, either_database), respondents.MONDAY)
    (block,) = Block.select()
    assert block.customers == len({customer_of(row) for row in rows}) == 29
    assert sorted(freezing.membership().person.tolist()) == sorted({customer_of(row) for row in rows})


@pytest.mark.parametrize("asked_as", ["former", "canonical", "kept_by_letter", "gone_by_letter"])
def test_who_opted_out_in_either_spelling_gets_no_mail_in_the_one_that_stays(
    either_database: str, tmp_path: Path, asked_as: str
) -> None:
    first, second = deal(email=OTHER).row, deal(email=KEPT).row
    deal(email="els@home.example")
    kept, gone = customer_of(first), customer_of(second)
    noted = {
        "former": hash_as_it_stood(SECRET, OTHER),
        "canonical": address_hash(SECRET, KEPT),
        "kept_by_letter": customer_hash(SECRET, kept),
        "gone_by_letter": customer_hash(SECRET, gone),
    }[asked_as]
    opt_outs.remember(noted, opt_outs.ASKED, NOW)
    as_before()
    migrated(either_database, tmp_path)
    assert opt_outs.is_opted_out(address_hash(SECRET, KEPT))
    assert opt_outs.is_opted_out(customer_hash(SECRET, kept))
    assert not opt_outs.is_opted_out(address_hash(SECRET, "els@home.example"))


def test_what_bounced_in_another_domain_is_tried_again_in_the_right_one(
    either_database: str, tmp_path: Path
) -> None:
    row = deal(email="jan@straße.example").row
    opt_outs.remember(hash_as_it_stood(SECRET, "jan@straße.example"), opt_outs.BOUNCED, NOW)
    as_before()
    told = migrated(either_database, tmp_path)
    assert Customer.get_by_id(customer_of(row)).email == "jan@xn--strae-oqa.example"
    assert told == ["jan@straße.example is kept as jan@xn--strae-oqa.example now."]
    assert not opt_outs.is_opted_out(address_hash(SECRET, "jan@straße.example"))


def test_names_and_numbers_get_one_spelling_and_cells_that_become_one_keep_their_pairs(
    either_database: str, tmp_path: Path
) -> None:
    apart = unicodedata.normalize("NFD", "Zuidoost Fryslân")
    rows = respondents.answered_deals(3, team="Zuidoost Fryslân")
    rows += respondents.answered_deals(3, team=apart, seed=2)
    rows += respondents.answered_deals(3, team="Zuidoost  Fryslân", seed=4)
    Deal.update(deal_id="Café 1").where(Deal.id == rows[0]).execute()
    Deal.update(deal_id=unicodedata.normalize("NFD", "Café 1")).where(Deal.id == rows[1]).execute()
    Deal.update(deal_id=unicodedata.normalize("NFD", "Café 2")).where(Deal.id == rows[2]).execute()
    Person.update(team=apart).where(Person.name == "Sanne").execute()
    assert QueueCell.select().count() == 3
    as_before()
    told = migrated(either_database, tmp_path)
    assert (
        {one.team for one in Deal.select()}
        == {"Zuidoost Fryslân"}
        == {one.team for one in QueueCell.select()}
    )
    assert QueueCell.select().count() == 1
    assert Pair.select().where(Pair.cell == QueueCell.get().id).count() == 9
    assert Deal.get_by_id(rows[2]).deal_id == "Café 2"
    assert [line for line in told if "two deals Café 1" in line]
    assert Person.get(Person.name == "Sanne").team == "Zuidoost Fryslân"


def test_two_people_of_one_address_are_told_and_one_alone_is_respelled(
    either_database: str, tmp_path: Path
) -> None:
    rows = [person("Anna"), person("Bram"), person("Chris")]
    for row, email in zip(
        rows, ("a@bücher.example", "a@xn--bcher-kva.example", "c@bücher.example"), strict=True
    ):
        Person.update(email=email).where(Person.id == row).execute()
    as_before()
    told = migrated(either_database, tmp_path)
    assert [Person.get_by_id(row).email for row in rows] == [
        "a@bücher.example", "a@xn--bcher-kva.example", "c@xn--bcher-kva.example",
    ]  # fmt: skip
    assert len(told) == 1
    assert "two people who work here" in told[0]


def test_nothing_runs_until_what_was_joined_is_told_and_then_nothing_of_it_is_left(
    either_database: str, tmp_path: Path
) -> None:
    deal(email=OTHER)
    as_before()
    storage.migrate()
    assert storage.pending() == [NAME]
    [note] = MigrationNote.select()
    assert json.loads(note.facts)["were"] == [OTHER]
    respelling.settle(settings(either_database, tmp_path), NOW)
    assert storage.pending() == []
    assert MigrationNote.select().count() == 0


def test_a_filled_database_in_one_spelling_is_left_as_it_is(either_database: str, tmp_path: Path) -> None:
    respondents.answered_deals(30)
    freeze(respondents.settings(tmp_path, either_database), respondents.MONDAY)
    before = everything()
    as_before()
    assert migrated(either_database, tmp_path) == []
    assert everything() == before


def everything() -> dict[str, list[Any]]:
    tables = sorted({*opened.get_tables()} - {"schema_migration"})
    found = {name: opened.execute_sql(f'SELECT * FROM "{name}"').fetchall() for name in tables}  # noqa: S608
    return {name: sorted(lines, key=repr) for name, lines in found.items()}


SPELLINGS = (
    "jan@straße.example", "jan@bücher.example", "jan@bu\u0308cher.example", "mailto:jan@bücher.example",
    "jos\u00e9@x.nl", "jose\u0301@x.nl", "jan@xn--bcher-kva.example", "jan@home.example", "jan@münchen.local",
)  # fmt: skip


def test_the_migration_spells_as_every_door_does() -> None:
    frozen = runpy.run_path(str(MIGRATIONS / f"{NAME}.py"))
    for address in SPELLINGS:
        assert frozen["_canonical"](address) == canonical(address)
    assert frozen["_spelled"](unicodedata.normalize("NFD", "Café  de Zoën ")) == spelled("Café de Zoën")
