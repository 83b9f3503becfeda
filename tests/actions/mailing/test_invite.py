"""Inviting, correcting and withdrawing."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from cast.selling import NOON, Clock, company, deliver, line, sell, seller_and_version, survey
from kloof import storage
from kloof.actions.mailing import invite
from kloof.actions.mailing.dispatch import Dispatch
from kloof.config import Settings
from kloof.domain.deals.deals import Deal, DealLine
from kloof.domain.surveys.definition import Wave
from kloof.mail.transport import Memory
from kloof.storage.deals import deals
from kloof.storage.models import Invitation, Message

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return company(tmp_path)


def correct(settings: Settings, line: DealLine) -> Deal:
    with storage.transaction():
        deal = deals.put(line, *seller_and_version(survey(), NOON), NOON)
        invite.invite_again(settings, deal, survey(), Wave.SALE, NOON)
    return deal


def send(settings: Settings) -> Memory:
    post = Memory()
    Dispatch(settings, post, "worker", Clock()).round()
    return post


def test_the_first_survey_is_due_its_days_after_the_sale_and_the_second_after_delivery(
    tmp_path: Path,
) -> None:
    settings = company(tmp_path, hours=(9, 18))
    asked = survey(timing={"first_after_days": 2, "second_after_days": 7, "open_for_days": 30})
    deal = sell(settings, line(sold_on=date(2026, 9, 15)), about=asked)
    deliver(settings, deal, date(2026, 9, 16), now=NOON, about=asked)
    due = [row.due_at for row in Message.select().order_by(Message.id)]
    assert due == [datetime(2026, 9, 17, 7, tzinfo=UTC), datetime(2026, 9, 23, 7, tzinfo=UTC)]
    assert Invitation.get().invite_on == date(2026, 9, 17)


def test_a_sale_of_a_while_ago_is_asked_about_now_and_one_of_before_that_never(settings: Settings) -> None:
    today = settings.today(NOON)
    sell(settings, line(sold_on=today - timedelta(60)))
    assert Message.get().due_at == NOON
    long_ago = line(2, sold_on=today - timedelta(61))
    with storage.transaction():
        deal = deals.put(long_ago, *seller_and_version(survey(), NOON), NOON)
        assert not invite.invite(settings, deal, survey(), Wave.SALE, NOON)
    correct(settings, replace(long_ago, customer_email="right@example.com"))
    assert not invite.invite(
        settings, replace(deal, delivered_on=today - timedelta(61)), survey(), Wave.DELIVERY, NOON
    )
    assert Invitation.select().where(Invitation.deal == deal.id).count() == 0


def test_who_was_asked_in_time_is_asked_at_a_new_address_however_long_ago_the_sale_was(
    settings: Settings,
) -> None:
    sell(settings, line())
    send(settings)
    before = Invitation.get().link_fingerprint
    later = NOON + timedelta(90)
    with storage.transaction():
        deal = deals.put(
            line(customer_email="right@example.com"), *seller_and_version(survey(), later), later
        )
        invite.invite_again(settings, deal, survey(), Wave.SALE, later)
    assert Invitation.get().link_fingerprint != before


def test_a_corrected_address_before_the_mail_went_out_gets_the_only_mail(settings: Settings) -> None:
    sell(settings, line())
    correct(settings, line(customer_email="right@example.com"))
    assert [recipient for _, recipient, _ in send(settings).sent] == ["right@example.com"]


def test_a_corrected_address_after_the_mail_went_out_gets_a_link_of_its_own(settings: Settings) -> None:
    sell(settings, line())
    send(settings)
    before = Invitation.get().link_fingerprint
    correct(settings, line(customer_email="right@example.com"))
    assert [recipient for _, recipient, _ in send(settings).sent] == ["right@example.com"]
    assert Invitation.select().where(Invitation.link_fingerprint == before).count() == 0


def test_a_mail_to_the_wrong_customer_still_counts_for_their_limit(settings: Settings) -> None:
    sell(settings, line())
    send(settings)
    correct(settings, line(customer_email="right@example.com"))
    sell(settings, line(2, customer_email="customer1@example.com"))
    assert [recipient for _, recipient, _ in send(settings).sent] == ["right@example.com"]


def test_an_opt_out_of_the_wrong_customer_does_not_stop_the_right_one(settings: Settings) -> None:
    sell(settings, line())
    Invitation.update(state="stopped").execute()
    Message.update(state="cancelled").execute()
    correct(settings, line(customer_email="right@example.com"))
    assert [recipient for _, recipient, _ in send(settings).sent] == ["right@example.com"]


def test_a_correction_of_something_else_asks_nobody_twice(settings: Settings) -> None:
    sell(settings, line())
    send(settings)
    correct(settings, line(product="Zonnepanelen"))
    assert send(settings).sent == []


def test_a_mail_that_had_failed_goes_out_after_a_correction(settings: Settings) -> None:
    sell(settings, line())
    Message.update(state="failed", attempts=3).execute()
    correct(settings, line(customer_email="right@example.com"))
    assert [recipient for _, recipient, _ in send(settings).sent] == ["right@example.com"]


def test_who_has_answered_keeps_their_invitation_whatever_is_corrected(settings: Settings) -> None:
    sell(settings, line())
    send(settings)
    before = Invitation.get().link_fingerprint
    Invitation.update(state="submitted").execute()
    correct(settings, line(customer_email="right@example.com"))
    assert Invitation.get().link_fingerprint == before
    assert send(settings).sent == []


def test_cancelling_a_deal_withdraws_what_is_queued(settings: Settings) -> None:
    deal = sell(settings, line())
    with storage.transaction():
        invite.withdraw(deal.id, NOON)
    assert send(settings).sent == []
    assert (Invitation.get().state, Message.get().state) == ("cancelled", "cancelled")


def test_a_second_survey_before_delivery_is_a_mistake_of_the_program(settings: Settings) -> None:
    deal = sell(settings, line())
    with pytest.raises(ValueError, match="was not delivered"):
        invite.invite(
            settings, replace(deal, delivered_on=None), survey(), Wave.DELIVERY, NOON + timedelta(1)
        )


def test_a_customer_with_thirty_deals_is_asked_what_they_expect_as_long_as_they_still_can(
    tmp_path: Path,
) -> None:
    """Four mails in thirty days: the last of thirty first surveys would come seven months after the sale."""
    settings = company(tmp_path, most_per_month=4, reminders_after_days=())
    for number in range(30):
        sell(settings, line(number, customer_email="many@example.com", sold_on=date(2026, 9, 15)))
    clock, post = Clock(), Memory()
    for _ in range(240):
        Dispatch(settings, post, "worker", clock).round()
        clock.forward(days=1)
    assert len(post.sent) == 5
    assert Message.select().where(Message.state == "queued").count() == 0
    left = Message.select().where(Message.state == "cancelled")
    assert left.count() == 25
    assert {row.last_reply.split(":")[0] for row in left} <= {
        f"It could not go out for {days} days" for days in range(31, 240)
    }


def test_a_first_survey_counts_its_days_from_when_it_was_to_be_asked(tmp_path: Path) -> None:
    """Loaded 50 days after the sale, or asked 40 days after it by the survey's own timing: it has not waited."""
    settings, today = company(tmp_path), NOON.date()
    sell(settings, line(1, sold_on=today - timedelta(50)))
    later = survey(timing={"first_after_days": 40, "second_after_days": 7, "open_for_days": 30})
    sell(settings, line(2, sold_on=today), about=later)
    clock, post = Clock(), Memory()
    Dispatch(settings, post, "worker", clock).round()
    clock.forward(days=45)
    Dispatch(settings, post, "worker", clock).round()
    assert len(post.sent) == 2
