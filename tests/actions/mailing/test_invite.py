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


def test_a_sale_of_long_ago_is_asked_about_now(settings: Settings) -> None:
    sell(settings, line(sold_on=date(2026, 1, 1)))
    assert Message.get().due_at == NOON


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
