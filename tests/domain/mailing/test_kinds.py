"""Until when a mail of each kind is wanted, and what it is called where people see it."""

from datetime import date, timedelta
from typing import Any

import pytest

from cast.mails import NOON, a_call, a_survey, outgoing
from kloof.domain.mailing.kinds import (
    CALL,
    CALL_DUE,
    CALL_OVERDUE,
    FINDINGS,
    HANDOVER,
    INVITATION,
    MAIL_KINDS,
    REMINDER,
    SIGN_IN,
    SOLVED,
    WEEKLY,
    MailKind,
    comes_too_late,
)
from kloof.domain.mailing.subjects import AboutHandover, AboutSignIn, AboutSurvey, AboutWeek, Subject
from kloof.domain.mailing.weekly import News
from kloof.domain.states import AWAITS_MAIL, CallState, InvitationState
from kloof.domain.surveys.definition import Wave

_I = InvitationState
DAY = date(2026, 9, 14)
WANTED: list[tuple[MailKind[Any], Subject]] = [
    *((kind, a_survey(state=state)) for kind in (INVITATION, REMINDER) for state in AWAITS_MAIL),
    (INVITATION, a_survey(expires_at=NOON)),
    (INVITATION, a_survey(wave=Wave.DELIVERY, delivered_on=DAY)),
    (REMINDER, a_survey(expires_at=NOON + timedelta(seconds=1))),
    (FINDINGS, a_survey(state=_I.SUBMITTED, cancelled=True, expires_at=NOON)),
    (CALL, a_call()),
    (CALL_DUE, a_call()),
    (CALL_OVERDUE, a_call()),
    (SOLVED, a_call(state=CallState.SOLVED)),
    (HANDOVER, AboutHandover("D-1", "Warmtepomp", stands=True)),
    (WEEKLY, AboutWeek(News(answers=1, fresh=1), NOON, stands=True)),
    (SIGN_IN, AboutSignIn(NOON + timedelta(seconds=1))),
]
UNWANTED: list[tuple[MailKind[Any], Subject, str]] = [
    *(
        (kind, subject, reason)
        for kind in (INVITATION, REMINDER)
        for subject, reason in (
            (a_survey(cancelled=True, state=_I.SUBMITTED), "The deal was cancelled."),
            (a_survey(state=_I.CANCELLED), "The deal was cancelled."),
            (a_survey(state=_I.SUBMITTED), "The survey is submitted."),
            (a_survey(state=_I.STOPPED), "The survey is stopped."),
            (a_survey(delivered_on=DAY), "The deal was delivered before this first survey could go out."),
        )
    ),
    (REMINDER, a_survey(expires_at=NOON), "The survey has closed."),
    *(
        (FINDINGS, a_survey(state=state), "The answers were withdrawn.")
        for state in _I
        if state is not _I.SUBMITTED
    ),
    *(
        (kind, a_call(state=state), "The call has moved on.")
        for kind, waits_for in (
            (CALL, CallState.OPEN),
            (CALL_DUE, CallState.OPEN),
            (CALL_OVERDUE, CallState.OPEN),
            (SOLVED, CallState.SOLVED),
        )
        for state in CallState
        if state is not waits_for
    ),
    (SOLVED, a_call(state=CallState.SOLVED, withdrawn=True), "The answers were withdrawn."),
    (
        HANDOVER,
        AboutHandover("D-1", "Warmtepomp", stands=False),
        "The work is done, or the customer no longer shares it.",
    ),
    (
        WEEKLY,
        AboutWeek(News(answers=1, fresh=1), NOON, stands=False),
        "They do not want this mail any more.",
    ),
    (SIGN_IN, AboutSignIn(NOON), "The link in it has expired."),
]


def test_the_cases_below_try_every_kind_of_mail() -> None:
    tried = {kind.name for kind, _ in WANTED} & {kind.name for kind, _, _ in UNWANTED}
    assert tried == set(MAIL_KINDS)


@pytest.mark.parametrize(("kind", "subject"), WANTED)
def test_a_mail_goes_out_while_somebody_waits_for_it(kind: MailKind[Any], subject: Subject) -> None:
    assert outgoing(kind, subject=subject).unwanted(NOON) == ""


@pytest.mark.parametrize(("kind", "subject", "reason"), UNWANTED)
def test_a_mail_that_nobody_waits_for_any_more_stays_and_says_why(
    kind: MailKind[Any], subject: Subject, reason: str
) -> None:
    assert outgoing(kind, subject=subject).unwanted(NOON) == reason


def test_what_is_counted_carries_its_number_in_lists() -> None:
    names = [REMINDER.numbered(2), FINDINGS.numbered(14), CALL_DUE.numbered(1), INVITATION.numbered(0)]
    assert names == ["reminder-2", "findings-14", "call-due-1", "invitation"]


def test_only_an_invitation_opens_a_survey_and_a_reminder_asks_it_again() -> None:
    mails = [outgoing(kind, 1) for kind in MAIL_KINDS.values()]
    assert {mail.kind.name for mail in mails if mail.opens} == {"invitation"}
    assert {mail.kind.name for mail in mails if mail.asks} == {"invitation", "reminder"}


@pytest.mark.parametrize(
    ("survey", "is_late"),
    [
        (a_survey(planned_on=DAY), False),
        (a_survey(planned_on=DAY - timedelta(30)), False),
        (a_survey(planned_on=DAY - timedelta(31)), True),
        (a_survey(planned_on=DAY - timedelta(31), wave=Wave.DELIVERY, delivered_on=DAY), False),
        (a_survey(), False),
        (None, False),
    ],
)
def test_a_first_survey_that_waited_for_more_than_so_many_days_is_no_expectation_any_more(
    survey: AboutSurvey | None, is_late: bool
) -> None:
    assert bool(comes_too_late(survey, DAY, 30)) is is_late
