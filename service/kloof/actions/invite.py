"""Inviting a customer: the row, the personal link and the mail, in the transaction of what caused them."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from kloof.config import Mail, Settings
from kloof.domain import links, schedule
from kloof.domain.invitations import InvitationState
from kloof.domain.people import Deal
from kloof.domain.schedule import SendingHours
from kloof.domain.surveys import Survey, Wave
from kloof.storage import outbox

CORRECTABLE = frozenset({InvitationState.PLANNED, InvitationState.INVITED, InvitationState.STOPPED})


def sending_hours(mail: Mail) -> SendingHours:
    """The company's sending hours."""
    opens, closes = mail.hours
    return SendingHours(opens, closes, frozenset(mail.weekdays), ZoneInfo(mail.time_zone), mail.holidays)


def invite(settings: Settings, deal: Deal, survey: Survey, wave: Wave, now: datetime) -> bool:
    """Plan the invitation of this deal and wave, in a transaction; False where there is one already."""
    hours, day = sending_hours(settings.mail), _day_to_ask(deal, survey, wave)
    due_at = max(hours.first_open(day), hours.next_open(now))
    salt = links.new_salt()
    return outbox.invite(
        deal.id,
        wave,
        salt,
        links.fingerprint(links.token(settings.secret_key, links.Purpose.SURVEY, salt)),
        links.fingerprint(links.token(settings.secret_key, links.Purpose.OPT_OUT, salt)),
        day,
        due_at + timedelta(days=survey.timing.open_for_days),
        due_at,
        now,
    )


def invite_again(settings: Settings, deal: Deal, survey: Survey, wave: Wave, now: datetime) -> bool:
    """Plan anew after a correction of the deal; gives whether a mail is on its way because of it.

    Who was asked already is not asked twice. Where the customer is another one, the earlier link opens
    nothing from now on. What was answered is left alone.
    """
    asked = outbox.asked(deal.id, wave)
    if asked is None:
        return invite(settings, deal, survey, wave, now)
    if asked.answered or asked.state not in CORRECTABLE:
        return False
    if asked.mailed_to not in {None, deal.customer}:
        outbox.forget(asked.invitation)
        return invite(settings, deal, survey, wave, now)
    if asked.state is not InvitationState.PLANNED:
        return False
    hours, day = sending_hours(settings.mail), _day_to_ask(deal, survey, wave)
    due_at = max(hours.first_open(day), hours.next_open(now))
    outbox.replan(asked.invitation, day, due_at + timedelta(days=survey.timing.open_for_days), due_at, now)
    return True


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
