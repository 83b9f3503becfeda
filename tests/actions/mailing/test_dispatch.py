"""Sending what is due."""

import email
import email.policy
from collections.abc import Callable
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from cast.mails import Failing
from cast.selling import NOON, Clock, company, deliver, line, sell
from kloof.actions.mailing import opt_out
from kloof.actions.mailing.dispatch import LEASE, PATIENCE, Dispatch, RoundResult
from kloof.actions.mailing.outbox import catch_up
from kloof.config import Settings
from kloof.domain.access import tokens
from kloof.domain.mailing.messages import Outgoing
from kloof.domain.mailing.schedule import MOST_TRIES
from kloof.domain.states import InvitationState, MessageState
from kloof.domain.surveys.definition import Wave
from kloof.mail.transport import Fate, Memory, TransportError, nothing
from kloof.storage.mailing import outbox, sending
from kloof.storage.models import Invitation, Message

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return company(tmp_path)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def go(settings: Settings, transport: Memory, clock: Clock) -> RoundResult:
    return Dispatch(settings, transport, "worker", clock, chance=lambda: 0.5).round()


def message(**where: object) -> Message:
    return Message.get(*(getattr(Message, name) == value for name, value in where.items()))


def read(transport: Memory, number: int = 0) -> EmailMessage:
    found = email.message_from_bytes(transport.sent[number][2], policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def test_a_sold_deal_gets_one_invitation_with_its_own_link(settings: Settings, clock: Clock) -> None:
    sell(settings, line())
    transport = Memory()
    assert go(settings, transport, clock).sent == 1
    row = Invitation.get()
    token = tokens.token(settings.secret_key, tokens.Purpose.SURVEY, row.link_salt)
    assert tokens.fingerprint(token) == row.link_fingerprint
    body = read(transport).get_body(("plain",))
    assert body
    assert f"https://feedback.warmtehuis.example/s/{token}" in body.get_content()
    assert (row.state, message().state) == (InvitationState.INVITED, MessageState.SENT)


def test_a_second_round_sends_nothing_again(settings: Settings, clock: Clock) -> None:
    sell(settings, line())
    transport = Memory()
    go(settings, transport, clock)
    assert go(settings, transport, clock).sent == 0
    assert len(transport.sent) == 1


def test_inviting_twice_leaves_one_invitation(settings: Settings) -> None:
    deal = sell(settings, line())
    sell(settings, line())
    assert Invitation.select().where(Invitation.deal == deal.id).count() == 1
    assert Message.select().count() == 1


def test_sending_is_committed_before_the_server_hears_a_word(settings: Settings, clock: Clock) -> None:
    seen: list[str] = []

    class Looking(Memory):
        def send(
            self, sender: str, recipient: str, data: bytes, meanwhile: Callable[[], None] = nothing
        ) -> str:
            seen.append(message().state)
            return super().send(sender, recipient, data, meanwhile)

    sell(settings, line())
    go(settings, Looking(), clock)
    assert seen == ["sending"]


def test_what_failed_before_the_text_left_is_tried_again_later_with_the_same_message_id(
    settings: Settings, clock: Clock
) -> None:
    sell(settings, line())
    transport = Failing(TransportError("451 later, please", Fate.RETRY))
    assert go(settings, transport, clock).again == 1
    row = message()
    assert (row.state, row.attempts, row.last_reply) == ("queued", 1, "451 later, please")
    assert row.due_at == NOON + timedelta(seconds=15)
    assert go(settings, transport, clock).sent == 0
    clock.now = row.due_at
    assert go(settings, transport, clock).sent == 1
    assert read(transport)["Message-ID"] == f"<{row.message_id}@warmtehuis.example>"


@pytest.mark.slow
def test_after_48_tries_a_person_decides(settings: Settings, clock: Clock) -> None:
    sell(settings, line())
    transport = Failing(*(TransportError("451 later", Fate.RETRY) for _ in range(MOST_TRIES)))
    for _ in range(MOST_TRIES):
        clock.now = message().due_at
        go(settings, transport, clock)
    assert message().state == "held"
    assert message().last_reply == "Tried 48 times. 451 later"
    assert timedelta(hours=3.5) < clock.now - NOON < timedelta(hours=4.5)


def test_what_died_after_the_text_left_is_held_and_never_guessed(settings: Settings, clock: Clock) -> None:
    sell(settings, line())
    transport = Failing(TransportError("The connection broke.", Fate.UNKNOWN))
    assert go(settings, transport, clock).held == 1
    clock.forward(days=1)
    assert go(settings, transport, clock).sent == 0
    assert message().state == "held"


def test_a_permanent_refusal_stops_at_once(settings: Settings, clock: Clock) -> None:
    sell(settings, line())
    transport = Failing(TransportError("550 no such user", Fate.STOP))
    assert go(settings, transport, clock).failed == 1
    assert message().state == "failed"
    clock.forward(days=1)
    assert go(settings, transport, clock).sent == 0


def test_a_server_that_is_away_ends_the_round_and_costs_no_mail_a_try(
    settings: Settings, clock: Clock
) -> None:
    for number in range(3):
        sell(settings, line(number))
    transport = Failing(TransportError("no server", Fate.RETRY, of_server=True))
    result = go(settings, transport, clock)
    assert str(result.trouble) == "no server"
    assert sorted(row.attempts for row in Message.select()) == [0, 0, 0]
    clock.forward(minutes=1)
    assert go(settings, transport, clock).sent == 3


def test_a_message_that_a_dead_worker_was_sending_is_held_when_its_lease_ends(
    settings: Settings, clock: Clock
) -> None:
    sell(settings, line())

    class Dying(Memory):
        def send(
            self, sender: str, recipient: str, data: bytes, meanwhile: Callable[[], None] = nothing
        ) -> str:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        go(settings, Dying(), clock)
    clock.forward(seconds=LEASE.total_seconds() - 1)
    catch_up(settings, clock())
    assert message().state == "sending"
    clock.forward(seconds=1)
    catch_up(settings, clock())
    assert message().state == "held"


def test_a_slow_worker_may_still_say_that_a_held_message_was_sent(settings: Settings, clock: Clock) -> None:
    sell(settings, line())

    class Slow(Memory):
        def send(
            self, sender: str, recipient: str, data: bytes, meanwhile: Callable[[], None] = nothing
        ) -> str:
            clock.forward(hours=1)
            catch_up(settings, clock())
            assert message().state == "held"
            return super().send(sender, recipient, data, meanwhile)

    go(settings, Slow(), clock)
    assert message().state == "sent"


def test_what_is_urgent_does_not_wait_for_a_batch_that_a_slow_server_drags_out(
    settings: Settings, clock: Clock
) -> None:
    for number in range(1, 6):
        sell(settings, line(number))
    last = Message.select().order_by(Message.id.desc()).get()
    Message.update(state="letter").where(Message.id == last.id).execute()
    delivered: list[str] = []

    class Dragging(Memory):
        def send(
            self, sender: str, recipient: str, data: bytes, meanwhile: Callable[[], None] = nothing
        ) -> str:
            delivered.append(recipient)
            if len(delivered) == 1:
                Message.update(state="queued", urgent=True).where(Message.id == last.id).execute()
            clock.forward(seconds=PATIENCE.seconds // 2 + 1)
            return super().send(sender, recipient, data, meanwhile)

    assert go(settings, Dragging(), clock).sent == 5
    assert [address.partition("@")[0] for address in delivered] == [
        *("customer1", "customer2"),
        *("customer5", "customer3", "customer4"),
    ]


def test_two_workers_do_not_take_the_same_message(settings: Settings, clock: Clock) -> None:
    for number in range(4):
        sell(settings, line(number))
    first, second = (Dispatch(settings, Memory(), name, clock, batch=2) for name in ("one", "two"))
    taken = [mail.id for worker in (first, second) for mail in worker.batches.take(RoundResult()) or []]
    assert sorted(taken) == sorted(row.id for row in Message.select())


def test_a_message_whose_lease_went_to_somebody_else_is_not_begun(settings: Settings, clock: Clock) -> None:
    sell(settings, line())
    late, other = (Dispatch(settings, Memory(), name, clock) for name in ("late", "other"))
    (mail,) = late.batches.take(RoundResult()) or []
    clock.now = NOON + LEASE
    assert other.batches.take(RoundResult())
    assert not sending.turn(None, mail, "late", clock.now + LEASE, clock.now)


@pytest.mark.slow
def test_a_reminder_goes_to_who_has_not_submitted_and_two_is_the_end(
    settings: Settings, clock: Clock
) -> None:
    sell(settings, line())
    transport = Memory()
    days = []
    for day in range(60):
        clock.now = NOON + timedelta(days=day)
        catch_up(settings, clock())
        days += [day] * go(settings, transport, clock).sent
    assert days == [0, 4, 10]
    assert "Herinnering" in read(transport, 1)["Subject"]
    assert Invitation.get().state == InvitationState.EXPIRED


@pytest.mark.parametrize("state", ["submitted", "withdrawn", "stopped", "cancelled", "expired"])
def test_a_queued_reminder_is_not_sent_to_who_is(settings: Settings, clock: Clock, state: str) -> None:
    sell(settings, line())
    transport = Memory()
    go(settings, transport, clock)
    clock.forward(days=4)
    catch_up(settings, clock())
    Invitation.update(state=state).execute()
    assert go(settings, transport, clock).withdrawn == 1
    assert message(kind="reminder").state == "cancelled"
    assert len(transport.sent) == 1


def test_who_submits_while_the_reminder_is_being_made_does_not_get_it(
    settings: Settings, clock: Clock
) -> None:
    sell(settings, line())
    transport = Memory()
    go(settings, transport, clock)
    clock.forward(days=4)
    catch_up(settings, clock())
    worker = Dispatch(settings, transport, "worker", clock)
    mails = worker.batches.take(RoundResult()) or []
    Invitation.update(state="submitted").execute()
    worker._send_all(mails, RoundResult(), lambda: False)
    assert len(transport.sent) == 1


@pytest.mark.slow
def test_an_opt_out_stops_every_deal_of_that_address_of_today_and_tomorrow(
    settings: Settings, clock: Clock
) -> None:
    sell(settings, line(1))
    transport = Memory()
    go(settings, transport, clock)
    token = tokens.token(settings.secret_key, tokens.Purpose.OPT_OUT, Invitation.get().link_salt)
    sell(settings, line(2, customer_email="customer1@example.com"))
    opt_out.stop(settings, token, NOON)
    sell(settings, line(3, customer_email="customer1@example.com"))
    for _ in range(40):
        clock.forward(days=1)
        catch_up(settings, clock())
        go(settings, transport, clock)
    assert len(transport.sent) == 1
    assert {row.state for row in Invitation.select()} <= {InvitationState.STOPPED, InvitationState.EXPIRED}


def test_a_customer_with_many_deals_gets_one_mail_a_day(settings: Settings, clock: Clock) -> None:
    for number in range(3):
        sell(settings, line(number, customer_email="one@example.com"))
    transport = Memory()
    per_day = []
    for _ in range(4):
        per_day.append(go(settings, transport, clock).sent)
        clock.forward(days=1)
    assert per_day == [1, 1, 1, 0]


@pytest.mark.slow
def test_the_second_survey_goes_before_a_first_one_and_is_never_dropped(tmp_path: Path, clock: Clock) -> None:
    settings = company(tmp_path, most_per_month=1, first_waits_days=90)
    deal = sell(settings, line(1))
    transport = Memory()
    go(settings, transport, clock)
    sell(settings, line(2, customer_email="customer1@example.com"))
    deliver(settings, deal, date(2026, 9, 15), now=NOON)
    days = []
    for day in range(70):
        clock.now = NOON + timedelta(days=day)
        catch_up(settings, clock())
        if go(settings, transport, clock).sent:
            days.append((day, read(transport, -1)["Subject"]))
    assert days[0] == (30, "Warmtehuis: kreeg u wat u verwachtte?")
    assert days[1] == (60, "Warmtehuis: wat verwacht u van Warmtepomp?")


def test_what_is_not_asked_before_delivery_is_not_asked_afterwards(settings: Settings, clock: Clock) -> None:
    deal = sell(settings, line())
    deliver(settings, deal, date(2026, 9, 15), now=NOON)
    transport = Memory()
    go(settings, transport, clock)
    subjects = [read(transport, number)["Subject"] for number in range(len(transport.sent))]
    assert subjects == ["Warmtehuis: kreeg u wat u verwachtte?"]


def test_outside_sending_hours_mail_waits_for_the_morning(tmp_path: Path, clock: Clock) -> None:
    settings = company(tmp_path, hours=(9, 17), weekdays=(1, 2, 3, 4, 5))
    sell(settings, line())
    transport = Memory()
    clock.now = NOON.replace(hour=20)
    assert go(settings, transport, clock).sent == 0
    assert message().due_at == NOON.replace(day=16, hour=7)
    assert outbox.health(clock.now).oldest_due_at is None


def test_a_mail_that_cannot_be_made_does_not_keep_the_others_waiting(
    settings: Settings, clock: Clock
) -> None:
    for number in range(3):
        sell(settings, line(number))
    worker = Dispatch(settings, Memory(), "worker", clock)
    made = worker.renderer.render

    def faulty(mail: Outgoing, *rest: object) -> object:
        if mail.to.email == "customer1@example.com":
            raise ValueError("no such thing")
        return made(mail, *rest)  # type: ignore[arg-type]

    worker.renderer.render = faulty  # type: ignore[assignment,method-assign]
    result = worker.round()
    assert (result.sent, result.failed) == (2, 1)


def test_an_invitation_stays_open_for_its_days_from_the_moment_it_went_out(
    settings: Settings, clock: Clock
) -> None:
    sell(settings, line())
    clock.forward(days=30)
    catch_up(settings, clock())
    go(settings, Memory(), clock)
    row = Invitation.get(Invitation.wave == Wave.SALE)
    assert (row.state, row.expires_at) == ("invited", clock.now + timedelta(days=45))


def test_stopping_gives_back_what_was_taken(settings: Settings, clock: Clock) -> None:
    for number in range(3):
        sell(settings, line(number))
    transport = Memory()
    asked = iter([False, False, True])
    Dispatch(settings, transport, "worker", clock).round(lambda: next(asked, True))
    assert len(transport.sent) == 1
    assert Message.select().where(Message.state == "queued", Message.lease_ends_at.is_null()).count() == 2
