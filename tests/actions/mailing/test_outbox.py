"""How the outbox stands, and what a person decides."""

from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest

from cast import builders
from cast.selling import NOON, Clock, company, line, sell
from kloof.actions.mailing.dispatch import Dispatch
from kloof.actions.mailing.outbox import Decision, all_held, catch_up, overview, resolve
from kloof.actions.surveys import respond
from kloof.config import Settings
from kloof.domain.deals.study_arms import Arm
from kloof.domain.errors import NotFound, Refused
from kloof.domain.mailing.kinds import REMINDER
from kloof.domain.states import MESSAGE_STEPS, MessageState
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent
from kloof.mail.transport import Memory
from kloof.storage.mailing import outbox, review
from kloof.storage.models import Invitation, Message
from kloof.storage.releases.pair_reading import every_pair

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return company(tmp_path)


def put_in(state: MessageState) -> int:
    Message.update(state=state.value, last_reply="550 no such user").execute()
    return int(Message.get().id)


def test_one_look_says_what_waits_since_when_and_what_failed_and_why(settings: Settings) -> None:
    for number in range(3):
        sell(settings, line(number))
    Message.update(state="held", last_reply="Nobody knows.").where(Message.id == 2).execute()
    view = overview(NOON + timedelta(hours=1))
    assert view.health.oldest_due_at == NOON
    assert (view.health.counts[MessageState.QUEUED], view.health.counts[MessageState.HELD]) == (2, 1)
    first = view.entries[0]
    assert (first.id, first.state, first.deal_id, first.email) == (2, "held", "D-1", "customer1@example.com")
    assert first.reply == "Nobody knows."


def test_a_program_that_lists_the_outbox_reads_what_a_mail_is_with_its_number(settings: Settings) -> None:
    sell(settings, line())
    outbox.queue(NOON, REMINDER, NOON, 2, invitation=Invitation.get().id)
    first, second = (entry.as_dict() for entry in overview(NOON).entries)
    assert list(first) == ["id", "state", "kind", "wave", "deal_id", "email", "attempts", "since", "reply"]
    assert [(mail["kind"], mail["wave"]) for mail in (first, second)] == [
        ("invitation", "sale"),
        ("reminder-2", "sale"),
    ]


def test_nothing_that_is_only_planned_counts_as_due(settings: Settings) -> None:
    sell(settings, line(), now=NOON)
    Message.update(due_at=NOON + timedelta(days=1)).execute()
    assert outbox.oldest_due(NOON) is None


@pytest.mark.parametrize("state", ["held", "failed"])
def test_again_sends_it_once_more_with_the_same_message_id(settings: Settings, state: str) -> None:
    sell(settings, line())
    number = put_in(MessageState(state))
    resolve(settings, [number], Decision.AGAIN, NOON)
    post = Memory()
    assert Dispatch(settings, post, "worker", Clock()).round().sent == 1
    assert f"<{Message.get().message_id}@".encode() in post.sent[0][2]


def test_arrived_counts_as_sent_and_the_reminders_follow(settings: Settings) -> None:
    sell(settings, line())
    resolve(settings, [put_in(MessageState.HELD)], Decision.ARRIVED, NOON)
    assert (Invitation.get().state, Invitation.get().expires_at) == ("invited", NOON + timedelta(days=45))
    catch_up(settings, NOON + timedelta(days=4))
    assert [row.ordinal for row in Message.select().where(Message.kind == "reminder")] == [1]


def test_cancel_leaves_it(settings: Settings) -> None:
    sell(settings, line())
    resolve(settings, [put_in(MessageState.HELD)], Decision.CANCEL, NOON)
    assert Message.get().state == "cancelled"
    assert all_held() == []


@pytest.mark.parametrize(("now_in", "to"), list(product(MessageState, MessageState)))
def test_nobody_brings_a_message_where_the_table_does_not_lead(
    settings: Settings, now_in: MessageState, to: MessageState
) -> None:
    sell(settings, line())
    number = put_in(now_in)
    nobody_decides = now_in is MessageState.SENDING or (
        now_in is MessageState.LETTER and to is not MessageState.CANCELLED
    )
    if not nobody_decides and (to is now_in or to in MESSAGE_STEPS[now_in]):
        review.decide(number, to, NOON, "")
        assert Message.get().state == to
    else:
        with pytest.raises(Refused):
            review.decide(number, to, NOON, "")
        assert Message.get().state == now_in


def test_all_or_none_is_decided(settings: Settings) -> None:
    sell(settings, line())
    with pytest.raises(NotFound, match="There is no message 99"):
        resolve(settings, [put_in(MessageState.HELD), 99], Decision.CANCEL, NOON)
    assert Message.get().state == "held"


def test_who_lets_the_second_survey_close_has_left_and_can_never_answer_it(settings: Settings) -> None:
    built = builders.deal()
    said = Changes(answers={f"a{number}": 8 for number in (1, 2, 3)}, consent=Consent.TOTALS)
    respond.save(
        respond.open_link(built.tokens[Wave.SALE], builders.NOW),
        said,
        builders.NOW,
        builders.CALLS,
        submit=True,
    )
    builders.invite(built, Wave.DELIVERY)
    late = builders.NOW + timedelta(days=46)
    second = respond.open_link(built.tokens[Wave.DELIVERY], builders.NOW)
    catch_up(settings, builders.NOW + timedelta(days=44))
    assert every_pair().queued == []
    catch_up(settings, late)
    catch_up(settings, late)
    ((queued, _),) = every_pair().queued
    assert (queued.arm, queued.expected.tolist()) == (Arm.LEFT, [[9, 9, 9]])
    with pytest.raises(Refused):
        respond.save(second, said, late, builders.CALLS, submit=True)
    first = respond.open_link(built.tokens[Wave.SALE], late)
    respond.save(first, Changes(answers={"a1": 3}), late, builders.CALLS, correct=True)
    ((queued, _),) = every_pair().queued
    assert queued.expected.tolist() == [[4, 9, 9]]
    respond.withdraw(first, late, builders.CALLS)
    assert every_pair().queued == []
