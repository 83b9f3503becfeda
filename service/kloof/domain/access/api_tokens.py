"""Tokens with which programs use the API: what they may do, for whom, and until when."""

import secrets
from collections.abc import Set
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from kloof.domain.errors import Reason, Refused

PREFIX: Final = "kloof_"
"""What every token begins with, so that a scan for secrets knows one that lies about."""
_LENGTH: Final = len(PREFIX) + 43  # 256 bits, in letters of six
LONGEST_NAME: Final = 100
MOST_DAYS: Final = 2 * 366
"""How far ahead the last day of a token may lie."""
USUAL_DAYS: Final = 365


class TokenKind(StrEnum):
    """What a token does."""

    READ = "read"
    WRITE = "write"  # reads too
    TEST = "test"  # as write, and everything is taken back: it checks, and changes nothing


class Scope(StrEnum):
    """What of the company a token is for."""

    DEALS = "deals"
    ANSWERS = "answers"  # of who answered by name, as far as the deal's salesperson sees them
    INVITATIONS = "invitations"
    CUSTOMERS = "customers"
    CALLS = "calls"
    PEOPLE = "people"
    SURVEYS = "surveys"
    CALIBRATION = "calibration"
    PLAN = "plan"
    HEALTH = "health"


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token as it is kept: never the token itself.

    `owner` is the number of who answers for it, and `owner_name` what they are called; when they leave, it ends.
    `ends_on` is the last day on which it works.
    """

    id: int
    name: str
    kind: TokenKind
    scopes: frozenset[Scope]
    owner: int
    owner_name: str
    owner_works_here: bool
    made_at: datetime
    ends_on: date
    last_used_on: date | None
    revoked_at: datetime | None

    def is_open(self, today: date) -> bool:
        """Whether it works today."""
        return self.revoked_at is None and self.owner_works_here and today <= self.ends_on

    def may(self, scope: Scope, *, writes: bool) -> bool:
        """Whether it is for this."""
        return scope in self.scopes and (self.kind is not TokenKind.READ or not writes)


def new_secret() -> str:
    """A token of 256 random bits; it is shown once, and only its fingerprint is kept."""
    return PREFIX + secrets.token_urlsafe(32)


def of_header(authorization: str) -> str:
    """The token in a header `Authorization: Bearer …` (RFC 6750, 2.1); empty where there is none."""
    scheme, _, rest = authorization.partition(" ")
    token = rest.strip()
    return token if scheme.lower() == "bearer" and token.startswith(PREFIX) and token.isascii() else ""


def is_like_one(text: str) -> bool:
    """Whether this text looks like a token, whether it ever was one or not."""
    return text.startswith(PREFIX) and len(text) == _LENGTH


def refuse_unfit(name: str, scopes: Set[Scope], ends_on: date, today: date) -> None:
    """Raise Refused for what no token can be."""
    if not name or len(name) > LONGEST_NAME:
        raise Refused(
            Reason.TOKEN_UNFIT,
            f"A token has a name of 1 to {LONGEST_NAME} characters, which says what it is for.",
            column="name",
        )
    if not scopes:
        raise Refused(Reason.TOKEN_UNFIT, "A token is for something: choose at least one.", column="scopes")
    if not today <= ends_on or (ends_on - today).days > MOST_DAYS:
        raise Refused(
            Reason.TOKEN_UNFIT,
            f"The last day of a token is today or later, and at most {MOST_DAYS} days ahead.",
            column="ends_on",
        )
