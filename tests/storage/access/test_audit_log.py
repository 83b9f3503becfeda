"""The audit log: it only grows, it knows no names, and it says nothing about a customer who was erased."""

import pytest
from peewee import DatabaseError

from cast.builders import NOW, deal, person
from kloof import storage
from kloof.domain.access.audit_log import COMMAND_LINE, CUSTOMER, Actor, ActorKind, AuditAction
from kloof.storage.access import audit_log
from kloof.storage.database import database as opened
from kloof.storage.models import AuditEntry, AuditSubject, Customer, Deal

READER = "Sanne de Vries"


def seller() -> Actor:
    return Actor(ActorKind.PERSON, person(READER), "salesperson")


TAMPERING = [
    "UPDATE audit_entry SET what = 'frozen'",
    "DELETE FROM audit_entry",
    "DELETE FROM audit_entry WHERE id = 1",
]
IN_SQLITE = [
    "INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry",
    "REPLACE INTO audit_entry SELECT * FROM audit_entry",
]


def refused(statement: str) -> None:
    audit_log.write(COMMAND_LINE, AuditAction.FROZEN, NOW, detail="2 blocks")
    before = list(AuditEntry.select().dicts())
    with pytest.raises(DatabaseError, match="only grows"), storage.transaction():
        opened.execute_sql(statement)
    assert list(AuditEntry.select().dicts()) == before != []


@pytest.mark.parametrize("statement", TAMPERING)
def test_the_database_itself_refuses_to_change_or_delete_a_line(either_database: str, statement: str) -> None:
    refused(statement)


@pytest.mark.parametrize("statement", IN_SQLITE)
def test_a_line_cannot_be_replaced_by_another_with_its_number(database: str, statement: str) -> None:
    refused(statement)


@pytest.mark.postgresql
def test_the_log_cannot_be_emptied_at_once(postgresql: str) -> None:
    refused("TRUNCATE audit_entry")


def test_the_part_about_a_deal_says_who_did_what_and_when(either_database: str) -> None:
    mine, other = deal(), deal()
    audit_log.write(seller(), AuditAction.FEEDBACK_READ, NOW, deals=[mine.row, other.row])
    audit_log.write(CUSTOMER, AuditAction.CONSENT_CHANGED, NOW, deals=[mine.row], detail="named to totals")
    found = [
        (entry.name, entry.who.role, entry.what, entry.deal_id, entry.at)
        for entry in audit_log.about_deals([mine.row])
    ]
    assert found == [
        (READER, "salesperson", AuditAction.FEEDBACK_READ, mine.deal_id, NOW),
        ("", "", AuditAction.CONSENT_CHANGED, mine.deal_id, NOW),
    ]


def test_what_is_undone_leaves_no_line(either_database: str) -> None:
    mine = deal()

    def fails() -> None:
        with storage.transaction():
            audit_log.write(CUSTOMER, AuditAction.ANSWERS_WITHDRAWN, NOW, deals=[mine.row])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert audit_log.about_deals([mine.row]) == []


def test_no_line_holds_a_name_an_address_or_the_deals_own_id(database: str) -> None:
    mine = deal()
    audit_log.write(seller(), AuditAction.FEEDBACK_READ, NOW, deals=[mine.row])
    [line] = AuditEntry.select().dicts()
    for known in (READER, mine.email, mine.deal_id, "Customer"):
        assert all(known not in str(value) for value in line.values())


def test_after_erasure_the_lines_stay_and_lead_to_nobody_not_even_to_who_gets_the_same_number(
    database: str,
) -> None:
    mine = deal()
    audit_log.write(seller(), AuditAction.FEEDBACK_READ, NOW, deals=[mine.row])
    Deal.delete().execute()
    Customer.delete().execute()
    assert (AuditEntry.select().count(), AuditSubject.select().count()) == (1, 0)
    next_one = deal()
    assert next_one.row == mine.row, "SQLite gives the number again"
    assert audit_log.about_deals([next_one.row]) == []


def test_a_page_of_deals_takes_two_statements(database: str) -> None:
    who, deals = seller(), [deal().row for _ in range(25)]
    audit_log.write(who, AuditAction.FEEDBACK_LISTED, NOW, deals=deals)
    with storage.counted_queries() as queries:
        audit_log.write(who, AuditAction.FEEDBACK_LISTED, NOW, deals=deals)
    assert len(queries) == 2
    assert AuditEntry.select().count() == 50
