"""A timeline says that something happened and who did it, and never what a customer answered or agreed to."""

from datetime import timedelta

from cast.builders import NOW
from kloof.domain.access.audit_log import (
    COMMAND_LINE,
    CUSTOMER,
    READS,
    Actor,
    ActorKind,
    AuditAction,
    LogEntry,
)
from kloof.domain.access.timeline import DealEventKind, DealMail, DealSurvey, timeline
from kloof.domain.states import InvitationState, MessageState
from kloof.domain.surveys.definition import Wave

K = DealEventKind
NOOR = Actor(ActorKind.PERSON, 3, "desk")


def logged(what: AuditAction, who: Actor = CUSTOMER, detail: str = "secret consent") -> list[DealEventKind]:
    events = timeline((), (), [LogEntry(NOW, who, what, "Noor", "D-1", detail)])
    assert all("secret" not in event.detail for event in events if event.kind is not K.CHANGED)
    return [event.kind for event in events]


def mail(state: MessageState, *, sent: bool = True) -> DealMail:
    at = NOW + timedelta(hours=2)
    return DealMail(1, "Invitation", 0, Wave.SALE, state, at, NOW if sent else None, "550 no such user")


def test_the_last_comes_first() -> None:
    survey = DealSurvey(Wave.SALE, InvitationState.SUBMITTED, NOW, NOW + timedelta(days=1))
    events = timeline([survey], [mail(MessageState.SENT)], [])
    assert [event.kind for event in events] == [K.ANSWERED, K.SENT]
    assert [event.is_day for event in events] == [True, False]


def test_a_mail_that_came_back_went_out_first_and_has_the_words_of_the_server() -> None:
    came_back, sent = timeline((), [mail(MessageState.BOUNCED)], ())
    assert (came_back.kind, sent.kind) == (K.BOUNCED, K.SENT)
    assert came_back.mail
    assert came_back.mail.words == "550 no such user"
    assert [event.kind for event in timeline((), [mail(MessageState.FAILED, sent=False)], ())] == [K.FAILED]
    assert timeline((), [mail(MessageState.QUEUED, sent=False)], ()) == ()


def test_what_a_customer_said_beside_their_answers_is_no_line() -> None:
    for what in (*READS, AuditAction.ANSWERS_SENT, AuditAction.ANSWERS_CORRECTED, AuditAction.CONSENT_CHANGED,
                 AuditAction.HANDOVER_MARKED, AuditAction.CALL_ANSWERED):  # fmt: skip
        assert logged(what) == []


def test_a_call_is_told_without_what_came_of_it() -> None:
    assert logged(AuditAction.CALL_OPENED) == [K.CALL_OPENED]
    assert logged(AuditAction.CALL_MADE, NOOR) == [K.CALL_MADE]


def test_an_edit_is_told_with_who_did_it_and_which_facts() -> None:
    (event,) = timeline((), (), [LogEntry(NOW, NOOR, AuditAction.DEAL_CHANGED, "Noor", "D-1", "address")])
    assert (event.kind, event.who, event.detail, event.by_command) == (K.CHANGED, "Noor", "address", False)
    (event,) = timeline((), (), [LogEntry(NOW, COMMAND_LINE, AuditAction.DEAL_LOADED, "", "D-1")])
    assert (event.who, event.by_command) == ("", True)
