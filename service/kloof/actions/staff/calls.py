"""Making a call: what it is about, what came of it, and what the customer says about that."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from kloof import storage
from kloof.actions.mailing.invite import sending_hours
from kloof.actions.staff import open_calls as opening
from kloof.actions.staff.consent import refuse_without_consent
from kloof.config import Settings
from kloof.domain.access import tokens
from kloof.domain.access.audit_log import CUSTOMER, Actor, AuditAction, by
from kloof.domain.access.people import Person, Role
from kloof.domain.access.rules import makes_call
from kloof.domain.errors import NotFound, Reason, Refused
from kloof.domain.mailing.kinds import SOLVED
from kloof.domain.staff.calls import LEADS_TO, OF_THE_OWNER, CallOutcome, Ground, fell_short
from kloof.domain.states import CALL_STEPS, CallState, step
from kloof.domain.surveys.definition import Survey
from kloof.domain.surveys.gap import AspectGap
from kloof.domain.surveys.responses import Promise
from kloof.domain.surveys.responses import PromiseOutcome as PromiseOutcome
from kloof.storage.access import audit_log, former_links
from kloof.storage.mailing import outbox
from kloof.storage.staff import call_records, calls, own_deals
from kloof.storage.staff.call_records import Facts
from kloof.storage.staff.calls import Call, Overdue, Standing, Step
from kloof.storage.surveys import versions

MOST_OPEN: Final = 200
MOST_MADE: Final = 25


@dataclass(frozen=True, slots=True)
class CallList:
    """The calls that somebody has to make, and the last ones that were made; at the desk also whose are overdue."""

    open: tuple[Call, ...]
    made: tuple[Call, ...]
    overdue: tuple[Overdue, ...]
    today: date


@dataclass(frozen=True, slots=True)
class Detail:
    """One call. `grounds` may be empty by now.

    `gaps`, `broken` and `words` hold nothing of a customer who chose totals.
    `may_call_about_answers`: the customer agreed to be called about what they answered, not only when they ask.
    """

    call: Call
    grounds: tuple[Ground, ...]
    may_call_about_answers: bool
    survey: Survey
    gaps: tuple[AspectGap, ...]
    broken: tuple[Promise, ...]
    words: tuple[str, ...]
    steps: tuple[Step, ...]
    today: date


def overview(settings: Settings, person: Person, now: datetime) -> CallList:
    """Whom this person has to call and by when, without a word of why.

    A salesperson who works at the desk too sees the calls of both. Raises Refused for one who only sells before the
    works council agreed.
    """
    owners = _owners(settings, person)
    today = settings.today(now)
    return CallList(
        tuple(calls.to_make(owners, MOST_OPEN)),
        tuple(calls.made(owners, MOST_MADE)),
        calls.overdue(today, MOST_OPEN) if person.is_desk else (),
        today,
    )


def standing(settings: Settings, person: Person, now: datetime) -> Standing:
    """How many of the calls that this person makes stand where; raises as `overview` does."""
    return calls.standing(settings.today(now), _owners(settings, person))


def detail(settings: Settings, person: Person, deal_id: str, now: datetime) -> Detail:
    """One call in full; where it shows what was answered, that is noted. Raises NotFound where it is not theirs."""
    with storage.transaction():
        call = _own(settings, person, deal_id)
        facts = call_records.facts(call.kept.deal)
        survey = versions.by_row(facts.survey)
        of_salesperson = call.kept.owner is not None
        why = opening.reasons(facts, survey, by_answers=of_salesperson)
        shown = facts.named and of_salesperson
        if shown:
            audit_log.write(_caller(person, call), AuditAction.FEEDBACK_READ, now, deals=[call.kept.deal])
        return Detail(
            call,
            why,
            shown and facts.may_call,
            survey,
            fell_short(opening.gaps(survey, facts)) if shown and Ground.GAP in why else (),
            _broken(facts, call) if shown else (),
            own_deals.comments(call.kept.deal) if shown else (),
            tuple(calls.steps(call.kept.id)),
            settings.today(now),
        )


def record(
    settings: Settings,
    person: Person,
    deal_id: str,
    outcome: CallOutcome,
    words: str,
    now: datetime,
    by: Actor | None = None,
) -> None:
    """Write down what came of a call. Solved: the customer is asked, where mail may reach them. `by`: the program that
    writes it down for this person.

    Raises NotFound where the call is not theirs, and Refused where it is closed or this is no outcome of an owner.
    """
    if outcome not in OF_THE_OWNER:
        raise Refused(Reason.CALL_IS_FOR_CUSTOMER, f"{outcome.value} is for the customer to say.")
    with storage.transaction():
        call = _own(settings, person, deal_id)
        if call_records.locked(call.kept.id) is not CallState.OPEN:
            raise Refused(Reason.CALL_CLOSED, "This call was closed in the meantime.")
        call_records.note(call.kept, outcome, words, person.id, now)
        audit_log.write(
            by or _caller(person, call),
            AuditAction.CALL_MADE,
            now,
            deals=[call.kept.deal],
            detail=outcome.value,
        )
        if LEADS_TO[outcome] is CallState.OPEN:
            return
        call_records.move(call.kept.id, step(CALL_STEPS, CallState.OPEN, LEADS_TO[outcome]))
        outbox.cancel_about_call(call.kept.id, "The call was made.", now)
        if outcome is CallOutcome.SOLVED:
            _ask(settings, call, now)


def recognise(token: str) -> Call:
    """The call that this link is about. Raises NotFound where the link was never mailed, or a later one was."""
    call = former_links.opened_by(calls.by_link, tokens.fingerprint(token))
    if call is None or call.kept.state is CallState.CANCELLED:
        raise NotFound(Reason.LINK_CLOSED, "This link opens nothing.")
    return call


def answer(settings: Settings, token: str, *, is_solved: bool, words: str, now: datetime) -> CallState:
    """The customer says whether it is solved; gives where the call stands then. Only the first answer counts.

    No: the call opens again, with another day by which. Raises NotFound.
    """
    with storage.transaction():
        call = recognise(token)
        state = call_records.locked(call.kept.id)
        if state is not CallState.SOLVED:
            return state
        outcome = CallOutcome.CONFIRMED if is_solved else CallOutcome.DENIED
        call_records.note(call.kept, outcome, words, None, now)
        audit_log.write(
            CUSTOMER, AuditAction.CALL_ANSWERED, now, deals=[call.kept.deal], detail=outcome.value
        )
        if is_solved:
            call_records.move(call.kept.id, step(CALL_STEPS, state, CallState.CONFIRMED))
        else:
            opening.start(opening.policy(settings), call.kept.deal, call.kept.owner, call.kept, CUSTOMER, now)
    return LEADS_TO[outcome]


def _owners(settings: Settings, person: Person) -> list[int | None]:
    """Whose calls this person makes: None for those of the desk."""
    if not person.is_desk:
        refuse_without_consent(settings)
    agreed: list[int | None] = [person.id] if settings.works_council_consent else []
    return [owner for owner in [None, *agreed] if makes_call(person, owner)]


def _own(settings: Settings, person: Person, deal_id: str) -> Call:
    owners, call = _owners(settings, person), calls.of_deal(deal_id)
    if call is None or call.kept.owner not in owners:
        raise NotFound(Reason.CALL_NOT_HERE, "There is no such call here.")
    return call


def _caller(person: Person, call: Call) -> Actor:
    """Who calls, in the role whose call it is."""
    return by(person.acting_as(Role.DESK if call.kept.owner is None else Role.SALESPERSON))


def _broken(facts: Facts, call: Call) -> tuple[Promise, ...]:
    if not facts.broken:
        return ()
    written = own_deals.promises(call.kept.deal)
    return tuple(promise for promise in written if promise.outcome is PromiseOutcome.BROKEN)


def _ask(settings: Settings, call: Call, now: datetime) -> None:
    """Queue the mail that asks the customer. One who gets letters is not asked: they were spoken with."""
    askable = call_records.askable(call.kept.deal)
    if askable is None:
        return
    salt = tokens.new_salt()
    token = tokens.token(settings.secret_key, tokens.Purpose.SOLVED, salt)
    call_records.give_link(call.kept.id, salt, tokens.fingerprint(token))
    due_at = sending_hours(settings.mail, askable.time_zone).next_open(now)
    outbox.queue(now, SOLVED, due_at, call.kept.time, call=call.kept.id, invitation=askable.invitation)
