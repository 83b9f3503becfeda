"""Why the desk cannot do what it wants with a mail or a letter: what happened, and what to do about it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kloof.domain.errors import Reason

MESSAGE_WORDS: Final[Mapping[Reason, tuple[int, str, str]]] = MappingProxyType(
    {
        Reason.MESSAGE_UNKNOWN: (
            404,
            "There is no message {number}",
            "The desk shows the numbers of what waits.",
        ),
        Reason.MESSAGE_ON_ITS_WAY: (409, "Message {number} is on its way now", "Look again in ten minutes."),
        Reason.MESSAGE_IS_LETTER: (409, "Message {number} is a letter", "It is printed, not sent."),
        Reason.NOTHING_HELD: (409, "No message is held", "There is nothing to decide."),
        Reason.PILE_UNKNOWN: (
            404,
            "No letter that was printed then waits for an answer",
            "All of them were answered, or printed again since.",
        ),
        Reason.LETTER_NOT_PRINTED: (
            409,
            "Deal {deal} has no printed letter that waits for an answer",
            "A letter that was never printed comes with the new letters.",
        ),
        Reason.LETTER_UNPRINTABLE: (
            409,
            "The letter of deal {deal} cannot be printed: “{text}” has letters that no typeface here has ({letters})",
            "Load the deal again with a name in Latin, Greek or Cyrillic letters, or write this letter by hand.",
        ),
        Reason.LETTERS_CHANGED: (
            409,
            "One of the letters was printed elsewhere or withdrawn in the meantime",
            "Nothing was printed. Try again.",
        ),
    }
)
"""Reason → status, title, remedy."""
