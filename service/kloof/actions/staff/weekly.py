"""A mail once a week to each salesperson and lead who chose it: numbers and a link, where something is new."""

from datetime import datetime, timedelta

from kloof import storage
from kloof.actions.mailing.invite import sending_hours
from kloof.actions.staff.consent import refuse_without_consent
from kloof.config import Settings
from kloof.domain.access import tokens
from kloof.domain.access.audit_log import Actor, ActorKind, AuditAction, by
from kloof.domain.access.people import Person
from kloof.domain.errors import NotFound, Reason
from kloof.domain.mailing.kinds import WEEKLY
from kloof.domain.mailing.weekly import News, monday, week
from kloof.storage.access import audit_log, former_links
from kloof.storage.mailing import outbox
from kloof.storage.staff import weekly as wishes
from kloof.storage.staff.weekly import Wish


def is_chosen(person: Person) -> bool:
    """Whether this person gets the weekly mail; nobody does until they choose it."""
    return wishes.wanted_since(person.id) is not None


def choose(settings: Settings, person: Person, now: datetime, *, wanted: bool) -> None:
    """This person wants the weekly mail, or no longer does. Raises Refused before the works council agreed."""
    refuse_without_consent(settings)
    with storage.transaction():
        if not wanted:
            _stop(person.id, by(person), now)
            return
        salt = tokens.new_salt()
        link = tokens.token(settings.secret_key, tokens.Purpose.WEEKLY, salt)
        if wishes.want(person.id, salt, tokens.fingerprint(link), now):
            audit_log.write(by(person), AuditAction.WEEKLY_MAIL, now, person=person.id, detail="wanted")


def recognise(token: str) -> int:
    """Whose link this is, by number. Raises NotFound where it was never mailed, or they have left."""
    found = former_links.opened_by(wishes.whose_link, tokens.fingerprint(token))
    if found is None:
        raise NotFound(Reason.LINK_CLOSED, "This link opens nothing.")
    return found


def stop(token: str, now: datetime) -> None:
    """Whoever got this link gets no more weekly mail, however often it is pressed. Raises NotFound."""
    with storage.transaction():
        person = recognise(token)
        _stop(person, Actor(ActorKind.PERSON, person), now)


def catch_up(settings: Settings, now: datetime) -> None:
    """From the first sending hour of a week on, look once for everybody who wants the mail, and queue it where
    something is new.

    Without the works council's consent nobody gets one.
    """
    if settings.works_council_consent is None:
        wishes.cancel("The works council has not agreed.", now)
        return
    begins = sending_hours(settings.mail).first_open(monday(settings.today(now)))
    if begins <= now:
        for wish in wishes.due(begins):
            with storage.transaction():
                _look(settings, wish, begins, now)


def _look(settings: Settings, wish: Wish, begins: datetime, now: datetime) -> None:
    if not wishes.claim(wish.id, begins, now):
        return
    # What did not go out last week is told with what came since.
    unsent = wishes.cancel("There is a newer one.", now, wish.person.id)
    since = wish.told_from if unsent else wish.told_until
    news = _news(settings, wish.person, since, now)
    wishes.keep(wish.id, since, news)
    if news.is_worth_a_mail:
        due_at = sending_hours(settings.mail).next_open(now)
        outbox.queue(now, WEEKLY, due_at, week(settings.today(now)), recipient=wish.person.id)


def _news(settings: Settings, person: Person, since: datetime, now: datetime) -> News:
    """What each of this person's roles has, together."""
    today, news = settings.today(now), News()
    if person.is_salesperson:
        news += wishes.for_salesperson(person.id, since, now, settings.today(since), today)
    if person.is_lead and person.team:
        first = monday(today)
        news += wishes.for_lead(person.team, since, first, first + timedelta(days=6))
    return news


def _stop(person: int, who: Actor, now: datetime) -> None:
    if wishes.stop(person):
        wishes.cancel("They do not want this mail any more.", now, person)
        audit_log.write(who, AuditAction.WEEKLY_MAIL, now, person=person, detail="not wanted")
