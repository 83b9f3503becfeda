"""Why the desk cannot change something about a colleague: what happened, and what to do about it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kloof.domain.errors import Reason

PEOPLE_WORDS: Final[Mapping[Reason, tuple[int, str, str]]] = MappingProxyType(
    {
        Reason.PERSON_UNKNOWN: (
            404,
            "Nobody of the company has this address",
            "Compare it with the one by which they were added.",
        ),
        Reason.ADDRESS_IN_USE: (
            409,
            "{name} has this address already",
            "Everybody needs an address of their own. Look in the list whether that is the person you mean.",
        ),
        Reason.DESK_EMPTY: (
            409,
            "Then nobody would be left at the desk",
            "Give somebody else the role of the desk first. Then change this.",
        ),
        Reason.OWN_ACCOUNT: (
            409,
            "You cannot take the desk from yourself, or leave",
            "Ask a colleague at the desk to do that. That way nobody shuts themselves out by accident.",
        ),
        Reason.SUCCESSOR_UNFIT: (
            422,
            "Only a salesperson can take over deals",
            "Choose a salesperson who works here, or let the desk have the deals.",
        ),
        Reason.STILL_HERE: (
            409,
            "Somebody who works here cannot be erased",
            "Let them leave first. Then their name and address can be erased.",
        ),
    }
)
"""Reason → status, what happened, what to do."""
