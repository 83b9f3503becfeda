"""Why a release does not come out yet, or its preview is not there: what happened, and what to do about it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kloof.domain.errors import Reason

RELEASE_WORDS: Final[Mapping[Reason, tuple[int, str, str]]] = MappingProxyType(
    {
        Reason.NOT_APPROVED: (
            409,
            "Nobody else has approved this release",
            "Ask somebody else at the desk to look at its preview and to approve it. Nothing was published.",
        ),
        Reason.OWN_PROPOSAL: (
            409,
            "You proposed this release yourself",
            "Ask somebody else at the desk to look at its preview and to approve it.",
        ),
        Reason.DRAFT_CHANGED: (
            409,
            "This release is no longer the one that you looked at",
            "A group closed, somebody took an answer back, or it came out meanwhile. Nothing came out now. Make its "
            "preview again, and look at it.",
        ),
        Reason.PREVIEW_ABSENT: (
            404,
            "There is no preview now",
            "It goes as soon as its release is out. A new one can be made as soon as something is new.",
        ),
    }
)
"""By reason: the status, what happened, and the remedy."""
