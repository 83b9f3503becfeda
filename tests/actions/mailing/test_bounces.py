"""A hard bounce stops, a soft one is tried again, an auto-reply does not count."""

import mailbox
from datetime import timedelta
from pathlib import Path

import pytest

from cast.selling import NOON, Clock, company, line, sell
from kloof.actions.mailing.bounces import BounceReport, gather, take
from kloof.actions.mailing.dispatch import Dispatch
from kloof.actions.mailing.outbox import catch_up
from kloof.config import Settings
from kloof.domain.errors import Refused
from kloof.mail.bounces import Bounce, BounceKind
from kloof.mail.mailboxes import from_maildir
from kloof.mail.transport import Memory
from kloof.storage.models import Invitation, Message

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return company(tmp_path, bounce_address="bounces@warmtehuis.example")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def post(settings: Settings, clock: Clock) -> Memory:
    """The mail server, after one invitation went out."""
    sell(settings, line())
    post = Memory()
    Dispatch(settings, post, "worker", clock).round()
    return post


def bounce(kind: BounceKind) -> Bounce:
    return Bounce(kind, Message.get().message_id, "550 gone")


def test_a_hard_bounce_stops_the_survey_and_everything_else_for_that_address(
    settings: Settings, clock: Clock, post: Memory
) -> None:
    assert take(settings, bounce(BounceKind.HARD), NOON) is BounceKind.HARD
    sell(settings, line(2, customer_email="customer1@example.com"))
    for _ in range(20):
        clock.forward(days=1)
        catch_up(settings, clock())
        Dispatch(settings, post, "worker", clock).round()
    assert len(post.sent) == 1
    assert Message.get_by_id(1).state == "bounced"
    assert Message.get_by_id(1).last_reply == "550 gone"
    assert {row.state for row in Invitation.select()} == {"stopped"}


def test_a_soft_bounce_is_tried_again_the_next_day_with_the_same_message_id(
    settings: Settings, clock: Clock, post: Memory
) -> None:
    take(settings, bounce(BounceKind.SOFT), NOON)
    assert (Message.get().state, Message.get().due_at) == ("queued", NOON + timedelta(days=1))
    clock.forward(days=1)
    Dispatch(settings, post, "worker", clock).round()
    first, second = (data.split(b"Message-ID: ")[1].split()[0] for _, _, data in post.sent)
    assert first == second


def test_the_third_soft_bounce_is_the_last(settings: Settings, clock: Clock, post: Memory) -> None:
    for _ in range(3):
        take(settings, bounce(BounceKind.SOFT), clock())
        clock.forward(days=1)
        Dispatch(settings, post, "worker", clock).round()
    assert len(post.sent) == 3
    assert Message.get().state == "bounced"
    assert Invitation.get().state == "stopped"


def test_the_same_bounce_twice_counts_once(settings: Settings, post: Memory) -> None:
    take(settings, bounce(BounceKind.HARD), NOON)
    take(settings, bounce(BounceKind.HARD), NOON)
    assert Message.get().state == "bounced"


def test_a_held_message_that_bounces_went_out_after_all(settings: Settings, post: Memory) -> None:
    Message.update(state="held").execute()
    take(settings, bounce(BounceKind.HARD), NOON)
    assert Message.get().state == "bounced"


@pytest.mark.parametrize("kind", [BounceKind.NONE, BounceKind.HARD])
def test_what_is_about_nothing_that_we_sent_changes_nothing(
    settings: Settings, post: Memory, kind: BounceKind
) -> None:
    assert take(settings, Bounce(kind, "f" * 32), NOON) is BounceKind.NONE
    assert Message.get().state == "sent"


def test_a_maildir_is_read_once_and_other_mail_stays_unread(
    settings: Settings, post: Memory, tmp_path: Path
) -> None:
    box = mailbox.Maildir(tmp_path / "box", create=True)
    sender = post.sent[0][0]
    assert sender == f"bounces+{Message.get().message_id}@warmtehuis.example"
    box.add(
        f"To: {sender}\nMIME-Version: 1.0\nContent-Type: multipart/report; boundary=x\n\n"
        "--x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\nAction: failed\nStatus: 5.1.1\n"
        "\n--x--\n"
    )
    box.add("To: feedback@warmtehuis.example\nSubject: A question\n\nWhen will you come?\n")
    assert gather(settings, from_maildir(tmp_path / "box"), NOON) == BounceReport(hard=1, other=1)
    assert gather(settings, from_maildir(tmp_path / "box"), NOON) == BounceReport(other=1)
    assert Message.get().state == "bounced"


def test_a_folder_that_is_no_maildir_is_refused(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="is not a Maildir"):
        gather(settings, from_maildir(tmp_path), NOON)
