"""What was queued and sent while a kind still held its number keeps both, and stays the only one of its kind."""

from collections.abc import Iterator
from typing import Any

import pytest
from peewee import IntegrityError
from playhouse.migrations import Runner

from cast import former
from cast.builders import NOW, deal
from kloof import storage
from kloof.domain.surveys.definition import Wave
from kloof.storage.database import database, taken_back
from kloof.storage.mailing import subjects
from kloof.storage.models import Call, Message
from kloof.storage.schema import MIGRATIONS

BEFORE = "0011_calls"
TO_CUSTOMER = (
    "invitation",
    "reminder-1",
    "reminder-2",
    "reminder-10",
    "findings-3",
    "findings-14",
    "solved-2",
)
TO_COLLEAGUE = ("call-1", "call-due-1", "call-2", "call-due-2")
ALONE = ("handover", "sign-in")


pytestmark = pytest.mark.xdist_group("numbered kinds")


@pytest.fixture(scope="module")
def migrated(scratch_of_a_module: str) -> str:
    """A database in which mails of every kind were kept before the number stood apart, and then migrated."""
    storage.open_database(scratch_of_a_module)
    storage.ensure_connected()
    Runner(database.obj, str(MIGRATIONS)).up(BEFORE)
    seller = former.seller()
    invitation = deal(waves=(Wave.DELIVERY,), seller=seller).invitations[Wave.DELIVERY]
    call = Call.create(deal=1, owner=seller, state="open", time=2, opened_at=NOW, due_on=NOW.date()).id
    for kind in TO_CUSTOMER:
        keep(kind, invitation_id=invitation, **({"call_id": call} if kind == "solved-2" else {}))
    for kind in TO_COLLEAGUE:
        keep(kind, call_id=call, recipient_id=seller)
    for kind in ALONE:
        keep(kind)
    storage.migrate()
    storage.close_database()
    return scratch_of_a_module


@pytest.fixture
def numbered(migrated: str) -> Iterator[None]:
    """That database, open; what a test does to it is taken back."""
    storage.open_database(migrated)
    with storage.transaction(), taken_back():
        yield


def keep(kind: str, **refers_to: int) -> None:
    at = Message.sent_at.db_value(NOW)
    row: dict[str, Any] = {
        "kind": kind, "message_id": kind, "urgent": False, "state": "queued", "due_at": at, "attempts": 0,
        "soft_bounces": 0, "leased_by": "", "last_reply": "", "created_at": at, "changed_at": at,
    } | refers_to  # fmt: skip
    names, holes = ", ".join(f'"{name}"' for name in row), ", ".join([database.obj.param] * len(row))
    database.execute_sql(f'INSERT INTO "message" ({names}) VALUES ({holes})', tuple(row.values()))  # noqa: S608


def test_every_mail_keeps_its_kind_and_its_number(numbered: None) -> None:
    kept = {row.message_id: (row.kind, row.ordinal) for row in Message.select()}
    assert kept == {
        "invitation": ("invitation", 0),
        "reminder-1": ("reminder", 1),
        "reminder-2": ("reminder", 2),
        "reminder-10": ("reminder", 10),
        "findings-3": ("findings", 3),
        "findings-14": ("findings", 14),
        "solved-2": ("solved", 2),
        "call-1": ("call", 1),
        "call-2": ("call", 2),
        "call-due-1": ("call-due", 1),
        "call-due-2": ("call-due", 2),
        "handover": ("handover", 0),
        "sign-in": ("sign-in", 0),
    }


def test_the_database_still_refuses_a_second_one(numbered: None) -> None:
    for earlier in ("invitation", "reminder-2", "findings-14", "solved-2", *TO_COLLEAGUE):
        with pytest.raises(IntegrityError, match=r"(?i)unique"), storage.transaction():
            once_more(earlier)


def test_the_next_one_of_a_kind_is_another(numbered: None) -> None:
    for earlier in ("reminder-2", "findings-14", "solved-2", "call-2", "call-due-2"):
        once_more(earlier, ordinal=15)
    assert Message.select().where(Message.ordinal == 15).count() == 5


def once_more(message_id: str, **changes: Any) -> None:
    """Keep a mail that differs from an earlier one in nothing but this."""
    row = Message.get(Message.message_id == message_id).__data__
    facts = {name: value for name, value in row.items() if name != "id"} | changes
    Message.insert(facts | {"message_id": f"another {message_id}"}).execute()


def test_a_worker_reads_what_waited_as_before(numbered: None) -> None:
    waiting = [
        row.id for row in Message.select().where(Message.message_id.not_in(ALONE)).order_by(Message.id)
    ]
    mails = subjects.outgoing(waiting)
    assert [mail.kind.numbered(mail.ordinal) for mail in mails] == [*TO_CUSTOMER, *TO_COLLEAGUE]
    assert all(isinstance(mail.subject, mail.kind.about) for mail in mails)
