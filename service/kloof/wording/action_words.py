"""Why something that the company does about its findings cannot be kept: what happened, and what to do about it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kloof.domain.errors import Reason

ACTION_WORDS: Final[Mapping[Reason, tuple[int, str, str]]] = MappingProxyType(
    {
        Reason.ACTION_UNKNOWN: (
            404,
            "This action is not there",
            "Somebody may have removed it. Look in the list.",
        ),
        Reason.ACTION_UNTITLED: (422, "An action needs a title", "Say in a few words what you do."),
        Reason.ACTION_ENDS_EARLY: (
            422,
            "An action cannot end before it began",
            "Choose a last day that is not before the first.",
        ),
        Reason.GROUP_UNPUBLISHED: (
            422,
            "Nothing is published about this for this group",
            "Choose a group that the last release shows for this survey.",
        ),
    }
)
