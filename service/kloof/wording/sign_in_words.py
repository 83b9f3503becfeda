"""Why somebody does not get in: what happened, and what to do about it; each page leads back to where one begins."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kloof.domain.errors import Reason

SIGN_IN_WORDS: Final[Mapping[Reason, tuple[int, str, str]]] = MappingProxyType(
    {
        Reason.SIGN_IN_ELSEWHERE: (
            403,
            "This sign-in was not begun in this browser",
            "Or it was already used. Begin again, and stay in this browser until you are in.",
        ),
        Reason.PROVIDER_SAID_NO: (
            403,
            "The provider did not let you in",
            "Begin again, or ask who looks after your account at work.",
        ),
        Reason.PROVIDER_SILENT: (
            503,
            "Your sign-in provider gives no answer that we can use",
            "Begin again in a few minutes. If it stays like this, tell who looks after kloof: its log says more.",
        ),
        Reason.PROVIDER_IS_ANOTHER: (
            503,
            "Your sign-in provider says that it is another one",
            "You cannot fix this yourself. Ask who looks after kloof to set oidc.issuer to what the provider says.",
        ),
        Reason.PROVIDER_UNPROVEN: (
            403,
            "What your provider says does not belong to this sign-in",
            "A sign-in can be used once, and not for long. Begin again.",
        ),
        Reason.PROVIDER_NO_ADDRESS: (
            403,
            "Your provider gives no e-mail address that it has verified",
            "Ask who looks after your account at work to verify it. Then begin again.",
        ),
        Reason.PROVIDER_NO_GROUP: (
            403,
            "You are in no group that may use this",
            "Ask the desk which group you should be in. Then begin again.",
        ),
        Reason.PROVIDER_OTHER_ACCOUNT: (
            403,
            "Here your address belongs to another account at your provider",
            "Was your account made anew? Ask who looks after kloof to let it be yours. Then begin again.",
        ),
        Reason.PERSON_HAS_LEFT: (
            403,
            "As far as we know you no longer work here",
            "Is that not so? Ask who looks after kloof to add you again. Then begin again.",
        ),
    }
)
"""Reason → status, what happened, what to do."""
