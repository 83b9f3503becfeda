"""A mail server says no, in a real conversation: whom it means decides what happens to this mail and to all others."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from cast.bounces import report
from cast.opt_outs import unmailed
from cast.selling import NOON, Clock, company, line, sell, survey
from instruments.bad_server import RefusingServer
from kloof.actions import health
from kloof.actions.deals.imports import import_deals
from kloof.actions.doctor import examine
from kloof.actions.mailing.bounces import take
from kloof.actions.mailing.dispatch import TAKEN, Dispatch, RoundResult
from kloof.actions.mailing.outbox import Decision, catch_up, resolve
from kloof.config import Settings
from kloof.domain.access.people import Role
from kloof.domain.mailing.schedule import MOST_TRIES
from kloof.mail.bounces import read
from kloof.mail.smtp import Smtp
from kloof.mail.transport import Memory
from kloof.storage.access import people
from kloof.storage.mailing import outbox, refused, sending
from kloof.storage.models import Invitation, Message, SignIn

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.slow]

OF_US = [
    ("mail", "530 5.7.0 Authentication required"),
    ("mail", "550 5.4.5 Daily user sending limit exceeded"),
    ("mail", "553 5.7.1 Sender address rejected: not owned by user"),
    ("mail", "550 5.1.1 User unknown"),
    ("rcpt", "554 5.7.1 Relay access denied"),
    ("rcpt", "554 5.7.1 Client host [192.0.2.9] blocked using a block list"),
    ("rcpt", "450 4.7.1 Client host rejected: cannot find your hostname"),
    ("text", "550 5.7.26 Refused for the DMARC policy of the sender"),
]


@pytest.fixture
def settings(tmp_path: Path, database: str) -> Settings:
    made = company(tmp_path, bounce_address="bounces@warmtehuis.example")
    return made.model_copy(update={"database_url": database})


@pytest.fixture
def clock() -> Clock:
    return Clock()


@contextmanager
def refusing(
    settings: Settings, clock: Clock, step: str, reply: str
) -> Iterator[tuple[Dispatch, RefusingServer]]:
    with RefusingServer(step, reply) as server:
        transport = Smtp(f"smtp://127.0.0.1:{server.port}", seconds_to_answer=5)
        yield Dispatch(settings, transport, "worker", clock, chance=lambda: 0.5), server
        transport.close()


@pytest.mark.parametrize(("step", "reply"), OF_US)
def test_a_refusal_of_us_ends_the_round_keeps_the_queue_and_is_shown(
    settings: Settings, clock: Clock, step: str, reply: str
) -> None:
    for number in range(8):
        sell(settings, line(number))
    with refusing(settings, clock, step, reply) as (worker, server):
        result = worker.round()
        assert (result.sent, result.failed, result.held, server.asked) == (0, 0, 0, 1)
        assert reply[:3] in str(result.trouble)
        assert {(row.state, row.attempts) for row in Message.select()} == {("queued", 0)}
        assert {row.state for row in Invitation.select()} == {"planned"}
        assert unmailed() == {}
        works = health.work(settings, clock())
        assert ("mail_refused" in works["reasons"], works["mail_refused_since"]) == (True, NOON.isoformat())
        assert any(not found.well and reply[:3] in found.what for found in examine(settings, clock()))
        server.refusing = False
        clock.forward(minutes=10)
        assert worker.round().sent == 8
    assert refused.standing(clock()) == []
    assert "mail_refused" not in health.work(settings, clock())["reasons"]


def test_a_refusal_of_us_never_uses_up_the_tries_of_a_mail(settings: Settings, clock: Clock) -> None:
    sell(settings, line())
    with refusing(settings, clock, "mail", "550 5.4.5 Daily user sending limit exceeded") as (worker, _):
        for _ in range(MOST_TRIES + 2):
            clock.forward(minutes=10)
            worker.round()
    assert (Message.get().state, Message.get().attempts) == ("queued", 0)
    [refusal] = refused.standing(clock())
    assert (refusal.since, refusal.last_at) == (NOON + timedelta(minutes=10), clock())


def test_one_mail_that_a_server_refuses_us_does_not_hold_up_what_it_takes(
    settings: Settings, clock: Clock
) -> None:
    for number in range(3):
        sell(settings, line(number))
    first = Message.select().order_by(Message.id).get()

    class OnlyOne(RefusingServer):
        def _refuses(self, step: str) -> bool:
            return self.asked == 1 or (self.asked > 3 and step == "rcpt")

    with OnlyOne("rcpt", "554 5.7.1 Relay access denied") as server:
        transport = Smtp(f"smtp://127.0.0.1:{server.port}", seconds_to_answer=5)
        worker = Dispatch(settings, transport, "worker", clock, chance=lambda: 0.5)
        assert worker.round().sent == 0
        clock.forward(minutes=1)
        assert worker.round().sent == 2
        transport.close()
    left = Message.get_by_id(first.id)
    assert (left.state, left.attempts) == ("queued", 1)


def test_a_dead_address_stops_every_deal_of_its_customer_at_the_first_refusal(
    settings: Settings, clock: Clock
) -> None:
    for number in (1, 2, 3):
        sell(settings, line(number, customer_email="gone@example.com"))
    sell(settings, line(4))
    with refusing(settings, clock, "rcpt", "550 5.1.1 User unknown") as (worker, server):
        worker.round()
        asked = server.asked
        for _ in range(10):
            clock.forward(days=1)
            catch_up(settings, clock())
            worker.round()
    assert asked == server.asked == 2
    assert unmailed() == {"bounced": 2}
    states = [row.state for row in Message.select().order_by(Message.id)]
    assert states == ["failed", "cancelled", "cancelled", "failed"]
    assert "550 5.1.1 User unknown" in Message.get_by_id(1).last_reply


def test_a_full_mailbox_waits_for_a_day_and_the_third_time_is_the_last(
    settings: Settings, clock: Clock
) -> None:
    sell(settings, line())
    with refusing(settings, clock, "rcpt", "552 5.2.2 Mailbox full") as (worker, _):
        worker.round()
        assert (Message.get().state, Message.get().due_at) == ("queued", NOON + timedelta(days=1))
        assert unmailed() == {}
        for _ in range(2):
            clock.forward(days=1)
            worker.round()
    assert (Message.get().state, Invitation.get().state) == ("failed", "stopped")
    assert unmailed() == {"bounced": 1}


def test_a_full_mailbox_that_is_emptied_gets_its_mail(settings: Settings, clock: Clock) -> None:
    sell(settings, line())
    with refusing(settings, clock, "rcpt", "452 4.2.2 The mailbox is over quota") as (worker, server):
        worker.round()
        server.refusing = False
        clock.forward(hours=23)
        assert worker.round().sent == 0
        clock.forward(hours=1)
        assert worker.round().sent == 1


def test_what_a_mail_says_fails_for_a_person_and_stops_nobody(settings: Settings, clock: Clock) -> None:
    for number in (1, 2):
        sell(settings, line(number))
    with refusing(settings, clock, "text", "554 5.6.0 This looks like spam") as (worker, _):
        assert worker.round().failed == 2
    assert unmailed() == {}
    assert {row.state for row in Invitation.select()} == {"planned"}


def test_an_address_that_was_dead_at_the_server_is_asked_again_when_the_desk_says_so(
    settings: Settings, clock: Clock
) -> None:
    sell(settings, line())
    with refusing(settings, clock, "rcpt", "550 5.1.1 User unknown") as (worker, server):
        worker.round()
        server.refusing = False
        resolve(settings, [1], Decision.AGAIN, clock())
        assert worker.round().sent == 1
    assert (Message.get().state, Invitation.get().state) == ("sent", "invited")


HEAD = (
    "deal_id,customer_name,customer_email,language,salesperson_email,team,region,product,survey,sold_on,"
    "customer_number\n"
)


def load(settings: Settings, clock: Clock, email: str, number: str) -> None:
    row = f"D-1,Customer 1,{email},nl,eva@warmtehuis.example,Utrecht,Midden,Warmtepomp,project,2026-09-14,{number}\n"
    done = import_deals(settings, HEAD + row, "deals.csv", {"project": survey()}, clock())
    assert not done.refused


@pytest.mark.parametrize("number", ["", "K-1"], ids=["by address", "by number"])
@pytest.mark.parametrize("how", ["refused", "came back"])
def test_a_corrected_import_reaches_a_customer_whose_address_was_dead(
    settings: Settings, clock: Clock, number: str, how: str
) -> None:
    sell(settings, line(customer_number=number))
    if how == "refused":
        with refusing(settings, clock, "rcpt", "550 5.1.1 User unknown") as (worker, _):
            worker.round()
    else:
        Dispatch(settings, Memory(), "worker", clock).round()
        take(settings, read(report("5.1.1", message_id=Message.get().message_id)), clock())
    assert Invitation.get().state == "stopped"
    clock.forward(days=1)
    load(settings, clock, "right@example.com", number)
    post = Memory()
    assert Dispatch(settings, post, "worker", clock).round().sent == 1
    assert post.sent[0][1] == "right@example.com"


def test_the_same_file_again_does_not_wake_an_address_that_is_dead(settings: Settings, clock: Clock) -> None:
    sell(settings, line())
    with refusing(settings, clock, "rcpt", "550 5.1.1 User unknown") as (worker, server):
        worker.round()
        load(settings, clock, "customer1@example.com", "")
        clock.forward(days=1)
        worker.round()
        assert server.asked == 1


def test_who_signs_in_is_not_kept_waiting_by_a_worker_that_was_killed(
    settings: Settings, clock: Clock
) -> None:
    people.put("eva@warmtehuis.example", "Eva Bakker", {Role.SALESPERSON}, "Utrecht", NOON)
    for number in range(3):
        until = NOON + timedelta(minutes=15)
        link = SignIn.create(
            person=1, fingerprint=str(number), salt=b"s" * 32, created_at=NOON, expires_at=until
        )
        outbox.queue_sign_in(link.id, NOON)
    dead = Dispatch(settings, Memory(), "dead", clock)
    taken = dead.batches.take(RoundResult()) or []
    assert len(taken) == 3
    living = Dispatch(settings, Memory(), "living", clock)
    assert living.round().sent == 0
    clock.now = NOON + TAKEN
    assert living.round().sent == 3
    assert not any(sending.turn(None, mail, "dead", clock.now + TAKEN, clock.now) for mail in taken)
