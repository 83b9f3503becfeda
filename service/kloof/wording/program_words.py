"""Why a program is refused, or the desk when it makes a token: what happened, and what to do about it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kloof.domain.errors import Reason

PROGRAM_WORDS: Final[Mapping[Reason, tuple[int, str, str]]] = MappingProxyType(
    {
        Reason.TOKEN_UNKNOWN: (401, "No token that works", "Send one as a bearer token. The desk makes it."),
        Reason.TOKEN_MAY_NOT: (403, "This token is not for that", "The desk can make one that is."),
        Reason.TOKEN_UNFIT: (422, "A token cannot be like that", "Correct what is wrong and try again."),
        Reason.WEBHOOK_UNFIT: (422, "A webhook cannot be like that", "Correct what is wrong and try again."),
        Reason.WEBHOOK_ABSENT: (404, "There is no such webhook", "Choose one from the list."),
        Reason.TOKEN_ABSENT: (404, "There is no such token", "Choose one from the list."),
        Reason.TOO_MANY_REQUESTS: (429, "Too many requests", "Wait as long as Retry-After says."),
        Reason.KEY_USED_BEFORE: (422, "This key was used before", "Give every request a key of its own."),
        Reason.KEY_UNUSABLE: (400, "This key cannot be used", "Take a UUID, for example."),
        Reason.CHANGED_MEANWHILE: (412, "It changed meanwhile", "Get it again, and look what is new."),
        Reason.SHAPE_UNFIT: (
            422,
            "This is not what is expected here",
            "Compare it with the document of the API.",
        ),
        Reason.DEAL_UNFIT: (
            422,
            "Something in this deal is not right",
            "Correct what is wrong and send it again.",
        ),
    }
)
"""By reason: the status, what happened, and the remedy."""
