"""Signing in by a mailed one-time link. Whether an address is known is never told."""

from datetime import datetime, timedelta

from kloof import storage
from kloof.config import Settings
from kloof.domain.access import tokens
from kloof.domain.access.audit_log import Actor, ActorKind, AuditAction, by
from kloof.domain.access.people import Person
from kloof.storage.access import audit_log, people, sign_ins
from kloof.storage.mailing import outbox

LINK_LASTS = timedelta(minutes=15)


def ask(settings: Settings, email: str, browser: str, now: datetime) -> None:
    """Queue a mail with a link that lasts 15 minutes, if this is somebody's address; otherwise do nothing.

    `browser` is the secret in the asking browser's cookie; only its fingerprint is kept.
    """
    with storage.transaction():
        person, stand_in = people.by_email(email), people.anybody()
        # For an address that nobody has the same rows are written and taken back: an answer that came sooner
        # would tell. The line in the log makes both end in a commit.
        with storage.kept() if person else storage.taken_back():
            asking = person or stand_in
            if asking:
                row, _ = mint(settings, asking, tokens.fingerprint(browser), now, LINK_LASTS)
                outbox.queue_sign_in(row, now)
        audit_log.write(Actor(ActorKind.VISITOR), AuditAction.SIGN_IN_ASKED, now)


def mint(
    settings: Settings, person: Person, browser: str, now: datetime, lasts: timedelta
) -> tuple[int, str]:
    """A new link for this person: its row id and its token."""
    salt = tokens.new_salt()
    token = tokens.token(settings.secret_key, tokens.Purpose.SIGN_IN, salt)
    row = sign_ins.create(person.id, salt, tokens.fingerprint(token), browser, now, now + lasts)
    return row, token


def is_usable(token: str, now: datetime) -> bool:
    """Whether the link would still let somebody in."""
    return sign_ins.usable(tokens.fingerprint(token), now) is not None


def is_from_here(token: str, browser: str, now: datetime) -> bool:
    """Whether the link was asked for in this browser; one that opens elsewhere asks to confirm first."""
    link = sign_ins.usable(tokens.fingerprint(token), now)
    return link is not None and link.browser in {"", tokens.fingerprint(browser)}


def use(token: str, now: datetime) -> Person | None:
    """Who signs in with this link, once; None for a link that is wrong, used or too old."""
    with storage.transaction():
        link = sign_ins.usable(tokens.fingerprint(token), now)
        if link is None or not sign_ins.use(link.id, now):
            return None
        person = people.by_id(link.person)
        if person:
            audit_log.write(by(person), AuditAction.SIGNED_IN, now, person=person.id, detail="mailed link")
    return person


def leave(person: Person, now: datetime, *, everywhere: bool) -> None:
    """Note that this person signs out; with `everywhere` every session of theirs ends, on whatever device."""
    with storage.transaction():
        if everywhere:
            people.end_sessions(person.id)
        what = AuditAction.SESSIONS_ENDED if everywhere else AuditAction.SIGNED_OUT
        audit_log.write(by(person), what, now, person=person.id)
