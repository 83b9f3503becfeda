"""What a sign-in provider says about somebody, and the role that follows from their groups."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kloof.domain import addresses
from kloof.domain.access.people import Role
from kloof.domain.errors import Reason, Refused


@dataclass(frozen=True, slots=True)
class Claimed:
    """Somebody of the company, as the provider knows them now."""

    email: str
    name: str
    role: Role


def claimed(claims: Mapping[str, Any], groups_claim: str, roles: Mapping[str, Role]) -> Claimed:
    """Who this is. Raises Refused, in a sentence for the person at the door, where that cannot be told.

    Somebody in groups with different roles is refused: which of them counts is not ours to guess.
    """
    email = addresses.known_as(str(claims.get("email") or ""))
    if "@" not in email or claims.get("email_verified") is False:
        raise Refused(
            Reason.PROVIDER_NO_ADDRESS,
            "Your provider gives no e-mail address that it has verified.",
            remedy="Ask who looks after it.",
        )
    told = claims.get(groups_claim)
    groups = [told] if isinstance(told, str) else list(told or [])
    found = {roles[group] for group in groups if isinstance(group, str) and group in roles}
    if len(found) != 1:
        why = (
            (Reason.PROVIDER_TWO_ROLES, "You are in groups with different roles.")
            if found
            else (Reason.PROVIDER_NO_GROUP, "You are in no group that may use this.")
        )
        raise Refused(*why, remedy="Ask the desk which group you should be in.")
    return Claimed(email, str(claims.get("name") or email.partition("@")[0]), found.pop())
