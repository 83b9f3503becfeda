"""A mail keeps what came of each attempt, bounded, and it goes with the customer."""

from datetime import timedelta
from pathlib import Path

import pytest

from cast.mails import Failing
from cast.selling import NOON, Clock, company, line, sell
from kloof.actions import person_data
from kloof.actions.mailing import letters
from kloof.actions.mailing.bounces import take
from kloof.actions.mailing.dispatch import LEASE, Dispatch
from kloof.actions.mailing.outbox import Decision, catch_up, resolve
from kloof.config import Settings
from kloof.domain.access.audit_log import COMMAND_LINE
from kloof.domain.mailing.server_words import About
from kloof.domain.states import MessageState
from kloof.mail.bounces import Bounce
from kloof.mail.transport import Fate, Memory, TransportError
from kloof.storage.mailing import attempts, review
from kloof.storage.models import MailAttempt, Message

pytestmark = pytest.mark.usefixtures("either_database")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return company(tmp_path, bounce_address="bounces@warmtehuis.example")


@pytest.fixture
def clock() -> Clock:
    return Clock()


def rounds(settings: Settings, post: Memory, clock: Clock, days: int = 1) -> None:
    Dispatch(settings, post, "worker", clock, chance=lambda: 0.5).round()
    clock.forward(days=days)


def told() -> list[tuple[str, str]]:
    return [(line.state.value, line.said) for line in review.life(Message.get().id).lines]


def came_back(words: str, clock: Clock, settings: Settings) -> None:
    take(settings, Bounce(About.LATER, Message.get().message_id, words), clock.now)


def test_each_attempt_has_its_line_with_what_was_said_and_when(settings: Settings, clock: Clock) -> None:
    sell(settings, line())
    post = Failing(TransportError("450 not now", Fate.RETRY))
    rounds(settings, post, clock)
    rounds(settings, post, clock)
    came_back("552 full", clock, settings)
    clock.forward(days=1)
    rounds(settings, post, clock)
    assert told() == [("queued", "450 not now"), ("sent", "250 taken, 1"), ("bounced", "552 full")]
    life = review.life(Message.get().id)
    assert [line.at - NOON for line in life.lines] == [timedelta(days=day) for day in (0, 1, 2)]
    assert (life.entry.reply, life.sent_at) == ("250 taken, 2", NOON + timedelta(days=3))


def test_a_mail_that_went_out_and_stayed_out_has_no_line(settings: Settings, clock: Clock) -> None:
    sell(settings, line())
    rounds(settings, Failing(), clock)
    assert MailAttempt.select().count() == 0


def test_what_a_killed_worker_left_and_what_the_desk_decided_are_lines_too(
    settings: Settings, clock: Clock
) -> None:
    sell(settings, line())
    Message.update(state="sending", leased_by="gone", lease_ends_at=NOON).execute()
    catch_up(settings, clock.forward(seconds=LEASE.total_seconds() + 1))
    resolve(settings, [Message.get().id], Decision.AGAIN, clock.now)
    assert told() == [
        ("held", "The worker stopped while this mail was under way. Nobody knows whether it arrived."),
        ("queued", "Sent again by the desk."),
    ]


def test_a_letter_that_is_printed_again_was_printed_before(settings: Settings, clock: Clock) -> None:
    sell(settings, line(customer_email=""))
    letters.pdf_of_new(settings, NOON, COMMAND_LINE)
    letters.pdf_of_pile(settings, NOON, clock.forward(days=1), COMMAND_LINE)
    assert told() == [("sent", "Printed as a letter.")]
    assert review.life(Message.get().id).lines[0].at == NOON


def test_no_more_lines_are_kept_than_somebody_reads(settings: Settings) -> None:
    sell(settings, line())
    number = Message.get().id
    for turn in range(attempts.MOST + 15):
        attempts.note(number, NOON, MessageState.QUEUED, f"{turn} " + "x" * 1000)
    lines = review.life(number).lines
    assert len(lines) == attempts.MOST
    assert [line.said.split()[0] for line in lines] == [str(turn) for turn in range(15, attempts.MOST + 15)]
    assert {len(line.said) for line in lines} == {attempts.LONGEST}


def test_the_export_gives_the_lines_and_erasing_takes_them_along(settings: Settings, clock: Clock) -> None:
    sell(settings, line())
    sell(settings, line(2))
    post = Failing(*(TransportError(f"450 no to {name}", Fate.RETRY) for name in "ab"))
    rounds(settings, post, clock)
    assert MailAttempt.select().count() == 2
    given = person_data.export(settings, "customer1@example.com", NOON)
    [mail] = given["deals"][0]["surveys"][0]["mails"]
    assert mail["attempts"] == [{"at": NOON.isoformat(), "state": "queued", "said": "450 no to a"}]
    person_data.erase(settings, "customer1@example.com", NOON)
    assert [row.said for row in MailAttempt.select()] == ["450 no to b"]
