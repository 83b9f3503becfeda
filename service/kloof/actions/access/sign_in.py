"""Signing in by a mailed one-time link. Whether an address is known is never told."""

import secrets
from datetime import datetime, timedelta
from typing import Final

from kloof import storage
from kloof.actions.access.people import known
from kloof.config import Settings
from kloof.domain.access import asking, tokens
from kloof.domain.access.audit_log import COMMAND_LINE, Actor, ActorKind, AuditAction, by
from kloof.domain.access.people import Person
from kloof.domain.errors import Reason, Refused
from kloof.storage.access import audit_log, people, sessions, sign_ins
from kloof.storage.mailing import outbox

LINK_LASTS = timedelta(minutes=15)
LONGEST: Final = timedelta(hours=12)
"""A session ends so long after the sign-in, whatever was opened since."""


def ask(settings: Settings, email: str, browser: str, now: datetime) -> None:
    """Queue a mail with a link that lasts 15 minutes, if this is somebody's address; otherwise do nothing.

    Where enough links were mailed that nobody used, no more go out: the newest of them works for 15 minutes more, so
    that who reads the mailbox always has a way in, however often somebody else asks. `browser` is the secret in the
    asking browser's cookie; only its fingerprint is kept.
    """
    with storage.transaction():
        person, stand_in = people.by_email(email), people.anybody()
        asks = person or stand_in
        sent = sign_ins.unused(asks.id, now - asking.DAY, asking.MOST_A_DAY) if asks else []
        mails = person is not None and asking.may_mail([moment for _, moment in sent], now)
        # For an address that nobody has the same rows are written and taken back: an answer that came sooner
        # would tell. The line in the log makes both end in a commit.
        with storage.kept() if mails else storage.taken_back():
            if asks:
                row, _ = mint(settings, asks, tokens.fingerprint(browser), now, LINK_LASTS)
                outbox.queue_sign_in(row, now)
        sign_ins.renew(sent[0][0] if person and not mails else None, now + LINK_LASTS)
        audit_log.write(Actor(ActorKind.VISITOR), AuditAction.SIGN_IN_ASKED, now)


def link_for(settings: Settings, email: str, now: datetime) -> tuple[Person, str, datetime]:
    """A link for whoever is at the machine, where mail is down: for whom, its address, and until when it works, once.

    Raises NotFound where nobody who works here has this address, and Refused where a provider signs people in.
    """
    if settings.oidc.is_on:
        raise Refused(
            Reason.SIGN_IN_AT_PROVIDER,
            "Here the sign-in provider lets people in, and there is no second way.",
            remedy="Take [oidc] out of kloof.toml for as long as the provider is down.",
        )
    with storage.transaction():
        person = known(email)
        _, token = mint(settings, person, "", now, LINK_LASTS)
        audit_log.write(COMMAND_LINE, AuditAction.SIGN_IN_LINK_MADE, now, person=person.id)
    return person, settings.link(f"/sign-in/{token}"), now + LINK_LASTS


def mint(
    settings: Settings, person: Person, browser: str, now: datetime, lasts: timedelta
) -> tuple[int, str]:
    """A new link for this person: its row id and its token."""
    salt = tokens.new_salt()
    token = tokens.token(settings.secret_key, tokens.Purpose.SIGN_IN, salt)
    row = sign_ins.create(person.id, salt, tokens.fingerprint(token), browser, now, now + lasts)
    return row, token


def how_many_sign_in() -> int:
    """How many people work here."""
    return people.how_many()


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
        if link is None or not sign_ins.use(link, now):
            return None
        person = people.by_id(link.person)
        if person:
            audit_log.write(by(person), AuditAction.SIGNED_IN, now, person=person.id, detail="mailed link")
    return person


def begin_session(person: Person, now: datetime, before: str = "") -> str:
    """A new session of this person: the secret by which their browser is known. What it held `before` is over."""
    secret = secrets.token_urlsafe(32)
    with storage.transaction():
        sessions.end(tokens.fingerprint(before))
        people.note_sign_in(person.id, now)
        sessions.begin(person.id, tokens.fingerprint(secret), now, forgotten=now - LONGEST)
    return secret


def who_has(secret: str, now: datetime) -> Person | None:
    """Who is signed in where this secret is held; None where the session ended, and for somebody who has left."""
    return sessions.person_of(tokens.fingerprint(secret), since=now - LONGEST)


def leave(person: Person, secret: str, now: datetime, *, everywhere: bool) -> None:
    """This person signs out: their session ends at the server, with `everywhere` all of theirs, on whatever device."""
    with storage.transaction():
        sessions.end(tokens.fingerprint(secret))
        if everywhere:
            sessions.end_all(person.id)
        what = AuditAction.SESSIONS_ENDED if everywhere else AuditAction.SIGNED_OUT
        audit_log.write(by(person), what, now, person=person.id)
