"""What a sign-in provider says about somebody, and the roles that follow from their groups."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kloof.domain import addresses
from kloof.domain.access.people import Role
from kloof.domain.deals.cells import LONGEST
from kloof.domain.errors import Reason, Refused
from kloof.domain.spelling import spelled, unprintable

LONGEST_SUBJECT: Final = 255
"""Letters of a `sub` (OpenID Connect Core, 2)."""


@dataclass(frozen=True, slots=True)
class ProviderAccount:
    """What never changes about an account, whatever its address is called: issuer and `sub` (Core, 5.7)."""

    issuer: str
    subject: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """Somebody of the company, as the provider knows them now."""

    account: ProviderAccount
    email: str
    name: str
    roles: frozenset[Role]
    team: str | None = None
    """None where the provider says nothing that could be a team."""


def claimed(
    claims: Mapping[str, Any],
    groups_claim: str,
    roles: Mapping[str, Role],
    *,
    team_claim: str | None = None,
    tells_verified: bool = True,
) -> Claimed:
    """Who this is. Raises Refused, in a sentence for the person at the door, where that cannot be told.

    An address counts where `email_verified` is true, and nothing that only looks like it; where the provider is one
    that never tells (`tells_verified`), it may be absent. Somebody in several groups has the roles of all of them.
    """
    account = ProviderAccount(_text(claims, "iss"), _text(claims, "sub"))
    if not account.issuer or not 0 < len(account.subject) <= LONGEST_SUBJECT:
        raise Refused(
            Reason.PROVIDER_UNPROVEN,
            "What the sign-in provider says does not belong to this sign-in.",
            remedy="Begin again.",
        )
    email = addresses.known_as(_text(claims, "email"))
    is_verified = claims.get("email_verified") is True or not (tells_verified or "email_verified" in claims)
    if not is_verified or not addresses.is_address(email):
        raise Refused(
            Reason.PROVIDER_NO_ADDRESS,
            "Your provider gives no e-mail address that it has verified.",
            remedy="Ask who looks after it.",
        )
    team = _title(claims.get(team_claim)) if team_claim else ""
    return Claimed(
        account, email, _name(claims, email), _roles(claims.get(groups_claim), roles), team or None
    )


def _roles(told: object, roles: Mapping[str, Role]) -> frozenset[Role]:
    groups = [told] if isinstance(told, str) else told if isinstance(told, list) else []
    found = frozenset(roles[group] for group in groups if isinstance(group, str) and group in roles)
    if not found:
        raise Refused(
            Reason.PROVIDER_NO_GROUP,
            "You are in no group that may use this.",
            remedy="Ask the desk which group you should be in.",
        )
    return found


def _name(claims: Mapping[str, Any], email: str) -> str:
    return _title(claims.get("name")) or email.partition("@")[0]


def _title(told: object) -> str:
    """What a person or a team can be called, in its one spelling; empty for anything else."""
    name = spelled(told) if isinstance(told, str) else ""
    return name if len(name) <= LONGEST and not unprintable(name) else ""


def _text(claims: Mapping[str, Any], name: str) -> str:
    """A claim that is a text; empty for one that is absent, or anything else."""
    value = claims.get(name)
    return value.strip() if isinstance(value, str) else ""
