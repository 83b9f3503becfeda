"""A hard bounce stops, a soft one is tried again, an auto-reply does not count."""

import mailbox
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest

from cast.bounces import in_words, report
from cast.opt_outs import unmailed
from cast.selling import NOON, Clock, company, line, sell
from kloof.actions.mailing.bounces import ASIDE, gather, looked_at, take
from kloof.actions.mailing.dispatch import Dispatch
from kloof.actions.mailing.outbox import Decision, catch_up, resolve
from kloof.config import Settings
from kloof.domain.errors import Refused
from kloof.domain.mailing.refused import RefusedBy
from kloof.domain.mailing.server_words import About
from kloof.domain.mailing.set_aside import WhyAside
from kloof.mail.bounces import Bounce
from kloof.mail.mailboxes import from_maildir, from_pipe
from kloof.mail.parts import MOST_BYTES
from kloof.mail.transport import Memory
from kloof.storage.mailing import aside, refused
from kloof.storage.models import AuditEntry, Invitation, Message

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


def bounce(about: About) -> Bounce:
    return Bounce(about, Message.get().message_id, "550 gone")


def test_a_hard_bounce_stops_the_survey_and_everything_else_for_that_address(
    settings: Settings, clock: Clock, post: Memory
) -> None:
    assert take(settings, bounce(About.ADDRESS), NOON) is About.ADDRESS
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
    take(settings, bounce(About.LATER), NOON)
    assert (Message.get().state, Message.get().due_at) == ("queued", NOON + timedelta(days=1))
    clock.forward(days=1)
    Dispatch(settings, post, "worker", clock).round()
    first, second = (data.split(b"Message-ID: ")[1].split()[0] for _, _, data in post.sent)
    assert first == second


def test_the_third_soft_bounce_is_the_last(settings: Settings, clock: Clock, post: Memory) -> None:
    for _ in range(3):
        take(settings, bounce(About.LATER), clock())
        clock.forward(days=1)
        Dispatch(settings, post, "worker", clock).round()
    assert len(post.sent) == 3
    assert Message.get().state == "bounced"
    assert Invitation.get().state == "stopped"


def test_the_same_bounce_twice_counts_once(settings: Settings, post: Memory) -> None:
    take(settings, bounce(About.ADDRESS), NOON)
    take(settings, bounce(About.ADDRESS), NOON)
    assert Message.get().state == "bounced"


def test_a_held_message_that_bounces_went_out_after_all(settings: Settings, post: Memory) -> None:
    Message.update(state="held").execute()
    take(settings, bounce(About.ADDRESS), NOON)
    assert Message.get().state == "bounced"


@pytest.mark.parametrize("kind", [About.NOTHING, About.ADDRESS])
def test_what_is_about_nothing_that_we_sent_changes_nothing(
    settings: Settings, post: Memory, kind: About
) -> None:
    assert take(settings, Bounce(kind, "f" * 32), NOON) is About.NOTHING
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
    assert gather(settings, from_maildir(tmp_path / "box"), NOON).counts == {"hard": 1, "other": 1}
    assert gather(settings, from_maildir(tmp_path / "box"), NOON).counts == {"other": 1}
    assert Message.get().state == "bounced"


def test_a_folder_that_is_no_maildir_is_refused(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="is not a Maildir"):
        gather(settings, from_maildir(tmp_path), NOON)


def test_a_refusal_of_us_stops_nobody_and_is_tried_three_times(
    settings: Settings, clock: Clock, post: Memory
) -> None:
    for _ in range(3):
        take(settings, bounce(About.US), clock())
        clock.forward(days=1)
        Dispatch(settings, post, "worker", clock).round()
    assert (len(post.sent), Message.get().state) == (3, "bounced")
    assert Invitation.get().state == "invited"
    assert unmailed() == {}
    [refusal] = refused.standing(clock())
    assert (refusal.by, refusal.words) == (RefusedBy.THEIRS, "550 gone")
    assert refused.standing(clock.forward(days=8)) == []


def test_what_a_mail_says_is_for_a_person_and_stops_nobody(settings: Settings, post: Memory) -> None:
    take(settings, bounce(About.CONTENT), NOON)
    assert (Message.get().state, Message.get().last_reply) == ("bounced", "550 gone")
    assert (Invitation.get().state, unmailed()) == ("invited", {})


def test_a_complaint_is_an_opt_out_over_all_deals(settings: Settings, clock: Clock, post: Memory) -> None:
    assert take(settings, bounce(About.COMPLAINT), NOON) is About.COMPLAINT
    sell(settings, line(2, customer_email="customer1@example.com"))
    for _ in range(20):
        clock.forward(days=1)
        catch_up(settings, clock())
        Dispatch(settings, post, "worker", clock).round()
    assert len(post.sent) == 1
    assert unmailed() == {"asked": 1, "also": 1}
    assert Message.get_by_id(1).state == "sent"


def test_a_complaint_about_an_address_that_bounced_outlives_that_it_works_again(
    settings: Settings, clock: Clock, post: Memory
) -> None:
    take(settings, bounce(About.ADDRESS), NOON)
    take(settings, bounce(About.COMPLAINT), NOON)
    resolve(settings, [1], Decision.AGAIN, NOON)
    clock.forward(days=1)
    Dispatch(settings, post, "worker", clock).round()
    assert len(post.sent) == 1


@pytest.mark.parametrize("state", ["queued", "cancelled"])
def test_a_dead_address_is_dead_whatever_became_of_the_message_meanwhile(
    settings: Settings, post: Memory, state: str
) -> None:
    Message.update(state=state).execute()
    assert take(settings, bounce(About.ADDRESS), NOON) is About.ADDRESS
    assert unmailed() == {"bounced": 1}
    assert Invitation.get().state == "stopped"


def test_an_address_that_works_after_all_gets_its_mail_and_that_of_its_other_deals(
    settings: Settings, clock: Clock, post: Memory
) -> None:
    sell(settings, line(2, customer_email="customer1@example.com"))
    take(settings, bounce(About.ADDRESS), NOON)
    assert {row.state for row in Invitation.select()} == {"stopped"}
    resolve(settings, [1], Decision.AGAIN, NOON)
    assert unmailed() == {}
    for _ in range(20):
        clock.forward(days=1)
        catch_up(settings, clock())
        Dispatch(settings, post, "worker", clock).round()
    asked = [(row.deal_id, row.state) for row in Invitation.select().order_by(Invitation.deal)]
    assert asked == [(1, "invited"), (2, "invited")]
    assert len(post.sent) == 1 + 4  # the mail that bounced, and what a customer gets in a month


def test_mail_is_tried_again_by_a_person_alone_and_stands_in_the_log(
    settings: Settings, post: Memory
) -> None:
    take(settings, bounce(About.ADDRESS), NOON)
    resolve(settings, [1], Decision.AGAIN, NOON)
    assert [row.what for row in AuditEntry.select()] == ["mail_decided"]


def test_a_mail_that_cannot_be_read_is_set_aside_and_the_next_one_is_read(
    settings: Settings, post: Memory, tmp_path: Path
) -> None:
    box = mailbox.Maildir(tmp_path / "box", create=True)
    box.add(b"Content-Type: message/rfc822\n\n" * 500)
    box.add(report("5.1.1", message_id=Message.get().message_id))
    harvest = gather(settings, from_maildir(tmp_path / "box"), NOON)
    assert (harvest.counts, harvest.aside) == ({"hard": 1}, {WhyAside.TOO_DEEP: 1})
    again = gather(settings, from_maildir(tmp_path / "box"), NOON)
    assert (again.counts, again.aside) == ({}, {})
    [waiting] = aside.waiting(10)
    assert (waiting.why, waiting.file) == (WhyAside.TOO_DEEP, "")
    assert looked_at(settings, waiting.id)
    assert aside.waiting(10) == []
    assert not looked_at(settings, waiting.id)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"To: bounces@warmtehuis.example\nSubject: hello\n\nhello", WhyAside.NOT_OURS),
        (report("5.1.1", message_id="f" * 32), WhyAside.NOT_OURS),
        (b"x" * (MOST_BYTES + 100), WhyAside.TOO_LARGE),
    ],
    ids=["no sender", "of another", "large"],
)
def test_what_a_mail_server_hands_over_is_kept_where_it_is_nothing_for_us(
    settings: Settings, post: Memory, raw: bytes, why: WhyAside
) -> None:
    for _ in range(2):
        assert gather(settings, from_pipe(BytesIO(raw)), NOON).aside == {why: 1}
    [waiting] = aside.waiting(10)
    file = settings.folder / ASIDE / waiting.file
    assert file.read_bytes() == raw[: MOST_BYTES + 1]
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    looked_at(settings, waiting.id)
    assert not file.exists()


def test_an_answering_machine_is_not_kept(settings: Settings, post: Memory) -> None:
    away = in_words("I am away.", subject="Out of office", sender="piet@thuis.example")
    harvest = gather(settings, from_pipe(BytesIO(away)), NOON)
    assert (harvest.counts, harvest.aside, aside.waiting(10)) == ({"other": 1}, {}, [])
