"""Inviting a customer: the row, the personal link and the mail, in the transaction of what caused them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kloof.config import Mail, Settings
from kloof.domain.access import tokens
from kloof.domain.deals.deals import Deal
from kloof.domain.deals.study_arms import Arm
from kloof.domain.mailing import schedule
from kloof.domain.mailing.schedule import SendingHours
from kloof.domain.states import InvitationState
from kloof.domain.surveys.definition import Survey, Wave
from kloof.storage.mailing import outbox

CORRECTABLE = frozenset({InvitationState.PLANNED, InvitationState.INVITED, InvitationState.STOPPED})


def sending_hours(mail: Mail, zone: str = "") -> SendingHours:
    """The company's sending hours, on the clock of its own time zone or of a customer's."""
    opens, closes = mail.hours
    weekdays, clock = frozenset(mail.weekdays), ZoneInfo(zone or mail.time_zone)
    return SendingHours(opens, closes, weekdays, clock, mail.holidays)


def invite(settings: Settings, deal: Deal, survey: Survey, wave: Wave, now: datetime) -> bool:
    """Plan the invitation of this deal and wave, in a transaction; False where there is one already, and for the first
    survey of a deal that a draw left out.
    """
    if wave is Wave.SALE and deal.arm is Arm.NOT_ASKED:
        return False
    day, due_at = _planned(settings, deal, survey, wave, now)
    salt = tokens.new_salt()
    return outbox.invite(
        deal.id,
        wave,
        salt,
        tokens.fingerprint(tokens.token(settings.secret_key, tokens.Purpose.SURVEY, salt)),
        tokens.fingerprint(tokens.token(settings.secret_key, tokens.Purpose.OPT_OUT, salt)),
        day,
        due_at + timedelta(days=survey.timing.open_for_days),
        due_at,
        now,
        by_letter=deal.by_letter,
    )


def invite_again(
    settings: Settings, deal: Deal, survey: Survey, wave: Wave, now: datetime, *, moved: bool = False
) -> bool:
    """Plan anew after a correction of the deal; gives whether a mail is on its way because of it.

    A customer who was asked already is not asked twice. Where the customer is another one, the earlier link opens
    nothing from now on; so it is where they `moved` after mail to the old address had stopped. What was
    answered is left alone.
    """
    asked = outbox.asked(deal.id, wave)
    if asked is None:
        return invite(settings, deal, survey, wave, now)
    if asked.answered or asked.state not in CORRECTABLE:
        return False
    another = asked.mailed_to not in {None, deal.customer}
    # Stopped before anything went out, perhaps by somebody whose address it no longer is: sending asks for opt-outs
    # again.
    untold = asked.state is InvitationState.STOPPED and asked.mailed_to is None
    elsewhere = moved and asked.state is InvitationState.STOPPED
    if another or untold or elsewhere or (deal.by_letter and asked.came_back):
        outbox.forget(asked.invitation)
        return invite(settings, deal, survey, wave, now)
    if asked.state is not InvitationState.PLANNED:
        return False
    day, due_at = _planned(settings, deal, survey, wave, now)
    closes_at = due_at + timedelta(days=survey.timing.open_for_days)
    outbox.replan(asked.invitation, day, closes_at, due_at, now, by_letter=deal.by_letter)
    return True


def _planned(
    settings: Settings, deal: Deal, survey: Survey, wave: Wave, now: datetime
) -> tuple[date, datetime]:
    """The day to ask, and the moment from which the mail or the letter may go out."""
    day, hours = _day_to_ask(deal, survey, wave), sending_hours(settings.mail, deal.time_zone)
    if deal.by_letter:  # printed when the desk comes to it, and read when the post does: no hours to keep
        return day, max(datetime.combine(day, time(), tzinfo=hours.zone).astimezone(UTC), now)
    return day, max(hours.first_open(day), hours.next_open(now))


def withdraw(deal_id: int, now: datetime) -> None:
    """The deal was cancelled: nothing goes out about it any more, and its links take no answers."""
    outbox.withdraw(
        outbox.invitations_of_deal(deal_id), InvitationState.CANCELLED, "The deal was cancelled.", now
    )


def _day_to_ask(deal: Deal, survey: Survey, wave: Wave) -> date:
    day = deal.sold_on if wave is Wave.SALE else deal.delivered_on
    if day is None:
        raise ValueError(f"{deal.deal_id} was not delivered, so there is nothing to ask about it yet")
    return schedule.invite_on(survey.timing, wave, day)
