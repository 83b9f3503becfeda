"""Customers who asked to be told when findings come out."""

import email
import email.policy
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cast.builders import CALLS, NOW, BuiltDeal, deal, person, survey
from cast.respondents import MONDAY, answered_deals, month, settings
from kloof.actions.mailing import opt_out
from kloof.actions.mailing.dispatch import Dispatch, RoundResult
from kloof.actions.releases.freeze import freeze
from kloof.actions.releases.publish import publish
from kloof.actions.surveys import respond
from kloof.config import Settings
from kloof.domain.mailing.kinds import SOLVED
from kloof.domain.states import MessageState
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent
from kloof.mail.transport import Memory
from kloof.storage.mailing import outbox
from kloof.storage.models import Call, Customer, Deal, Message, Response

pytestmark = pytest.mark.slow

TUESDAY = MONDAY + timedelta(days=1)
EVERYTHING = Changes(
    answers=dict.fromkeys((aspect.id for aspect in survey().aspects), 5),
    consent=Consent.TOTALS,
    wants_findings=True,
)


@pytest.fixture
def company(database: str, tmp_path: Path) -> Settings:
    made = settings(tmp_path)
    answered_deals(14)
    freeze(made, MONDAY)
    return made


def asks(customer: str = "piet@example.com") -> BuiltDeal:
    """A customer who answered at sale, and asked to be told."""
    built = deal(survey(), seller=person("Sanne"), email=customer)
    opened = respond.open_link(built.tokens[Wave.SALE], NOW)
    respond.save(opened, EVERYTHING, NOW, CALLS, submit=True)
    return built


def go(company: Settings, transport: Memory, now: datetime) -> RoundResult:
    return Dispatch(company, transport, "worker", lambda: now).round()


def told() -> list[Message]:
    return list(Message.select().where(Message.kind == "findings").order_by(Message.id))


def test_who_asked_gets_one_mail_with_the_next_release_and_nobody_else_does(company: Settings) -> None:
    asks("piet@example.com")
    assert publish(company, MONDAY).told == 1
    transport = Memory()
    assert go(company, transport, TUESDAY).sent == 1
    (_, recipient, data) = transport.sent[0]
    assert recipient == "piet@example.com"
    text = email.message_from_bytes(data, policy=email.policy.default).get_body(("plain",)).get_content()
    assert "http://localhost:8000/findings/" in text
    assert "/receipt" in text
    assert "/opt-out/" in text


def test_who_asked_and_has_no_address_gets_no_mail_and_is_not_asked_about_at_the_next_release(
    company: Settings,
) -> None:
    asks("piet@example.com")
    Customer.update(email=None).where(Customer.email == "piet@example.com").execute()
    assert publish(company, MONDAY).told == 0
    assert not told()
    assert not Response.select().where(Response.wants_findings).exists()


def test_the_mail_waits_for_the_next_sending_day_so_that_the_site_can_be_put_online(
    company: Settings,
) -> None:
    asks()
    publish(company, MONDAY)
    assert go(company, Memory(), MONDAY + timedelta(hours=5)).sent == 0
    assert told()[0].due_at.date() == TUESDAY.date()


def test_one_ask_is_one_mail_and_asking_again_is_another(company: Settings) -> None:
    built = asks()
    publish(company, MONDAY)
    go(company, Memory(), TUESDAY)
    answered_deals(15, seed=1, now=month(1))
    freeze(company, month(1))
    assert publish(company, month(1)).told == 0
    again = respond.open_link(built.tokens[Wave.SALE], month(1))
    assert not again.response.wants_findings
    respond.choose_again(again, Changes(wants_findings=True), month(1), CALLS)
    answered_deals(15, seed=2, now=month(2))
    freeze(company, month(2))
    assert publish(company, month(2)).told == 1
    assert [message.ordinal for message in told()] == [1, 3]


def test_who_asked_on_two_surveys_gets_one_mail(company: Settings) -> None:
    asks("same@example.com")
    asks("same@example.com")
    assert publish(company, MONDAY).told == 1
    assert len(told()) == 1


def test_a_dry_run_and_a_publish_without_news_tell_nobody(company: Settings) -> None:
    publish(company, MONDAY)
    asks()
    assert publish(company, month(1), dry_run=True).told == 0
    assert publish(company, month(1)).told == 0
    assert told() == []
    assert Response.select().where(Response.wants_findings).count() == 1


def test_who_withdraws_before_it_goes_out_gets_no_mail(company: Settings) -> None:
    built = asks()
    publish(company, MONDAY)
    respond.withdraw(respond.open_link(built.tokens[Wave.SALE], MONDAY), MONDAY, CALLS)
    assert go(company, Memory(), TUESDAY).sent == 0
    assert told()[0].state == MessageState.CANCELLED


def test_an_opt_out_takes_the_wish_back_before_and_after_publishing(company: Settings) -> None:
    before, after = asks("before@example.com"), asks("after@example.com")
    opt_out.stop(company, before.opt_out_tokens[Wave.SALE], MONDAY)
    assert publish(company, MONDAY).told == 1
    opt_out.stop(company, after.opt_out_tokens[Wave.SALE], MONDAY)
    assert go(company, Memory(), TUESDAY).sent == 0
    assert told()[0].state == MessageState.CANCELLED


def test_who_asks_after_opting_out_of_surveys_is_told(company: Settings) -> None:
    built = asks()
    opt_out.stop(company, built.opt_out_tokens[Wave.SALE], MONDAY)
    opened = respond.open_link(built.tokens[Wave.SALE], MONDAY)
    respond.choose_again(opened, Changes(wants_findings=True), MONDAY, CALLS)
    publish(company, MONDAY)
    assert go(company, Memory(), TUESDAY).sent == 1


def test_who_asks_after_opting_out_is_told_also_while_another_mail_about_that_survey_is_stopped(
    company: Settings,
) -> None:
    built = asks()
    opt_out.stop(company, built.opt_out_tokens[Wave.SALE], MONDAY)
    opened = respond.open_link(built.tokens[Wave.SALE], MONDAY)
    respond.choose_again(opened, Changes(wants_findings=True), MONDAY, CALLS)
    publish(company, MONDAY)
    call = Call.create(deal=built.row, state="solved", time=1, opened_at=NOW, due_on=NOW.date())
    outbox.queue(NOW, SOLVED, NOW, 1, call=call.id, invitation=built.invitations[Wave.SALE])
    result = go(company, Memory(), TUESDAY)
    assert (result.sent, result.withdrawn) == (1, 1)
    assert told()[0].state == MessageState.SENT


def test_it_counts_for_the_limit_per_day(company: Settings) -> None:
    asks()
    publish(company, MONDAY)
    another = deal(survey(), email="piet@example.com")
    facts = {"message_id": "x", "state": "sent", "due_at": TUESDAY, "created_at": TUESDAY}
    Message.insert(
        kind="invitation",
        invitation=another.invitations[Wave.SALE],
        customer=Deal.get_by_id(another.row).customer_id,
        mailed_on=TUESDAY.date(),
        changed_at=TUESDAY,
        **facts,
    ).execute()
    result = go(company, Memory(), TUESDAY)
    assert (result.sent, result.later) == (0, 1)
