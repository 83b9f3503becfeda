"""Making a call: mails to its owner, what came of it, and what the customer says about that."""

import email
import email.policy
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cast.builders import NOW, BuiltDeal, deal, person
from cast.calls import PROMISE, SANNE, WORDS, answers, chooses, company, mails, state
from kloof.actions.mailing import opt_out
from kloof.actions.mailing.dispatch import Dispatch, RoundResult
from kloof.actions.staff import calls
from kloof.config import Settings
from kloof.domain.access.people import Person
from kloof.domain.errors import NotFound, Refused
from kloof.domain.staff.calls import CallOutcome
from kloof.domain.states import CallState, MessageState
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Consent
from kloof.mail.transport import Memory
from kloof.storage.access import audit_log, people
from kloof.storage.mailing import review, subjects
from kloof.storage.models import Call, CallStep, Deal, Message
from kloof.storage.staff import calls as kept

DUE = NOW + timedelta(days=3)


@pytest.fixture
def house(database: str, tmp_path: Path) -> Settings:
    return company(database, tmp_path)


def sanne() -> Person:
    found = people.by_id(person())
    assert found
    return found


def go(house: Settings, transport: Memory, now: datetime = NOW) -> RoundResult:
    return Dispatch(house, transport, "worker", lambda: now).round()


def text(data: bytes) -> str:
    body = email.message_from_bytes(data, policy=email.policy.default).get_body(("plain",))
    assert body
    return str(body.get_content())


def asked_if_solved(house: Settings, built: BuiltDeal, now: datetime = NOW) -> str:
    """The owner says that it is solved, the mail goes out, and this is the link in it."""
    calls.record(house, sanne(), built.deal_id, CallOutcome.SOLVED, "Sent a fitter", now)
    transport = Memory()
    go(house, transport, now)
    (found,) = [data for _, to, data in transport.sent if to == built.email]
    token = re.search(r"/solved/([^\s?]+)", text(found))
    assert token
    return token[1]


def test_the_owner_gets_a_mail_at_once_and_one_on_the_day_by_which_with_nothing_of_the_answers(
    house: Settings,
) -> None:
    built = answers(house)
    transport = Memory()
    assert go(house, transport).sent == 1
    assert go(house, transport, NOW + timedelta(days=2)).sent == 0
    assert go(house, transport, DUE).sent == 1
    assert go(house, transport, DUE + timedelta(days=9)).sent == 0
    assert [to for _, to, _ in transport.sent] == ["sanne.de.vries@company.example"] * 2
    for _, _, data in transport.sent:
        assert f"/calls/{built.deal_id}" in text(data)
        assert WORDS not in text(data)
        assert PROMISE not in text(data)


def test_the_database_itself_refuses_a_second_mail_of_the_same_kind(house: Settings) -> None:
    answers(house)
    row = Message.get(Message.kind == "call")
    facts = {"call": row.call_id, "recipient": row.recipient_id, "kind": "call", "ordinal": 1}
    more = {"message_id": "x", "state": "queued", "due_at": NOW, "created_at": NOW, "changed_at": NOW}
    with pytest.raises(Exception, match=r"(?i)unique"):
        Message.insert(**facts, **more).execute()


def test_who_called_in_time_gets_no_reminder(house: Settings) -> None:
    built = answers(house)
    calls.record(house, sanne(), built.deal_id, CallOutcome.NOT_SOLVED, "", NOW)
    transport = Memory()
    go(house, transport, DUE)
    assert transport.sent == []
    assert {stands for _, stands in mails()} == {"cancelled"}


def test_a_customer_who_was_not_reached_stays_on_the_list_with_the_same_day(house: Settings) -> None:
    built = answers(house)
    calls.record(house, sanne(), built.deal_id, CallOutcome.NOT_REACHED, "Voicemail", NOW)
    detail = calls.detail(house, sanne(), built.deal_id, NOW)
    assert (detail.call.kept.state, detail.call.kept.due_on) == (CallState.OPEN, DUE.date())
    assert [(step.outcome, step.note, step.name) for step in detail.steps] == [
        (CallOutcome.NOT_REACHED, "Voicemail", SANNE)
    ]
    assert [line.detail for line in audit_log.about_deals([built.row]) if line.what == "call_made"] == [
        "not_reached"
    ]


def test_the_customer_confirms_once_and_the_first_answer_counts(house: Settings) -> None:
    built = answers(house)
    link = asked_if_solved(house, built)
    assert calls.answer(house, link, is_solved=True, words="Thanks", now=NOW) is CallState.CONFIRMED
    assert calls.answer(house, link, is_solved=False, words="", now=NOW) is CallState.CONFIRMED
    assert [row.note for row in CallStep.select().where(CallStep.person.is_null())] == ["Thanks"]
    assert [line.detail for line in audit_log.about_deals([built.row]) if line.what == "call_answered"] == [
        "confirmed"
    ]


def test_no_opens_it_again_with_a_new_day_and_new_mails_and_a_later_link_replaces_the_first(
    house: Settings,
) -> None:
    built = answers(house)
    link = asked_if_solved(house, built)
    later = NOW + timedelta(days=4)
    assert calls.answer(house, link, is_solved=False, words="Still wet", now=later) is CallState.OPEN
    assert Call.get().due_on == (later + timedelta(days=3)).date()
    transport = Memory()
    assert go(house, transport, later).sent == 1
    assert calls.detail(house, sanne(), built.deal_id, later).steps[-1].note == "Still wet"
    second = asked_if_solved(house, built, later + timedelta(days=1))
    with pytest.raises(NotFound):
        calls.recognise(link)
    assert calls.recognise(second).deal_id == built.deal_id


def test_who_opted_out_is_not_asked_by_mail(house: Settings) -> None:
    built = answers(house)
    opt_out.stop(house, built.opt_out_tokens[Wave.SALE], NOW)
    calls.record(house, sanne(), built.deal_id, CallOutcome.SOLVED, "", NOW)
    transport = Memory()
    go(house, transport)
    assert [to for _, to, _ in transport.sent if to == built.email] == []
    assert state(built) == "solved"


def test_the_question_counts_for_the_limit_of_one_mail_a_day(house: Settings) -> None:
    built = answers(house)
    Message.create(
        kind="invitation", invitation=built.invitations[Wave.SALE], customer=Deal.get_by_id(built.row).customer_id,
        mailed_on=NOW.date(), message_id="x", state="sent", due_at=NOW, created_at=NOW, changed_at=NOW,
    )  # fmt: skip
    calls.record(house, sanne(), built.deal_id, CallOutcome.SOLVED, "", NOW)
    transport = Memory()
    assert go(house, transport).later == 1
    assert [to for _, to, _ in transport.sent if to == built.email] == []
    assert go(house, transport, NOW + timedelta(days=1)).sent == 1


def test_who_is_written_to_by_letter_is_not_asked_by_mail(house: Settings) -> None:
    built = answers(house)
    Deal.update(by_letter=True).where(Deal.id == built.row).execute()
    calls.record(house, sanne(), built.deal_id, CallOutcome.SOLVED, "", NOW)
    assert [kind for kind, _ in mails() if kind.startswith("solved")] == []


def test_who_withdraws_before_the_question_goes_out_is_not_asked(house: Settings) -> None:
    built = answers(house)
    calls.record(house, sanne(), built.deal_id, CallOutcome.SOLVED, "", NOW)
    chooses(house, built, consent=Consent.TOTALS)
    transport = Memory()
    assert go(house, transport).sent == 0
    assert state(built) == "cancelled"


def test_a_call_that_was_closed_in_the_meantime_takes_no_second_outcome(house: Settings) -> None:
    built = answers(house)
    calls.record(house, sanne(), built.deal_id, CallOutcome.NOT_SOLVED, "", NOW)
    with pytest.raises(Refused, match="closed in the meantime"):
        calls.record(house, sanne(), built.deal_id, CallOutcome.SOLVED, "", NOW)
    with pytest.raises(Refused, match="for the customer to say"):
        calls.record(house, sanne(), built.deal_id, CallOutcome.CONFIRMED, "", NOW)


def test_lists_hold_whom_and_by_when_the_first_due_first_and_only_ones_own(house: Settings) -> None:
    second, first = answers(house), answers(house)
    answers(house, seller="Bram de Wit")
    Call.update(due_on=NOW.date()).where(Call.deal == first.row).execute()
    calls.record(house, sanne(), answers(house).deal_id, CallOutcome.NOT_SOLVED, "", NOW)
    view = calls.overview(house, sanne(), NOW)
    assert [call.deal_id for call in view.open] == [first.deal_id, second.deal_id]
    assert len(view.made) == 1
    standing = kept.standing(DUE.date())
    assert (standing.counts[CallState.OPEN], standing.counts[CallState.UNSOLVED]) == (3, 1)
    assert (standing.overdue, standing.counts[CallState.CONFIRMED]) == (1, 0)


def test_the_desk_sees_what_is_overdue_by_owner_and_deal(house: Settings) -> None:
    built = answers(house)
    assert kept.overdue(DUE.date(), 10) == ()
    [late] = kept.overdue(DUE.date() + timedelta(days=1), 10)
    assert (late.deal_id, late.owner_name, late.due_on) == (built.deal_id, SANNE, DUE.date())


def test_the_outbox_names_deal_and_address_of_every_mail_about_a_call(house: Settings) -> None:
    built = answers(house)
    calls.record(house, sanne(), built.deal_id, CallOutcome.SOLVED, "", NOW)
    listed = [*review.listed(MessageState.QUEUED, 9), *review.listed(MessageState.CANCELLED, 9)]
    assert [(entry.name, entry.deal_id, entry.email) for entry in listed] == [
        ("solved-1", built.deal_id, built.email),
        ("call-1", built.deal_id, "sanne.de.vries@company.example"),
        ("call-due-1", built.deal_id, "sanne.de.vries@company.example"),
    ]
    assert subjects.deals_of([entry.id for entry in listed]) == [built.row] * 3


def test_a_deal_without_a_call_has_none_to_make(house: Settings) -> None:
    with pytest.raises(NotFound):
        calls.detail(house, sanne(), deal().deal_id, NOW)
