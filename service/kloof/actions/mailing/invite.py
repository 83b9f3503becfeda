"""Inviting a customer: the row, the personal link and the mail, in the transaction of what caused them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kloof.config import Mail, Settings
from kloof.domain.access import tokens
from kloof.domain.deals.deals import Deal
from kloof.domain.deals.forecast import FileForecast
from kloof.domain.deals.study_arms import Arm
from kloof.domain.mailing import schedule
from kloof.domain.mailing.schedule import Limits, SendingHours, free_day
from kloof.domain.states import InvitationState
from kloof.domain.surveys.definition import Survey, Wave
from kloof.storage.mailing import outbox
from kloof.storage.surveys import invitations, passing
from kloof.storage.surveys.invitations import NewInvitation

CORRECTABLE = frozenset({InvitationState.PLANNED, InvitationState.INVITED, InvitationState.STOPPED})


def sending_hours(mail: Mail, zone: str = "") -> SendingHours:
    """The company's sending hours, on the clock of its own time zone or of a customer's."""
    opens, closes = mail.hours
    weekdays, clock = frozenset(mail.weekdays), ZoneInfo(zone or mail.time_zone)
    return SendingHours(opens, closes, weekdays, clock, mail.holidays)


def invite(
    settings: Settings, deal: Deal, survey: Survey, wave: Wave, now: datetime, *, anew: bool = False
) -> bool:
    """Plan the invitation of this deal and wave, in a transaction; False where there is one already, for the first
    survey of a deal that a draw left out, and for what is history, unless they were asked before (`anew`).
    """
    return bool(invite_all(settings, [(deal, survey)], wave, now, anew=anew))


def invite_all(
    settings: Settings, about: Sequence[tuple[Deal, Survey]], wave: Wave, now: datetime, *, anew: bool = False
) -> int:
    """The same for many deals, each about its survey; gives how many invitations were planned."""
    asked = [(deal, survey) for deal, survey in about if _is_to_ask(settings, deal, wave, now, anew=anew)]
    passed_on = passing.of_all([deal.id for deal, _ in asked], wave)
    return invitations.put(
        [_new(settings, deal, survey, wave, now, passed_on.get(deal.id)) for deal, survey in asked], now
    )


def invite_new(
    settings: Settings, about: Sequence[tuple[Deal, Survey]], now: datetime
) -> dict[int, NewInvitation]:
    """Plan the first invitation of deals that were inserted in this transaction, so that none is there and nothing was
    passed on; by the row ids of those that are asked.
    """
    planned = {
        deal.id: _new(settings, deal, survey, Wave.SALE, now, None)
        for deal, survey in about
        if _is_to_ask(settings, deal, Wave.SALE, now, anew=False)
    }
    invitations.put(planned.values(), now)
    return planned


def _is_to_ask(settings: Settings, deal: Deal, wave: Wave, now: datetime, *, anew: bool) -> bool:
    if wave is Wave.SALE and deal.arm is Arm.NOT_ASKED:
        return False
    return anew or not is_history(settings, _began(deal, wave), now)


def foresee(
    settings: Settings,
    deal: Deal,
    survey: Survey,
    wave: Wave,
    now: datetime,
    forecast: FileForecast,
    mailed: list[date],
) -> None:
    """Add to the forecast what `invite` would do for this deal, of which there is no invitation yet. mailed: on which
    days its customer gets mail about others of the same file; the day of this one is added.
    """
    about = _began(deal, wave)
    if is_history(settings, about, now):
        forecast.history += 1
    elif _is_to_ask(settings, deal, wave, now, anew=False):
        _, due_at = _planned(settings, deal, survey, wave, now)
        due_on = goes_on = settings.today(due_at)
        if not deal.by_letter:
            limits = Limits(settings.mail.most_per_day, settings.mail.most_per_month)
            goes_on = free_day(due_on, mailed, limits)
            if wave is Wave.SALE and (goes_on - due_on).days > settings.mail.first_waits_days:
                forecast.too_late += 1
                return
            mailed.append(goes_on)
        forecast.add(about, goes_on, by_letter=deal.by_letter)


def is_history(settings: Settings, day: date, now: datetime) -> bool:
    """Whether a sale or a delivery of this day was so long ago that nobody is asked about it any more."""
    return (settings.today(now) - day).days > settings.deals.history_after_days


def _new(
    settings: Settings, deal: Deal, survey: Survey, wave: Wave, now: datetime, passed_to: int | None
) -> NewInvitation:
    deal = deal if passed_to is None else replace(deal, by_letter=False)
    day, due_at = _planned(settings, deal, survey, wave, now)
    salt = tokens.new_salt()
    return NewInvitation(
        deal.id,
        wave,
        salt,
        tokens.fingerprint(tokens.token(settings.secret_key, tokens.Purpose.SURVEY, salt)),
        tokens.fingerprint(tokens.token(settings.secret_key, tokens.Purpose.OPT_OUT, salt)),
        day,
        due_at + timedelta(days=survey.timing.open_for_days),
        due_at,
        by_letter=deal.by_letter,
        asked=passed_to,
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
    deal = deal if asked.customer == deal.customer else replace(deal, by_letter=False)
    another = asked.mailed_to not in {None, asked.customer}
    # Stopped before anything went out, perhaps by somebody whose address it no longer is: sending asks for opt-outs
    # again.
    untold = asked.state is InvitationState.STOPPED and asked.mailed_to is None
    elsewhere = moved and asked.state is InvitationState.STOPPED
    if another or untold or elsewhere or (deal.by_letter and asked.came_back):
        outbox.forget(asked.invitation)
        return invite(settings, deal, survey, wave, now, anew=True)
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
    return schedule.invite_on(survey.timing, wave, _began(deal, wave))


def _began(deal: Deal, wave: Wave) -> date:
    """The day of sale or of delivery, that a survey is about."""
    day = deal.sold_on if wave is Wave.SALE else deal.delivered_on
    if day is None:
        raise ValueError(f"{deal.deal_id} was not delivered, so there is nothing to ask about it yet")
    return day
