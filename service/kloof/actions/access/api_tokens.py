"""Tokens of programs: made, shown once, looked at by the door of the API, and revoked."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date, datetime

from kloof import storage
from kloof.config import Settings
from kloof.domain.access import api_tokens as rules
from kloof.domain.access.api_tokens import ApiToken, Scope, TokenKind
from kloof.domain.access.audit_log import COMMAND_LINE, Actor, AuditAction
from kloof.domain.access.people import Person
from kloof.domain.access.tokens import fingerprint
from kloof.domain.errors import NotFound, Reason, Refused
from kloof.domain.spelling import spelled, unprintable
from kloof.storage.access import api_tokens, audit_log


@dataclass(frozen=True, slots=True)
class TokenMade:
    """A new token, and the secret that is shown this once."""

    number: int
    secret: str


def make(
    settings: Settings,
    name: str,
    kind: TokenKind,
    scopes: Set[Scope],
    owner: Person,
    ends_on: date,
    now: datetime,
    by: Actor = COMMAND_LINE,
) -> TokenMade:
    """A new token for which `owner` answers. Raises Refused for what no token can be."""
    name = spelled(name)
    if letter := unprintable(name):
        raise Refused(
            Reason.TOKEN_UNFIT,
            f"The name holds a character that cannot be printed (U+{ord(letter):04X}).",
            column="name",
        )
    rules.refuse_unfit(name, scopes, ends_on, settings.today(now))
    secret = rules.new_secret()
    with storage.transaction():
        number = api_tokens.keep(name, kind, frozenset(scopes), owner.id, fingerprint(secret), ends_on, now)
        audit_log.write(by, AuditAction.TOKEN_MADE, now, person=owner.id, detail=f"token {number}")
    return TokenMade(number, secret)


def listed() -> list[ApiToken]:
    """Every token, the newest first, the revoked ones last."""
    return api_tokens.listed()


def revoke(number: int, now: datetime, by: Actor = COMMAND_LINE) -> ApiToken:
    """This token works no more, from the next request on. Raises NotFound, and Refused where it was revoked before."""
    token = api_tokens.by_id(number)
    if token is None:
        raise NotFound(Reason.TOKEN_ABSENT, f"There is no token {number}.", number=number)
    with storage.transaction():
        if not api_tokens.revoke(number, now):
            raise Refused(Reason.STEP_IMPOSSIBLE, f"Token {number} was revoked before.")
        audit_log.write(by, AuditAction.TOKEN_REVOKED, now, person=token.owner, detail=f"token {number}")
    return token


def holder(settings: Settings, authorization: str, now: datetime) -> ApiToken:
    """The token in this header, where it works today; one query, and once a day a line that it was used.

    Raises Refused, the same for a token that never was, is over, or was revoked.
    """
    secret, today = rules.of_header(authorization), settings.today(now)
    token = api_tokens.by_fingerprint(fingerprint(secret)) if secret else None
    if token is None or not token.is_open(today):
        raise Refused(
            Reason.TOKEN_UNKNOWN,
            "This request has no token that works." if secret else "This request has no token.",
            remedy="Send it as Authorization: Bearer kloof_… The desk makes one.",
        )
    if token.last_used_on != today:
        with storage.transaction():
            api_tokens.note_use(token.id, today)
    return token


def refuse_unless_for(token: ApiToken, scope: Scope, *, writes: bool) -> None:
    """Raise Refused where this token is not for that, whatever there is."""
    if not token.may(scope, writes=writes):
        what = "to write" if writes else "to read"
        raise Refused(
            Reason.TOKEN_MAY_NOT,
            f"This token is not {what} {scope}.",
            remedy="The desk can make one that is.",
            scope=scope.value,
        )
