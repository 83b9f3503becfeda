"""Signing in by a mailed one-time link. Whether an address is known is never told."""

from datetime import datetime, timedelta

from kloof import storage
from kloof.config import Settings
from kloof.domain import links
from kloof.domain.people import Person
from kloof.storage import outbox, people, sign_ins

LINK_LASTS = timedelta(minutes=15)


def ask(settings: Settings, email: str, browser: str, now: datetime) -> None:
    """Queue a mail with a link that lasts 15 minutes, if this is somebody's address; otherwise do nothing.

    `browser` is the secret in the asking browser's cookie; only its fingerprint is kept.
    """
    person = people.by_email(email)
    if person:
        with storage.transaction():
            row, _ = mint(settings, person, links.fingerprint(browser), now, LINK_LASTS)
            outbox.queue_sign_in(row, now)


def mint(
    settings: Settings, person: Person, browser: str, now: datetime, lasts: timedelta
) -> tuple[int, str]:
    """A new link for this person: its row id and its token."""
    salt = links.new_salt()
    token = links.token(settings.secret_key, links.Purpose.SIGN_IN, salt)
    row = sign_ins.create(person.id, salt, links.fingerprint(token), browser, now, now + lasts)
    return row, token


def is_usable(token: str, now: datetime) -> bool:
    """Whether the link would still let somebody in."""
    return sign_ins.usable(links.fingerprint(token), now) is not None


def is_from_here(token: str, browser: str, now: datetime) -> bool:
    """Whether the link was asked for in this browser; one that opens elsewhere asks to confirm first."""
    link = sign_ins.usable(links.fingerprint(token), now)
    return link is not None and link.browser in {"", links.fingerprint(browser)}


def use(token: str, now: datetime) -> Person | None:
    """Who signs in with this link, once; None for a link that is wrong, used or too old."""
    link = sign_ins.usable(links.fingerprint(token), now)
    if link is None or not sign_ins.use(link.id, now):
        return None
    return people.by_id(link.person)
